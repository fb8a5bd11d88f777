"""DeepLab-LargeFOV.

Chen, Papandreou, Kokkinos, Murphy, Yuille, "Semantic Image Segmentation with Deep Convolutional Nets and Fully
Connected CRFs", ICLR 2015, arXiv 1412.7062, sections 3.1 and 3.2. Reference: the authors' Caffe model DeepLab-LargeFOV
(`train.prototxt`), whose `fc8_voc12` is `fc8` here. The fully connected CRF is not part of the network.
"""
from torch import nn
from torch.nn import functional as F

from .vgg_16 import STAGES, Vgg16, scaled


class AtrousVgg16(Vgg16):
    """VGG-16 without the strides of its last two poolings; the stage behind them is dilated instead."""

    def __init__(self, width=1.0):
        super().__init__(width)
        for i in (1, 2, 3):
            conv = self.get_submodule(f"conv5_{i}")
            conv.dilation = conv.padding = (2, 2)

    def features(self, x):
        """[n, 3, h, w] -> the map at stride 8"""
        for number in range(1, 6):
            x = F.max_pool2d(self.stage(number, x), 3, 2 if number <= 3 else 1, 1, ceil_mode=True)
        return x


class DeepLabV1(AtrousVgg16):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes, width=1.0):
        super().__init__(width)
        c_in, c = scaled(STAGES[-1][1], width), scaled(1024, width)
        self.fc6 = nn.Conv2d(c_in, c, 3, padding=12, dilation=12)
        self.fc7 = nn.Conv2d(c, c, 1)
        self.fc8 = nn.Conv2d(c, classes, 1)

    def forward(self, image):
        x = F.avg_pool2d(self.features(image), 3, 1, 1)
        x = F.dropout(F.relu(self.fc6(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc7(x)), 0.5, self.training)
        return F.interpolate(self.fc8(x), image.shape[2:], mode="bilinear", align_corners=True)
