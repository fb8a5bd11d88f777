"""Channels in another order, maps expanded and cropped: what views and slices cost where the format has no view for
them."""
import torch

from . import layouts, sizes
from .errors import Inexpressible
from .sizes import constant
from .values import Value


def in_order(walk, value):
    """The same value with its channels in the order in which its dimensions have them."""
    dims = layouts.renumbered(value.dims)
    if dims == value.dims:
        return value
    return Value(gather(walk, value.node, channel_indices(value)), dims)


def channel_indices(value, dim=None, picked=None):
    """The node's channel of each channel of `value`, in the order of its dimensions; with only the `picked` ones of
    `dim`."""
    indices = torch.zeros(1, dtype=torch.long)
    for i, parts in enumerate(value.dims):
        of_dim = torch.zeros(1, dtype=torch.long)
        for part in (part for part in parts if part.axis == "c"):
            steps = torch.arange(constant(part.size)) * part.stride
            of_dim = (of_dim[:, None] + steps).flatten()
        if i == dim:
            of_dim = of_dim[picked]
        indices = (indices[:, None] + of_dim).flatten()
    return indices


def gather(walk, node, indices):
    """A node of the channels `indices` of another: a slice, a channel shuffle, or else a 1x1 convolution of ones and
    zeros, which is exact too."""
    start, count = int(indices[0]), len(indices)
    if torch.equal(indices, torch.arange(start, start + count)):
        return node if count == node.channels else walk.emit("slice", [node], count, start=start, channels=count)
    for groups in range(2, node.channels):
        if count == node.channels and count % groups == 0:
            if torch.equal(indices, torch.arange(count).view(groups, -1).T.flatten()):
                return walk.emit("channel_shuffle", [node], groups=groups)
    return convolution(walk, node, torch.eye(node.channels)[indices][:, :, None, None])


def convolution(walk, node, kernel, stride=(1, 1), groups=1, height=None, width=None):
    """A convolution that the model does not have itself: of a constant kernel, without padding."""
    return walk.emit("conv2d", [node], kernel.shape[0], height, width, {"weight": kernel}, out_channels=kernel.shape[0],
                     kernel=list(kernel.shape[2:]), stride=list(stride), padding=[0, 0], dilation=[1, 1], groups=groups,
                     bias=False)


def expanded(walk, node, channels, height, width):
    """A map of one channel, row or column, repeated."""
    if node.channels != channels:
        node = convolution(walk, node, torch.ones(channels, 1, 1, 1))
    if (node.height, node.width) != (height, width):
        size, extra = target_size(walk, node, height, width)
        node = walk.emit("resize", [node, *extra], None, height, width, mode="nearest", align_corners=False, size=size)
    return node


def target_size(walk, node, height, width, factor=None):
    """How the format says that a map gets this size, and the node it is taken from, if any: a constant, that of an
    earlier node, or a factor of the input's own. `factor`: the one to try first."""
    def fits(f):
        return (sizes.scale(node.height, f), sizes.scale(node.width, f)) == (height, width)
    number = [constant(height), constant(width)]
    if None not in number and (walk.trace.is_dynamic or number == [1, 1]):
        return {"kind": "fixed", "height": number[0], "width": number[1]}, []
    if factor and fits(factor):
        return {"kind": "scale", "factor": factor, "min": 1}, []
    if (node.height, node.width) == (height, width):
        return {"kind": "like"}, [node]
    for other in reversed(walk.graph.nodes):
        if (other.height, other.width) == (height, width):
            return {"kind": "like"}, [other]
    if None not in number:
        return {"kind": "fixed", "height": number[0], "width": number[1]}, []
    for f in (target / source for target, source in zip(height, node.height)):
        if fits(f):
            return {"kind": "scale", "factor": f, "min": 1}, []
    raise Inexpressible("a size that is no constant, no earlier map's and no fixed ratio of its input's, rounded up",
                        "give it the size of an earlier map, size=skip.shape[2:]")


def cropped(walk, crop):
    """The node of a `Crop`."""
    node, (top, left), steps = crop.node, crop.top_left, crop.steps
    size = (crop.height, crop.width)
    if steps == (1, 1):
        if size == (node.height, node.width):
            return node
        for other in reversed(walk.graph.nodes):
            if (other.height, other.width) == size:
                return walk.emit("crop2d", [node, other], None, *size, before=[top, left])
    if steps == (1, 1):
        margins = [constant(tuple(a - b for a, b in zip(whole, part)))
                   for whole, part in zip((node.height, node.width), size)]
        if None in margins:
            raise Inexpressible("a part of the map of a size that no earlier map has",
                                "cut it to the size of an earlier map")
        kernel = (margins[0] + 1, margins[1] + 1)
    else:
        kernel = (top + 1, left + 1)
        sides = [tuple((side - k) // step + 1 for side in whole)
                 for whole, k, step in zip((node.height, node.width), kernel, steps)]
        if sides != list(size):
            raise Inexpressible("a slice with a step that ends before the map does", "slice up to the end")
    if max(kernel) > 32:
        raise Inexpressible("a part of the map more than 31 pixels smaller than it",
                            "cut it to the size of an earlier map")
    # Depthwise, with one tap: the pixel to the lower right by `top_left`.
    taps = torch.zeros(node.channels, 1, *kernel)
    taps[:, :, top, left] = 1
    return convolution(walk, node, taps, steps, node.channels, *size)
