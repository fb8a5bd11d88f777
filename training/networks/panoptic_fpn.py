"""The semantic branch of Panoptic FPN.

Kirillov, Girshick, He, Dollár, "Panoptic Feature Pyramid Networks", CVPR 2019, arXiv 1901.02446, section 3.1 and
figure 3. The pyramid, Lin et al. 2017, arXiv 1612.03144, is torchvision's. Reference of the branch: detectron2
`modeling/meta_arch/semantic_seg.py` (`SemSegFPNHead`), which gives the layers their names and enlarges by exactly two,
as this does at multiples of 32.
"""
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50
from torchvision.models.detection.backbone_utils import BackboneWithFPN

LEVELS = ("p2", "p3", "p4", "p5")
PYRAMID_CHANNELS = 256
BRANCH_CHANNELS = 128


def resize(x, size):
    return F.interpolate(x, size, mode="bilinear", align_corners=False)


def resnet50_fpn():
    """[n, 3, h, w] -> {"p2": ..., "p5": ...}, 256 channels at strides 4 to 32"""
    layers = {f"layer{i}": level for i, level in enumerate(LEVELS, 1)}
    return BackboneWithFPN(resnet50(weights=None), layers, [256, 512, 1024, 2048], PYRAMID_CHANNELS)


class ConvNormRelu(nn.Conv2d):
    """The norm is the convolution's child, as in detectron2."""

    def __init__(self, c_in):
        super().__init__(c_in, BRANCH_CHANNELS, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(32, BRANCH_CHANNELS)

    def forward(self, x):
        return F.relu(self.norm(super().forward(x)))


class SemanticBranch(nn.Module):
    """The pyramid's maps -> logits at stride 4."""

    def __init__(self, classes):
        super().__init__()
        for level, name in enumerate(LEVELS):
            # The odd numbers are detectron2's upsampling modules.
            steps = {str(2 * step): ConvNormRelu(PYRAMID_CHANNELS if step == 0 else BRANCH_CHANNELS)
                     for step in range(max(level, 1))}
            self.add_module(name, nn.ModuleDict(steps))
        self.predictor = nn.Conv2d(BRANCH_CHANNELS, classes, 1)

    def forward(self, pyramid):
        total = 0
        for level, name in enumerate(LEVELS):
            x = pyramid[name]
            for step, conv in enumerate(self.get_submodule(name).values()):
                x = conv(x)
                if level > 0:
                    x = resize(x, pyramid[LEVELS[level - 1 - step]].shape[2:])
            total = total + x
        return self.predictor(total)


class PanopticFpn(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes):
        super().__init__()
        self.backbone = resnet50_fpn()
        self.sem_seg_head = SemanticBranch(classes)

    def forward(self, image):
        return resize(self.sem_seg_head(self.backbone(image)), image.shape[2:])
