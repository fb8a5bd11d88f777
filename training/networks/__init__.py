"""The papers' own networks, stated in PyTorch: the graphs of `src/zoo` are compared with them, and they can be trained.

Each takes `classes`; those that shrink well take `width`, which multiplies all channels but the scores' (1.0 is the
paper's network). State-dict names are the graphs'. Weights begin as PyTorch's defaults, not as the papers'.
"""
from .deeplab_v1 import DeepLabV1
from .deeplab_v2 import DeepLabV2Resnet101, DeepLabV2Vgg16
from .enet import ENet
from .fcn_vgg import FcnVgg
from .panoptic_fpn import PanopticFpn
from .pointrend import PointRendDeepLabV3, PointRendFpn
from .segnet import SegNet

__all__ = ["DeepLabV1", "DeepLabV2Resnet101", "DeepLabV2Vgg16", "ENet", "FcnVgg", "PanopticFpn",
           "PointRendDeepLabV3", "PointRendFpn", "SegNet"]
