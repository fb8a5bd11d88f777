"""The references of the zoo's networks: for each name in src/zoo, the PyTorch module that it equals, from a number of classes.

Made for torchvision 0.29.2, segmentation_models_pytorch 0.6.0, timm 1.0.31 and transformers 5.24.0.
"""
import sys
from pathlib import Path

import segmentation_models_pytorch as smp
from torch.nn import functional as F
from torchvision.models import mobilenet_v3_small, segmentation
from torchvision.models.segmentation.lraspp import _lraspp_mobilenetv3
from transformers import SegformerConfig, SegformerForSemanticSegmentation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))
from compact import COMPACT  # noqa: E402
from espnetv2 import EspNetV2  # noqa: E402
from networks.deeplab_v1 import DeepLabV1  # noqa: E402
from networks.deeplab_v2 import DeepLabV2Resnet101, DeepLabV2Vgg16  # noqa: E402
from networks.enet import ENet  # noqa: E402
from networks.fcn_vgg import FcnVgg  # noqa: E402
from networks.panoptic_fpn import PanopticFpn  # noqa: E402
from networks.pointrend import PointRendDeepLabV3, PointRendFpn  # noqa: E402
from networks.segnet import SegNet  # noqa: E402
from references import UnetWithoutSkips, named_tensors  # noqa: E402

DECODERS = {"unet": smp.Unet, "linknet": smp.Linknet, "pspnet": smp.PSPNet, "fpn": smp.FPN,
            "deeplabv3plus": smp.DeepLabV3Plus, "pan": smp.PAN, "upernet": smp.UPerNet, "segformer": smp.Segformer}
VGGS = [f"vgg{layers}{norm}" for layers in (11, 13, 16, 19) for norm in ("", "_bn")]
MIX_TRANSFORMERS = [f"mit_b{size}" for size in range(6)]
ENCODERS = [*VGGS, "resnet18", "resnet34", "resnet50", "resnet101", "mobilenet_v2", "tu-mobilenetv3_large_100",
            "tu-mobilenetv3_small_100", *(f"efficientnet-b{size}" for size in range(4)), *MIX_TRANSFORMERS]
# What smp refuses: a VGG's pools cannot be dilated, and a mix transformer has no map at stride 2 for LinkNet to add.
REFUSED = {"linknet": MIX_TRANSFORMERS, "deeplabv3plus": VGGS, "pan": VGGS}
# Widths, blocks of each stage, and width of the decoder: Xie et al. 2021, arXiv 2105.15203, table 6, and the published files.
WIDE = [64, 128, 320, 512]
SEGFORMERS = [([32, 64, 160, 256], [2, 2, 2, 2], 256), (WIDE, [2, 2, 2, 2], 256), (WIDE, [3, 4, 6, 3], 768),
              (WIDE, [3, 4, 18, 3], 768), (WIDE, [3, 8, 27, 3], 768), (WIDE, [3, 6, 40, 3], 768)]


def of_torchvision(name):
    constructor = getattr(segmentation, name)
    return lambda classes: constructor(weights=None, weights_backbone=None, num_classes=classes)


def lraspp_small(classes):
    return _lraspp_mobilenetv3(mobilenet_v3_small(weights=None, dilated=True), classes)


def of_transformers(widths, depths, decoder_width):
    def network(classes):
        config = SegformerConfig(hidden_sizes=widths, depths=depths, decoder_hidden_size=decoder_width, num_labels=classes)
        return SegformerForSemanticSegmentation(config)
    return network


def of_smp(decoder, encoder):
    return lambda classes: DECODERS[decoder](encoder, encoder_weights=None, classes=classes)


# By name in the zoo, and scale, if it has one.
NETWORKS = {
    **{f"espnet_v2_{scale}": (lambda classes, scale=scale: EspNetV2(classes, scale)) for scale in (0.5, 1.0, 2.0)},
    **{name: of_torchvision(name) for name in (
        "lraspp_mobilenet_v3_large", "fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101",
        "deeplabv3_mobilenet_v3_large")},
    "lraspp_mobilenet_v3_small": lraspp_small,
    **{f"segformer_b{size}": of_transformers(*config) for size, config in enumerate(SEGFORMERS)},
    "fcn32s_vgg16": lambda classes: FcnVgg(classes, skips=0),
    "fcn16s_vgg16": lambda classes: FcnVgg(classes, skips=1),
    "fcn8s_vgg16": lambda classes: FcnVgg(classes, skips=2),
    "segnet": SegNet,
    "enet": ENet,
    "deeplab_v1_vgg16": DeepLabV1,
    "deeplab_v2_vgg16": DeepLabV2Vgg16,
    "deeplab_v2_resnet101": DeepLabV2Resnet101,
    "pointrend_deeplabv3_resnet50": PointRendDeepLabV3,
    "pointrend_fpn_resnet50": PointRendFpn,
    "panoptic_fpn_resnet50": PanopticFpn,
    **{f"{decoder}_{encoder}": of_smp(decoder, encoder) for decoder in DECODERS for encoder in ENCODERS
       if encoder not in REFUSED.get(decoder, [])},
    "unet_without_skips_resnet18": lambda classes: UnetWithoutSkips("resnet18", classes),
    **{f"{compact.architecture}_{compact.scale}": (lambda classes, compact=compact: compact.network(classes, compact.scale))
       for compact in COMPACT.values() if compact.scale != 1},
}


def scores(model, picture):
    """`[n, 3, h, w]` -> `[n, classes, h, w]`; transformers leaves the last enlargement to its image processor."""
    out = model(picture)
    if isinstance(model, SegformerForSemanticSegmentation):
        return F.interpolate(out.logits, picture.shape[2:], mode="bilinear", align_corners=False)
    return out["out"] if isinstance(out, dict) else out
