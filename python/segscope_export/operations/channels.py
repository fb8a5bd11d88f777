"""Concatenation, slices and splits."""
from ..errors import Inexpressible
from ..layouts import Atom, axes, channels, renumbered
from ..rearrange import channel_indices, gather, in_order
from ..sizes import constant, times
from ..values import Crop, Scores, Stack, Value
from .table import aten, maps

SEPARATELY = "work on each map, and add them or concatenate them along dimension 1"


@maps(aten.cat.default)
def cat(walk, values, dim=0):
    if not all(isinstance(value, Value) and not isinstance(value.node, Scores) for value in values):
        raise Inexpressible("a concatenation with a constant, as with a class token or coordinates",
                            "leave the constant out")
    values = [in_order(walk, value) for value in values]
    dim %= len(values[0].dims)
    rests = {(*value.dims[:dim], *value.dims[dim + 1:]) for value in values}
    if len(rests) > 1:
        raise Inexpressible("a concatenation of maps that differ in more than their channels",
                            "bring them to one size, or ask for pictures that divide (multiple=)")
    if any(axes(value.dims[dim]).strip("c") for value in values) or "c" in "".join(map(axes, *rests)):
        raise Inexpressible("a concatenation along something else than all channels",
                            "concatenate maps along dimension 1")
    count = sum(value.node.channels for value in values)
    node = values[0].node if len(values) == 1 else walk.emit("concat", [value.node for value in values], count)
    dims = list(values[0].dims)
    dims[dim] = channels(count, len(walk.batch))
    return Value(node, tuple(dims))


@maps(aten.stack.default)
def stack(walk, values, dim=0):
    if not all(isinstance(value, Value) and not isinstance(value.node, Scores) for value in values):
        raise Inexpressible("a stack with a constant in it", "leave the constant out, or add it")
    return Stack(tuple(values), dim % (len(values[0].dims) + 1))


def picked(walk, value, dim, indices):
    """Some of the channels that lie along `dim`."""
    if isinstance(value.node, Scores):
        raise Inexpressible("a part of the attention scores")
    node = gather(walk, value.node, channel_indices(value, dim, indices))
    dims = list(value.dims)
    dims[dim] = (Atom("c", (len(indices),) * len(walk.batch), 1),) if len(indices) > 1 else ()
    return Value(node, renumbered(dims))


def along_channels(value, dim):
    return isinstance(value, Value) and axes(value.dims[dim]).strip("c") == ""


@maps(aten.slice.Tensor)
def slice_tensor(walk, x, dim=0, start=None, end=None, step=1):
    rank = 4 if isinstance(x, Crop) else len(x.dims)
    dim %= rank
    start = 0 if start is None else walk.constant(start, "a slice's start")
    length = walk.shape()[dim]
    if isinstance(x, Value):
        whole = (1,) * len(length)
        for part in x.dims[dim]:
            whole = times(whole, part.size)
        if whole == length and step == 1:
            return x
        if along_channels(x, dim):
            return picked(walk, x, dim, list(range(constant(whole)))[slice(start, end, step)])
        node = walk.map(x)
        x = Crop(node, (0, 0), (1, 1), node.height, node.width, walk.current)
    if dim < 2:
        raise Inexpressible("a slice of the batch", "give every picture the same treatment")
    first = start if start >= 0 else constant(tuple(side + start for side in (x.height, x.width)[dim - 2]))
    if first is None:
        # Counted from the far side: one that depends on the picture is the rest of a constant length.
        raise Inexpressible("a slice that starts at a distance from the far side", "slice from the near side")
    side = dim - 2
    top_left, steps, size = list(x.top_left), list(x.steps), [x.height, x.width]
    if steps[side] != 1:
        raise Inexpressible("a slice of a slice with a step", "slice once")
    top_left[side], steps[side], size[side] = top_left[side] + first, step, length
    return Crop(x.node, tuple(top_left), tuple(steps), *size, walk.current)


@maps(aten.select.int)
def select(walk, x, dim, index):
    if not along_channels(x, dim):
        raise Inexpressible("one row, column or picture of a map", "treat all of them alike")
    size = 1
    for part in x.dims[dim]:
        size *= constant(part.size)
    value = picked(walk, x, dim % len(x.dims), [index % size])
    dims = list(value.dims)
    del dims[dim]
    return value.with_dims(dims)


@maps(aten.split_with_sizes.default)
def split_with_sizes(walk, x, counts, dim=0):
    if not along_channels(x, dim):
        raise Inexpressible("a split along something else than channels", "split maps along dimension 1")
    parts, start = [], 0
    for count in counts:
        count = walk.constant(count, "a split")
        parts.append(picked(walk, x, dim % len(x.dims), list(range(start, start + count))))
        start += count
    return tuple(parts)


@maps(aten.unbind.int)
def unbind(walk, x, dim=0):
    return tuple(select(walk, x, dim, i) for i in range(len(walk.current.meta["val"])))
