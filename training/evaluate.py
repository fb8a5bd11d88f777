"""Scores a checkpoint as the browser runs it: `python evaluate.py street best.pth --data DIR [--split test] [--long-side 480]`

Input policy: scale the photo so that its long side is L, round each side to the nearest multiple of 32 (at least 64),
resize to exactly that with an antialiased bilinear filter, interpolate the logits back to the photo's size (bilinear,
half-pixel centres) and take the argmax there. IoU comes from one confusion matrix over the whole split.
"""
import argparse
import json
import os
import random
from math import floor

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from augment import cut
from datasets import Pack
from espnetv2 import EspNetV2, load_checkpoint
from recipes import RECIPES
from scenes import close_window

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def network_size(width, height, long_side):
    # floor(x + 0.5) is JavaScript's Math.round; Python's own rounds halves to even.
    scale = long_side / max(width, height) / 32
    return tuple(max(64, 32 * floor(side * scale + 0.5)) for side in (width, height))


def normalise(images):
    """uint8 [n, h, w, 3] -> float [n, 3, h, w]"""
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    return (x - MEAN) / STD


def predict_logits(model, photo, long_side, device="cpu"):
    """Logits [1, classes, h, w] at the photo's own size."""
    shrunk = photo.resize(network_size(*photo.size, long_side), Image.Resampling.BILINEAR)
    logits = model(normalise(np.asarray(shrunk)[None].copy()).to(device))
    return F.interpolate(logits, photo.size[::-1], mode="bilinear", align_corners=False)


def confusion_matrix(model, pack, names, long_side, device="cpu"):
    """[label, prediction] pixel counts over `names`; pixels labelled 255 are left out."""
    n = len(pack.classes)
    counts = np.zeros(n * n, np.int64)
    model.eval()
    with torch.inference_mode():
        for name in names:
            guess = predict_logits(model, pack.image(name), long_side, device).argmax(1)[0].cpu().numpy()
            label = np.asarray(pack.mask(name)).astype(np.int64)
            kept = label != 255
            counts += np.bincount(label[kept] * n + guess[kept], minlength=n * n)
    return counts.reshape(n, n)


def scores(matrix, classes):
    hits = np.diag(matrix)
    iou = hits / np.maximum(matrix.sum(0) + matrix.sum(1) - hits, 1)
    return {"mean_iou": round(float(iou.mean()), 4), "pixel_accuracy": round(float(hits.sum() / matrix.sum()), 4),
            "iou": {name: round(float(value), 4) for name, value in zip(classes, iou)}}


class CloseUps:
    """The same photos cut to head or upper body, as a webcam frames people; three seeded windows of each."""

    def __init__(self, pack):
        self.pack, self.classes = pack, pack.classes

    def names(self, split):
        return [(name, seed) for name in self.pack.names(split) for seed in range(3)]

    def cut(self, key):
        name, seed = key
        rng, size = random.Random(f"{name} {seed}"), (640, 480)
        mask = self.pack.mask(name)
        return cut(self.pack.image(name), mask, close_window(mask, size, rng), size)

    def image(self, key):
        return self.cut(key)[0]

    def mask(self, key):
        return self.cut(key)[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("checkpoint")
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"), help="folder that holds the data packs")
    parser.add_argument("--split", default="val")
    parser.add_argument("--long-side", type=int)
    parser.add_argument("--close-ups", action="store_true", help="people only: cut to head and shoulders")
    args = parser.parse_args()
    if not args.data:
        parser.error("give --data or set SEGSCOPE_DATA")
    recipe = RECIPES[args.model]
    pack = Pack(f"{args.data}/{recipe.pack}", recipe.masks, recipe.kept)
    pack = CloseUps(pack) if args.close_ups else pack
    model = EspNetV2(len(pack.classes))
    model.load_state_dict(load_checkpoint(args.checkpoint))
    matrix = confusion_matrix(model, pack, pack.names(args.split), args.long_side or recipe.long_side)
    print(json.dumps(scores(matrix, pack.classes), indent=1))


if __name__ == "__main__":
    main()
