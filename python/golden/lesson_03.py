"""Golden values of lesson 3, convolution arithmetic: tests/golden/lesson_03.json.

    python python/golden/lesson_03.py

`cases` are convolutions with all their numbers, which the lesson's address takes, and PyTorch's outputs; weights are as the lesson has
them, outputs first. `conv2d` and `conv_transpose2d` are the sizes that PyTorch gives for every setting of the lesson's ranges, in the
order of `axes`, 0 where it refuses.
Made with torch 2.15.0.
"""
import itertools
import json
from pathlib import Path

import torch
import torch.nn.functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_03.json"
SIZES, KERNELS, STRIDES, PADDINGS = range(1, 8), range(1, 6), range(1, 5), range(0, 4)
DILATIONS, OUTPUT_PADDINGS = range(1, 4), range(0, 4)

# Dumoulin and Visin 2016, arXiv 1603.07285, figure 1.1.
FIGURE = {
    "input": [3, 3, 2, 1, 0, 0, 0, 1, 3, 1, 3, 1, 2, 2, 3, 2, 0, 0, 2, 2, 2, 0, 0, 0, 1],
    "weight": [0, 1, 2, 2, 2, 0, 0, 1, 2],
}

CASES = {
    "figure 1.1": {**FIGURE},
    "padded, strided, two channels": {"size": 6, "stride": 2, "padding": 1, "in_channels": 2, "out_channels": 2},
    "two groups": {"padding": 1, "in_channels": 2, "out_channels": 2, "groups": 2},
    "dilated": {"size": 7, "dilation": 2, "padding": 1},
    "even kernel, stride 3": {"size": 7, "kernel_size": 4, "stride": 3, "padding": 2},
    "transposed, odd": {"op": "conv_transpose2d", "size": 3, "stride": 2, "padding": 1, "output_padding": 1},
    "transposed, two groups, gaps": {
        "op": "conv_transpose2d", "size": 3, "kernel_size": 2, "stride": 3, "in_channels": 2, "out_channels": 2, "groups": 2,
    },
    "transposed, two channels to one": {"op": "conv_transpose2d", "size": 4, "kernel_size": 4, "stride": 2, "padding": 1, "in_channels": 2},
    "transposed, one channel to two, cropped": {"op": "conv_transpose2d", "size": 4, "stride": 2, "padding": 3, "out_channels": 2},
}
DEFAULTS = {
    "op": "conv2d", "size": 5, "kernel_size": 3, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "in_channels": 1,
    "out_channels": 1, "groups": 1,
}


def convolve(x, weight, s):
    """`weight` is `[out, in / groups, k, k]` for either operation."""
    if s["op"] == "conv2d":
        return F.conv2d(x, weight, None, s["stride"], s["padding"], s["dilation"], s["groups"])
    groups = s["groups"]
    out, inputs, k, _ = weight.shape
    turned = weight.reshape(groups, out // groups, inputs, k, k).transpose(1, 2).reshape(groups * inputs, out // groups, k, k)
    return F.conv_transpose2d(x, turned, None, s["stride"], s["padding"], s["output_padding"], groups)


def case(changes, generator):
    s = {**DEFAULTS, **changes}
    shape_in = (1, s["in_channels"], s["size"], s["size"])
    shape_weight = (s["out_channels"], s["in_channels"] // s["groups"], s["kernel_size"], s["kernel_size"])

    def numbers(name, shape):
        if name in changes:
            return torch.tensor(changes[name], dtype=torch.float32).reshape(shape)
        # Quarters: exact in f32 and in the address.
        return torch.randint(-12, 13, shape, generator=generator) / 4

    x, weight = numbers("input", shape_in), numbers("weight", shape_weight)
    y = convolve(x, weight, s)
    state = {key: value for key, value in changes.items() if key not in ("input", "weight")}
    return {"state": state, "input": x.flatten().tolist(), "weight": weight.flatten().tolist(), "shape": list(y.shape), "output": y.flatten().tolist()}


def side(op, *numbers):
    size, k, stride, padding, other = numbers
    x, weight = torch.ones(1, 1, size, size), torch.ones(1, 1, k, k)
    try:
        if op == "conv2d":
            return F.conv2d(x, weight, None, stride, padding, other).shape[2]
        return F.conv_transpose2d(x, weight, None, stride, padding, other).shape[2]
    except RuntimeError:
        return 0


def main():
    generator = torch.Generator().manual_seed(3)
    last = {"conv2d": DILATIONS, "conv_transpose2d": OUTPUT_PADDINGS}
    sides = {
        op: [side(op, *numbers) for numbers in itertools.product(SIZES, KERNELS, STRIDES, PADDINGS, axis)] for op, axis in last.items()
    }
    axes = {"size": [*SIZES], "kernel_size": [*KERNELS], "stride": [*STRIDES], "padding": [*PADDINGS]}
    golden = {
        "cases": {name: case(changes, generator) for name, changes in CASES.items()},
        "axes": {**axes, "dilation": [*DILATIONS], "output_padding": [*OUTPUT_PADDINGS]},
        **sides,
    }
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":"), allow_nan=False) + "\n")
    print(GOLDEN.stat().st_size, "bytes;", {op: (len(values), sum(value == 0 for value in values)) for op, values in sides.items()})


if __name__ == "__main__":
    main()
