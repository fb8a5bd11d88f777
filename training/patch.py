"""Trains lesson 2's patch classifier on CamVid and writes it as the lesson reads it: `python patch.py --data DIR`.

A patch of 33x33 pixels goes in, the class of its middle pixel comes out: what was done before networks answered for whole
pictures (Cireşan et al., "Deep Neural Networks Segment Neuronal Membranes in Electron Microscopy Images", NIPS 2012, section 2).
Nothing is padded, and every window of the poolings lies wholly inside its map, so that the same weights slid over a picture
(Long et al. 2015, arXiv 1411.4038, section 3.1) answer as the classifier does on each patch at the network's stride.

Photos are reduced to the size that the lesson shows, so that a patch is a quarter of the picture's width. Each batch has as many
patches of every class, drawn from the photos of train.txt; what is chosen is looked at on val.txt. Minutes on one core.
"""
import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from datasets import Pack
from evaluate import MEAN, STD, normalise

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "www" / "learn" / "02-patches-to-convolution" / "patch.json"
PATCH, STRIDE = 33, 4
SIZE = (129, 97)  # of the lesson's picture; 33 plus a multiple of 4 each
SCALES = (0.85, 1.0, 1.2)  # of the training photos, around that size
BATCH, RATE, DECAY, FALL, SEED = 132, 2e-3, 5e-2, 0.5, 1
DIGITS = 4  # significant ones of a weight in the file


def network(classes):
    """The last layer is a dense one over the 64 maps of 4x4 that are left of a patch, written as a convolution."""
    return nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(32, 64, 3), nn.ReLU(),
        nn.Conv2d(64, classes, 4))


NAMES = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "conv3", "relu3", "dense")


class Photos:
    """A split's photos and masks at one scale: uint8 `[photos, h, w, 3]` and `[photos, h, w]`."""

    def __init__(self, pack, split, scale=1.0):
        size = tuple(round(side * scale) for side in SIZE)
        names = pack.names(split)
        self.images = np.stack([np.asarray(pack.image(name).resize(size, Image.Resampling.BILINEAR)) for name in names])
        self.masks = np.stack([np.asarray(pack.mask(name).resize(size, Image.Resampling.NEAREST)) for name in names])
        reach = PATCH // 2
        self.middles = self.masks[:, reach:-reach, reach:-reach]

    def positions(self, classes):
        """By class, where patches with such a middle begin: indices into `middles`, flat."""
        return [np.flatnonzero(self.middles == class_id) for class_id in range(classes)]

    def patches(self, positions):
        photo, y, x = np.unravel_index(positions, self.middles.shape)
        rows, columns = y[:, None, None] + np.arange(PATCH)[:, None], x[:, None, None] + np.arange(PATCH)
        return self.images[photo[:, None, None], rows, columns]


def changed(patches, rng):
    """Mirrored or not, and in another light: uint8 `[n, 33, 33, 3]` to normalised floats `[n, 3, 33, 33]`."""
    x = normalise(patches)
    is_flipped = torch.from_numpy(rng.random(len(x)) < 0.5)[:, None, None, None]
    x = torch.where(is_flipped, x.flip(3), x)
    gain, shift = (torch.from_numpy(rng.normal(mean, 0.15, (len(x), 3, 1, 1)).astype(np.float32)) for mean in (1, 0))
    return x * gain + shift


