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
               "sigmoid": torch.sigmoid, "gelu": F.gelu, "silu": F.silu}


def fixed(height, width):
    return {"kind": "fixed", "height": height, "width": width}


def scale(factor, minimum):
    return {"kind": "scale", "factor": factor, "min": minimum}


def activation(function, source):
    return {"name": function, "op": "activation", "function": function, "inputs": [source]}


def halved(op):
    """A pooling of `x` to `[2, 6, 6, 3]`."""
    return {"name": op, "op": op, "kernel": (2, 2), "stride": (2, 2), "padding": (0, 0), "inputs": ["x"]}


class Cases:
    """Collects one output and one graph per case."""

    def __init__(self):
        self.x = torch.from_numpy(weights.uniform("x", 2 * CHANNELS * 13 * 7, -4.0, 4.0)).reshape(SHAPE)
        self.outputs, self.graphs = {}, {}

    def add(self, name, output, op, suffixes=(), others=(), inputs=None):
        """`op` is the node's operation, `others` are nodes between `x` and it. Its inputs: unless given, all of these."""
        nodes = [{"name": "x", "op": "input", "channels": CHANNELS}, *others]
        nodes.append({"name": name, "inputs": inputs or [node["name"] for node in nodes],
                      "weights": [f"{name}.{suffix}" for suffix in suffixes], **op})
        self.outputs[name] = output.contiguous()
        self.graphs[name] = json.dumps({"nodes": nodes, "output": name}, separators=(",", ":"))

    def conv(self, name, out, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=False):
        weight = weights.tensor(f"{name}.weight", (out, CHANNELS // groups, *kernel))
        b = weights.tensor(f"{name}.bias", (out,)) if bias else None
        op = {"op": "conv2d", "out_channels": out, "kernel": kernel, "stride": stride, "padding": padding,
              "dilation": dilation, "groups": groups, "bias": bias}
        output = F.conv2d(self.x, weight, b, stride, padding, dilation, groups)
        self.add(name, output, op, ("weight", "bias") if bias else ("weight",))

    def conv_transpose(self, name, out, kernel, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), groups=1,
                       bias=False):
        name = f"conv_transpose-{name}"
        kernels = weights.tensor(f"{name}.weight", (out, CHANNELS // groups, *kernel))
        b = weights.tensor(f"{name}.bias", (out,)) if bias else None
        op = {"op": "conv_transpose2d", "out_channels": out, "kernel": kernel, "stride": stride, "padding": padding,
              "output_padding": output_padding, "groups": groups, "bias": bias}
        output = F.conv_transpose2d(self.x, weights.turned(kernels, groups), b, stride, padding, output_padding, groups)
        self.add(name, output, op, ("weight", "bias") if bias else ("weight",))

    def pool(self, name, function, kernel, stride, padding):
        op = {"op": name.split("-")[0], "kernel": kernel, "stride": stride, "padding": padding}
        self.add(name, function(self.x, kernel, stride, padding), op)

    def pool_ceil(self, name, kernel, stride, padding):
        op = {"op": "max_pool2d", "kernel": kernel, "stride": stride, "padding": padding, "ceil": True}
        self.add(name, F.max_pool2d(self.x, kernel, stride, padding, ceil_mode=True), op)

    def unpool(self, name, kernel, stride):
        """Of other values than the maxima, so that those that a wrong switch would let through show."""
        window = {"kernel": kernel, "stride": stride, "padding": (0, 0)}
        pooled, switches = F.max_pool2d(self.x, kernel, stride, return_indices=True)
        others = [{"name": "pooled", "op": "max_pool2d", "inputs": ["x"], **window}, activation("sigmoid", "pooled")]
        output = F.max_unpool2d(pooled.sigmoid(), switches, kernel, stride, output_size=SHAPE[2:])
        self.add(name, output, {"op": "max_unpool2d", **window}, others=others, inputs=["sigmoid", "x"])

    def attention(self, name, heads, others, keys, values):
        """Queries are the pixels of `x`; `others` are the nodes that keys and values come from."""
        n, c, h, w = SHAPE
        split = lambda tokens: tokens.reshape(n, heads, c // heads, -1).transpose(2, 3)  # noqa: E731
        output = F.scaled_dot_product_attention(split(self.x), split(keys), split(values))
        output = output.transpose(2, 3).reshape(n, c, h, w)
        inputs = ["x", *(node["name"] for node in others)]
        self.add(name, output, {"op": "attention", "heads": heads}, others=others, inputs=inputs)

    def adaptive(self, name, size, height, width):
        self.add(name, F.adaptive_avg_pool2d(self.x, (height, width)), {"op": "adaptive_avg_pool2d", "size": size})

    def resize(self, name, mode, align_corners, size, height, width):
        flag = align_corners if mode == "bilinear" else None
        output = F.interpolate(self.x, (height, width), mode=mode, align_corners=flag)
        self.add(name, output, {"op": "resize", "mode": mode, "align_corners": align_corners, "size": size})

    def vectors(self, name, suffixes):
        return [weights.tensor(f"{name}.{suffix}", (CHANNELS,)) for suffix in suffixes]


def convolutions(cases):
    cases.conv("conv-1x1", 5, (1, 1))
    cases.conv("conv-1x1-bias", 9, (1, 1), bias=True)
    cases.conv("conv-1x1-strided", 4, (1, 1), stride=(2, 2))
    cases.conv("conv-1x1-groups", 4, (1, 1), groups=2)
    cases.conv("conv-1x5", 3, (1, 5), padding=(0, 2))
    cases.conv("conv-5x1", 3, (5, 1), padding=(2, 0), bias=True)
    cases.conv("conv-3x3", 5, (3, 3), padding=(1, 1), bias=True)
    cases.conv("conv-3x3-unpadded", 5, (3, 3))
    cases.conv("conv-3x3-strided", 8, (3, 3), stride=(2, 2), padding=(1, 1))
    cases.conv("conv-3x3-groups", 9, (3, 3), padding=(1, 1), groups=3, bias=True)
    cases.conv("conv-3x3-dilated", 3, (3, 3), padding=(2, 2), dilation=(2, 2))
    cases.conv("conv-3x3-dilated-beyond", 3, (3, 3), padding=(12, 12), dilation=(12, 12))
    cases.conv("conv-3x5-unequal", 5, (3, 5), stride=(2, 1), padding=(0, 2), dilation=(1, 1))
    cases.conv("conv-4x4-apart", 9, (4, 4), stride=(4, 4), bias=True)
    cases.conv("conv-7x7", 2, (7, 7), padding=(3, 3), bias=True)
    cases.conv("conv-7x7-strided", 4, (7, 7), stride=(2, 2), padding=(3, 3))
    cases.conv("depthwise-3x3", 6, (3, 3), padding=(1, 1), groups=6)
    cases.conv("depthwise-3x3-strided-dilated", 6, (3, 3), stride=(2, 2), padding=(3, 3), dilation=(3, 3), groups=6)
    cases.conv("depthwise-3x3-dilated-beyond", 6, (3, 3), padding=(4, 4), dilation=(4, 4), groups=6, bias=True)
    cases.conv("depthwise-5x5-strided", 6, (5, 5), stride=(2, 2), padding=(2, 2), groups=6)
    cases.conv("depthwise-5x5-dilated", 6, (5, 5), padding=(4, 4), dilation=(2, 2), groups=6)
    cases.conv_transpose("2x2-doubling", 2, (2, 2), stride=(2, 2), bias=True)
    cases.conv_transpose("3x3-doubling", 2, (3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))
    cases.conv_transpose("4x4-doubling", 2, (4, 4), stride=(2, 2), padding=(1, 1), bias=True)
    cases.conv_transpose("3x3", 3, (3, 3), padding=(1, 1))
    cases.conv_transpose("5x3-unequal", 2, (5, 3), stride=(1, 2), padding=(2, 0), output_padding=(0, 1))
    cases.conv_transpose("3x3-groups", 4, (3, 3), stride=(1, 2), padding=(1, 1), groups=2, bias=True)
    cases.conv_transpose("3x4-depthwise", 6, (3, 4), stride=(1, 2), padding=(1, 1), groups=6)
    cases.conv_transpose("2x2-apart", 2, (2, 2), stride=(1, 3))


def pools(cases):
    cases.pool("max_pool2d-3-2-1", F.max_pool2d, (3, 3), (2, 2), (1, 1))
    cases.pool("max_pool2d-2-2-0", F.max_pool2d, (2, 2), (2, 2), (0, 0))
    cases.pool("max_pool2d-3-1-1", F.max_pool2d, (3, 3), (1, 1), (1, 1))
    cases.pool_ceil("max_pool2d-2-2-0-ceil", (2, 2), (2, 2), (0, 0))
    cases.pool_ceil("max_pool2d-3-2-1-ceil", (3, 3), (2, 2), (1, 1))
    cases.pool_ceil("max_pool2d-3-2-0-ceil", (3, 3), (2, 2), (0, 0))
    cases.unpool("max_unpool2d-2-2", (2, 2), (2, 2))
    cases.unpool("max_unpool2d-3-3", (3, 3), (3, 3))
    cases.unpool("max_unpool2d-2-3", (2, 2), (3, 3))
    cases.pool("avg_pool2d-3-2-1", F.avg_pool2d, (3, 3), (2, 2), (1, 1))
    cases.pool("avg_pool2d-2-2-0", F.avg_pool2d, (2, 2), (2, 2), (0, 0))
    cases.adaptive("adaptive-5x5", fixed(5, 5), 5, 5)
    cases.adaptive("adaptive-1x1", fixed(1, 1), 1, 1)
    cases.adaptive("adaptive-17x9-enlarging", fixed(17, 9), 17, 9)
    cases.adaptive("adaptive-half", scale(0.5, 5), 7, 5)
    cases.adaptive("adaptive-tenth", scale(0.1, 5), 5, 5)
    cases.add("adaptive-like", F.adaptive_avg_pool2d(cases.x, (6, 3)),
              {"op": "adaptive_avg_pool2d", "size": {"kind": "like"}}, others=[halved("avg_pool2d")])


def resizes(cases):
    for mode, align_corners in (("nearest", False), ("bilinear", False), ("bilinear", True)):
        name = f"{mode}{'-aligned' if align_corners else ''}"
        cases.resize(f"{name}-19x11", mode, align_corners, fixed(19, 11), 19, 11)
        cases.resize(f"{name}-5x4", mode, align_corners, fixed(5, 4), 5, 4)
        cases.resize(f"{name}-1x1", mode, align_corners, fixed(1, 1), 1, 1)
    cases.resize("bilinear-one-and-a-half", "bilinear", False, scale(1.5, 5), 20, 11)
    cases.resize("nearest-double", "nearest", False, scale(2.0, 1), 26, 14)
    cases.resize("bilinear-aligned-double", "bilinear", True, scale(2.0, 1), 26, 14)
    cases.add("bilinear-like", F.interpolate(cases.x, (6, 3), mode="bilinear"),
              {"op": "resize", "mode": "bilinear", "align_corners": False, "size": {"kind": "like"}},
              others=[halved("avg_pool2d")])


def activations_and_norms(cases):
    x = cases.x
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
    # An epsilon that shows beside the variance of `x`, and one as networks have it.
    for name, epsilon in (("layer_norm", 1e-6), ("layer_norm-epsilon", 0.5)):
        gamma, beta = cases.vectors(name, ["weight", "bias"])
        output = F.layer_norm(x.permute(0, 2, 3, 1), (CHANNELS,), gamma, beta, epsilon).permute(0, 3, 1, 2)
        cases.add(name, output, {"op": "layer_norm", "epsilon": epsilon}, ["weight", "bias"])
    for groups, epsilon in ((2, 1e-5), (3, 0.5)):
        gamma, beta = cases.vectors(f"group_norm-{groups}", ["weight", "bias"])
        op = {"op": "group_norm", "groups": groups, "epsilon": epsilon}
        cases.add(f"group_norm-{groups}", F.group_norm(x, groups, gamma, beta, epsilon), op, ["weight", "bias"])


def arrangements(cases):
    """What moves values without computing, and what joins two maps."""
    x = cases.x
    for groups in (2, 3):
        op = {"op": "channel_shuffle", "groups": groups}
        cases.add(f"channel_shuffle-{groups}", F.channel_shuffle(x, groups), op)
    for name, (top, bottom, left, right) in (("pad2d", (2, 1, 0, 2)), ("pad2d-beyond", (0, 1, 0, 1))):
        op = {"op": "pad2d", "before": (top, left), "after": (bottom, right)}
        cases.add(name, F.pad(x, (left, right, top, bottom)), op)
    cases.add("crop2d", x[:, :, 5:11, 3:6], {"op": "crop2d", "before": (5, 3)}, others=[halved("avg_pool2d")])
    cases.add("slice", x[:, 1:5], {"op": "slice", "start": 1, "channels": 4})
    cases.add("slice-padded", F.pad(x, (0, 0, 0, 0, 0, 1)), {"op": "slice", "start": 0, "channels": 7})
    cases.add("slice-beyond", F.pad(x[:, 4:], (0, 0, 0, 0, 0, 3)), {"op": "slice", "start": 4, "channels": 5})
    sigmoid = [activation("sigmoid", "x")]
    average = [{"name": "average", "op": "adaptive_avg_pool2d", "size": fixed(1, 1), "inputs": ["x"]}]
    mean = F.adaptive_avg_pool2d(x, 1)
    cases.add("add", x + x.sigmoid(), {"op": "add"}, others=sigmoid)
    cases.add("add-broadcast", x + mean, {"op": "add"}, others=average)
    cases.add("mul", x * x.sigmoid(), {"op": "mul"}, others=sigmoid)
    cases.add("mul-broadcast", x * mean, {"op": "mul"}, others=average)
    cases.add("concat", torch.cat([x, x.sigmoid()], 1), {"op": "concat"}, others=sigmoid)


def attentions(cases):
    x = cases.x
    same = [activation("hardswish", "x"), activation("relu6", "x")], F.hardswish(x), F.relu6(x)
    coarser = [halved("avg_pool2d"), halved("max_pool2d")], F.avg_pool2d(x, 2), F.max_pool2d(x, 2)
    for heads in (1, 2, 3):
        cases.attention(f"attention-{heads}", heads, *same)
    for heads in (1, 2):
        cases.attention(f"attention-{heads}-coarser", heads, *coarser)


def main():
    cases = Cases()
    for group in (convolutions, pools, resizes, activations_and_norms, arrangements, attentions):
        group(cases)
    save_file(cases.outputs, GOLDEN, metadata=cases.graphs)
    GOLDEN.chmod(0o644)
    print(f"{len(cases.outputs)} cases, {GOLDEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
