"""Golden outputs of whole networks: tests/golden/<network>.safetensors.

    python python/golden/networks.py [network ...]

Weights and input come from `weights.py`, so a file holds the outputs only: `logits` and `argmax`, the logits in f16 where the
smallest input that the architecture takes would make more than 64 KiB of f32. Every network of the zoo has one. Sizes are unequal
and, where the architecture allows it, odd; the batch is 2 so that a mixed-up batch stride shows.
Made with torch 2.15.0.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

import architectures
import weights
from inputs import CLASSES, IN_F16, input_of

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"


@torch.inference_mode()
def main():
    for name in sys.argv[1:] or architectures.NETWORKS:
        model = architectures.NETWORKS[name](CLASSES)
        weights.fill(model, architectures.named_tensors(model))
        logits = architectures.scores(model, weights.picture(input_of(name))).contiguous()
        argmax = logits.argmax(1).to(torch.uint8)
        if input_of(name) in IN_F16:
            logits = logits.half()
        path = GOLDEN / f"{name}.safetensors"
        save_file({"logits": logits, "argmax": argmax}, path)
        path.chmod(0o644)
        pixels = torch.bincount(argmax.flatten(), minlength=CLASSES).tolist()
        print(f"{name}: {path.stat().st_size} bytes, logits {logits.min():.2f}..{logits.max():.2f}, pixels by class {pixels}")


if __name__ == "__main__":
    main()
