"""PointRend on DeepLab v3 and on Panoptic FPN.

Kirillov, Wu, He, Girshick, "PointRend: Image Segmentation as Rendering", CVPR 2020, arXiv 1912.08193, sections 3 and 5.
Reference: detectron2 `projects/PointRend/point_rend/` (`semantic_seg.py`, `point_head.py`: `StandardPointHead`).

The forward pass scores every point of a grid of stride 2. The paper's inference doubles the grid step by step and
scores only the least certain points of each; its training scores random points, for which `point_head` takes features
sampled there.
"""
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.segmentation.deeplabv3 import DeepLabHead

from .panoptic_fpn import SemanticBranch, resize, resnet50_fpn

FEATURE_CHANNELS = 256
CHANNELS = 256


class PointHead(nn.Module):
    """A perceptron on each pixel of [n, 256, h, w] and [n, classes, h, w]; each layer sees the coarse scores again."""

    def __init__(self, classes):
        super().__init__()
        self.fc1 = nn.Conv2d(FEATURE_CHANNELS + classes, CHANNELS, 1)
        self.fc2 = nn.Conv2d(CHANNELS + classes, CHANNELS, 1)
        self.fc3 = nn.Conv2d(CHANNELS + classes, CHANNELS, 1)
        self.predictor = nn.Conv2d(CHANNELS + classes, classes, 1)

    def forward(self, features, coarse):
        x = torch.cat([features, coarse], 1)
        for fc in (self.fc1, self.fc2, self.fc3):
            x = torch.cat([F.relu(fc(x)), coarse], 1)
        return self.predictor(x)


class PointRend(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes):
        super().__init__()
        self.point_head = PointHead(classes)

    def features_and_coarse(self, image):
        """Features at stride 4, and coarse logits."""
        raise NotImplementedError

    def forward(self, image):
        features, coarse = self.features_and_coarse(image)
        h, w = features.shape[2:]
        grid = (2 * h, 2 * w)
        return resize(self.point_head(resize(features, grid), resize(coarse, grid)), image.shape[2:])


class PointRendDeepLabV3(PointRend):
    """On torchvision's DeepLab v3, whose ResNet-50 stops at stride 8; the features are its stage at stride 4."""

    def __init__(self, classes):
        super().__init__(classes)
        resnet = resnet50(weights=None, replace_stride_with_dilation=[False, True, True])
        self.backbone = IntermediateLayerGetter(resnet, {"layer1": "fine", "layer4": "out"})
        self.classifier = DeepLabHead(2048, classes)

    def features_and_coarse(self, image):
        maps = self.backbone(image)
        return maps["fine"], self.classifier(maps["out"])


class PointRendFpn(PointRend):
    """On Panoptic FPN; the features are P2."""

    def __init__(self, classes):
        super().__init__(classes)
        self.backbone = resnet50_fpn()
        self.sem_seg_head = SemanticBranch(classes)

    def features_and_coarse(self, image):
        pyramid = self.backbone(image)
        return pyramid["p2"], self.sem_seg_head(pyramid)
