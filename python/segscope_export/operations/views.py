"""What only looks at a tensor differently, or does nothing in inference."""
from .. import layouts
from ..errors import Inexpressible
from .table import aten, maps


@maps(aten.view.default, aten._unsafe_view.default, aten.unsqueeze.default, aten.squeeze.dim, aten.squeeze.dims)
def reshape(walk, x, *_, **__):
    return x.with_dims(layouts.reshape(x.dims, walk.shape()))


@maps(aten.permute.default)
def permute(walk, x, order):
    return x.with_dims([x.dims[i] for i in order])


@maps(aten.transpose.int)
def transpose(walk, x, a, b):
    dims = list(x.dims)
    dims[a], dims[b] = dims[b], dims[a]
    return x.with_dims(dims)


@maps(aten.channel_shuffle.default)
def channel_shuffle(walk, x, groups):
    return walk.result(walk.emit("channel_shuffle", [walk.map(x)], groups=groups))


@maps(aten.clone.default, aten.detach.default, aten.alias.default)
def same(walk, x, *_, **__):
    return x


@maps(aten._to_copy.default)
def to(walk, x, *_, **__):
    """Another precision: the format computes in one, and the comparison afterwards shows whether it matters."""
    dtype = walk.current.meta["val"].dtype
    if not dtype.is_floating_point:
        raise Inexpressible(f"numbers of type {dtype}", "compute with floating-point maps throughout")
    return x
