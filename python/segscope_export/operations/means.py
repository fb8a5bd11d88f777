"""Means and sums over pixels and over channels."""
from functools import partial, reduce

import torch

from ..errors import Inexpressible
from ..layouts import axes
from ..rearrange import convolution, in_order
from ..sizes import constant
from ..values import Scores, Stack, Value
from .arithmetic import joined, scaled
from .channels import SEPARATELY
from .table import aten, maps


@maps(aten.mean.dim)
def mean(walk, x, dims, keepdim=False, dtype=None):
    return averaged(walk, x, dims, keepdim, is_sum=False)


@maps(aten.sum.dim_IntList)
def total(walk, x, dims, keepdim=False, dtype=None):
    return averaged(walk, x, dims, keepdim, is_sum=True)


def averaged(walk, x, dims, keepdim, is_sum):
    if isinstance(x, Stack):
        return merged(walk, x, dims, keepdim, is_sum)
    if isinstance(x.node, Scores):
        raise Inexpressible("a mean of attention scores")
    x = in_order(walk, x)
    rank = len(x.dims)
    over = {dim % rank for dim in (dims or range(rank))}
    left = "".join(axes(dim) for i, dim in enumerate(x.dims) if i not in over)
    gone = "".join(axes(dim) for i, dim in enumerate(x.dims) if i in over)
    node = x.node
    if gone and "h" not in left and "w" not in left and not gone.strip("hw"):
        pixels = [constant(node.height), constant(node.width)]
        if is_sum and None in pixels:
            raise Inexpressible("a sum over all pixels, which grows with the picture", "use the mean")
        one = (1,) * len(walk.batch)
        node = walk.emit("adaptive_avg_pool2d", [node], None, one, one, size={"kind": "fixed", "height": 1, "width": 1})
        if is_sum:
            node = walk.affine(node, pixels[0] * pixels[1], 0)
    elif gone == "c" and "c" not in left:
        # A 1x1 convolution that weighs all channels alike.
        node = convolution(walk, node, torch.full((1, node.channels, 1, 1), 1.0 if is_sum else 1 / node.channels))
    elif gone:
        raise Inexpressible("a mean or sum over something else than all pixels or all channels",
                            "use mean((2, 3)) or mean(1)")
    kept = [() if i in over else dim for i, dim in enumerate(x.dims) if keepdim or i not in over]
    return Value(node, tuple(kept))


def merged(walk, stack, dims, keepdim, is_sum):
    """The sum or mean of stacked maps."""
    if keepdim or [dim % (len(stack.values[0].dims) + 1) for dim in dims or []] != [stack.dim]:
        raise Inexpressible("a mean or sum over something else than the maps of a stack", SEPARATELY)
    total = reduce(partial(joined, walk, "add"), stack.values)
    return total if is_sum else scaled(walk, total, 1 / len(stack.values), 0)
