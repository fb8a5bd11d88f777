"""Data packs: a folder with images/, one or more mask folders, classes.json and one list of names for each split.

A mask is a PNG of class ids; 255 means "not labelled". Decoded files stay in memory: a pack is well under a gigabyte.
"""
import json
from functools import lru_cache
from pathlib import Path

from PIL import Image


class Pack:
    """`kept` names the classes that count, in that order; all others are one, the background, before them."""

    def __init__(self, folder, masks="masks", kept=()):
        self.folder = Path(folder)
        if not (self.folder / "classes.json").is_file():
            raise SystemExit(f"no data pack at {self.folder}: see training/README.md for where to get it")
        self.mask_folder = self.folder / masks
        entries = json.loads((self.folder / "classes.json").read_text())[masks]
        self.classes = [entry["name"] for entry in entries]
        self.colours = [entry["colour"] for entry in entries]
        self.new_ids = None
        if kept:
            ids = [self.classes.index(name) for name in kept]
            self.new_ids = [ids.index(id) + 1 if id in ids else 0 for id in range(255)] + [255]
            self.classes = ["background", *kept]
            self.colours = [[24, 26, 32], *(self.colours[id] for id in ids)]
        self.image = lru_cache(None)(self._image)
        self.mask = lru_cache(None)(self._mask)
        self.names = lru_cache(None)(self._names)

    def _names(self, split):
        return (self.folder / f"{split}.txt").read_text().split()

    def _image(self, name):
        path = next((self.folder / "images").glob(f"{name}.*"))
        return Image.open(path).convert("RGB")

    def _mask(self, name):
        with Image.open(self.mask_folder / f"{name}.png") as mask:
            mask.load()
            # Dropping the palette keeps the stored ids through later resizing.
            ids = Image.frombytes("L", mask.size, mask.tobytes())
            return ids.point(self.new_ids) if self.new_ids else ids
