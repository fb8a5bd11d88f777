"""BiSeNet V2: a wide shallow branch for detail, a narrow deep one for semantics, each gating the other.

Yu, Gao, Wang, Yu, Shen, Sang, "BiSeNet V2: Bilateral Network with Guided Aggregation for Real-time Semantic
Segmentation", arXiv 2004.02147, table 1 and figures 4 to 6. The booster heads of training return logits beside the main
ones.
"""
import torch
from torch import nn
from torch.nn import functional as F


def conv_bn(c_in, c_out, kernel=3, stride=1, groups=1):
    conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(c_out))


def conv_bn_relu(c_in, c_out, kernel=3, stride=1):
    return nn.Sequential(*conv_bn(c_in, c_out, kernel, stride), nn.ReLU(inplace=True))


class Stem(nn.Module):
    """Two ways of halving, side by side (figure 4a)."""

    def __init__(self, channels):
        super().__init__()
        self.first = conv_bn_relu(3, channels, 3, 2)
        half = channels // 2
        self.convolved = nn.Sequential(conv_bn_relu(channels, half, 1), conv_bn_relu(half, channels, 3, 2))
        self.pooled = nn.MaxPool2d(3, 2, 1)
        self.fuse = conv_bn_relu(2 * channels, channels)

    def forward(self, x):
        x = self.first(x)
        return self.fuse(torch.cat([self.convolved(x), self.pooled(x)], 1))


class GatherExpand(nn.Module):
    """Gather-and-expansion layer of stride 1 or 2 (figure 5)."""

    def __init__(self, c_in, c_out, stride, expansion=6):
        super().__init__()
        inner = c_in * expansion
        self.gather = conv_bn_relu(c_in, c_in)
        layers = [conv_bn(c_in, inner, 3, stride, groups=c_in)]
        if stride == 2:
            layers.append(conv_bn(inner, inner, 3, 1, groups=inner))
            self.shortcut = nn.Sequential(conv_bn(c_in, c_in, 3, 2, groups=c_in), conv_bn(c_in, c_out, 1))
        else:
            layers.append(nn.ReLU(inplace=True))
            self.shortcut = nn.Identity()
        self.expand = nn.Sequential(*layers, conv_bn(inner, c_out, 1))

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.expand(self.gather(x)))


class ContextEmbedding(nn.Module):
    """The mean of the whole map, added to each pixel (figure 4b)."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.reduce = conv_bn_relu(channels, channels, 1)
        self.fuse = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.fuse(x + self.reduce(self.norm(x.mean((2, 3), keepdim=True))))


def separable(channels):
    """Depthwise, then pointwise."""
    return nn.Sequential(conv_bn(channels, channels, 3, 1, channels), nn.Conv2d(channels, channels, 1))


class GuidedAggregation(nn.Module):
    """Bilateral guided aggregation (figure 6)."""

    def __init__(self, channels):
        super().__init__()
        self.detail_kept = separable(channels)
        self.detail_reduced = nn.Sequential(conv_bn(channels, channels, 3, 2), nn.AvgPool2d(3, 2, 1))
        self.semantic_kept = separable(channels)
        self.semantic_enlarged = conv_bn(channels, channels)
        self.fuse = conv_bn(channels, channels)

    def forward(self, detail, semantic):
        size = detail.shape[2:]
        gate = F.interpolate(self.semantic_enlarged(semantic), size, mode="bilinear")
        fine = self.detail_kept(detail) * gate.sigmoid()
        coarse = self.detail_reduced(detail) * self.semantic_kept(semantic).sigmoid()
        return self.fuse(fine + F.interpolate(coarse, size, mode="bilinear"))


def head(c_in, inner, classes):
    return nn.Sequential(conv_bn_relu(c_in, inner), nn.Dropout(0.1), nn.Conv2d(inner, classes, 1))


class BiSeNetV2(nn.Module):
    """`width`: 1 as published; a multiple of 1/8 keeps all channels whole."""

    def __init__(self, classes, width=1.0, head_channels=1024):
        super().__init__()
        c16, c32, c64, c128 = (int(channels * width) for channels in (16, 32, 64, 128))
        self.detail = nn.Sequential(
            conv_bn_relu(3, c64, 3, 2), conv_bn_relu(c64, c64),
            conv_bn_relu(c64, c64, 3, 2), conv_bn_relu(c64, c64), conv_bn_relu(c64, c64),
            conv_bn_relu(c64, c128, 3, 2), conv_bn_relu(c128, c128), conv_bn_relu(c128, c128))
        self.semantic = nn.Sequential(
            Stem(c16), GatherExpand(c16, c32, 2), GatherExpand(c32, c32, 1),
            GatherExpand(c32, c64, 2), GatherExpand(c64, c64, 1),
            GatherExpand(c64, c128, 2), *(GatherExpand(c128, c128, 1) for _ in range(3)), ContextEmbedding(c128))
        self.aggregate = GuidedAggregation(c128)
        self.head = head(c128, int(head_channels * width), classes)
        self.booster = head(c128, c128, classes)

    def forward(self, picture):
        """`[n, 3, h, w]` -> logits `[n, classes, h, w]`, and those of a booster head, which inference has no use for"""
        size = picture.shape[2:]
        semantic = self.semantic(picture)
        scores = self.head(self.aggregate(self.detail(picture), semantic))
        return tuple(F.interpolate(x, size, mode="bilinear") for x in (scores, self.booster(semantic)))
