"""Checkpoints as torchvision, segmentation_models_pytorch (smp) and transformers write them, and the same networks as
`torch.onnx.export` writes them, with five more that the zoo lacks; each with a picture and PyTorch's scores.

    python python/golden/checkpoints.py FOLDER

Weights are those that the packages start from; norms and biases, which they start at one and zero, are random, and
statistics of batch norms come from pictures. FOLDER/index.json lists the files; beside each lie FILE.input, `[1, 3,
height, width]`, and FILE.output, the scores `[1, classes, height, width]`, as little-endian f32. A second run writes
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

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "tests")]
from published import NARROW, filled  # noqa: E402
from segscope_export.trace import ScoresOf  # noqa: E402

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
# Pictures that grids of 1, 2, 3 and 6 cells divide the maps of: other grids are arithmetic with indices in an ONNX file,
# which cannot be imported (docs/decisions.md). UPerNet and Fast-SCNN pool at stride 32, PSPNet at 8.
DIVIDED = {"upernet": (192, 384), "fast_scnn": (384, 192), "pspnet": (96, 48)}
# Of the networks that the zoo lacks.
OF_32 = (64, 96)


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


def save_onnx(model, picture, path):
    torch.onnx.export(ScoresOf(model).eval(), (picture,), path, dynamo=True, external_data=False, verbose=False,
                      input_names=["image"], output_names=["scores"])


SMP_FORMS = itertools.cycle([(save, "pth"), (save_as_before_1_6, "pth"), (save_pretrained, "safetensors")])
NETWORKS = [
    *(("torchvision", *network, (save, "pth")) for network in TORCHVISION.items()),
    *(("smp", *network, form) for network, form in zip(SMP.items(), SMP_FORMS)),
    *(("transformers", *network, (save_pretrained, "safetensors")) for network in TRANSFORMERS.items()),
]


class Folder:
    """The files, and what is said of them in index.json."""

    def __init__(self, path):
        path.mkdir(parents=True, exist_ok=True)
        self.path, self.index = path, []

    def add(self, name, ending, save, model, picture, **entry):
        """What `save` writes of a model to a path, with PyTorch's scores for a picture."""
        file = f"{name}.{ending}"
        path = self.path / file
        save(model, path)
        scores = architectures.scores(model, picture)
        if scores.shape[2:] != picture.shape[2:]:
            raise ValueError(f"{name} answers in another size")
        (self.path / f"{file}.input").write_bytes(picture.numpy().astype("<f4").tobytes())
        (self.path / f"{file}.output").write_bytes(scores.numpy().astype("<f4").tobytes())
        _, classes, height, width = scores.shape
        self.index.append({"name": name, "file": file, "classes": classes, "height": height, "width": width, **entry})
        pixels = torch.bincount(scores.argmax(1).flatten(), minlength=classes)
        print(f"{file}: {path.stat().st_size} bytes, scores {scores.min():.2f}..{scores.max():.2f}, "
              f"pixels by class {pixels.tolist()}", flush=True)
        return pixels

    def add_onnx(self, name, architecture, model, size):
        size = next((divided for begin, divided in DIVIDED.items() if architecture.startswith(begin)), size)
        picture = weights.picture((1, 3, *size))
        self.add(name, "onnx", lambda model, path: save_onnx(model, picture, path), model, picture)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    folder = Folder(Path(sys.argv[1]))
    for (package, architecture, size, (write, ending)), classes in zip(NETWORKS, itertools.cycle(CLASSES)):
        torch.manual_seed(0)
        model = build(architecture, classes)
        pictures = weights.picture((BATCH, 3, *size))
        make_random(model, pictures, classes)
        name = f"{package}-{architecture}"
        pixels = folder.add(name, ending, write, model, pictures[:1], architecture=architecture)
        if pixels.max() > pixels.sum() / 2:
            raise ValueError(f"{name} is no test, it sees little but one class: pixels by class {pixels.tolist()}")
        folder.add_onnx(name, architecture, model, size)
    for name, (network, _) in NARROW.items():
        folder.add_onnx(f"new-{name}", name, ScoresOf(filled(network)).eval(), OF_32)
    (folder.path / "index.json").write_text(json.dumps(folder.index, indent=2) + "\n")


if __name__ == "__main__":
    main()
