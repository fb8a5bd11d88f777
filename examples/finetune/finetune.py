"""Fine-tunes a network of segmentation_models.pytorch on labelled photos; docs/tutorial.md says how and on what."""
import argparse
import json
import random
import sys
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
from PIL import Image
from torch.nn import functional as F

MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])  # the encoder's, of ImageNet
UNLABELLED, BATCH, RATE = 255, 16, 1e-3


def read(data, name):
    photo, mask = Image.open(data / f"images/{name}.jpg"), Image.open(data / f"masks/{name}.png")
    if mask.mode not in ("L", "P") or mask.size != photo.size:
        sys.exit(f"masks/{name}.png has to be as large as its photo and hold one class id a pixel")
    return photo.convert("RGB"), mask


def window(photo, mask, side):
    """A random square of both, 0.6 to 1 times the longer side, at [side, side]; half of them mirrored."""
    length = round(random.uniform(0.6, 1) * max(photo.size))
    at = tuple(random.randint(*sorted((0, length - full))) for full in photo.size)
    maps = []
    for picture, beyond, by in ((photo, 0, Image.Resampling.BILINEAR), (mask, UNLABELLED, Image.Resampling.NEAREST)):
        square = Image.new(picture.mode, (length, length), beyond)
        square.paste(picture, at)
        maps.append(np.asarray(square.resize((side, side), by)))
    return [pixels[:, ::-1] for pixels in maps] if random.random() < 0.5 else maps


def scores_of(network, photos):
    """uint8 [n, h, w, 3] -> class scores [n, classes, h, w]"""
    return network(((torch.from_numpy(photos) / 255 - MEAN) / STD).permute(0, 3, 1, 2))


@torch.no_grad()
def iou(network, pairs, classes, side):
    """By class, over whole photos that are scaled as the page does it."""
    counts = np.zeros((classes, classes), np.int64)
    for photo, mask in pairs:
        size = [max(64, 32 * int(length * side / max(photo.size) / 32 + 0.5)) for length in photo.size]
        scores = scores_of(network.eval(), np.array(photo.resize(size, Image.Resampling.BILINEAR))[None])
        guess = F.interpolate(scores, photo.size[::-1], mode="bilinear").argmax(1)[0].numpy()
        label = np.array(mask, np.int64)
        np.add.at(counts, (label[label != UNLABELLED], guess[label != UNLABELLED]), 1)
    return counts.diagonal() / np.maximum(counts.sum(0) + counts.sum(1) - counts.diagonal(), 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="images/, masks/, classes.json, train.txt, val.txt")
    parser.add_argument("--out", type=Path, required=True, help="folder for the network")
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--side", type=int, default=128, help="longer side of photos in pixels, a multiple of 32")
    parser.add_argument("--from-scratch", action="store_true", help="random weights instead of ImageNet's")
    options = parser.parse_args()
    data, side = options.data, options.side
    random.seed(1)
    torch.manual_seed(1)
    classes = [entry["name"] for entry in json.loads((data / "classes.json").read_text())["masks"]]
    train, val = ((data / f"{split}.txt").read_text().split() for split in ("train", "val"))
    try:  # half the decoder's usual width, for a browser
        network = smp.FPN("mobilenet_v2", encoder_weights=None if options.from_scratch else "imagenet",
                          classes=len(classes), decoder_pyramid_channels=128, decoder_segmentation_channels=64,
                          decoder_merge_policy="cat")
    except OSError:
        sys.exit("The encoder's ImageNet weights could not be downloaded. Try again where huggingface.co can be "
                 "reached, or add --from-scratch: random weights, which need more photos and passes.")

    optimiser = torch.optim.AdamW(network.parameters(), RATE)
    steps = options.passes * -(-len(train) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for number in range(1, options.passes + 1):
        network.train()
        random.shuffle(train)
        for i in range(0, len(train), BATCH):
            windows = [window(*read(data, name), side) for name in train[i:i + BATCH]]
            photos, masks = (np.stack(maps) for maps in zip(*windows))
            loss = F.cross_entropy(scores_of(network, photos), torch.from_numpy(masks).long(), ignore_index=UNLABELLED)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        values = iou(network, (read(data, name) for name in val), len(classes), side)
        each = ", ".join(f"{name} {value:.4f}" for name, value in zip(classes, values))
        print(f"pass {number} of {options.passes}: val mean IoU {values.mean():.4f} ({each})", flush=True)
    network.save_pretrained(options.out)


if __name__ == "__main__":
    main()
