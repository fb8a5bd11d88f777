"""Compares our ESPNetv2 with goldens made by the authors' code. Run: SEGSCOPE_WEIGHTS=<dir> python test_espnetv2.py"""
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from espnetv2 import EspNetV2, load_checkpoint


def check(golden_path):
    golden = load_file(golden_path)
    checkpoint = Path(str(golden_path).replace(".golden.safetensors", ".pth"))
    scale = float(checkpoint.stem.split("_")[2])
    model = EspNetV2(golden["logits"].shape[1], scale).eval()
    model.load_state_dict(load_checkpoint(checkpoint))
    seen = {}
    for name in (key for key in golden if key.startswith("after.")):
        model.get_submodule(name[6:]).register_forward_hook(lambda _m, _i, out, name=name: seen.update({name: out}))
    with torch.inference_mode():
        seen["logits"] = model(golden["input"])
    failures = []
    for name, ours in seen.items():
        theirs = golden[name].float()
        # The goldens are stored as f16, whose own rounding is 1e-3 relative.
        worst = ((ours[:, :theirs.shape[1]] - theirs).abs() - 2e-3 * theirs.abs()).max().item()
        if not worst <= 2e-3:
            failures.append(f"{name}: off by {worst:.4f}")
    differing = (seen["logits"].argmax(1) != golden["argmax"]).sum().item()
    if differing:
        failures.append(f"argmax: {differing} pixels differ")
    print(f"{checkpoint.name}: {'; '.join(failures) or 'ok'}")
    return not failures


if __name__ == "__main__":
    weights = os.environ.get("SEGSCOPE_WEIGHTS")
    if not weights:
        print("skipped: set SEGSCOPE_WEIGHTS to the folder that holds espnet_v2/*.golden.safetensors")
        sys.exit(0)
    paths = sorted(Path(weights, "espnet_v2").glob("*.golden.safetensors"))
    sys.exit(0 if paths and all([check(path) for path in paths]) else 1)
