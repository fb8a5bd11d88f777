"""The compact networks and their training. Run: python test_camvid.py"""
import json
import random
import tempfile
import unittest
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import torch
from PIL import Image

from compact import COMPACT, checkpoint, load, make, parameters
from from_scratch import FALL, RISE, Training, learning_rate
from narrow import narrow
from recipes import COMPARISON
from references import DeepLabV3

CLASSES = 11
# Of one output channel a scale and a bias, of the file the graph as text: what int8 weights need beside their bytes.
MAX_PARAMETERS = 3_900_000
PARAMETERS = {"fcn32s": 3782377, "fcn16s": 3413492, "fcn8s": 3322951, "segnet": 2882771, "enet": 363791,
              "segformer_b0": 3716971, "unet": 3588067, "unet_without_skips": 3389923, "linknet": 287549,
              "pspnet": 236443, "fpn": 3267947, "deeplabv3": 2490203, "deeplabv3plus": 3094195}
TINY = replace(COMPARISON, pack="tiny", long_side=64, crop=(64, 32), passes=4, batch=2)


def write_tiny_pack(folder):
    """Four photos to train on and one for val, of 64x48 pixels: two classes, told apart by their colour."""
    rng = random.Random(1)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    names = [f"photo{i}" for i in range(5)]
    for name in names:
        mask = Image.new("L", (64, 48), 0)
        mask.paste(1, (rng.randrange(32), rng.randrange(24), 64, 48))
        mask.putpixel((0, 0), 255)
        mask.save(folder / "masks" / f"{name}.png")
        Image.merge("RGB", [mask.point([64, 192] + [0] * 254)] * 3).save(folder / "images" / f"{name}.png")
    (folder / "train.txt").write_text("\n".join(names[:4]))
    (folder / "val.txt").write_text(names[4])
    classes = [{"name": name, "colour": [0, 0, 0]} for name in ("dark", "light")]
    (folder / "classes.json").write_text(json.dumps({"masks": classes}))


class Networks(unittest.TestCase):
    def test_parameters(self):
        for name, (_, scale, network) in COMPACT.items():
            with self.subTest(name), torch.device("meta"):
                self.assertEqual(parameters(network(CLASSES, scale)), PARAMETERS[name])
                self.assertLess(PARAMETERS[name], MAX_PARAMETERS)

    def test_logits_have_the_size_of_the_image(self):
        for name, (_, scale, network) in COMPACT.items():
            with self.subTest(name), torch.device("meta"):
                logits = network(CLASSES, scale).eval()(torch.zeros(2, 3, 96, 64))
                self.assertEqual(tuple(logits.shape), (2, CLASSES, 96, 64))

    def test_width_one_changes_nothing(self):
        network = DeepLabV3(CLASSES)
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        for name, tensor in narrow(network, 1.0).state_dict().items():
            self.assertTrue(torch.equal(tensor, before[name]), name)

    def test_a_checkpoint_is_loaded_by_the_zoos_names(self):
        torch.manual_seed(1)
        for name, entry in (("segformer_b0", "segformer.encoder.block.0.0.attention.self.query.weight"),
                            ("pspnet", "decoder.psp.blocks.0.pool.1.0.weight")):
            with self.subTest(name):
                network, image = make(name, 3).eval(), torch.rand(1, 3, 64, 64)
                state = checkpoint(network)
                self.assertIn(entry, state)
                copy = load(make(name, 3), state).eval()
                self.assertTrue(torch.equal(copy(image), network(image)))
                del state[entry]
                with self.assertRaises(ValueError):
                    load(copy, state)

    def test_fcn_begins_with_bilinear_interpolation(self):
        enlarged = make("fcn8s", 2).upscore8(torch.ones(1, 2, 9, 9))
        self.assertTrue(torch.allclose(enlarged[:, :, 8:-8, 8:-8], torch.ones(1)))


class Schedule(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write_tiny_pack(self.folder / "tiny")

    def training(self, name, network="pspnet"):
        return Training(network, TINY, self.folder, self.folder / name)

    def run_until(self, name, passes):
        training = self.training(name)
        with redirect_stdout(StringIO()):
            training.run_until(passes)
        return training

    def test_a_resumed_run_equals_an_uninterrupted_one(self):
        whole = self.run_until("whole", 4)
        self.run_until("resumed", 2)
        resumed = self.run_until("resumed", 4)
        for part in ("model", "ema"):
            ours, theirs = (getattr(training, part).state_dict() for training in (resumed, whole))
            for name in theirs:
                self.assertTrue(torch.equal(ours[name], theirs[name]), f"{part} {name}")

    def test_a_turn_that_was_taken_is_not_taken_again(self):
        self.run_until("run", 2)
        log = self.folder / "run" / "log.jsonl"
        text = log.read_text()
        log.unlink()
        self.assertEqual(self.run_until("run", 2).done["pass"], 2)
        self.assertEqual(log.read_text(), text)

    def test_the_rate_ends_with_the_last_pass(self):
        training = self.training("run")
        rates = []
        training.optimiser.register_step_pre_hook(lambda o, *_: rates.append(o.param_groups[0]["lr"] / TINY.lr))
        for _ in range(TINY.passes):
            training.run_pass()
        steps = TINY.passes * 2
        self.assertEqual(rates, [learning_rate(i, steps) for i in range(steps)])

    def test_the_rate_rises_stays_and_falls(self):
        steps = 10 * RISE
        rates = [learning_rate(i, steps) for i in range(steps)]
        fall = int((1 - FALL) * steps)
        self.assertEqual(rates[RISE - 1:fall], [1.0] * (fall - RISE + 1))
        self.assertEqual(rates[:RISE], sorted(rates[:RISE]))
        self.assertEqual(rates[fall:], sorted(rates[fall:], reverse=True))
        self.assertLess(rates[0] + rates[-1], 0.01)

    def test_until_the_rate_falls_the_number_of_passes_can_be_chosen(self):
        fall = int((1 - FALL) * 2000)
        self.assertEqual([learning_rate(i, 2000) for i in range(fall)], [learning_rate(i, 4000) for i in range(fall)])

    def test_it_learns(self):
        training = self.training("run", "enet")
        losses = [training.run_pass() for _ in range(TINY.passes)]
        self.assertLess(losses[-1], losses[0])


if __name__ == "__main__":
    unittest.main()
