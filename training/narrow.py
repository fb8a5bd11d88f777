"""Makes a convolutional network narrower: the zoo's `scale`, for references that have no width to set."""
from torch import nn

from networks.vgg_16 import scaled

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
NORMS = (nn.BatchNorm2d, nn.GroupNorm)


def narrow(network, width):
    """Multiplies all channels of `network` by `width` but the image's and the scores': the first convolution's inputs and
    the last one's outputs. What is left of the weights means nothing."""
    convolutions = [layer for layer in network.modules() if isinstance(layer, CONVOLUTIONS)]
    first, last = convolutions[0], convolutions[-1]
    for layer in network.modules():
        if isinstance(layer, CONVOLUTIONS):
            c_in = layer.in_channels if layer is first else scaled(layer.in_channels, width)
            c_out = layer.out_channels if layer is last else scaled(layer.out_channels, width)
            # One group, or, in a depthwise convolution, a group for each channel.
            groups = layer.groups if layer.groups == 1 else scaled(layer.groups, width)
            is_transposed = isinstance(layer, nn.ConvTranspose2d)
            rows, columns = (c_in, c_out // groups) if is_transposed else (c_out, c_in // groups)
            layer.in_channels, layer.out_channels, layer.groups = c_in, c_out, groups
            layer.weight = nn.Parameter(layer.weight[:rows, :columns].clone())
            if layer.bias is not None:
                layer.bias = nn.Parameter(layer.bias[:c_out].clone())
        elif isinstance(layer, NORMS):
            channels = scaled(layer.weight.shape[0], width)
            layer.weight, layer.bias = (nn.Parameter(p[:channels].clone()) for p in (layer.weight, layer.bias))
            if isinstance(layer, nn.GroupNorm):
                layer.num_channels = channels
            else:
                layer.num_features = channels
                layer.running_mean, layer.running_var = layer.running_mean[:channels], layer.running_var[:channels]
    return network
