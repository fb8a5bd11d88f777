"""Attention, as one operation of PyTorch's or written out: softmax(q k^T * s) v."""
from dataclasses import replace

import torch

from ..errors import Inexpressible
from ..layouts import Atom, axes
from ..rearrange import convolution, in_order
from ..sizes import constant
from ..values import Scores, Value
from .table import aten, maps

ONLY = "the format has softmax(q k^T * s) v over all pixels, heads being groups of channels; bring it to that form"
PIXELS = ("hw", "h", "w", "")


@maps(aten.scaled_dot_product_attention.default)
def scaled_dot_product_attention(walk, q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False):
    if attn_mask is not None or is_causal or enable_gqa:
        raise Inexpressible("attention with a mask, a positional bias or shared heads", ONLY)
    q, k, v = (in_order(walk, of_pixels(value, -2, -1)) for value in (q, k, v))
    heads, size = split_heads(q, -1)
    is_split_alike = split_heads(k, -1) == (heads, size) and split_heads(v, -1)[0] == heads
    if not is_split_alike or not outer_axes(q) == outer_axes(k) == outer_axes(v):
        raise Inexpressible("queries, keys and values that are not split into the same heads", ONLY)
    scores = Scores(q.node, k.node, heads, scale or size ** -0.5)
    return Value(attend(walk, scores, v.node), (*v.dims[:-2], q.dims[-2], v.dims[-1]))


def product(walk, a, b):
    """A matrix product of maps: queries by keys, or attention by values from either side."""
    if not isinstance(a, Value) or not isinstance(b, Value):
        raise Inexpressible("a product with a constant from the left or for each head", "use a linear layer")
    for scores, values, side in ((a, b, 0), (b, a, 1)):
        if isinstance(scores.node, Scores):
            return weighted(walk, scores, values, side)
    queries, keys = in_order(walk, of_pixels(a, -2, -1)), in_order(walk, of_pixels(b, -1, -2))
    heads, size = split_heads(queries, -1)
    if split_heads(keys, -2) != (heads, size) or queries.dims[:-2] != keys.dims[:-2]:
        raise Inexpressible("queries and keys that are not split into the same heads", ONLY)
    of_keys = tuple(Atom(f"k{part.axis}", part.size) for part in keys.dims[-1])
    return Value(Scores(queries.node, keys.node, heads, 1.0), (*queries.dims[:-1], of_keys))


def weighted(walk, scores, values, side):
    """Attention times values `[.., pixels, d]`, or their transpose times its transpose."""
    of_keys, of_queries = (-1, -2) if side == 0 else (-2, -1)
    expected = tuple(Atom(f"k{part.axis}", part.size) for part in values.dims[of_queries])
    if not scores.node.is_softmaxed or isinstance(values.node, Scores) or scores.dims[of_keys] != expected:
        raise Inexpressible("a product of attention scores that is not attention", ONLY)
    pixels, size = (-2, -1) if side == 0 else (-1, -2)
    values = in_order(walk, of_pixels(values, pixels, size))
    if split_heads(values, size)[0] != scores.node.heads or outer_axes(values) != outer_axes(scores):
        raise Inexpressible("values that are not split into the heads of the queries", ONLY)
    dims = list(values.dims)
    dims[pixels] = scores.dims[of_queries]
    return Value(attend(walk, scores.node, values.node), tuple(dims))


@maps(aten.softmax.int)
def softmax(walk, x, dim, dtype=None):
    if not isinstance(x.node, Scores):
        raise Inexpressible("a softmax outside of attention", "leave it off the output: the page takes it itself")
    of_dim = axes(x.dims[dim])
    keys = "".join(axes(part for part in parts if part.axis in ("kh", "kw")) for parts in x.dims)
    if x.node.is_softmaxed or of_dim != keys:
        raise Inexpressible("a softmax that is not over the keys of each query", ONLY)
    return x.with_node(replace(x.node, is_softmaxed=True))


def of_pixels(value, pixels, channels):
    """Checks that a value is `[.., pixels, d]` or its transpose, with nothing but pictures and heads before."""
    if isinstance(value.node, Scores) or len(value.dims) < 3:
        raise Inexpressible("a product of attention scores that is not attention", ONLY)
    others = "".join(axes(dim) for dim in value.dims[:-2])
    if axes(value.dims[pixels]) not in PIXELS or axes(value.dims[channels]).strip("c") or others.strip("nc"):
        raise Inexpressible("attention between other things than the pixels of one map", ONLY)
    return value


def outer_axes(value):
    """How pictures and heads lie before the last two dimensions."""
    return [axes(dim) for dim in value.dims[:-2]]


def split_heads(value, dim):
    """Heads, and the channels of each, in `dim`."""
    size = 1
    for part in value.dims[dim]:
        size *= constant(part.size)
    return value.node.channels // size, size


def attend(walk, scores, values):
    """The format's attention: queries, keys and values have the same channels, and the scale is that of their size."""
    queries, keys, heads = scores.queries, scores.keys, scores.heads
    size, out = queries.channels // heads, values.channels // heads
    widest = max(size, out)
    queries, keys = (with_size(walk, node, heads, widest) for node in (queries, keys))
    factor = scores.factor * widest ** 0.5
    if abs(factor - 1) > 1e-9:
        queries = walk.affine(queries, factor, 0)
    result = walk.emit("attention", [queries, keys, with_size(walk, values, heads, widest)], heads=heads)
    return with_size(walk, result, heads, out)


def with_size(walk, node, heads, size):
    """Each head with zeros behind its channels, or without the last of them."""
    if node.channels == heads * size:
        return node
    if heads == 1:
        return walk.emit("slice", [node], size, start=0, channels=size)
    kernel = torch.eye(size, node.channels // heads).repeat(heads, 1)
    return convolution(walk, node, kernel[:, :, None, None], groups=heads)
