"""PANet's bottom-up path in Panoptic FPN: what lesson 11 draws of it.

Liu, Qi, Qin, Shi, Jia, "Path Aggregation Network for Instance Segmentation", CVPR 2018, arXiv 1803.01534, section 3.1. The paper has no
semantic branch; Panoptic FPN's reads its levels here. Names of the path's layers are those of mmdetection's `PAFPN`, whose convolutions have no
activation unless its configuration says so; the paper puts a ReLU behind each.
"""
from torch import nn
from torch.nn import functional as F

from networks.panoptic_fpn import LEVELS, PYRAMID_CHANNELS, PanopticFpn, resize


class PanetSemantic(PanopticFpn):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes):
        super().__init__(classes)
        self.downsample_convs = nn.ModuleList(nn.Conv2d(PYRAMID_CHANNELS, PYRAMID_CHANNELS, 3, stride=2, padding=1) for _ in LEVELS[1:])
        self.pafpn_convs = nn.ModuleList(nn.Conv2d(PYRAMID_CHANNELS, PYRAMID_CHANNELS, 3, padding=1) for _ in LEVELS[1:])

    def forward(self, image):
        pyramid = self.backbone(image)
        levels = {LEVELS[0]: pyramid[LEVELS[0]]}
        for name, finer, down, fuse in zip(LEVELS[1:], LEVELS, self.downsample_convs, self.pafpn_convs):
            levels[name] = F.relu(fuse(pyramid[name] + F.relu(down(levels[finer]))))
        return resize(self.sem_seg_head(levels), image.shape[2:])
