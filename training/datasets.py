"""Data packs: a folder with images/, one or more mask folders, classes.json and one list of names for each split.

A mask is a PNG of class ids; 255 means "not labelled". Decoded files stay in memory: a pack is well under a gigabyte.
"""
import json
from functools import lru_cache
from pathlib import Path

from PIL import Image


class Pack:
    def __init__(self, folder, masks="masks"):
        self.folder = Path(folder)
        if not (self.folder / "classes.json").is_file():
            raise SystemExit(f"no data pack at {self.folder}: see training/README.md for where to get it")
        self.mask_folder = self.folder / masks
        entries = json.loads((self.folder / "classes.json").read_text())[masks]
        self.classes = [entry["name"] for entry in entries]
        self.colours = [entry["colour"] for entry in entries]
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
            return Image.frombytes("L", mask.size, mask.tobytes())
