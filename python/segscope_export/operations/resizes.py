"""Enlarging, padding and repeating."""
from ..errors import Inexpressible
from ..rearrange import expanded, target_size
from ..values import Crop, Scores, Value
from .table import aten, maps


def resized(walk, x, mode, align_corners, factors):
    node = walk.map(x)
    _, _, height, width = walk.shape()
    sides = ((node.height, height), (node.width, width))
    # With a factor PyTorch steps by it, the format by the ratio of the sizes: the same only where nothing was rounded.
    if factors and not align_corners and any(
            target != source * factor for factor, pair in zip(factors, sides) for source, target in zip(*pair)):
        raise Inexpressible("a resize by a factor that does not divide its input",
                            "pass size= or recompute_scale_factor=True, or ask for pictures that divide (multiple=)")
    factor = factors[0] if factors and len(set(factors)) == 1 else None
    size, extra = target_size(walk, node, height, width, factor)
    return walk.result(walk.emit("resize", [node, *extra], None, height, width, mode=mode, align_corners=align_corners,
                                 size=size))


@maps(aten.upsample_nearest2d.vec)
def upsample_nearest2d(walk, x, size, factors):
    return resized(walk, x, "nearest", False, factors)


@maps(aten.upsample_bilinear2d.vec)
def upsample_bilinear2d(walk, x, size, align_corners, factors):
    return resized(walk, x, "bilinear", align_corners, factors)


@maps(aten.pad.default)
def pad(walk, x, widths, mode="constant", value=None):
    """Zeros around the map; negative widths crop it, and more channels come as zeros behind the others."""
    if mode != "constant" or value:
        raise Inexpressible("a padding with something else than zeros",
                            "use mode='constant', value=0, or the convolution's padding")
    widths = [walk.constant(width, "a padding") for width in widths]
    if not any(widths):
        return x
    widths += [0] * (8 - len(widths))
    left, right, top, bottom, before, behind, *pictures = widths
    if any(pictures) or before or behind < 0:
        raise Inexpressible("a padding before the channels or of the batch",
                            "pad behind the channels, or rows and columns")
    node = walk.map(x)
    _, _, height, width = walk.shape()
    if behind:
        node = walk.emit("slice", [node], node.channels + behind, start=0, channels=node.channels + behind)
    if max(left, right, top, bottom) > 0:
        before, after = [max(top, 0), max(left, 0)], [max(bottom, 0), max(right, 0)]
        sides = [tuple(side + a + b for side in whole) for whole, a, b in zip((node.height, node.width), before, after)]
        node = walk.emit("pad2d", [node], None, *sides, before=before, after=after)
    if min(left, right, top, bottom) < 0:
        return Crop(node, (max(-top, 0), max(-left, 0)), (1, 1), height, width, walk.current)
    return walk.result(node)


@maps(aten.expand.default)
def expand(walk, x, size, implicit=False):
    """A map of one channel, row or column repeated; nothing where it is that large already."""
    if isinstance(x.node, Scores):
        return x
    shape = walk.shape()
    dims = [()] * (len(shape) - len(x.dims)) + list(x.dims)
    if all(is_size(dim, side) for dim, side in zip(dims, shape)):
        return Value(x.node, tuple(dims))
    node = walk.map(x)
    if len(shape) != 4 or shape[0] != walk.batch:
        raise Inexpressible("a repetition of pictures", "keep one result for each picture of the batch")
    return walk.result(expanded(walk, node, shape[1][0], shape[2], shape[3]))


def is_size(dim, size):
    whole = [1] * len(size)
    for part in dim:
        whole = [a * b for a, b in zip(whole, part.size)]
    return tuple(whole) == size
