"""SegNet.

Badrinarayanan, Kendall, Cipolla, "SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation",
PAMI 2017, arXiv 1511.00561, section 3, figures 2 and 3. Reference: github.com/alexgkendall/SegNet-Tutorial,
`Models/segnet_inference.prototxt`, which gives the layers their names, and rounds odd sides up where this rounds down.
"""
from torch import nn
from torch.nn import functional as F

from .vgg_16 import STAGES, scaled


class SegNet(nn.Module):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]."""

    def __init__(self, classes, width=1.0):
        super().__init__()
        c_in = 3
        for number, (convolutions, channels) in enumerate(STAGES, 1):
            c_out = scaled(channels, width)
            # A stage ends, mirrored, with the channels of the stage before.
            for i in range(1, convolutions + 1):
                self.add(f"conv{number}_{i}", c_in, c_out)
                if (number, i) == (1, 1):
                    self.conv1_1_D = nn.Conv2d(c_out, classes, 3, padding=1)
                else:
                    self.add(f"conv{number}_{i}_D", c_out, c_in)
                c_in = c_out

    def add(self, name, c_in, c_out):
        self.add_module(name, nn.Conv2d(c_in, c_out, 3, padding=1))
        self.add_module(f"{name}_bn", nn.BatchNorm2d(c_out))

    def layer(self, name, x):
        return F.relu(self.get_submodule(f"{name}_bn")(self.get_submodule(name)(x)))

    def forward(self, image):
        x, switches = image, []
        for number, (convolutions, _) in enumerate(STAGES, 1):
            for i in range(1, convolutions + 1):
                x = self.layer(f"conv{number}_{i}", x)
            size = x.shape[2:]
            x, indices = F.max_pool2d(x, 2, 2, return_indices=True)
            switches.append((indices, size))
        for number in range(5, 0, -1):
            indices, size = switches.pop()
            x = F.max_unpool2d(x, indices, 2, 2, output_size=size)
            convolutions, _ = STAGES[number - 1]
            for i in range(convolutions, 0, -1):
                if (number, i) != (1, 1):
                    x = self.layer(f"conv{number}_{i}_D", x)
        return self.conv1_1_D(x)
