"""Networks of torchvision, transformers and segmentation_models_pytorch, their logits brought to the image's size."""
import segmentation_models_pytorch as smp
from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoder
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.segmentation import deeplabv3
from transformers import SegformerConfig, SegformerForSemanticSegmentation
from transformers.core_model_loading import revert_weight_conversion


class DeepLabV3(deeplabv3.DeepLabV3):
    """`deeplabv3_resnet50` without the auxiliary classifier."""

    def __init__(self, classes):
        resnet = resnet50(weights=None, replace_stride_with_dilation=[False, True, True])
        super().__init__(IntermediateLayerGetter(resnet, {"layer4": "out"}), deeplabv3.DeepLabHead(2048, classes))

    def forward(self, image):
        return super().forward(image)["out"]


class Segformer(nn.Module):
    """B0, which is what a configuration without arguments gives. Not a subclass: transformers knows the published names of its
    own classes only."""

    def __init__(self, classes):
        super().__init__()
        self.reference = SegformerForSemanticSegmentation(SegformerConfig(num_labels=classes))

    def forward(self, image):
        logits = self.reference(image).logits
        return F.interpolate(logits, image.shape[2:], mode="bilinear", align_corners=False)


class UnetWithoutSkips(smp.Unet):
    """smp's U-Net, but that the decoder sees the encoder's last map only."""

    def __init__(self, encoder, classes):
        super().__init__(encoder, encoder_weights=None, classes=classes)
        channels = [0] * len(self.encoder.out_channels)
        channels[-1] = self.encoder.out_channels[-1]
        self.decoder = UnetDecoder(channels, (256, 128, 64, 32, 16))

    def forward(self, image):
        # Of the other maps the decoder still takes the sizes.
        *maps, last = self.encoder(image)
        return self.segmentation_head(self.decoder([*(x[:, :0] for x in maps), last]))


def named_tensors(network):
    """The network's tensors, not copies, under the names of its published checkpoints, which are the zoo's; transformers
    5 has names of its own in memory."""
    reference = network.reference if isinstance(network, Segformer) else network
    tensors = reference.state_dict()
    is_renamed = isinstance(reference, SegformerForSemanticSegmentation)
    return revert_weight_conversion(reference, tensors) if is_renamed else tensors
