"""Golden outputs of whole networks: tests/golden/<network>.safetensors; and their counts: tests/golden/counts.json.

    python python/golden/networks.py

Weights and input come from `weights.py`, so a file holds the outputs only: `logits` and `argmax`. Sizes are unequal and,
where the architecture allows it, odd; the batch is 2 so that a mixed-up batch stride shows.
Made with torch 2.15.0, torchvision 0.29.2, segmentation_models_pytorch 0.6.0.
"""
import json
import sys
from pathlib import Path

import segmentation_models_pytorch as smp
import torch
from safetensors.torch import save_file
from torchvision.models import mobilenet_v3_small
from torchvision.models.segmentation import lraspp_mobilenet_v3_large
from torchvision.models.segmentation.lraspp import _lraspp_mobilenetv3

import weights

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "training"))
from espnetv2 import EspNetV2  # noqa: E402

GOLDEN = ROOT / "tests" / "golden"


def lraspp_large(classes):
    return lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=classes)


def lraspp_small(classes):
    return _lraspp_mobilenetv3(mobilenet_v3_small(weights=None, dilated=True), classes)


def unet(encoder):
    return lambda classes: smp.Unet(encoder, encoder_weights=None, classes=classes)


# Name in the zoo (and the scale, if it has one), constructor, input.
NETWORKS = {
    "espnet_v2_0.5": (lambda classes: EspNetV2(classes, 0.5), [2, 3, 96, 64]),
    "espnet_v2_1.0": (lambda classes: EspNetV2(classes, 1.0), [2, 3, 64, 96]),
    "espnet_v2_2.0": (lambda classes: EspNetV2(classes, 2.0), [2, 3, 64, 96]),
    "lraspp_mobilenet_v3_large": (lraspp_large, [2, 3, 75, 61]),
    "lraspp_mobilenet_v3_small": (lraspp_small, [2, 3, 61, 75]),
    "unet_resnet18": (unet("resnet18"), [2, 3, 61, 75]),
    "unet_mobilenet_v2": (unet("mobilenet_v2"), [2, 3, 75, 61]),
}
CLASSES = 5
COUNTED_CLASSES = 21
COUNTED_SIZE = (96, 128)
# ESPNetv2's strided units store an activation that they do not apply.
UNUSED = ".eesp.module_act.weight"


def counts(model):
    """Parameters that inference uses, and multiply-accumulates of the convolutions for one picture."""
    macs = 0

    def count(conv, inputs, output):
        nonlocal macs
        macs += output.numel() * conv.weight[0].numel()

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    model.eval()(torch.zeros(1, 3, *COUNTED_SIZE))
    parameters = sum(p.numel() for name, p in model.named_parameters() if not name.endswith(UNUSED))
    return {"parameters": parameters, "macs": macs}


@torch.inference_mode()
def main():
    networks = {}
    for name, (network, shape) in NETWORKS.items():
        out = weights.fill(network(CLASSES))(weights.picture(shape))
        logits = out["out"] if isinstance(out, dict) else out
        path = GOLDEN / f"{name}.safetensors"
        save_file({"logits": logits.contiguous(), "argmax": logits.argmax(1).to(torch.uint8)}, path)
        path.chmod(0o644)
        pixels = torch.bincount(logits.argmax(1).flatten(), minlength=CLASSES).tolist()
        networks[name] = counts(network(COUNTED_CLASSES))
        print(f"{name}: {path.stat().st_size} bytes, logits {logits.min():.2f}..{logits.max():.2f}, "
              f"pixels by class {pixels}, {networks[name]}")
    height, width = COUNTED_SIZE
    golden = {"classes": COUNTED_CLASSES, "height": height, "width": width, "networks": networks}
    (GOLDEN / "counts.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
