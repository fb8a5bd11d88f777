"""A model file run by PyTorch, operation by operation: what the written graph says, independent of how it was made."""
import math

import torch
from torch.nn import functional as F

from . import model_file

ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid,
               "sigmoid": torch.sigmoid, "gelu": F.gelu, "silu": F.silu, "prelu": F.prelu}


def run(path, picture):
    """The output of the file for `[n, 3, h, w]`."""
    graph, _, tensors = model_file.read(path)
    return run_graph(graph, tensors, picture)


@torch.no_grad()
def run_graph(graph, tensors, picture):
    values = {}
    for node in graph["nodes"]:
        inputs = [values[name] for name in node.get("inputs", [])] or [picture]
        weights = [tensors[name] for name in node.get("weights", [])]
        values[node["name"]] = OPERATIONS[node["op"]](node, inputs, weights)
    return values[graph["output"]]


def target(node, inputs):
    """`[height, width]` of a result that has a size of its own."""
    size = node["size"]
    if size["kind"] == "fixed":
        return [size["height"], size["width"]]
    if size["kind"] == "like":
        return inputs[1].shape[2:]
    return [max(size["min"], math.ceil(side * size["factor"])) for side in inputs[0].shape[2:]]


def conv_transpose2d(node, inputs, weights):
    kernel = weights[0].unflatten(0, (node["groups"], -1)).transpose(1, 2).flatten(0, 1)
    return F.conv_transpose2d(inputs[0], kernel, *weights[1:], stride=node["stride"], padding=node["padding"],
                              output_padding=node["output_padding"], groups=node["groups"])


def max_unpool2d(node, inputs, _):
    x, pooled = inputs
    _, indices = F.max_pool2d(pooled, node["kernel"], node["stride"], return_indices=True)
    return F.max_unpool2d(x, indices, node["kernel"], node["stride"], output_size=pooled.shape[2:])


def resize(node, inputs, _):
    aligned = {"align_corners": node["align_corners"]} if node["mode"] == "bilinear" else {}
    return F.interpolate(inputs[0], tuple(target(node, inputs)), mode=node["mode"], **aligned)


def cut(node, inputs, _):
    (top, left), (height, width) = node["before"], inputs[1].shape[2:]
    return inputs[0][:, :, top:top + height, left:left + width]


def slice_channels(node, inputs, _):
    x = inputs[0][:, node["start"]:node["start"] + node["channels"]]
    return F.pad(x, (0, 0, 0, 0, 0, node["channels"] - x.shape[1]))


def pad2d(node, inputs, _):
    (top, left), (bottom, right) = node["before"], node["after"]
    return F.pad(inputs[0], (left, right, top, bottom))


def attention(node, inputs, _):
    q, k, v = (x.unflatten(1, (node["heads"], -1)).flatten(3).transpose(2, 3) for x in inputs)
    y = (q @ k.transpose(2, 3) * q.shape[3] ** -0.5).softmax(3) @ v
    return y.transpose(2, 3).reshape(inputs[0].shape)


def per_channel(weights):
    return [weight[:, None, None] for weight in weights]


# By operation: node, inputs, weights -> output.
OPERATIONS = {
    "input": lambda n, x, w: x[0],
    "conv2d": lambda n, x, w: F.conv2d(x[0], *w, stride=n["stride"], padding=n["padding"], dilation=n["dilation"],
                                       groups=n["groups"]),
    "conv_transpose2d": conv_transpose2d,
    "affine": lambda n, x, w: x[0] * per_channel(w)[0] + per_channel(w)[1],
    "activation": lambda n, x, w: ACTIVATIONS[n["function"]](x[0], *w),
    "max_pool2d": lambda n, x, w: F.max_pool2d(x[0], n["kernel"], n["stride"], n["padding"],
                                               ceil_mode=n.get("ceil", False)),
    "avg_pool2d": lambda n, x, w: F.avg_pool2d(x[0], n["kernel"], n["stride"], n["padding"]),
    "max_unpool2d": max_unpool2d,
    "adaptive_avg_pool2d": lambda n, x, w: F.adaptive_avg_pool2d(x[0], tuple(target(n, x))),
    "resize": resize,
    "pad2d": pad2d,
    "crop2d": cut,
    "concat": lambda n, x, w: torch.cat(x, 1),
    "slice": slice_channels,
    "add": lambda n, x, w: x[0] + x[1],
    "mul": lambda n, x, w: x[0] * x[1],
    "channel_shuffle": lambda n, x, w: F.channel_shuffle(x[0], n["groups"]),
    "layer_norm": lambda n, x, w: F.layer_norm(x[0].movedim(1, 3), w[0].shape, *w, n["epsilon"]).movedim(3, 1),
    "group_norm": lambda n, x, w: F.group_norm(x[0], n["groups"], *w, n["epsilon"]),
    "attention": attention,
}
