"""Normalisations. A batch norm becomes an affine node, which `fold` puts into the convolution before it."""
import torch

from ..errors import Inexpressible
from ..layouts import axes
from ..rearrange import in_order
from .arithmetic import scaled
from .table import aten, maps


def batch_norm(walk, x, weight, bias, mean, variance, training, momentum, epsilon, cudnn_enabled=True):
    if training or mean is None:
        raise Inexpressible("a batch norm that normalises by the picture's own statistics",
                            "keep running statistics (track_running_stats=True), or use GroupNorm")
    mean, variance = mean.double(), variance.double()
    factor = (1 if weight is None else weight.double()) / (variance + epsilon).sqrt()
    shift = (0 if bias is None else bias.double()) - mean * factor
    # `[c]` lies along the second dimension.
    shape = [-1] + [1] * (len(x.dims) - 2)
    return scaled(walk, x, factor.reshape(shape), shift.reshape(shape))


@maps(aten._native_batch_norm_legit_no_training.default)
def native_batch_norm(walk, x, weight, bias, mean, variance, momentum, epsilon):
    """What torch.export makes of a batch norm in inference; nothing reads the second and third result."""
    return batch_norm(walk, x, weight, bias, mean, variance, False, momentum, epsilon), None, None


@maps(aten.layer_norm.default)
def layer_norm(walk, x, shape, weight=None, bias=None, epsilon=1e-5, cudnn_enable=True):
    x = in_order(walk, x)
    if len(shape) != 1 or axes(x.dims[-1]) != "c" or shape[0] != x.node.channels:
        raise Inexpressible("a layer norm over more or less than the channels of each pixel",
                            "normalise over the channels, or over the whole map by GroupNorm(1, c)")
    weights = scale_and_shift(x.node, weight, bias)
    return x.with_node(walk.emit("layer_norm", [x.node], weights=weights, epsilon=epsilon))


@maps(aten.group_norm.default)
def group_norm(walk, x, groups, weight=None, bias=None, epsilon=1e-5, cudnn_enabled=True):
    node = walk.map(x)
    weights = scale_and_shift(node, weight, bias)
    return walk.result(walk.emit("group_norm", [node], weights=weights, groups=groups, epsilon=epsilon))


@maps(aten.instance_norm.default)
def instance_norm(walk, x, weight, bias, mean, variance, use_input_stats, momentum, epsilon, cudnn_enabled=True):
    if not use_input_stats:
        return batch_norm(walk, x, weight, bias, mean, variance, False, momentum, epsilon)
    return group_norm(walk, x, walk.map(x).channels, weight, bias, epsilon)


def scale_and_shift(node, weight, bias):
    return {"weight": torch.ones(node.channels) if weight is None else weight,
            "bias": torch.zeros(node.channels) if bias is None else bias}
