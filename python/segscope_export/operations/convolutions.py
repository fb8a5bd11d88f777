"""Convolutions, linear layers and pixel shuffles."""
import torch

from ..errors import Inexpressible
from ..rearrange import convolution, in_order
from ..layouts import axes, channels
from ..values import Scores, Value
from .attention import product
from .table import aten, maps

@maps(aten.conv2d.default)
def conv2d(walk, x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    weights = kernels(weight, bias)
    _, _, height, width = walk.shape()
    node = walk.emit("conv2d", [walk.map(x)], weight.shape[0], height, width, weights, out_channels=weight.shape[0],
                     kernel=list(weight.shape[2:]), stride=pair(stride), padding=pair(padding), dilation=pair(dilation),
                     groups=groups, bias=bias is not None)
    return walk.result(node)


@maps(aten.conv2d.padding)
def conv2d_padding(walk, x, weight, bias=None, stride=(1, 1), padding="valid", dilation=(1, 1), groups=1):
    """With `padding="same"`; PyTorch puts the odd zero behind the map."""
    if padding == "valid":
        return conv2d(walk, x, weight, bias, stride, (0, 0), dilation, groups)
    totals = [d * (k - 1) for d, k in zip(pair(dilation), weight.shape[2:])]
    if any(total % 2 for total in totals):
        raise Inexpressible("padding='same' for a kernel of even size", "pad by torch.nn.functional.pad before it")
    return conv2d(walk, x, weight, bias, stride, [total // 2 for total in totals], dilation, groups)


@maps(aten.conv_transpose2d.input)
def conv_transpose2d(walk, x, weight, bias=None, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), groups=1,
                     dilation=(1, 1)):
    if pair(dilation) != [1, 1]:
        raise Inexpressible("a transposed convolution with dilation", "use a resize and a dilated convolution")
    weights = kernels(weight, bias)
    turned = weight.unflatten(0, (groups, -1)).transpose(1, 2).flatten(0, 1)
    weights["weight"] = (turned, weight)
    _, _, height, width = walk.shape()
    out = turned.shape[0]
    node = walk.emit("conv_transpose2d", [walk.map(x)], out, height, width, weights, out_channels=out,
                     kernel=list(weight.shape[2:]), stride=pair(stride), padding=pair(padding),
                     output_padding=pair(output_padding), groups=groups, bias=bias is not None)
    return walk.result(node)


@maps(aten.linear.default)
def linear(walk, x, weight, bias=None):
    """On the last dimension, which must be all channels: a 1x1 convolution whatever else the layout is."""
    if not isinstance(x, Value) or isinstance(x.node, Scores):
        raise Inexpressible("a linear layer on attention scores")
    weights = kernels(weight, bias)
    x = in_order(walk, x)
    if axes(x.dims[-1]) != "c" or weight.shape[1] != x.node.channels:
        raise Inexpressible("a linear layer along rows, columns or part of the channels",
                            "apply it to all channels of each pixel")
    weights["weight"] = (weight[:, :, None, None], weight)
    out = weight.shape[0]
    node = walk.emit("conv2d", [x.node], out, weights=weights, out_channels=out, kernel=[1, 1], stride=[1, 1],
                     padding=[0, 0], dilation=[1, 1], groups=1, bias=bias is not None)
    return Value(node, (*x.dims[:-1], channels(out, len(walk.batch))))


@maps(aten.matmul.default, aten.mm.default, aten.bmm.default)
def matmul(walk, a, b):
    if isinstance(b, torch.Tensor) and b.dim() == 2:
        return linear(walk, a, b.T)
    return product(walk, a, b)


@maps(aten.pixel_shuffle.default)
def pixel_shuffle(walk, x, factor):
    """A depthwise transposed convolution of ones and zeros."""
    node = walk.map(x)
    taps = factor * factor
    out = node.channels // taps
    kernel = torch.eye(taps).reshape(1, taps, factor, factor).repeat(out, 1, 1, 1)
    _, _, height, width = walk.shape()
    return walk.result(walk.emit(
        "conv_transpose2d", [node], out, height, width, {"weight": kernel}, out_channels=out, kernel=[factor] * 2,
        stride=[factor] * 2, padding=[0, 0], output_padding=[0, 0], groups=out, bias=False))


@maps(aten.pixel_unshuffle.default)
def pixel_unshuffle(walk, x, factor):
    """A depthwise convolution of ones and zeros."""
    node = walk.map(x)
    taps = factor * factor
    kernel = torch.eye(taps).reshape(taps, 1, factor, factor).repeat(node.channels, 1, 1, 1)
    _, _, height, width = walk.shape()
    return walk.result(convolution(walk, node, kernel, (factor, factor), node.channels, height, width))


def kernels(weight, bias):
    if not isinstance(weight, torch.Tensor) or not (bias is None or isinstance(bias, torch.Tensor)):
        raise Inexpressible("weights that are computed from the picture", "use constant weights, or attention")
    return {"weight": weight} if bias is None else {"weight": weight, "bias": bias}


def pair(values):
    """PyTorch takes one number, or a list of one, for both sides."""
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    return values * 2 if len(values) == 1 else values
