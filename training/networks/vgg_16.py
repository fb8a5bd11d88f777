"""The thirteen convolutions of VGG-16, as FCN and DeepLab build on them.

Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv 1409.1556,
table 1, configuration D. Layers are named as in its Caffe release.
"""
from torch import nn
from torch.nn import functional as F

# The five stages: their 3x3 convolutions, and the channels of each.
STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def scaled(channels, width):
    return int(channels * width)


class Vgg16(nn.Module):
    """Holds the convolutions; how the stages are pooled is each network's own."""

    def __init__(self, width=1.0):
        super().__init__()
        c_in = 3
        for number, (convolutions, channels) in enumerate(STAGES, 1):
            for i in range(1, convolutions + 1):
                c_out = scaled(channels, width)
                self.add_module(f"conv{number}_{i}", nn.Conv2d(c_in, c_out, 3, padding=1))
                c_in = c_out

    def stage(self, number, x):
        convolutions, _ = STAGES[number - 1]
        for i in range(1, convolutions + 1):
            x = F.relu(self.get_submodule(f"conv{number}_{i}")(x))
        return x
