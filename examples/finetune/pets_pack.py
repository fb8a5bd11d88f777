"""The Oxford-IIIT Pets as a pack, photos 256 pixels on their longer side: python pets_pack.py pack"""
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.datasets import OxfordIIITPet

SIDE = 256
CLASS_OF_TRIMAP = np.array([0, 1, 0, 255], np.uint8)  # 1 pet, 2 background, 3 their border, which is left out

pack = Path(sys.argv[1])
for folder in ("images", "masks"):
    (pack / folder).mkdir(parents=True, exist_ok=True)
names = {"train": [], "val": []}
for i, (photo, trimap) in enumerate(OxfordIIITPet(pack.parent, target_types="segmentation", download=True)):
    size = [round(length * SIDE / max(photo.size)) for length in photo.size]
    mask = Image.fromarray(CLASS_OF_TRIMAP[np.array(trimap)])
    photo.resize(size, Image.Resampling.BILINEAR).save(pack / f"images/{i:04}.jpg", quality=90)
    mask.resize(size, Image.Resampling.NEAREST).save(pack / f"masks/{i:04}.png")
    names["val" if i % 10 == 0 else "train"].append(f"{i:04}")
for split, listed in names.items():
    (pack / f"{split}.txt").write_text("\n".join(listed) + "\n")
classes = [("background", [24, 26, 32]), ("pet", [230, 159, 0])]
entries = [{"index": i, "name": name, "colour": colour} for i, (name, colour) in enumerate(classes)]
(pack / "classes.json").write_text(json.dumps({"masks": entries}))
