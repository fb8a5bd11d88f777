"""Golden outputs of whole networks: tests/golden/<network>.safetensors.

    python python/golden/networks.py [network ...]

Weights and input come from `weights.py`, so a file holds the outputs only: `logits` and `argmax`, the logits in f16 where the
smallest input that the architecture takes would make more than 64 KiB of f32. Every decoder and every encoder of the zoo is in
at least one network. Sizes are unequal and, where the architecture allows it, odd; the batch is 2 so that a mixed-up batch
stride shows.
Made with torch 2.15.0.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

import architectures
import weights

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
CLASSES = 5

ANY = [2, 3, 33, 47]  # any size will do
OF_8 = [2, 3, 40, 32]
OF_16 = [2, 3, 32, 48]
OF_32 = [2, 3, 64, 32]
# Three poolings of a map at stride 16 leave nothing of shorter sides. One picture, so that the file stays small.
OF_128 = [1, 3, 128, 144]
IN_F16 = [OF_32, OF_128]
# By name in the zoo, and scale, if it has one: the input.
NETWORKS = {
    "espnet_v2_0.5": [2, 3, 96, 64],
    "espnet_v2_1.0": [2, 3, 64, 96],
    "espnet_v2_2.0": [2, 3, 64, 96],
    "lraspp_mobilenet_v3_large": [2, 3, 75, 61],
    "lraspp_mobilenet_v3_small": [2, 3, 61, 75],
    "fcn_resnet50": ANY,
    "fcn_resnet101": ANY,
    "deeplabv3_resnet50": ANY,
    "deeplabv3_resnet101": ANY,
    "deeplabv3_mobilenet_v3_large": ANY,
    **{f"segformer_b{size}": ANY for size in range(6)},
    "fcn32s_vgg16": ANY,
    "fcn16s_vgg16": ANY,
    "fcn8s_vgg16": ANY,
    "segnet": ANY,
    "enet": OF_16,  # of 8, in fact
    "deeplab_v1_vgg16": ANY,
    "deeplab_v2_vgg16": ANY,
    "deeplab_v2_resnet101": ANY,
    "pointrend_deeplabv3_resnet50": ANY,
    "pointrend_fpn_resnet50": ANY,
    "panoptic_fpn_resnet50": ANY,
    "unet_resnet18": [2, 3, 61, 75],
    "unet_mobilenet_v2": [2, 3, 75, 61],
    "unet_vgg11_bn": ANY,
    "unet_vgg13_bn": ANY,
    "unet_vgg16": ANY,
    "unet_vgg19": ANY,
    "unet_vgg19_bn": ANY,
    "unet_resnet34": ANY,
    "unet_resnet101": ANY,
    "unet_tu-mobilenetv3_large_100": ANY,
    "unet_efficientnet-b0": ANY,
    "unet_efficientnet-b3": ANY,
    "unet_mit_b0": OF_32,
    "unet_mit_b4": OF_32,
    "unet_mit_b5": OF_32,
    "linknet_vgg11": OF_32,
    "linknet_mobilenet_v2": OF_32,
    "pspnet_resnet18": OF_8,
    "pspnet_efficientnet-b0": OF_8,
    "fpn_vgg13": OF_32,
    "fpn_mobilenet_v2": OF_32,
    "fpn_efficientnet-b1": OF_32,
    "fpn_mit_b1": OF_32,
    "deeplabv3plus_resnet50": OF_16,
    "deeplabv3plus_mobilenet_v2": OF_16,
    "deeplabv3plus_tu-mobilenetv3_small_100": OF_16,
    "deeplabv3plus_efficientnet-b2": OF_16,
    "deeplabv3plus_mit_b1": OF_16,
    "pan_mobilenet_v2": OF_128,
    "upernet_vgg16_bn": OF_32,
    "upernet_mobilenet_v2": OF_32,
    "upernet_mit_b2": OF_32,
    "segformer_mit_b0": OF_32,
    "segformer_mit_b3": OF_32,
    "segformer_resnet18": OF_32,
    "fcn32s_vgg16_0.15625": ANY,
    "fcn16s_vgg16_0.15625": ANY,
    "fcn8s_vgg16_0.15625": ANY,
    "segnet_0.3125": ANY,
    "deeplabv3_resnet50_0.25": ANY,
    "unet_resnet18_0.5": ANY,
    "unet_without_skips_resnet18": ANY,
    "unet_without_skips_resnet18_0.5": ANY,
    "linknet_resnet18_0.5": OF_32,
    "pspnet_resnet18_0.5": OF_8,
    "fpn_resnet18_0.5": OF_32,
    "deeplabv3plus_resnet18_0.5": OF_16,
}


@torch.inference_mode()
def main():
    for name in sys.argv[1:] or NETWORKS:
        model = architectures.NETWORKS[name](CLASSES)
        weights.fill(model, architectures.named_tensors(model))
        logits = architectures.scores(model, weights.picture(NETWORKS[name])).contiguous()
        argmax = logits.argmax(1).to(torch.uint8)
        if NETWORKS[name] in IN_F16:
            logits = logits.half()
        path = GOLDEN / f"{name}.safetensors"
        save_file({"logits": logits, "argmax": argmax}, path)
        path.chmod(0o644)
        pixels = torch.bincount(argmax.flatten(), minlength=CLASSES).tolist()
        print(f"{name}: {path.stat().st_size} bytes, logits {logits.min():.2f}..{logits.max():.2f}, pixels by class {pixels}")


if __name__ == "__main__":
    main()
