"""ESPNetv2 semantic segmentation: encoder of EESP units, decoder of efficient pyramid pooling units.

Encoder: Mehta, Rastegari, Shapiro, Hajishirzi, "ESPNetv2: A Light-weight, Power Efficient, and General Purpose
Convolutional Neural Network", CVPR 2019, arXiv 1811.11431, sections 3.2-3.3. Decoder: Mehta, Hajishirzi, Rastegari,
"DiCENet", arXiv 1906.03516, the segmentation section. Reference: github.com/sacmehta/EdgeNets (MIT), commit 2b232d3,
`model/segmentation/espnetv2.py`. Attribute names are the reference's, so that its published checkpoints load strictly;
the auxiliary heads and the classifier, which those files do not hold, are left out.

Shapes are [batch, channels, height, width]; height and width of the input are multiples of 32.
"""
from math import ceil, gcd

import torch
from torch import nn
from torch.nn import functional as F

# Channels after levels 1-4 (strides 2, 4, 8, 16) for each width multiplier of the published files.
ENCODER_WIDTHS = {0.5: (16, 32, 64, 128), 1.0: (32, 64, 128, 256), 2.0: (32, 128, 256, 512)}
DECODER_WIDTHS = (64, 48, 32)
# The reference uses half the number of classes (20 // 2 and 21 // 2). A model fine-tuned to other classes keeps it.
PYRAMID_WIDTH = 10
PYRAMID_SCALES = (2.0, 1.5, 1.0, 0.5, 0.1)
BRANCHES = 4


class ConvBn(nn.Module):
    def __init__(self, c_in, c_out, kernel, stride=1, groups=1, activation=True):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(c_out)
        self.act = nn.PReLU(c_out) if activation else nn.Identity()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class BnAct(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn, self.act = nn.BatchNorm2d(channels), nn.PReLU(channels)

    def forward(self, x):
        return self.act(self.bn(x))


class DilatedConv(nn.Module):
    """Depthwise 3x3; the wrapper only carries the reference's name `conv`."""

    def __init__(self, channels, stride, dilation):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride, dilation, dilation, channels, bias=False)

    def forward(self, x):
        return self.conv(x)


class Eesp(nn.Module):
    """Extremely efficient spatial pyramid (paper, figure 1c): reduce, split into dilated branches, add hierarchically."""

    def __init__(self, c_in, c_out, dilations, stride=1):
        super().__init__()
        n = c_out // BRANCHES
        self.is_residual = stride == 1
        self.proj_1x1 = ConvBn(c_in, n, 1, groups=BRANCHES)
        self.spp_dw = nn.ModuleList(DilatedConv(n, stride, d) for d in dilations)
        self.br_after_cat = BnAct(c_out)
        self.conv_1x1_exp = ConvBn(c_out, c_out, 1, groups=BRANCHES, activation=False)
        # The strided unit stores it as well, unused: `Downsample` applies its own after the concatenation.
        self.module_act = nn.PReLU(c_out)

    def forward(self, x):
        reduced = self.proj_1x1(x)
        sums = [self.spp_dw[0](reduced)]
        for branch in self.spp_dw[1:]:
            sums.append(branch(reduced) + sums[-1])
        y = self.conv_1x1_exp(self.br_after_cat(torch.cat(sums, 1)))
        return self.module_act(y + x) if self.is_residual else y


class Downsample(nn.Module):
    """Strided EESP beside an average pool, plus the image itself, shrunk (paper, figure 2)."""

    def __init__(self, c_in, c_out, dilations):
        super().__init__()
        self.eesp = Eesp(c_in, c_out - c_in, dilations, stride=2)
        self.inp_reinf = nn.Sequential(ConvBn(3, 3, 3), ConvBn(3, c_out, 1, activation=False))
        self.act = nn.PReLU(c_out)

    def forward(self, x, image):
        y = torch.cat([F.avg_pool2d(x, 3, 2, 1), self.eesp(x)], 1)
        while image.shape[2] > y.shape[2]:
            image = F.avg_pool2d(image, 3, 2, 1)
        return self.act(y + self.inp_reinf(image))


class Encoder(nn.Module):
    """[n, 3, h, w] -> features at strides 2, 4, 8, 16, finest first."""

    def __init__(self, scale):
        super().__init__()
        c1, c2, c3, c4 = ENCODER_WIDTHS[scale]
        self.level1 = ConvBn(3, c1, 3, stride=2)
        self.level2_0 = Downsample(c1, c2, (1, 2, 3, 4))
        self.level3_0 = Downsample(c2, c3, (1, 2, 3, 4))
        self.level3 = nn.ModuleList(Eesp(c3, c3, (1, 2, 3, 4)) for _ in range(3))
        self.level4_0 = Downsample(c3, c4, (1, 2, 3, 4))
        # A receptive field limit of 7 leaves dilations 1-3; the fourth branch falls back to 1 and is sorted first.
        self.level4 = nn.ModuleList(Eesp(c4, c4, (1, 1, 2, 3)) for _ in range(7))

    def forward(self, image):
        f1 = self.level1(image)
        f2 = self.level2_0(f1, image)
        f3 = self.level3_0(f2, image)
        for unit in self.level3:
            f3 = unit(f3)
        f4 = self.level4_0(f3, image)
        for unit in self.level4:
            f4 = unit(f4)
        return f1, f2, f3, f4


