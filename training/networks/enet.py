"""ENet.

Paszke, Chaurasia, Kim, Culurciello, "ENet: A Deep Neural Network Architecture for Real-Time Semantic Segmentation",
2016, arXiv 1606.02147, section 3, table 1 and figure 2. Reference: github.com/e-lab/ENet-training,
`train/models/encoder.lua` and `decoder.lua`; theirs are the decoder's ReLU in place of PReLU, the epsilon, which
convolutions have biases, and that nothing stands between the two halves of an asymmetric convolution.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .vgg_16 import scaled

# Channels at strides 2, 4 and 8.
WIDTHS = (16, 64, 128)
# A bottleneck is this many times narrower inside.
REDUCTION = 4
# The middles of bottlenecks 2.1 to 2.8, and once more as section 3: a rate, or "asymmetric".
CONTEXT = (1, 2, "asymmetric", 4, 1, 8, "asymmetric", 16)


def batch_norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


def relu(_channels):
    return nn.ReLU()


def middle_convolutions(channels, kind):
    if kind == "asymmetric":
        return [nn.Conv2d(channels, channels, (1, 5), padding=(0, 2), bias=False),
                nn.Conv2d(channels, channels, (5, 1), padding=(2, 0))]
    if kind == "transposed":
        return [nn.ConvTranspose2d(channels, channels, 3, stride=2, padding=1, output_padding=1)]
    return [nn.Conv2d(channels, channels, 3, padding=kind, dilation=kind)]


class Bottleneck(nn.Module):
    """A residual unit that is narrow inside (figure 2b). `stride` 2 halves the size."""

    def __init__(self, c_in, c_out, kind=1, activation=nn.PReLU, stride=1, dropout=0.1):
        super().__init__()
        c = c_out // REDUCTION
        reduce = nn.Conv2d(c_in, c, stride, stride, bias=False)
        self.reduce = nn.Sequential(reduce, batch_norm(c), activation(c))
        self.conv = nn.Sequential(*middle_convolutions(c, kind), batch_norm(c), activation(c))
        self.expand = nn.Sequential(nn.Conv2d(c, c_out, 1, bias=False), batch_norm(c_out))
        self.regularise = nn.Dropout2d(dropout)
        self.act = activation(c_out)

    def branch(self, x):
        return self.regularise(self.expand(self.conv(self.reduce(x))))

    def forward(self, x):
        return self.act(x + self.branch(x))


class Downsampling(Bottleneck):
    """Returns the switches of its max pooling too. The pooled map gets the channels it lacks as zeros."""

    def __init__(self, c_in, c_out, dropout):
        super().__init__(c_in, c_out, stride=2, dropout=dropout)
        self.missing = c_out - c_in

    def forward(self, x):
        main, switches = F.max_pool2d(x, 2, 2, return_indices=True)
        return self.act(F.pad(main, (0, 0, 0, 0, 0, self.missing)) + self.branch(x)), switches


class Upsampling(Bottleneck):
    def __init__(self, c_in, c_out):
        super().__init__(c_in, c_out, "transposed", relu)
        self.main = nn.Sequential(nn.Conv2d(c_in, c_out, 1, bias=False), batch_norm(c_out))

    def forward(self, x, switches):
        return self.act(F.max_unpool2d(self.main(x), switches, 2, 2) + self.branch(x))


class Initial(nn.Module):
    """A convolution beside a pooling of the image (figure 2a)."""

    def __init__(self, c_out):
        super().__init__()
        self.conv = nn.Conv2d(3, c_out - 3, 3, stride=2, padding=1)
        self.bn, self.act = batch_norm(c_out), nn.PReLU(c_out)

    def forward(self, image):
        return self.act(self.bn(torch.cat([self.conv(image), F.max_pool2d(image, 2, 2)], 1)))


class ENet(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]; h and w are multiples of 8."""

    def __init__(self, classes, width=1.0):
        super().__init__()
        c1, c2, c3 = (scaled(channels, width) for channels in WIDTHS)
        self.initial = Initial(c1)
        self.bottleneck1 = nn.ModuleList(
            [Downsampling(c1, c2, 0.01)] + [Bottleneck(c2, c2, dropout=0.01) for _ in range(4)])
        self.bottleneck2 = nn.ModuleList(
            [Downsampling(c2, c3, 0.1)] + [Bottleneck(c3, c3, kind) for kind in CONTEXT])
        self.bottleneck3 = nn.ModuleList(Bottleneck(c3, c3, kind) for kind in CONTEXT)
        self.bottleneck4 = nn.ModuleList(
            [Upsampling(c3, c2)] + [Bottleneck(c2, c2, 1, relu) for _ in range(2)])
        self.bottleneck5 = nn.ModuleList([Upsampling(c2, c1), Bottleneck(c1, c1, 1, relu)])
        self.fullconv = nn.ConvTranspose2d(c1, classes, 2, stride=2)

    def forward(self, image):
        x = self.initial(image)
        x, switches_1 = self.bottleneck1[0](x)
        for bottleneck in self.bottleneck1[1:]:
            x = bottleneck(x)
        x, switches_2 = self.bottleneck2[0](x)
        for bottleneck in [*self.bottleneck2[1:], *self.bottleneck3]:
            x = bottleneck(x)
        x = self.bottleneck4[0](x, switches_2)
        for bottleneck in self.bottleneck4[1:]:
            x = bottleneck(x)
        x = self.bottleneck5[1](self.bottleneck5[0](x, switches_1))
        return self.fullconv(x)
