"""Parameters and multiply-accumulates of every network of the zoo, and of one that a lesson makes: tests/golden/counts.json.

    python python/golden/counts.py

Counted is what the scores depend on: a parameter that gets no gradient is not, nor is a layer whose weights get none. Modules
run without numbers, on torch's `meta` device. Made with torch 2.15.0.
"""
import json
from pathlib import Path

import torch
from torch import nn

import architectures
from panet import PanetSemantic

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "counts.json"
CLASSES = 21
SIZE = (128, 160)  # PAN takes no shorter sides
# By name in lesson 11, which makes them of the zoo's graphs.
LESSONS = {"panet_resnet50": PanetSemantic}
# The layers of queries and of keys in an attention module: smp's, transformers'.
ATTENTIONS = [("q", "kv"), ("q_proj", "k_proj")]


def counts(model):
    """Parameters; multiply-accumulates of convolutions, linear layers and both products of attention, for one picture."""
    macs, tokens = {}, {}

    def count(layer, inputs, output):
        # A convolution takes a dot product for each output, a transposed one adds a kernel for each input.
        visited = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        macs[layer] = macs.get(layer, 0) + visited.numel() * layer.weight[0].numel()
        tokens[layer] = output.numel() // layer.weight.shape[0]

    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            module.register_forward_hook(count)
    model.eval().to("meta")
    architectures.scores(model, torch.zeros(1, 3, *SIZE, device="meta")).sum().backward()

    total = sum(product for layer, product in macs.items() if layer.weight.grad is not None)
    for module in model.modules():
        for queries, keys in ATTENTIONS:
            if hasattr(module, queries) and hasattr(module, keys) and getattr(module, queries).weight.grad is not None:
                queries, keys = getattr(module, queries), getattr(module, keys)
                total += 2 * queries.weight.shape[0] * tokens[queries] * tokens[keys]
    return {"parameters": sum(p.numel() for p in model.parameters() if p.grad is not None), "macs": total}


def counts_of(networks):
    counted = {}
    for name, network in networks.items():
        counted[name] = counts(network(CLASSES))
        print(name, counted[name], flush=True)
    return counted


def main():
    height, width = SIZE
    networks, lessons = counts_of(architectures.NETWORKS), counts_of(LESSONS)
    golden = {"classes": CLASSES, "height": height, "width": width, "networks": networks, "lessons": lessons}
    GOLDEN.write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
