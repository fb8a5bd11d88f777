"""Golden classes of our trained networks in f32: tests/golden/trained.safetensors.

    python python/golden/trained.py people=people.pth

Each argument names a model of models/ and the checkpoint it was imported from. Holds one picture `[3, 192, 224]`, 8 bits, made
from a sample of www/samples, and for each model PyTorch's `argmax.<model>` at that size: what int8 weights have to keep.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "training"))
from espnetv2 import EspNetV2  # noqa: E402

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def main():
    photo = Image.open(ROOT / "www/samples/astronaut.jpg").convert("RGB").resize((224, 192), Image.BILINEAR)
    picture = torch.from_numpy(np.array(photo)).permute(2, 0, 1).contiguous()
    tensors = {"picture": picture}
    for argument in sys.argv[1:]:
        model, path = argument.split("=")
        state = torch.load(path, map_location="cpu", weights_only=True)
        classes = state["bu_dec_l4.merge_layer.3.weight"].shape[0]
        network = EspNetV2(classes, 2.0).eval()
        network.load_state_dict(state)
        with torch.inference_mode():
            logits = network(((picture / 255 - MEAN) / STD)[None])
        tensors[f"argmax.{model}"] = logits[0].argmax(0).to(torch.uint8)
        print(model, torch.bincount(logits[0].argmax(0).flatten(), minlength=classes).tolist())
    save_file(tensors, ROOT / "tests/golden/trained.safetensors")


if __name__ == "__main__":
    main()