def train(model, scales, classes, steps):
    rng = np.random.default_rng(SEED)
    positions = [photos.positions(classes) for photos in scales]
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    labels = torch.arange(classes).repeat_interleave(BATCH // classes)
    began, total = time.monotonic(), 0.0
    for step in range(steps):
        at = rng.integers(len(scales))
        chosen = np.concatenate([rng.choice(of_class, BATCH // classes) for of_class in positions[at]])
        scores = model(changed(scales[at].patches(chosen), rng)).flatten(1)
        loss = F.cross_entropy(scores, labels)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (steps - step) / (FALL * steps))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}, {time.monotonic() - began:.0f} s, loss {total / 100:.4f}", flush=True)
            total = 0.0


def measured(model, photos, classes):
    """On every patch at the network's stride; middles without a label are left out."""
    matrix = np.zeros((classes, classes), np.int64)
    with torch.inference_mode():
        for image, middles in zip(photos.images, photos.middles):
            guess = model(normalise(image[None]))[0].argmax(0).numpy()
            truth = middles[::STRIDE, ::STRIDE].astype(np.int64)
            kept = truth != 255
            np.add.at(matrix, (truth[kept], guess[kept]), 1)
    recall = np.diag(matrix) / matrix.sum(1)
    return {"photos": len(photos.images), "patches": int(matrix.sum()),
            "accuracy": round(float(np.trace(matrix) / matrix.sum()), 4), "mean_recall": round(float(recall.mean()), 4),
            "recall": [round(float(value), 4) for value in recall]}


def rounded(tensor):
    return [float(f"{value:.{DIGITS}g}") for value in tensor.flatten().tolist()]


def node(name, layer, before):
    """As src/graph/json.rs reads it."""
    if isinstance(layer, nn.Conv2d):
        return {"name": name, "op": "conv2d", "inputs": [before], "weights": [f"{name}.weight", f"{name}.bias"],
                "out_channels": layer.out_channels, "kernel": list(layer.kernel_size), "stride": list(layer.stride),
                "padding": list(layer.padding), "dilation": list(layer.dilation), "groups": layer.groups, "bias": True}
    if isinstance(layer, nn.MaxPool2d):
        kernel, stride = layer.kernel_size, layer.stride
        return {"name": name, "op": "max_pool2d", "inputs": [before], "kernel": [kernel, kernel], "stride": [stride, stride],
                "padding": [0, 0]}
    return {"name": name, "op": "activation", "inputs": [before], "function": "relu"}


def written(model):
    """The graph and its weights, rounded; the model's own are rounded with them."""
    nodes, weights = [{"name": "input", "op": "input", "channels": 3}], {}
    for name, layer in zip(NAMES, model):
        nodes.append(node(name, layer, nodes[-1]["name"]))
        for part, tensor in layer.named_parameters():
            data = rounded(tensor)
            with torch.no_grad():
                tensor.copy_(torch.tensor(data).view(tensor.shape))
            weights[f"{name}.{part}"] = {"shape": list(tensor.shape), "data": data}
    return {"nodes": nodes, "output": NAMES[-1]}, weights


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"), help="folder that holds the data packs")
    parser.add_argument("--out", type=Path, default=LESSON)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if not args.data:
        parser.error("give --data or set SEGSCOPE_DATA")
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    pack = Pack(f"{args.data}/street_camvid")
    classes = len(pack.classes)
    model = network(classes)
    print(sum(p.numel() for p in model.parameters()), "parameters")
    train(model, [Photos(pack, "train", scale) for scale in SCALES], classes, args.steps)

    val = Photos(pack, "val")
    print("val, as trained:", measured(model, val, classes))
    graph, weights = written(model)
    result = measured(model, val, classes)
    print(f"val, {DIGITS} significant digits:", result)
    # The colours of the catalogue's models of the same classes, which also tell them apart for people who see red as green.
    catalogue = json.loads((ROOT / "models" / "catalogue.json").read_text())["models"]
    street = next(model for model in catalogue if model["id"] == "street")["classes"]
    assert [entry["name"] for entry in street] == pack.classes
    file = {"graph": graph, "classes": street, "mean": [round(v, 4) for v in MEAN.flatten().tolist()],
            "std": [round(v, 4) for v in STD.flatten().tolist()], "stride": STRIDE, "patch": PATCH, "val": result,
            "weights": weights}
    args.out.write_text(json.dumps(file, separators=(",", ":")) + "\n")
    print(args.out, args.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
