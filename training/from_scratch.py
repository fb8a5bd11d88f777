"""One compact network's training from scratch, in turns of some passes: `camvid.py` runs one after the other.

A folder holds `last.pth` (everything needed to go on), `best.pth` (the averaged weights that scored best on val) and
`log.jsonl` (loss and scores after each turn).
"""
import json
import random
import time
from copy import deepcopy
from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from compact import checkpoint, make
from datasets import Pack
from evaluate import confusion_matrix, scores
from losses import class_weights
from train import average_into, make_batch, save

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

RISE = 200  # steps
FALL = 0.25  # of the passes

open_pack = lru_cache(None)(Pack)


def learning_rate(step, steps):
    """Factor in 0..1: a linear rise, a plateau, a linear fall (Haegele et al. 2024, arXiv 2405.18392, section 3). Until
    the fall begins it does not depend on `steps`, so how many there will be can still be chosen then."""
    return min((step + 1) / RISE, 1.0, (steps - step) / (FALL * steps))


def in_f32(forward, x):
    with torch.autocast(DEVICE, enabled=False):
        return forward(x.float())


class Training:
    """A network and how far it has come. Goes on from `folder`, if something is there."""

    def __init__(self, name, recipe, data, folder, bf16=False):
        self.recipe, self.folder, self.bf16 = recipe, Path(folder), bf16
        self.pack = open_pack(f"{data}/{recipe.pack}", recipe.masks)
        self.weights = class_weights(self.pack, self.pack.names("train")).to(DEVICE)
        self.steps = len(self.pack.names("train")) // recipe.batch  # in a pass
        torch.manual_seed(recipe.seed)
        self.model = make(name, len(self.pack.classes)).to(DEVICE, memory_format=torch.channels_last)
        self.ema = deepcopy(self.model)
        for layer in self.model.modules():
            # FCN-32s's last enlargement, which takes a CPU five times as long in bfloat16 as all the rest.
            if isinstance(layer, nn.ConvTranspose2d) and max(layer.kernel_size) > 32:
                layer.forward = partial(in_f32, layer.forward)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), recipe.lr, weight_decay=recipe.weight_decay)
        self.done = {"pass": 0, "minutes": 0.0, "best": 0.0, "log": []}
        if (self.folder / "last.pth").exists():
            saved = torch.load(self.folder / "last.pth", map_location=DEVICE, weights_only=True)
            for part, state in zip((self.model, self.ema, self.optimiser), saved["states"]):
                part.load_state_dict(state)
            self.done = saved["done"]

    def batches(self):
        """Of the next pass. Its seed is its own, so that a resumed run sees what an uninterrupted one would."""
        seed = self.recipe.seed * 1000 + self.done["pass"]
        torch.manual_seed(seed)  # for dropout
        rng, names, size = random.Random(seed), self.pack.names("train"), self.recipe.batch
        order = rng.sample(names, len(names))
        for step in range(self.steps):
            yield make_batch(self.pack, order[step * size:(step + 1) * size], self.recipe, rng)

    def step(self, images, labels, now):
        """Learns from one batch; `now` counts the steps of all passes. Returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.lr * learning_rate(now, self.recipe.passes * self.steps)
        images = images.to(DEVICE, memory_format=torch.channels_last)
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.bf16):
            logits = self.model(images)
        loss = F.cross_entropy(logits.float(), labels.to(DEVICE), self.weights, ignore_index=255)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        average_into(self.ema, self.model, now)
        return loss.item()

    def run_pass(self):
        """Returns the mean loss."""
        began = time.monotonic()
        self.model.train()
        first = self.done["pass"] * self.steps
        total = sum(self.step(*batch, first + i) for i, batch in enumerate(self.batches()))
        self.done["pass"] += 1
        self.done["minutes"] += (time.monotonic() - began) / 60
        return total / self.steps

    def validate(self):
        matrix = confusion_matrix(self.ema, self.pack, self.pack.names("val"), self.recipe.long_side, DEVICE)
        return scores(matrix, self.pack.classes)

    def run_until(self, passes):
        """Trains until it has had so many passes, scores and saves; what is done already is not done again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.done["pass"] < passes:
            while self.done["pass"] < passes:
                loss = self.run_pass()
            self.save(loss, self.validate())
        # Also when nothing was left to do: the log is written last, and a crash may have come before it.
        lines = [json.dumps(line) + "\n" for line in self.done["log"]]
        (self.folder / "log.jsonl").write_text("".join(lines))

    def save(self, loss, val):
        done = self.done
        line = {"pass": done["pass"], "minutes": round(done["minutes"], 2), "loss": round(loss, 4), "val": val}
        done["log"].append(line)
        if val["mean_iou"] > done["best"]:
            done["best"] = val["mean_iou"]
            save(checkpoint(self.ema), self.folder / "best.pth")
        states = [part.state_dict() for part in (self.model, self.ema, self.optimiser)]
        save({"states": states, "done": done}, self.folder / "last.pth")
        print(f"{self.folder.name}: pass {done['pass']}, {done['minutes']:.1f} min, loss {loss:.4f}, "
              f"mean IoU on val {val['mean_iou']}", flush=True)
