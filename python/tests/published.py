"""Published networks to try the exporter on: those of the zoo that are built differently from each other, and five that
it lacks.

Made for torchvision 0.29.2, segmentation_models_pytorch 0.6.0 and transformers 5.24.0.
"""
import sys
from pathlib import Path
from typing import NamedTuple

import segmentation_models_pytorch as smp
import torch
from torch import nn
from torchvision.models import segmentation
from transformers import (ConvNextConfig, MobileNetV2Config, MobileNetV2ForSemanticSegmentation, MobileViTConfig,
                          MobileViTForSemanticSegmentation, SegformerConfig, SegformerForSemanticSegmentation,
                          UperNetConfig, UperNetForSemanticSegmentation)

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "training"), str(HERE.parent / "golden"), str(HERE.parent)]
import weights  # noqa: E402
from narrow import narrow  # noqa: E402
from papers.bisenet_v2 import BiSeNetV2  # noqa: E402
from papers.fast_scnn import FastScnn  # noqa: E402
from segscope_export.trace import ScoresOf  # noqa: E402

CLASSES = 5


class Published(NamedTuple):
    network: callable
    multiple: int
    """What the sides of a picture have to be multiples of."""


def filled(network, shape=(2, 3, 64, 96)):
    """The network with random weights and statistics, and a bias at its end that gives its classes equal means for the
    picture of `shape`."""
    module = network()
    weights.fill(module)
    last = next(layer for layer in module.modules() if isinstance(layer, nn.Conv2d) and layer.out_channels == CLASSES)
    with torch.no_grad():
        last.bias -= ScoresOf(module)(weights.picture(shape)).mean((0, 2, 3))
    return module


def of_torchvision(name):
    return getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=CLASSES)


def unet_plus_plus(**options):
    return smp.UnetPlusPlus("resnet18", encoder_weights=None, classes=CLASSES, **options)


def mobilenet_v2():
    return MobileNetV2ForSemanticSegmentation(MobileNetV2Config(num_labels=CLASSES))


def upernet_convnext(widths, depths, decoder_width):
    """Xiao et al. 2018, arXiv 1807.10221, on Liu et al. 2022, arXiv 2201.03545."""
    backbone = ConvNextConfig(hidden_sizes=widths, depths=depths, out_features=[f"stage{i}" for i in range(1, 5)])
    return UperNetForSemanticSegmentation(UperNetConfig(
        backbone_config=backbone, hidden_size=decoder_width, num_labels=CLASSES, use_auxiliary_head=False))


ZOO = {
    "lraspp_mobilenet_v3_large": Published(lambda: of_torchvision("lraspp_mobilenet_v3_large"), 1),
    "deeplabv3_resnet50": Published(lambda: of_torchvision("deeplabv3_resnet50"), 1),
    "unet_resnet18": Published(lambda: smp.Unet("resnet18", encoder_weights=None, classes=CLASSES), 1),
    "segformer_mit_b0": Published(lambda: smp.Segformer("mit_b0", encoder_weights=None, classes=CLASSES), 32),
    "segformer_b0": Published(lambda: SegformerForSemanticSegmentation(SegformerConfig(num_labels=CLASSES)), 1),
}
# Fast-SCNN and BiSeNet V2 return their logits alone and in a tuple, transformers' networks an object, at a quarter or
# an eighth.
NEW = {
    "unetplusplus_resnet18": Published(unet_plus_plus, 32),
    "deeplabv3plus_mobilenet_v2_transformers": Published(mobilenet_v2, 32),
    "upernet_convnext_tiny": Published(lambda: upernet_convnext([96, 192, 384, 768], [3, 3, 9, 3], 512), 1),
    "fast_scnn": Published(lambda: FastScnn(CLASSES), 1),
    "bisenet_v2": Published(lambda: BiSeNetV2(CLASSES), 1),
}
# The same, so narrow that a golden file holds them.
NARROW = {
    "unetplusplus_resnet18": Published(
        lambda: narrow(unet_plus_plus(encoder_depth=4, decoder_channels=(96, 64, 32, 16)), 3 / 32), 16),
    "deeplabv3plus_mobilenet_v2_transformers": Published(lambda: narrow(mobilenet_v2(), 1 / 8), 32),
    "upernet_convnext": Published(lambda: upernet_convnext([4, 8, 8, 16], [1, 1, 2, 1], 8), 1),
    "fast_scnn": Published(lambda: FastScnn(CLASSES, 3 / 16), 1),
    "bisenet_v2": Published(lambda: BiSeNetV2(CLASSES, 1 / 8, head_channels=256), 1),
}
# What stands in the way of those that cannot be expressed: by name the network, the size of its example, and operation
# and module.
REFUSED = {
    "manet_resnet18": (lambda: smp.MAnet("resnet18", encoder_weights=None, classes=CLASSES), (96, 128),
                       [("aten.softmax.int", "decoder.center.map_softmax")]),
    "dpt_vit_base": (lambda: smp.DPT("tu-vit_base_patch16_224.augreg_in21k", encoder_weights=None, classes=CLASSES),
                     (224, 224), [("aten.cat.default", "encoder")]),
    "mobilevit": (lambda: MobileViTForSemanticSegmentation(MobileViTConfig(num_labels=CLASSES)), (96, 128),
                  [(f"aten.{operation}.default", f"mobilevit.encoder.layer.{layer}") for layer in (2, 3, 4)
                   for operation in ("view", "cat")]),
}
