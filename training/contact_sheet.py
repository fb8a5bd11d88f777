"""Pictures of what a checkpoint does: `python contact_sheet.py people best.pth sheet.png --data DIR`

Each row: photo, label, prediction. The pictures with the lowest IoU come first, because those are worth looking at.
"""
import argparse
import os

import numpy as np
import torch
from PIL import Image

from datasets import Pack
from espnetv2 import EspNetV2, load_checkpoint
from evaluate import confusion_matrix, predict_logits, scores
from recipes import RECIPES

TILE_HEIGHT = 240


def painted(photo, mask, colours):
    table = np.zeros((256, 3))
    table[:len(colours)] = colours
    mixed = 0.45 * np.asarray(photo) + 0.55 * table[mask]
    return Image.fromarray(np.where((mask == 255)[..., None], 0, mixed).astype(np.uint8))


def row(model, pack, name, long_side):
    photo, label = pack.image(name), np.asarray(pack.mask(name))
    with torch.inference_mode():
        guess = predict_logits(model, photo, long_side).argmax(1)[0].numpy()
    tiles = [photo, painted(photo, label, pack.colours), painted(photo, guess, pack.colours)]
    width = round(TILE_HEIGHT * photo.width / photo.height)
    return np.concatenate([np.asarray(tile.resize((width, TILE_HEIGHT))) for tile in tiles], 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("checkpoint")
    parser.add_argument("sheet")
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--rows", type=int, default=8)
    args = parser.parse_args()
    if not args.data:
        parser.error("give --data or set SEGSCOPE_DATA")
    recipe = RECIPES[args.model]
    pack = Pack(f"{args.data}/{recipe.pack}", recipe.masks, recipe.kept)
    model = EspNetV2(len(pack.classes)).eval()
    model.load_state_dict(load_checkpoint(args.checkpoint))

    def mean_iou(name):
        return scores(confusion_matrix(model, pack, [name], recipe.long_side), pack.classes)["mean_iou"]
    names = sorted(pack.names(args.split), key=mean_iou)
    # Half from the worst, half spread evenly over the rest.
    chosen = names[:args.rows // 2] + names[args.rows // 2::max(1, len(names) // (args.rows // 2))][:args.rows // 2]
    rows = [row(model, pack, name, recipe.long_side) for name in chosen]
    width = max(r.shape[1] for r in rows)
    Image.fromarray(np.concatenate([np.pad(r, ((0, 4), (0, width - r.shape[1]), (0, 0))) for r in rows])).save(args.sheet)


if __name__ == "__main__":
    main()
