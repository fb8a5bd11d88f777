"""Golden values of lesson 5, upsampling: tests/golden/lesson_05.json.

    python python/golden/lesson_05.py

Each case is a state of the lesson's address, with all its numbers, and PyTorch's output of every method on it, row by row; `transposed`
is a list over `kernel`, `stride` and `weights` of `settings`, in that order.
Made with torch 2.15.0.
"""
import itertools
import json
from pathlib import Path

import torch
import torch.nn.functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_05.json"
SIDE, FACTOR = 4, 2
KERNELS, STRIDES, WEIGHTS = [1, 2, 3, 4, 5], [1, 2, 3], ["ones", "bilinear"]


def kernel(kind, size):
    if kind == "ones":
        return torch.ones(1, 1, size, size)
    # FCN's, surgery.upsample_filt of shelhamer/fcn.berkeleyvision.org.
    factor = (size + 1) // 2
    centre = factor - 1 if size % 2 == 1 else factor - 0.5
    tent = 1 - (torch.arange(size) - centre).abs() / factor
    return torch.outer(tent, tent)[None, None]


def flat(tensor):
    """Seven digits, as f32 has."""
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def case(values, feature_map, expand):
    x, m = values.reshape(1, 1, SIDE, SIDE), feature_map.reshape(1, 1, SIDE * FACTOR, SIDE * FACTOR)
    pooled, indices = F.max_pool2d(m, FACTOR, return_indices=True)
    return {
        "values": flat(values),
        "map": flat(feature_map),
        "expand": flat(expand),
        "nearest": flat(F.interpolate(x, scale_factor=FACTOR, mode="nearest")),
        "bilinear": flat(F.interpolate(x, scale_factor=FACTOR, mode="bilinear", align_corners=False)),
        "aligned": flat(F.interpolate(x, scale_factor=FACTOR, mode="bilinear", align_corners=True)),
        "nails": flat(F.conv_transpose2d(x, torch.ones(1, 1, 1, 1), stride=FACTOR, output_padding=FACTOR - 1)),
        "pooled": flat(pooled),
        "switches": flat(F.max_unpool2d(torch.ones_like(pooled), indices, FACTOR)),
        "unpooling": flat(F.max_unpool2d(x, indices, FACTOR)),
        "subpixel": flat(F.pixel_shuffle(F.conv2d(x, expand.reshape(FACTOR**2, 1, 1, 1)), FACTOR)),
        "transposed": [flat(F.conv_transpose2d(x, kernel(kind, k), stride=s)) for k, s, kind in itertools.product(KERNELS, STRIDES, WEIGHTS)],
    }


def main():
    generator = torch.Generator().manual_seed(5)

    def quarters(count, low=-12, high=13):
        return torch.randint(low, high, (count,), generator=generator) / 4

    counting = torch.arange(1.0, SIDE * SIDE + 1)
    many = (SIDE * FACTOR) ** 2
    cases = {
        "counting": case(counting, quarters(many), torch.tensor([1, 0.75, 0.5, 0.25])),
        # Windows with ties: the first maximum counts.
        "random, ties in the map": case(quarters(SIDE * SIDE), torch.randint(0, 3, (many,), generator=generator).float(), quarters(FACTOR**2)),
    }
    counts = [flat(F.conv_transpose2d(torch.ones(1, 1, SIDE, SIDE), kernel("ones", k), stride=s)) for k, s in itertools.product(KERNELS, STRIDES)]
    settings = {"kernel": KERNELS, "stride": STRIDES, "weights": WEIGHTS}
    golden = {"settings": settings, "cases": cases, "counts": counts}
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":"), allow_nan=False) + "\n")
    print(GOLDEN.stat().st_size, "bytes", {name: entry["aligned"][:4] for name, entry in cases.items()})


if __name__ == "__main__":
    main()
