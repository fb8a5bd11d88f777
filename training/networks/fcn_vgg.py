"""FCN-32s, FCN-16s and FCN-8s.

Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, arXiv 1411.4038,
sections 3 and 4, figure 3. Reference: github.com/shelhamer/fcn.berkeleyvision.org, `voc-fcn{32,16,8}s/net.py`.
"""
from torch import nn
from torch.nn import functional as F

from .vgg_16 import STAGES, Vgg16, scaled

BORDER = 100
# Where the last map, enlarged, begins to be the image, for 0, 1 and 2 skips: (name, stride, offset).
LAST = (("upscore", 32, 19), ("upscore16", 16, 27), ("upscore8", 8, 31))


def crop(x, like, offset):
    h, w = like.shape[2:]
    return x[:, :, offset:offset + h, offset:offset + w]


class FcnVgg(Vgg16):
    """Normalised RGB [n, 3, h, w] -> logits [n, classes, h, w]. `skips`: 0 is FCN-32s, 1 FCN-16s, 2 FCN-8s."""

    def __init__(self, classes, skips=2, width=1.0):
        super().__init__(width)
        self.skips = skips
        # So that a small image still leaves something for fc6's window.
        self.conv1_1.padding = (BORDER, BORDER)
        c_pool3, c_pool4, c_pool5 = (scaled(channels, width) for _, channels in STAGES[2:])
        c_fc = scaled(4096, width)
        self.fc6, self.fc7 = nn.Conv2d(c_pool5, c_fc, 7), nn.Conv2d(c_fc, c_fc, 1)
        self.score_fr = nn.Conv2d(c_fc, classes, 1)
        if skips >= 1:
            self.upscore2 = nn.ConvTranspose2d(classes, classes, 4, stride=2, bias=False)
            self.score_pool4 = nn.Conv2d(c_pool4, classes, 1)
        if skips >= 2:
            self.upscore_pool4 = nn.ConvTranspose2d(classes, classes, 4, stride=2, bias=False)
            self.score_pool3 = nn.Conv2d(c_pool3, classes, 1)
        name, stride, self.offset = LAST[skips]
        self.last = name
        self.add_module(name, nn.ConvTranspose2d(classes, classes, 2 * stride, stride, bias=False))

    def forward(self, image):
        x, pools = image, []
        for number in range(1, 6):
            x = F.max_pool2d(self.stage(number, x), 2, 2, ceil_mode=True)
            pools.append(x)
        _, _, pool3, pool4, pool5 = pools
        x = F.dropout2d(F.relu(self.fc6(pool5)), 0.5, self.training)
        x = F.dropout2d(F.relu(self.fc7(x)), 0.5, self.training)
        x = self.score_fr(x)
        if self.skips >= 1:
            x = self.upscore2(x)
            x = x + crop(self.score_pool4(pool4), x, 5)
        if self.skips >= 2:
            x = self.upscore_pool4(x)
            x = x + crop(self.score_pool3(pool3), x, 9)
        return crop(self.get_submodule(self.last)(x), image, self.offset)
