"""Poolings and what undoes them."""
from ..errors import Inexpressible
from ..rearrange import target_size
from ..values import Switches
from .convolutions import pair
from .table import aten, maps


def window(kernel, stride, padding):
    kernel = pair(kernel)
    return {"kernel": kernel, "stride": pair(stride) if stride else kernel, "padding": pair(padding)}


@maps(aten.max_pool2d.default)
def max_pool2d(walk, x, kernel, stride=(), padding=(0, 0), dilation=(1, 1), ceil_mode=False, size=None):
    if pair(dilation) != [1, 1]:
        raise Inexpressible("a max pooling with dilation", "pool without it")
    fields = window(kernel, stride, padding)
    if ceil_mode:
        fields["ceil"] = True
    _, _, height, width = size or walk.shape()
    return walk.result(walk.emit("max_pool2d", [walk.map(x)], None, height, width, **fields))


@maps(aten.max_pool2d_with_indices.default)
def max_pool2d_with_indices(walk, x, kernel, stride=(), padding=(0, 0), dilation=(1, 1), ceil_mode=False):
    pooled = walk.map(x)
    maxima = max_pool2d(walk, walk.result(pooled), kernel, stride, padding, dilation, ceil_mode, walk.shape(0))
    return maxima, Switches(pooled, window(kernel, stride, padding))


@maps(aten.max_unpool2d.default)
def max_unpool2d(walk, x, switches, output_size):
    _, _, height, width = walk.shape()
    if not isinstance(switches, Switches) or (switches.pooled.height, switches.pooled.width) != (height, width):
        raise Inexpressible("a max unpooling to another size than the pooled map's, or by other indices",
                            "pass the indices of max_pool2d and output_size=pooled.shape[2:]")
    node = walk.map(x)
    if node.channels != switches.pooled.channels:
        raise Inexpressible("a max unpooling of other channels than the pooled map's",
                            "unpool as many channels as were pooled")
    return walk.result(walk.emit("max_unpool2d", [node, switches.pooled], None, height, width, **switches.fields))


@maps(aten.avg_pool2d.default)
def avg_pool2d(walk, x, kernel, stride=(), padding=(0, 0), ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    kernel = [walk.constant(side, "a window") for side in pair(kernel)]
    stride = [walk.constant(side, "a stride") for side in stride]
    fields = window(kernel, stride, padding)
    node = walk.map(x)
    _, _, height, width = walk.shape()
    floor = [tuple((side + 2 * p - k) // s + 1 for side in whole) for whole, k, s, p in
             zip((node.height, node.width), *(fields[key] for key in ("kernel", "stride", "padding")))]
    if ceil_mode and floor != [height, width]:
        raise Inexpressible("an average pooling with ceil_mode whose last window reaches beyond the map",
                            "pool without ceil_mode, or ask for pictures that divide (multiple=)")
    if fields["padding"] != [0, 0] and not count_include_pad:
        raise Inexpressible("an average pooling that leaves its padding out of the count", "use count_include_pad=True")
    node = walk.emit("avg_pool2d", [node], None, height, width, **fields)
    if divisor_override:
        node = walk.affine(node, kernel[0] * kernel[1] / divisor_override, 0)
    return walk.result(node)


@maps(aten.adaptive_avg_pool2d.default)
def adaptive_avg_pool2d(walk, x, size):
    node = walk.map(x)
    _, _, height, width = walk.shape()
    size, extra = target_size(walk, node, height, width)
    return walk.result(walk.emit("adaptive_avg_pool2d", [node, *extra], None, height, width, size=size))
