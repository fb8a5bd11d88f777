"""Sums, differences, products and quotients of maps with maps and with constants."""
from dataclasses import replace

import torch

from .. import layouts
from ..errors import Inexpressible
from ..rearrange import expanded, in_order
from ..sizes import constant
from ..values import Scores, Value
from .activations import activation
from .table import aten, maps

LEARNED_MAP = "learn it as a convolution with padding, which can tell positions, or leave it out"


def channel_vector(value, tensor):
    """`tensor`, broadcast against `value`, as one number for each of the node's channels."""
    tensor = torch.as_tensor(tensor, dtype=torch.float64)
    if tensor.numel() == 1:
        return tensor.flatten()
    rank = len(value.dims)
    if tensor.dim() > rank:
        raise Inexpressible("a constant with more dimensions than the map has", "give it the shape [c, 1, 1]")
    tensor = tensor.reshape([1] * (rank - tensor.dim()) + list(tensor.shape))
    shape, parts = [], []
    for dim, size in zip(value.dims, tensor.shape):
        if size > 1 and layouts.axes(dim).strip("c"):
            raise Inexpressible("a constant that differs from pixel to pixel, as a positional encoding", LEARNED_MAP)
        of_channels = [part for part in dim if part.axis == "c"]
        count = [constant(part.size) for part in of_channels]
        if size > 1 and torch.Size(count).numel() != size:
            raise Inexpressible("a constant that repeats a map of one channel", "expand the map by a 1x1 convolution")
        shape.append((size, count))
        parts += of_channels
    # Along each part of the channels, then these in the node's order.
    tensor = tensor.reshape([side for size, count in shape for side in (count if size > 1 else [1] * len(count))])
    tensor = tensor.expand([constant(part.size) for part in parts])
    order = sorted(range(len(parts)), key=lambda i: -parts[i].stride)
    return tensor.permute(order).flatten()


def scaled(walk, value, factor, shift):
    """`value * factor + shift` with constants."""
    if isinstance(value.node, Scores):
        if torch.as_tensor(shift).count_nonzero() or torch.as_tensor(factor).numel() != 1 or value.node.is_softmaxed:
            raise Inexpressible("attention with something added to its scores, as a positional bias or mask",
                                "train without it; the format has softmax(q k^T * s) v only")
        return value.with_node(replace(value.node, factor=value.node.factor * float(factor)))
    node = walk.affine(value.node, channel_vector(value, factor), channel_vector(value, shift))
    return value.with_node(node)


def joined(walk, op, a, b):
    """`a` and `b`, maps in any layout, joined by `add` or `mul` with PyTorch's broadcasting."""
    if isinstance(a.node, Scores) or isinstance(b.node, Scores):
        raise Inexpressible("attention with something added to its scores, as a positional bias or mask",
                            "train without it; the format has softmax(q k^T * s) v only")
    if a.dims != b.dims:
        a, b = in_order(walk, a), in_order(walk, b)
    rank = max(len(a.dims), len(b.dims))
    a, b = (value.with_dims([()] * (rank - len(value.dims)) + list(value.dims)) for value in (a, b))
    dims = [of_a or of_b for of_a, of_b in zip(a.dims, b.dims)]
    if any(side and side != dim for value in (a, b) for side, dim in zip(value.dims, dims)):
        raise Inexpressible("two maps that lie differently", "bring both to [n, c, h, w] before they are joined")
    channels = max(a.node.channels, b.node.channels)
    height, width = (max(getattr(a.node, side), getattr(b.node, side)) for side in ("height", "width"))
    if is_column(a.node) and not is_column(b.node):
        a, b = b, a
    first = expanded(walk, a.node, channels, height, width)
    # The second may be one pixel that counts for all.
    second = b.node if is_column(b.node) and b.node.channels == channels else expanded(
        walk, b.node, channels, *((b.node.height, b.node.width) if is_column(b.node) else (height, width)))
    return Value(walk.emit(op, [first, second]), tuple(dims))


def is_column(node):
    return constant(node.height) == constant(node.width) == 1


@maps(aten.add.Tensor)
def add(walk, a, b, alpha=1):
    if isinstance(a, Value) and isinstance(b, Value):
        return joined(walk, "add", a, b if alpha == 1 else scaled(walk, b, alpha, 0))
    if isinstance(a, Value):
        return scaled(walk, a, 1, torch.as_tensor(b, dtype=torch.float64) * alpha)
    return scaled(walk, b, alpha, a)


@maps(aten.sub.Tensor)
def sub(walk, a, b, alpha=1):
    return add(walk, a, b, -alpha)


@maps(aten.rsub.Scalar)
def rsub(walk, a, b, alpha=1):
    return add(walk, b, a, -alpha)


@maps(aten.neg.default)
def neg(walk, x):
    return scaled(walk, x, -1, 0)


@maps(aten.mul.Tensor)
def mul(walk, a, b):
    if isinstance(a, Value) and isinstance(b, Value):
        return joined(walk, "mul", a, b)
    return scaled(walk, a, b, 0) if isinstance(a, Value) else scaled(walk, b, a, 0)


@maps(aten.div.Tensor)
def div(walk, a, b):
    if isinstance(b, Value):
        raise Inexpressible("a quotient by a map", "multiply by a sigmoid instead, or normalise with a norm layer")
    return scaled(walk, a, 1 / torch.as_tensor(b, dtype=torch.float64), 0)


@maps(aten.pow.Tensor_Scalar)
def power(walk, x, exponent):
    if exponent not in (1, 2):
        raise Inexpressible(f"the power {exponent}; the format has products only", "use x * x")
    return x if exponent == 1 else joined(walk, "mul", x, x)


@maps(aten.maximum.default)
def maximum(walk, a, b):
    """`a + relu(b - a)`."""
    excess = sub(walk, b, a)
    return add(walk, a, excess.with_node(activation(walk, excess.node, "relu")))


@maps(aten.minimum.default)
def minimum(walk, a, b):
    """`a - relu(a - b)`."""
    excess = sub(walk, a, b)
    return sub(walk, a, excess.with_node(activation(walk, excess.node, "relu")))
