"""Element-wise functions of one map. They leave the layout as it is."""
import torch

from ..errors import Inexpressible
from ..rearrange import in_order
from .table import aten, maps

INF = float("inf")


def activation(walk, node, function, weights=None):
    return walk.emit("activation", [node], weights=weights, function=function)


def _named(target, function):
    maps(target)(lambda walk, x: x.with_node(activation(walk, x.node, function)))


for _target, _function in ((aten.relu.default, "relu"), (aten.sigmoid.default, "sigmoid"),
                           (aten.silu.default, "silu"), (aten.hardswish.default, "hardswish"),
                           (aten.hardsigmoid.default, "hardsigmoid")):
    _named(_target, _function)


@maps(aten.gelu.default)
def gelu(walk, x, approximate="none"):
    if approximate != "none":
        raise Inexpressible("GELU by tanh; the format has the exact one",
                            "use approximate='none', and train on for a little")
    return x.with_node(activation(walk, x.node, "gelu"))


@maps(aten.tanh.default)
def tanh(walk, x):
    """`2 * sigmoid(2 * x) - 1`."""
    y = activation(walk, walk.affine(x.node, 2, 0), "sigmoid")
    return x.with_node(walk.affine(y, 2, -1))


@maps(aten.prelu.default)
def prelu(walk, x, slope):
    x = in_order(walk, x)
    weight = slope if slope.numel() == x.node.channels else (slope.expand(x.node.channels), slope)
    return x.with_node(activation(walk, x.node, "prelu", {"weight": weight}))


@maps(aten.leaky_relu.default)
def leaky_relu(walk, x, slope=0.01):
    return x.with_node(activation(walk, x.node, "prelu", {"weight": torch.full([x.node.channels], float(slope))}))


@maps(aten.abs.default)
def absolute(walk, x):
    return leaky_relu(walk, x, -1.0)


@maps(aten.clamp.default, aten.hardtanh.default)
def clamp(walk, x, low=None, high=None):
    """By ReLU from one side, by ReLU6 of a stretched map from both."""
    if walk.current.target is aten.hardtanh.default:
        low, high = -1.0 if low is None else low, 1.0 if high is None else high
    low, high = -INF if low is None else low, INF if high is None else high
    node = x.node
    if (low, high) == (0, 6):
        node = activation(walk, node, "relu6")
    elif high == INF:
        node = walk.affine(activation(walk, walk.affine(node, 1, -low), "relu"), 1, low)
    elif low == -INF:
        node = walk.affine(activation(walk, walk.affine(node, -1, high), "relu"), -1, high)
    else:
        stretch = 6 / (high - low)
        node = walk.affine(activation(walk, walk.affine(node, stretch, -low * stretch), "relu6"), 1 / stretch, low)
    return x.with_node(node)


@maps(aten.clamp_min.default)
def clamp_min(walk, x, low):
    return clamp(walk, x, low)


@maps(aten.clamp_max.default)
def clamp_max(walk, x, high):
    return clamp(walk, x, None, high)
