"""Thirteen compact networks for one comparison, whose int8 weights stay below 4 MB each, and below 40 MB with all other models.

    python compact.py    # their parameters

`scale` multiplies all channels but the scores', here and in `src/zoo`. PSPNet is small because smp's reads three stages
of its encoder; its checkpoint holds all. LinkNet, added last, got what was left of the 40 MB.
"""
from collections.abc import Callable
from typing import NamedTuple

import segmentation_models_pytorch as smp
import torch
from torch import nn

from narrow import narrow
from networks import ENet, FcnVgg, SegNet
from references import DeepLabV3, Segformer, UnetWithoutSkips, named_tensors


class Compact(NamedTuple):
    architecture: str  # its name in the zoo
    scale: float
    network: Callable  # from classes and scale, a module: normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]


def fcn(skips):
    return lambda classes, scale: FcnVgg(classes, skips, scale)


def on_resnet18(decoder):
    return lambda classes, scale: narrow(decoder("resnet18", encoder_weights=None, classes=classes), scale)


COMPACT = {
    "fcn32s": Compact("fcn32s_vgg16", 5 / 32, fcn(skips=0)),
    "fcn16s": Compact("fcn16s_vgg16", 5 / 32, fcn(skips=1)),
    "fcn8s": Compact("fcn8s_vgg16", 5 / 32, fcn(skips=2)),
    "segnet": Compact("segnet", 5 / 16, SegNet),
    "enet": Compact("enet", 1.0, ENet),
    "segformer_b0": Compact("segformer_b0", 1.0, lambda classes, _: Segformer(classes)),
    "unet": Compact("unet_resnet18", 0.5, on_resnet18(smp.Unet)),
    "unet_without_skips": Compact("unet_without_skips_resnet18", 0.5,
                                  lambda classes, scale: narrow(UnetWithoutSkips("resnet18", classes), scale)),
    "linknet": Compact("linknet_resnet18", 5 / 32, on_resnet18(smp.Linknet)),
    "pspnet": Compact("pspnet_resnet18", 0.5, on_resnet18(smp.PSPNet)),
    "fpn": Compact("fpn_resnet18", 0.5, on_resnet18(smp.FPN)),
    "deeplabv3": Compact("deeplabv3_resnet50", 0.25, lambda classes, scale: narrow(DeepLabV3(classes), scale)),
    "deeplabv3plus": Compact("deeplabv3plus_resnet18", 0.5, on_resnet18(smp.DeepLabV3Plus)),
}


def make(name, classes):
    """The network with the weights that training starts from: in convolutional networks those of He et al. 2015, arXiv
    1502.01852, which VGG without batch norm needs; a transformer keeps its reference's."""
    _, scale, network = COMPACT[name]
    network = network(classes, scale)
    if isinstance(network, Segformer):
        return network
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.ConvTranspose2d) and isinstance(network, FcnVgg):
            layer.weight.data.copy_(bilinear(layer.weight))
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return network


def bilinear(weight):
    """The kernel [classes, classes, k, k] of a transposed convolution that enlarges each class k / 2 times (Long et al.
    2015, section 3.3)."""
    classes, _, k, _ = weight.shape
    line = 1 - (torch.arange(k) - (k - 1) / 2).abs() / (k / 2)
    return torch.eye(classes)[:, :, None, None] * torch.outer(line, line)


def checkpoint(network):
    """What `cargo xtask import` reads."""
    return {name: tensor.detach().cpu().contiguous() for name, tensor in named_tensors(network).items()}


@torch.no_grad()
def load(network, state):
    """The reverse of `checkpoint`."""
    tensors = named_tensors(network)
    if differing := tensors.keys() ^ state.keys():
        raise ValueError(f"a checkpoint of another network: {sorted(differing)[:5]}")
    for name, tensor in tensors.items():
        tensor.copy_(state[name])
    return network


def parameters(network):
    """Those that the scores depend on."""
    network.train().zero_grad()
    network(torch.zeros(2, 3, 64, 64, device=next(network.parameters()).device)).sum().backward()
    return sum(p.numel() for p in network.parameters() if p.grad is not None)


def main():
    for name, (architecture, scale, network) in COMPACT.items():
        with torch.device("meta"):
            print(f"{name:20} {architecture:28} {scale:<8} {parameters(network(11, scale)):>9,} parameters")


if __name__ == "__main__":
    main()
