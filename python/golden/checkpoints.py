"""Checkpoints as torchvision, segmentation_models_pytorch (smp) and transformers write them, each with a picture and
PyTorch's scores.

    python python/golden/checkpoints.py FOLDER

Weights are those that the packages start from; norms and biases, which they start at one and zero, are random, and
statistics of batch norms come from pictures. FOLDER/index.json lists the files; beside each lie NAME.input, `[1, 3,
height, width]`, and NAME.output, the scores `[1, classes, height, width]`, as little-endian f32. A second run writes
the same numbers. Made for torch 2.15.0, torchvision 0.29.2, segmentation_models_pytorch 0.6.0, transformers 5.24.0.
"""
import itertools
import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from torch import nn
from torchvision.models import segmentation

import architectures
import weights

# Any size will do.
ODD = (77, 101)
# The zoo's networks by package, and the sizes of their pictures: the multiples that they need, PAN 128 at least.
TORCHVISION = {"fcn_resnet50": ODD, "deeplabv3_mobilenet_v3_large": ODD, "lraspp_mobilenet_v3_large": ODD}
TRANSFORMERS = {"segformer_b0": ODD}
SMP = {
    "unet_resnet34": ODD, "unet_mobilenet_v2": ODD, "unet_mit_b0": (64, 96),
    "fpn_resnet18": (64, 96), "fpn_vgg11_bn": (96, 64), "fpn_efficientnet-b0": (64, 96),
    "deeplabv3plus_resnet18": (80, 112), "deeplabv3plus_tu-mobilenetv3_large_100": (80, 112),
    "deeplabv3plus_mit_b0": (112, 80),
    "segformer_mit_b0": (64, 96), "segformer_resnet18": (96, 64), "segformer_mobilenet_v2": (64, 96),
    "pan_mobilenet_v2": (128, 144), "pan_efficientnet-b1": (144, 128), "pan_mit_b0": (128, 144),
    "upernet_resnet18": (64, 96), "upernet_tu-mobilenetv3_small_100": (96, 64), "upernet_mit_b0": (64, 96),
    "linknet_vgg11": (64, 96), "linknet_resnet18": (96, 64), "linknet_efficientnet-b0": (64, 96),
    "pspnet_resnet18": (72, 104), "pspnet_mobilenet_v2": (104, 72), "pspnet_vgg13_bn": (72, 104),
}
# As torchvision publishes them; `num_classes` alone leaves the second classifier out.
AUXILIARY = ["fcn_resnet50", "deeplabv3_mobilenet_v3_large"]
CLASSES = [5, 7, 11, 21]
BATCH = 4


def build(architecture, classes):
    if architecture in AUXILIARY:
        constructor = getattr(segmentation, architecture)
        return constructor(weights=None, weights_backbone=None, num_classes=classes, aux_loss=True)
    return architectures.NETWORKS[architecture](classes)


def make_random(model, pictures, classes):
    """What construction leaves plain: one-dimensional parameters (norms and biases) and statistics of batch norms."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            low, high = (-0.2, 0.2) if name.endswith("bias") else (0.5, 1.5)
            nn.init.uniform_(parameter, low, high)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            # Keeps a little of the first variance, one: dividing by next to nothing would enlarge rounding errors.
            module.momentum = 0.95
    model.train()(pictures)
    model.eval()
    # Random weights let few classes win; with one mean score for all, each has its pixels.
    *_, bias = (parameter for name, parameter in model.named_parameters()
                if parameter.shape == (classes,) and not name.startswith("aux_classifier."))
    bias -= architectures.scores(model, pictures[:1]).mean((0, 2, 3))


def save(model, path):
    torch.save(model.state_dict(), path)


def save_as_before_1_6(model, path):
    torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False)


def save_pretrained(model, path):
    """smp's and transformers' own way, which writes a folder."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        shutil.move(Path(folder) / "model.safetensors", path)


SMP_FORMS = itertools.cycle([(save, "pth"), (save_as_before_1_6, "pth"), (save_pretrained, "safetensors")])
NETWORKS = [
    *(("torchvision", *network, (save, "pth")) for network in TORCHVISION.items()),
    *(("smp", *network, form) for network, form in zip(SMP.items(), SMP_FORMS)),
    *(("transformers", *network, (save_pretrained, "safetensors")) for network in TRANSFORMERS.items()),
]


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for (package, architecture, (height, width), (write, ending)), classes in zip(NETWORKS, itertools.cycle(CLASSES)):
        torch.manual_seed(0)
        model = build(architecture, classes)
        pictures = weights.picture((BATCH, 3, height, width))
        make_random(model, pictures, classes)
        scores = architectures.scores(model, pictures[:1])

        name = f"{package}-{architecture}"
        file = f"{name}.{ending}"
        write(model, folder / file)
        (folder / f"{name}.input").write_bytes(pictures[:1].numpy().astype("<f4").tobytes())
        (folder / f"{name}.output").write_bytes(scores.numpy().astype("<f4").tobytes())
        index.append({"name": name, "file": file, "architecture": architecture, "classes": classes, "height": height,
                      "width": width})
        pixels = torch.bincount(scores.argmax(1).flatten(), minlength=classes)
        if pixels.max() > height * width / 2:
            raise ValueError(f"{name} is no test, it sees little but one class: pixels by class {pixels.tolist()}")
        print(f"{file}: {(folder / file).stat().st_size} bytes, scores {scores.min():.2f}..{scores.max():.2f}, "
              f"pixels by class {pixels.tolist()}", flush=True)
    (folder / "index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
