"""How a tensor of the traced model lies on a map `[n, c, h, w]`.

The format has maps only. Tokens `[n, h * w, c]`, heads `[n, heads, h * w, d]` and any other view or permutation are the
same map looked at differently, so each of a tensor's dimensions is kept as a tuple of `Atom`s: the map's axes, or parts
of its channels.
"""
from dataclasses import dataclass

from .errors import Inexpressible
from .sizes import constant, times


@dataclass(frozen=True)
class Atom:
    """An axis of the map: `n`, `c`, `h`, `w`, or `kh`, `kw` for the keys' pixels in a matrix of attention scores."""

    axis: str
    size: tuple
    stride: int = 0
    """Of `c` only: how many channels apart neighbours are. Channels `[heads, d]` are atoms of strides `d` and 1."""


def atom(axis, size, stride=0):
    """A dimension of one atom; of none where the size is 1, so that `[n, c]` and `[n, c, 1, 1]` have the same atoms."""
    return () if constant(size) == 1 else (Atom(axis, size, stride),)


def channels(count, samples):
    return atom("c", (count,) * samples, 1)


def map_dims(batch, count, height, width):
    """Of `[n, c, h, w]`."""
    return (atom("n", batch), channels(count, len(batch)), atom("h", height), atom("w", width))


def joined(dim):
    """The same dimension with neighbouring parts of the channels made one."""
    result = []
    for part in dim:
        last = result[-1] if result else None
        if last and last.axis == part.axis == "c" and last.stride == part.stride * constant(part.size):
            result[-1] = Atom("c", times(last.size, part.size), part.stride)
        else:
            result.append(part)
    return tuple(result)


def reshape(dims, shape):
    """The dimensions after a view or reshape to `shape`, a list of sizes."""
    rest = [part for dim in dims for part in dim]
    result = []
    for wanted in shape:
        dim, size = [], (1,) * len(wanted)
        while size != wanted:
            part = rest.pop(0) if rest else None
            if part and all(w % (s * p) == 0 for w, s, p in zip(wanted, size, part.size)):
                dim.append(part)
            elif part and part.axis == "c":
                outer, part = _split(part, wanted, size)
                rest.insert(0, part)
                dim.append(outer)
            else:
                raise Inexpressible("a view that cuts rows, columns or pictures apart", "keep maps as [n, c, h, w] or "
                                    "[n, h * w, c]; the format has no windows or patches of pixels")
            size = times(size, dim[-1].size)
        result.append(joined(dim))
    return tuple(result)


def _split(part, wanted, size):
    """Part of the channels, divided so that its outer factor fills up a dimension."""
    factors = {w // s for w, s in zip(wanted, size) if w % s == 0}
    count, factor = constant(part.size), factors.pop() if len(factors) == 1 else 0
    if not factor or count % factor:
        raise Inexpressible("a view that mixes channels with rows or columns",
                            "permute to [n, h * w, c] before the view")
    inner = count // factor
    size = (1,) * len(part.size)
    return (Atom("c", times(size, (factor,) * len(size)), part.stride * inner),
            Atom("c", times(size, (inner,) * len(size)), part.stride))


def channel_atoms(dims):
    """Parts of the channels in the order in which they appear."""
    return [part for dim in dims for part in dim if part.axis == "c"]


def renumbered(dims):
    """The same dimensions with strides as if channels lay in the order in which they appear."""
    parts = channel_atoms(dims)
    stride, strides = 1, []
    for part in reversed(parts):
        strides.insert(0, stride)
        stride *= constant(part.size)
    strides = iter(strides)
    return tuple(joined(Atom("c", part.size, next(strides)) if part.axis == "c" else part for part in dim)
                 for dim in dims)


def axes(dim):
    return "".join(part.axis for part in dim)
