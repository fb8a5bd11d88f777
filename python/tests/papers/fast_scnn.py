"""Fast-SCNN: two branches that share their first layers.

Poudel, Liwicki, Cipolla, "Fast-SCNN: Fast Semantic Segmentation Network", BMVC 2019, arXiv 1902.04502, table 1 and
figure 1.
"""
import torch
from torch import nn
from torch.nn import functional as F


def conv_bn_relu(c_in, c_out, kernel=3, stride=1, groups=1, relu=True):
    layers = [nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(c_out)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def separable(c_in, c_out, stride=1):
    """Depthwise, then pointwise (section 3.2.1)."""
    return nn.Sequential(conv_bn_relu(c_in, c_in, 3, stride, groups=c_in), conv_bn_relu(c_in, c_out, 1))


class Bottleneck(nn.Module):
    """Inverted residual block (table 2)."""

    def __init__(self, c_in, c_out, stride, expansion=6):
        super().__init__()
        inner = c_in * expansion
        self.block = nn.Sequential(conv_bn_relu(c_in, inner, 1), conv_bn_relu(inner, inner, 3, stride, groups=inner),
                                   conv_bn_relu(inner, c_out, 1, relu=False))
        self.is_residual = stride == 1 and c_in == c_out

    def forward(self, x):
        return x + self.block(x) if self.is_residual else self.block(x)


class PyramidPooling(nn.Module):
    """Means over 1, 2, 3 and 6 bins a side, beside the map itself (section 3.2.2)."""

    def __init__(self, c_in, c_out):
        super().__init__()
        self.bins = [1, 2, 3, 6]
        self.reduce = nn.ModuleList(conv_bn_relu(c_in, c_in // 4, 1) for _ in self.bins)
        self.join = conv_bn_relu(c_in + 4 * (c_in // 4), c_out, 1)

    def forward(self, x):
        size = x.shape[2:]
        maps = [F.interpolate(reduce(F.adaptive_avg_pool2d(x, bins)), size, mode="bilinear", align_corners=True)
                for bins, reduce in zip(self.bins, self.reduce)]
        return self.join(torch.cat([x, *maps], 1))


class Fusion(nn.Module):
    """Of the shared map at stride 8 and the global one at stride 32 (table 3)."""

    def __init__(self, c_high, c_low, c_out):
        super().__init__()
        self.depthwise = conv_bn_relu(c_low, c_out, 3, groups=c_low)
        self.low = nn.Sequential(nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out))
        self.high = nn.Sequential(nn.Conv2d(c_high, c_out, 1), nn.BatchNorm2d(c_out))

    def forward(self, high, low):
        low = F.interpolate(low, high.shape[2:], mode="bilinear", align_corners=True)
        return F.relu(self.low(self.depthwise(low)) + self.high(high))


class FastScnn(nn.Module):
    """`width`: 1 as published; a multiple of 1/8 keeps all channels whole."""

    def __init__(self, classes, width=1.0):
        super().__init__()
        c32, c48, c64, c96, c128 = (int(channels * width) for channels in (32, 48, 64, 96, 128))
        self.learning_to_downsample = nn.Sequential(
            conv_bn_relu(3, c32, 3, 2), separable(c32, c48, 2), separable(c48, c64, 2))
        self.global_features = nn.Sequential(
            Bottleneck(c64, c64, 2), Bottleneck(c64, c64, 1), Bottleneck(c64, c64, 1),
            Bottleneck(c64, c96, 2), Bottleneck(c96, c96, 1), Bottleneck(c96, c96, 1),
            Bottleneck(c96, c128, 1), Bottleneck(c128, c128, 1), Bottleneck(c128, c128, 1), PyramidPooling(c128, c128))
        self.fusion = Fusion(c64, c128, c128)
        self.classifier = nn.Sequential(separable(c128, c128), separable(c128, c128), nn.Dropout(0.1),
                                        nn.Conv2d(c128, classes, 1))

    def forward(self, picture):
        """`[n, 3, h, w]` -> logits `[n, classes, h, w]`"""
        shared = self.learning_to_downsample(picture)
        x = self.classifier(self.fusion(shared, self.global_features(shared)))
        return F.interpolate(x, picture.shape[2:], mode="bilinear", align_corners=True)
