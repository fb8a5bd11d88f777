"""The papers' networks have the papers' numbers of parameters and keep an image's size. Run: python test_networks.py

Everything happens on PyTorch's meta device, which knows shapes and no values: the largest has 134.5 million parameters.
"""
import unittest

import torch

from networks import (DeepLabV1, DeepLabV2Resnet101, DeepLabV2Vgg16, ENet, FcnVgg, PanopticFpn, PointRendDeepLabV3,
                      PointRendFpn, SegNet)

# Of FCN, bilinear kernels for 21 classes are not counted in the paper; millions.
BILINEAR = {"fcn32s": 21 * 21 * 64 * 64e-6, "fcn16s": 21 * 21 * (32 * 32 + 4 * 4) * 1e-6,
            "fcn8s": 21 * 21 * (16 * 16 + 2 * 4 * 4) * 1e-6}
# ENet's encoder is trained with a classifier of its own first, which is gone here: 128 channels to 20 classes.
ENCODER_CLASSIFIER = 128 * 20e-6 + 20e-6
# ResNet-50, 23.51M; pyramid, 0.98M by 1x1 and 2.36M by 3x3 convolutions; branch: one 3x3 for P2, then 1, 2 and 3.
PANOPTIC = 23.51 + 0.98 + 2.36 + 9 * 128e-6 * (4 * 256 + 3 * 128)

# Network, millions of parameters, tolerance: half a unit of the last digit that the paper gives.
PUBLISHED = {
    # Long et al. 2015, table 1: 134M.
    **{f"fcn{stride}s": (lambda skips=skips: FcnVgg(21, skips=skips), 134 + BILINEAR[f"fcn{stride}s"], 0.5)
       for skips, stride in enumerate((32, 16, 8))},
    # Paszke et al. 2016 (ENet), the table of hardware requirements: SegNet 29.46M, ENet 0.37M.
    "segnet": (lambda: SegNet(12), 29.46, 0.02),
    "enet": (lambda: ENet(20), 0.37 - ENCODER_CLASSIFIER, 0.005),
    # Chen et al. 2015, table 2, kernel 3x3 with rate 12: 20.5M.
    "deeplab_v1": (lambda: DeepLabV1(21), 20.5, 0.05),
    # The paper has no figure: VGG's convolutions, 14.71M, and four of DeepLab v1's classifiers, 5.79M each.
    "deeplab_v2_vgg16": (lambda: DeepLabV2Vgg16(21), 14.71 + 4 * 5.79, 0.05),
    # Nor here: torchvision's ResNet-101 without its last layer, 42.50M, and four 3x3 convolutions to 21 classes.
    "deeplab_v2_resnet101": (lambda: DeepLabV2Resnet101(21), 42.50 + 4 * 2048 * 9 * 21e-6, 0.05),
    # The paper has no figure: the sum of its parts.
    "panoptic_fpn": (lambda: PanopticFpn(21), PANOPTIC, 0.02),
    # torchvision gives its DeepLab v3 42.00M, of them 2.37M in the auxiliary classifier; the point head is 0.22M.
    "pointrend_deeplabv3": (lambda: PointRendDeepLabV3(21), 42.00 - 2.37 + 0.22, 0.02),
    "pointrend_fpn": (lambda: PointRendFpn(21), PANOPTIC + 0.22, 0.02),
}

# Compact variants.
COMPACT = {
    "compact fcn32s": lambda: FcnVgg(5, skips=0, width=0.25),
    "compact fcn16s": lambda: FcnVgg(5, skips=1, width=0.25),
    "compact fcn8s": lambda: FcnVgg(5, skips=2, width=0.25),
    "compact segnet": lambda: SegNet(5, width=0.25),
    "compact enet": lambda: ENet(5, width=0.5),
    "compact deeplab_v1": lambda: DeepLabV1(5, width=0.25),
    "compact deeplab_v2_vgg16": lambda: DeepLabV2Vgg16(5, width=0.25),
}


def parameters(network):
    return sum(p.numel() for p in network.parameters())


class Networks(unittest.TestCase):
    def test_parameters_are_the_published_ones(self):
        for name, (make, millions, tolerance) in PUBLISHED.items():
            with self.subTest(name), torch.device("meta"):
                self.assertAlmostEqual(parameters(make()) / 1e6, millions, delta=tolerance)

    def test_output_has_the_size_of_the_image(self):
        for name, make in {**{name: make for name, (make, *_) in PUBLISHED.items()}, **COMPACT}.items():
            # ENet's sides are multiples of 8; the others take any.
            for size in [(72, 40), (64, 128)] if "enet" in name else [(61, 75), (75, 61), (64, 96)]:
                with self.subTest(name, size=size), torch.device("meta"):
                    out = make().eval()(torch.zeros(2, 3, *size))
                    self.assertEqual(tuple(out.shape[2:]), size)
                    if name in COMPACT:
                        self.assertEqual(out.shape[:2], (2, 5))

    def test_half_the_width_has_a_quarter_of_the_parameters(self):
        for network in (FcnVgg, SegNet, ENet, DeepLabV1, DeepLabV2Vgg16):
            with self.subTest(network.__name__), torch.device("meta"):
                share = parameters(network(5, width=0.5)) / parameters(network(5))
                self.assertAlmostEqual(share, 0.25, delta=0.015)


if __name__ == "__main__":
    unittest.main()
