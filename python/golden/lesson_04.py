"""Extents of receptive fields, from gradients: tests/golden/lesson_04.json.

    python python/golden/lesson_04.py

Each stack of convolutions has random positive weights, so that nothing cancels: the gradient of one value by the input is positive at
exactly those pixels that it reads. Their first and last are written down, for a value so far inside that no padding is read.
Made with torch 2.15.0.
"""
import json
from pathlib import Path

import torch

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_04.json"

# Kernel, stride, padding, dilation of each layer; the side of the input, the position of the value.
CASES = [
    ([(3, 1, 1, 1), (3, 1, 1, 1), (3, 1, 1, 1)], 32, 15),
    ([(3, 1, 1, 1), (3, 1, 2, 2), (3, 1, 4, 4)], 40, 20),
    ([(3, 2, 1, 1), (3, 2, 1, 1), (3, 2, 1, 1)], 80, 5),
    ([(7, 2, 3, 1), (3, 1, 2, 2), (2, 2, 0, 1)], 64, 9),
    # Paddings and kernels that keep nothing in the middle.
    ([(4, 3, 1, 1), (2, 1, 3, 5), (5, 2, 0, 2)], 120, 8),
    ([(2, 1, 0, 3), (3, 4, 5, 2), (1, 2, 0, 1), (3, 1, 1, 1)], 150, 8),
    # Strides beyond the kernel leave pixels out; the ends remain.
    ([(2, 5, 0, 1), (3, 1, 1, 1), (2, 1, 1, 1)], 90, 9),
]


def extent(layers, side, position):
    """Of the value in the middle column at `position`: first and last pixel across, and the values across of the last map."""
    generator = torch.Generator().manual_seed(4)
    x = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    value = x
    for kernel, stride, padding, dilation in layers:
        weight = torch.rand(1, 1, kernel, kernel, dtype=torch.float64, generator=generator) + 0.1
        value = torch.nn.functional.conv2d(value, weight, stride=stride, padding=padding, dilation=dilation)
    value[0, 0, position, position].backward()
    read = (x.grad[0, 0] > 0).nonzero()
    (top, left), (bottom, right) = read.min(0).values.tolist(), read.max(0).values.tolist()
    assert (top, bottom) == (left, right), "square windows on a square"
    assert 0 < left and right < side - 1, "no padding is read"
    return left, right, value.shape[-1]


def main():
    lines = []
    for layers, side, position in CASES:
        first, last, values = extent(layers, side, position)
        stack = "_".join("-".join(map(str, [f"c{kernel}", stride, padding, *([dilation] if dilation > 1 else [])]))
                         for kernel, stride, padding, dilation in layers)
        lines.append(json.dumps({"stack": stack, "side": side, "position": position, "first": first, "last": last, "values": values}))
        print(lines[-1])
    GOLDEN.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
