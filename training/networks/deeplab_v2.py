"""DeepLab v2 on VGG-16 and on ResNet-101, with one scale of the image.

Chen, Papandreou, Kokkinos, Murphy, Yuille, "DeepLab: Semantic Image Segmentation with Deep Convolutional Nets, Atrous
Convolution, and Fully Connected CRFs", PAMI 2018, arXiv 1606.00915, section 3.2, figures 4 and 7 (ASPP-L). Reference:
the authors' Caffe models DeepLabv2_VGG16 and DeepLabv2_ResNet101. The ResNet is torchvision's, which has a stage's
stride in the 3x3 convolution of its first block, not in the 1x1 before.
"""
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet101
from torchvision.models._utils import IntermediateLayerGetter

from .deeplab_v1 import AtrousVgg16
from .vgg_16 import STAGES, scaled

RATES = (6, 12, 18, 24)


def enlarge(x, image):
    return F.interpolate(x, image.shape[2:], mode="bilinear", align_corners=True)


class DeepLabV2Vgg16(AtrousVgg16):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes, width=1.0):
        super().__init__(width)
        c_in, c = scaled(STAGES[-1][1], width), scaled(1024, width)
        for number, rate in enumerate(RATES, 1):
            self.add_module(f"fc6_{number}", nn.Conv2d(c_in, c, 3, padding=rate, dilation=rate))
            self.add_module(f"fc7_{number}", nn.Conv2d(c, c, 1))
            self.add_module(f"fc8_{number}", nn.Conv2d(c, classes, 1))

    def branch(self, number, x):
        fc6, fc7, fc8 = (self.get_submodule(f"{name}_{number}") for name in ("fc6", "fc7", "fc8"))
        x = F.dropout(F.relu(fc6(x)), 0.5, self.training)
        return fc8(F.dropout(F.relu(fc7(x)), 0.5, self.training))

    def forward(self, image):
        x = self.features(image)
        return enlarge(sum(self.branch(number, x) for number in (1, 2, 3, 4)), image)


class DeepLabV2Resnet101(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes):
        super().__init__()
        resnet = resnet101(weights=None, replace_stride_with_dilation=[False, True, True])
        # torchvision leaves the first block of a stage with the dilation of the stage before.
        for stage, rate in ((resnet.layer3, 2), (resnet.layer4, 4)):
            stage[0].conv2.dilation = stage[0].conv2.padding = (rate, rate)
        self.backbone = IntermediateLayerGetter(resnet, {"layer4": "out"})
        for i, rate in enumerate(RATES):
            self.add_module(f"fc1_c{i}", nn.Conv2d(2048, classes, 3, padding=rate, dilation=rate))

    def forward(self, image):
        x = self.backbone(image)["out"]
        return enlarge(sum(self.get_submodule(f"fc1_c{i}")(x) for i in range(len(RATES))), image)
