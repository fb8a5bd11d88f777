"""docs/tutorial.md: its code blocks are the files of examples/finetune, and its steps lead from photos to a model file.
Run: python test_tutorial.py"""
import contextlib
import io
import os
import re
import runpy
import shlex
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from segscope_export import check, model_file  # noqa: E402

torch.set_num_threads(1)
TUTORIAL = (ROOT / "docs/tutorial.md").read_text()
SCRIPTS = sorted((ROOT / "examples/finetune").glob("*.py"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
PHOTOS, SIZE = 20, (90, 60)


def python_blocks():
    return [text for language, text in BLOCKS if language == "python"]


def export_block():
    return next(text for text in python_blocks() if "segscope_export" in text)


def exported():
    """The model file that the tutorial's script writes."""
    return re.search(r'export\(network, "(.*?)"', export_block()).group(1)


def commands():
    """The words of each line that is typed."""
    lines = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


def command(script):
    """The arguments that the tutorial gives this script of examples/finetune."""
    words = next(words for words in commands() if words[:2] == ["python", f"examples/finetune/{script}"])
    return [str(ROOT / words[1]), *words[2:]]


def draw_pets(folder):
    """Orange discs on noise where torchvision would have put the Oxford-IIIT Pets, which it then does not download."""
    photos, trimaps = folder / "images", folder / "annotations/trimaps"
    photos.mkdir(parents=True)
    trimaps.mkdir(parents=True)
    random = np.random.default_rng(1)
    lines = []
    for i in range(PHOTOS):
        x, y = random.integers(20, 70), random.integers(20, 40)
        photo = Image.fromarray(random.integers(0, 90, (SIZE[1], SIZE[0], 3), np.uint8))
        ImageDraw.Draw(photo).circle((x, y), 15, "orange")
        trimap = Image.new("L", SIZE, 2)
        ImageDraw.Draw(trimap).circle((x, y), 15, 1, 3, 2)
        photo.save(photos / f"Disc_{i}.jpg")
        trimap.save(trimaps / f"Disc_{i}.png")
        lines.append(f"Disc_{i} 1 1 1\n")
    (folder / "annotations/trainval.txt").write_text("".join(lines))


class Blocks(unittest.TestCase):
    def test_each_script_is_shown_as_it_is(self):
        self.assertEqual([script.name for script in SCRIPTS], ["finetune.py", "pets_pack.py"])
        for script in SCRIPTS:
            with self.subTest(script.name):
                self.assertIn(script.read_text(), python_blocks())

    def test_links_lead_to_files(self):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", TUTORIAL):
            with self.subTest(link):
                self.assertTrue((ROOT / "docs" / link).exists())

    def test_each_command_takes_what_an_earlier_one_wrote(self):
        written = {exported()}
        for words in commands():
            named = dict(zip(words, words[1:]))
            if words[:2] == ["cargo", "xtask"] and words[2] != "serve":
                self.assertIn(words[3], written, words)
            for option, where in (("--data", command("pets_pack.py")[1:]), ("--directory", written), ("--dir", written)):
                if option in named:
                    self.assertIn(named[option], where, words)
            if "-o" in named:
                written.add(named["-o"])


class Steps(unittest.TestCase):
    """What the tutorial says to run, in a folder that stands for the repository."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(folder.name)
        # As without a network and with nothing kept from before.
        offline = mock.patch("segmentation_models_pytorch.encoders.hf_hub_download",
                             side_effect=LocalEntryNotFoundError("offline"))
        offline.start()
        self.addCleanup(offline.stop)

    def run_script(self, path, *arguments):
        """What it prints; not in a process of its own, which would import PyTorch each time."""
        printed = io.StringIO()
        with mock.patch.object(sys, "argv", [path, *arguments]), contextlib.redirect_stdout(printed):
            runpy.run_path(path, run_name="__main__")
        return printed.getvalue()

    def test_from_photos_to_a_model_file(self):
        pets, finetune = command("pets_pack.py"), command("finetune.py")
        pack = Path(pets[1])
        draw_pets(pack.parent / "oxford-iiit-pet")
        self.run_script(*pets)
        self.check_pack(pack)

        self.assertEqual(finetune[finetune.index("--data") + 1], pets[1])
        with self.assertRaisesRegex(SystemExit, "ImageNet weights could not be downloaded.*--from-scratch"):
            self.run_script(*finetune)
        scores = self.run_script(*finetune, "--passes", "1", "--side", "64", "--from-scratch")
        self.assertRegex(scores, r"^pass 1 of 1: val mean IoU 0\.\d{4} \(background [01]\.\d{4}, pet [01]\.\d{4}\)$")

        Path("export.py").write_text(export_block())
        report = self.run_script("export.py")
        error, same, sizes = re.search(r"error=([\de.-]+), same=([\d.]+), sizes=(\[.*?\])", report).groups()
        self.assertLess(float(error), check.MAX_ERROR)
        self.assertGreaterEqual(float(same), check.MIN_SAME)
        self.assertEqual(sizes.count("("), check.SIZES)
        self.check_file(exported())

    def check_pack(self, pack):
        names = {split: (pack / f"{split}.txt").read_text().split() for split in ("train", "val")}
        self.assertEqual((len(names["train"]), len(names["val"])), (PHOTOS - PHOTOS // 10, PHOTOS // 10))
        for name in names["train"] + names["val"]:
            with Image.open(pack / f"images/{name}.jpg") as photo, Image.open(pack / f"masks/{name}.png") as mask:
                self.assertEqual((photo.size, mask.size, mask.mode), ((256, 171), (256, 171), "L"))
                self.assertEqual(set(np.unique(mask)), {0, 1, 255})

    def check_file(self, path):
        _, info, tensors = model_file.read(path)
        self.assertEqual(info["classes"], [{"name": "background", "colour": [24, 26, 32]},
                                           {"name": "pet", "colour": [230, 159, 0]}])
        self.assertEqual(info["input"], {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "long_side": 128,
                                         "multiple": 32})
        self.assertEqual(info["name"], "Pets")
        self.assertTrue(any(name.startswith("encoder.") for name in tensors))


if __name__ == "__main__":
    unittest.main()
