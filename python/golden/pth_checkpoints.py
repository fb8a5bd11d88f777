"""Writes tests/golden/pth: one small state dict in every form that training code saves it in, and the numbers as safetensors.

    python python/golden/pth_checkpoints.py
"""

import argparse
import io
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(__file__).parents[2] / "tests" / "golden" / "pth"


class Network(nn.Module):
    """A convolution, its batch norm, a PReLU and a 1x1 head: `tests/import.rs` builds the same graph."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, (3, 5), bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.act = nn.PReLU(4)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.head(self.act(self.bn(self.conv(x))))


def random_network() -> Network:
    """Random batch-norm statistics too: the default ones hide a swapped mean and bias."""
    torch.manual_seed(20)
    network = Network().eval()
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.uniform_(0.1, 1.0)
    return network


def strided(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """The same numbers in another layout: channels last, every second of a longer storage, or one number repeated."""
    if tensor.dim() == 4:
        return tensor.to(memory_format=torch.channels_last)
    if name == "act.weight":
        return tensor[:1].expand(tensor.shape)
    if tensor.dim() == 1:
        longer = torch.zeros(2 * len(tensor) + 1)
        longer[1::2] = tensor
        return longer[1::2]
    return tensor


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    network = random_network()
    state = network.state_dict()
    state["act.weight"].fill_(0.25)  # so that one number repeated is the same

    def save(name, saved, **options):
        torch.save(saved, FOLDER / name, **options)

    save_file(state, FOLDER / "f32.safetensors")
    save("plain.pth", state)
    save("legacy.pth", state, _use_new_zipfile_serialization=False)
    save("protocol4.pth", state, pickle_protocol=4)
    save("parameters.pth", network.state_dict(keep_vars=True))
    save("data_parallel.pth", nn.DataParallel(network).state_dict())
    save("strided.pth", OrderedDict((name, strided(name, tensor)) for name, tensor in state.items()))
    args = argparse.Namespace(lr=0.1, data=Path("photos"), classes=["a", "b"])
    save("wrapped.pth", {"epoch": 3, "best": 0.5, "args": args, "model": nn.DataParallel(network).state_dict()})
    for name, kind in [("f16", torch.float16), ("bf16", torch.bfloat16), ("f64", torch.float64)]:
        cast = {key: tensor.to(kind) if tensor.is_floating_point() else tensor for key, tensor in state.items()}
        save(f"{name}.pth", cast)
        save_file(cast, FOLDER / f"{name}.safetensors")

    # What must be refused, each with its own sentence.
    save("whole_module.pth", network)
    torch.jit.script(network).save(FOLDER / "torchscript.pt")
    save("tensor.pth", state["conv.weight"])
    plain = zipfile.ZipFile(io.BytesIO((FOLDER / "plain.pth").read_bytes()))
    with zipfile.ZipFile(FOLDER / "compressed.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in plain.infolist():
            archive.writestr(zipfile.ZipInfo(entry.filename), plain.read(entry), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
