"""Shifts the last layer's biases so that mean IoU on training photos rises: `python calibrate.py clothing in.pth out.pth`

A short training leaves rare classes too shy: before this, `clothing` never answered "accessory". The shifts are chosen
on photos of the training split, one class after the other, and are stored in the ordinary bias.
"""
import argparse
import os
import random

import numpy as np
import torch
from PIL import Image

from datasets import Pack
from espnetv2 import EspNetV2, load_checkpoint
from evaluate import network_size, normalise
from recipes import RECIPES
from train import save

STEPS = (-1, -0.5, -0.25, 0.25, 0.5, 1, 1.5, 2)
# A smaller gain on a few dozen photos is chance.
LEAST_GAIN = 2e-4
BIAS = "bu_dec_l4.merge_layer.3.bias"


def half_size_answers(model, pack, recipe, photos):
    """Logits [classes, pixels] and labels [pixels] of some training photos, at half the network's size."""
    logits, labels = [], []
    with torch.inference_mode():
        for name in random.Random(3).sample(pack.names("train"), photos):
            image = pack.image(name)
            small = image.resize(network_size(*image.size, recipe.long_side), Image.Resampling.BILINEAR)
            answer = model.half_logits(normalise(np.asarray(small)[None].copy()))[0]
            label = pack.mask(name).resize(answer.shape[:0:-1], Image.Resampling.NEAREST)
            logits.append(answer.flatten(1))
            labels.append(torch.from_numpy(np.asarray(label).copy()).flatten().long())
    logits, labels = torch.cat(logits, 1), torch.cat(labels)
    return logits[:, labels != 255], labels[labels != 255]


def mean_iou(logits, labels):
    n = len(logits)
    matrix = torch.bincount(labels * n + logits.argmax(0), minlength=n * n).view(n, n).double()
    return (matrix.diag() / (matrix.sum(0) + matrix.sum(1) - matrix.diag()).clamp(min=1)).mean().item()


def choose_shifts(logits, labels):
    shifts, best = torch.zeros(len(logits)), mean_iou(logits, labels)
    # Rarest class first: it has the most to gain.
    for class_id in torch.bincount(labels, minlength=len(logits)).argsort().tolist():
        candidates = [shifts + step * (torch.arange(len(logits)) == class_id) for step in STEPS]
        scored = [(mean_iou(logits + c[:, None], labels), c) for c in candidates]
        value, candidate = max(scored, key=lambda pair: pair[0])
        if value > best + LEAST_GAIN:
            best, shifts = value, candidate
    return shifts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"))
    parser.add_argument("--photos", type=int, default=50)
    args = parser.parse_args()
    if not args.data:
        parser.error("give --data or set SEGSCOPE_DATA")
    recipe = RECIPES[args.model]
    pack = Pack(f"{args.data}/{recipe.pack}", recipe.masks, recipe.kept)
    state = load_checkpoint(args.checkpoint)
    model = EspNetV2(len(pack.classes)).eval()
    model.load_state_dict(state)
    shifts = choose_shifts(*half_size_answers(model, pack, recipe, args.photos))
    print(dict(zip(pack.classes, shifts.tolist())))
    state[BIAS] = state[BIAS] + shifts
    save(state, args.out)


if __name__ == "__main__":
    main()
