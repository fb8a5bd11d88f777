"""Golden values of lesson 2's patch classifier: tests/golden/lesson_02.json.

    python python/golden/lesson_02.py

The network of patch.json in PyTorch, on one small picture that the test draws by the same formula: the scores of every patch by
itself, as a classifier with a real dense layer gives them, in float64. Those of the whole picture at once have to agree here.
Multiply-adds are counted where they happen. Made with torch 2.15.0.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
NETWORK = ROOT / "www" / "learn" / "02-patches-to-convolution" / "patch.json"
GOLDEN = ROOT / "tests" / "golden" / "lesson_02.json"
WIDTH, HEIGHT = 129, 97
DIGITS = 7


def picture():
    """uint8 `[height, width, 3]`: slopes, rings and a fine grain, the same integers as in tests/e2e/lesson-02.test.js."""
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(3), indexing="ij")
    rings = ((x - 64) ** 2 + (y - 40) ** 2) // 9
    return ((x * (c + 1) + 2 * y + rings + 17 * ((x * y + c) % 5)) % 256).astype(np.uint8)


class Classifier(nn.Module):
    """Of patches, written out layer by layer rather than read from the file's graph."""

    def __init__(self, weights):
        super().__init__()

        def conv(name):
            tensor = torch.tensor(weights[f"{name}.weight"]["data"]).view(weights[f"{name}.weight"]["shape"])
            layer = nn.Conv2d(tensor.shape[1], tensor.shape[0], tensor.shape[2])
            layer.weight, layer.bias = nn.Parameter(tensor), nn.Parameter(torch.tensor(weights[f"{name}.bias"]["data"]))
            return layer

        pool = nn.MaxPool2d(3, 2)
        self.features = nn.Sequential(conv("conv1"), nn.ReLU(), pool, conv("conv2"), nn.ReLU(), pool, conv("conv3"), nn.ReLU())
        self.convolved = conv("dense")
        self.dense = nn.Linear(self.convolved.weight[0].numel(), len(self.convolved.weight))
        self.dense.weight = nn.Parameter(self.convolved.weight.flatten(1))
        self.dense.bias = self.convolved.bias

    def forward(self, patches):
        return self.dense(self.features(patches).flatten(1))


def macs(model, run):
    """Multiply-adds of convolutions and dense layers while `run` runs."""
    total = 0

    def count(layer, _, output):
        nonlocal total
        total += output[0].numel() * layer.weight[0].numel()

    hooks = [layer.register_forward_hook(count) for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    run()
    for hook in hooks:
        hook.remove()
    return total


def main():
    file = json.loads(NETWORK.read_text())
    model = Classifier(file["weights"]).double().eval()
    patch, stride = file["patch"], file["stride"]
    mean, std = (torch.tensor(file[key], dtype=torch.float64).view(3, 1, 1) for key in ("mean", "std"))
    image = (torch.from_numpy(picture()).permute(2, 0, 1).double() / 255 - mean) / std
    patches = image.unfold(1, patch, stride).unfold(2, patch, stride)
    rows, columns = patches.shape[1:3]
    patches = patches.permute(1, 2, 0, 3, 4).flatten(0, 1)
    with torch.inference_mode():
        slid = model(patches)
        whole = model.convolved(model.features(image[None]))[0]
        torch.testing.assert_close(whole.flatten(1).T, slid)
        patch_macs = macs(model, lambda: model(patches[:1]))
        whole_macs = macs(model, lambda: model.convolved(model.features(image[None])))
    golden = {"rows": rows, "columns": columns, "patch_macs": patch_macs, "whole_macs": whole_macs,
              "scores": [[float(f"{value:.{DIGITS}g}") for value in scores] for scores in slid.tolist()]}
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