class DecoderConvBn(nn.Module):
    """`ConvBn` under the decoder's naming (`cbr.0`, `cbr.1`, `cbr.2`)."""

    def __init__(self, c_in, c_out, kernel, groups=1):
        super().__init__()
        self.cbr = nn.Sequential(nn.Conv2d(c_in, c_out, kernel, 1, kernel // 2, groups=groups, bias=False),
                                 nn.BatchNorm2d(c_out), nn.PReLU(c_out))

    def forward(self, x):
        return self.cbr(x)


class DecoderBnAct(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.br = nn.Sequential(nn.BatchNorm2d(channels), nn.PReLU(channels))

    def forward(self, x):
        return self.br(x)


def resize(x, size):
    return F.interpolate(x, size, mode="bilinear", align_corners=True)


class PyramidPool(nn.Module):
    """Efficient pyramid pooling: depthwise 3x3 at five scales of a narrow projection, shuffled and merged."""

    def __init__(self, c_in, c_out, is_last=False):
        super().__init__()
        n = PYRAMID_WIDTH
        self.projection_layer = DecoderConvBn(c_in, n, 1)
        self.stages = nn.ModuleList(nn.Conv2d(n, n, 3, 1, 1, groups=n, bias=False) for _ in PYRAMID_SCALES)
        self.merge_layer = nn.Sequential(
            DecoderBnAct(n * len(PYRAMID_SCALES)), nn.ChannelShuffle(len(PYRAMID_SCALES)),
            DecoderConvBn(n * len(PYRAMID_SCALES), n, 3, groups=n), nn.Conv2d(n, c_out, 1, bias=is_last))
        self.br = nn.Identity() if is_last else DecoderBnAct(c_out)

    def forward(self, x):
        x = self.projection_layer(x)
        h, w = x.shape[2:]
        levels = []
        for scale, stage in zip(PYRAMID_SCALES, self.stages):
            size = (max(5, ceil(h * scale)), max(5, ceil(w * scale)))
            if scale > 1.0:
                levels.append(F.adaptive_avg_pool2d(stage(resize(x, size)), (h, w)))
            elif scale == 1.0:
                levels.append(stage(x))
            else:
                levels.append(resize(stage(F.adaptive_avg_pool2d(x, size)), (h, w)))
        return self.br(self.merge_layer(torch.cat(levels, 1)))


class MergeSkip(nn.Module):
    """Adds the encoder's feature map, gated by its own global average, to the decoder's, enlarged twice."""

    def __init__(self, c_encoder, c_decoder):
        super().__init__()
        self.wt_layer = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(c_encoder, c_decoder, 1, bias=False), nn.Sigmoid())
        self.expansion_layer = DecoderConvBn(c_encoder, c_decoder, 3, groups=gcd(c_encoder, c_decoder))

    def forward(self, encoder, decoder):
        enlarged = F.interpolate(decoder, scale_factor=2.0, mode="bilinear", align_corners=True)
        return self.expansion_layer(encoder) * self.wt_layer(encoder) + enlarged


class EspNetV2(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes, scale=2.0):
        super().__init__()
        c1, c2, c3, c4 = ENCODER_WIDTHS[scale]
        d1, d2, d3 = DECODER_WIDTHS
        self.base_net = Encoder(scale)
        self.bu_dec_l1 = PyramidPool(c4, d1)
        self.bu_dec_l2 = PyramidPool(d1, d2)
        self.bu_dec_l3 = PyramidPool(d2, d3)
        self.bu_dec_l4 = PyramidPool(d3, classes, is_last=True)
        self.merge_enc_dec_l2 = MergeSkip(c3, d1)
        self.merge_enc_dec_l3 = MergeSkip(c2, d2)
        self.merge_enc_dec_l4 = MergeSkip(c1, d3)
        self.bu_br_l2, self.bu_br_l3, self.bu_br_l4 = (
            nn.Sequential(nn.BatchNorm2d(d), nn.PReLU(d)) for d in DECODER_WIDTHS)

    def half_logits(self, image):
        """[n, 3, h, w] -> [n, classes, h / 2, w / 2]"""
        f1, f2, f3, f4 = self.base_net(image)
        x = self.bu_dec_l1(f4)
        x = self.bu_dec_l2(self.bu_br_l2(self.merge_enc_dec_l2(f3, x)))
        x = self.bu_dec_l3(self.bu_br_l3(self.merge_enc_dec_l3(f2, x)))
        return self.bu_dec_l4(self.bu_br_l4(self.merge_enc_dec_l4(f1, x)))

    def forward(self, image):
        return resize(self.half_logits(image), image.shape[2:])


def load_checkpoint(path):
    """A state dict; the published files were saved on a GPU."""
    return torch.load(path, map_location="cpu", weights_only=True)
