"""Golden outputs of single operations: tests/golden/ops.safetensors.

    python python/golden/ops.py

Each tensor is the output of one case; the file's metadata holds the case as a graph in the project's JSON form. Weights and
input come from `weights.py` (input `[2, 6, 13, 7]`, odd and unequal). Made with torch 2.15.0.
"""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

import weights

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "ops.safetensors"
SHAPE = (2, 6, 13, 7)
CHANNELS = SHAPE[1]
ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid,
               "sigmoid": torch.sigmoid}


def fixed(height, width):
    return {"kind": "fixed", "height": height, "width": width}


def scale(factor, minimum):
    return {"kind": "scale", "factor": factor, "min": minimum}


class Cases:
    """Collects one output and one graph per case."""

    def __init__(self):
        self.x = torch.from_numpy(weights.uniform("x", 2 * CHANNELS * 13 * 7, -4.0, 4.0)).reshape(SHAPE)
        self.outputs, self.graphs = {}, {}

    def add(self, name, output, op, suffixes=(), other=None):
        """`op` is the node's operation; `other` is the node its second input comes from, if it has one."""
        nodes = [{"name": "x", "op": "input", "channels": CHANNELS}]
        if other:
            nodes.append(other)
        nodes.append({"name": name, "inputs": [node["name"] for node in nodes],
                      "weights": [f"{name}.{suffix}" for suffix in suffixes], **op})
        self.outputs[name] = output.contiguous()
        self.graphs[name] = json.dumps({"nodes": nodes, "output": name})

    def conv(self, name, out, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=False):
        weight = weights.tensor(f"{name}.weight", (out, CHANNELS // groups, *kernel))
        b = weights.tensor(f"{name}.bias", (out,)) if bias else None
        op = {"op": "conv2d", "out_channels": out, "kernel": kernel, "stride": stride, "padding": padding,
              "dilation": dilation, "groups": groups, "bias": bias}
        output = F.conv2d(self.x, weight, b, stride, padding, dilation, groups)
        self.add(name, output, op, ("weight", "bias") if bias else ("weight",))

    def pool(self, name, function, kernel, stride, padding):
        op = {"op": name.split("-")[0], "kernel": kernel, "stride": stride, "padding": padding}
        self.add(name, function(self.x, kernel, stride, padding), op)

    def adaptive(self, name, size, height, width):
        self.add(name, F.adaptive_avg_pool2d(self.x, (height, width)), {"op": "adaptive_avg_pool2d", "size": size})

    def resize(self, name, mode, align_corners, size, height, width):
        flag = align_corners if mode == "bilinear" else None
        output = F.interpolate(self.x, (height, width), mode=mode, align_corners=flag)
        self.add(name, output, {"op": "resize", "mode": mode, "align_corners": align_corners, "size": size})

    def vectors(self, name, suffixes):
        return [weights.tensor(f"{name}.{suffix}", (CHANNELS,)) for suffix in suffixes]


def main():
    cases = Cases()
    x = cases.x
    cases.conv("conv-1x1", 5, (1, 1))
    cases.conv("conv-1x1-bias", 9, (1, 1), bias=True)
    cases.conv("conv-1x1-strided", 4, (1, 1), stride=(2, 2))
    cases.conv("conv-1x1-groups", 4, (1, 1), groups=2)
    cases.conv("conv-3x3", 5, (3, 3), padding=(1, 1), bias=True)
    cases.conv("conv-3x3-unpadded", 5, (3, 3))
    cases.conv("conv-3x3-strided", 8, (3, 3), stride=(2, 2), padding=(1, 1))
    cases.conv("conv-3x3-groups", 9, (3, 3), padding=(1, 1), groups=3, bias=True)
    cases.conv("conv-3x5-unequal", 5, (3, 5), stride=(2, 1), padding=(0, 2), dilation=(1, 1))
    cases.conv("conv-7x7-strided", 4, (7, 7), stride=(2, 2), padding=(3, 3))
    cases.conv("depthwise-3x3", 6, (3, 3), padding=(1, 1), groups=6)
    cases.conv("depthwise-3x3-strided-dilated", 6, (3, 3), stride=(2, 2), padding=(3, 3), dilation=(3, 3), groups=6)
    cases.conv("depthwise-3x3-dilated-beyond", 6, (3, 3), padding=(4, 4), dilation=(4, 4), groups=6, bias=True)
    cases.conv("depthwise-5x5-dilated", 6, (5, 5), padding=(4, 4), dilation=(2, 2), groups=6)
    cases.pool("max_pool2d-3-2-1", F.max_pool2d, (3, 3), (2, 2), (1, 1))
    cases.pool("max_pool2d-2-2-0", F.max_pool2d, (2, 2), (2, 2), (0, 0))
    cases.pool("avg_pool2d-3-2-1", F.avg_pool2d, (3, 3), (2, 2), (1, 1))
    cases.pool("avg_pool2d-2-2-0", F.avg_pool2d, (2, 2), (2, 2), (0, 0))
    cases.adaptive("adaptive-5x5", fixed(5, 5), 5, 5)
    cases.adaptive("adaptive-1x1", fixed(1, 1), 1, 1)
    cases.adaptive("adaptive-17x9-enlarging", fixed(17, 9), 17, 9)
    cases.adaptive("adaptive-half", scale(0.5, 5), 7, 5)
    cases.adaptive("adaptive-tenth", scale(0.1, 5), 5, 5)
    for mode, align_corners in (("nearest", False), ("bilinear", False), ("bilinear", True)):
        name = f"{mode}{'-aligned' if align_corners else ''}"
        cases.resize(f"{name}-19x11", mode, align_corners, fixed(19, 11), 19, 11)
        cases.resize(f"{name}-one-and-a-half", mode, align_corners, scale(1.5, 5), 20, 11)
        cases.resize(f"{name}-5x4", mode, align_corners, fixed(5, 4), 5, 4)
        cases.resize(f"{name}-1x1", mode, align_corners, fixed(1, 1), 1, 1)
    cases.resize("nearest-double", "nearest", False, scale(2.0, 1), 26, 14)
    cases.resize("bilinear-aligned-double", "bilinear", True, scale(2.0, 1), 26, 14)
    for name, function in ACTIVATIONS.items():
        cases.add(name, function(x), {"op": "activation", "function": name})
    slope, = cases.vectors("prelu", ["weight"])
    cases.add("prelu", F.prelu(x, slope), {"op": "activation", "function": "prelu"}, ["weight"])
    for name, epsilon in (("batch_norm", 1e-5), ("batch_norm-mobilenet_v3", 1e-3)):
        suffixes = ["weight", "bias", "running_mean", "running_var"]
        gamma, beta, mean, variance = cases.vectors(name, suffixes)
        output = F.batch_norm(x, mean, variance, gamma, beta, eps=epsilon)
        cases.add(name, output, {"op": "batch_norm", "epsilon": epsilon}, suffixes)
    factor, shift = cases.vectors("affine", ["scale", "shift"])
    cases.add("affine", x * factor[:, None, None] + shift[:, None, None], {"op": "affine"}, ["scale", "shift"])
    for groups in (2, 3):
        op = {"op": "channel_shuffle", "groups": groups}
        cases.add(f"channel_shuffle-{groups}", F.channel_shuffle(x, groups), op)
    sigmoid = {"name": "second", "op": "activation", "function": "sigmoid", "inputs": ["x"]}
    average = {"name": "second", "op": "adaptive_avg_pool2d", "size": fixed(1, 1), "inputs": ["x"]}
    mean = F.adaptive_avg_pool2d(x, 1)
    cases.add("add", x + x.sigmoid(), {"op": "add"}, other=sigmoid)
    cases.add("add-broadcast", x + mean, {"op": "add"}, other=average)
    cases.add("mul", x * x.sigmoid(), {"op": "mul"}, other=sigmoid)
    cases.add("mul-broadcast", x * mean, {"op": "mul"}, other=average)
    cases.add("concat", torch.cat([x, x.sigmoid()], 1), {"op": "concat"}, other=sigmoid)
    halved = {"name": "second", "op": "avg_pool2d", "kernel": (2, 2), "stride": (2, 2), "padding": (0, 0), "inputs": ["x"]}
    size = {"kind": "like"}
    cases.add("bilinear-like", F.interpolate(x, (6, 3), mode="bilinear"),
              {"op": "resize", "mode": "bilinear", "align_corners": False, "size": size}, other=halved)
    cases.add("adaptive-like", F.adaptive_avg_pool2d(x, (6, 3)), {"op": "adaptive_avg_pool2d", "size": size}, other=halved)
    save_file(cases.outputs, GOLDEN, metadata=cases.graphs)
    GOLDEN.chmod(0o644)
    print(f"{len(cases.outputs)} cases, {GOLDEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
