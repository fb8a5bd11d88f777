"""Golden values of lesson 8: tests/golden/lesson_08.json.

    python python/golden/lesson_08.py

Attention with fewer keys than queries, as SegFormer has it: keys and values from a map that a convolution with stride 2 made smaller. The output is
that of torch's scaled_dot_product_attention; the shares are a softmax of scaled products, which have to give that output here.
Numbers are in steps of 1/64 and weights in steps of 1/256, which f32 and JSON hold exactly; computed in float64. Made with torch 2.15.0.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_08.json"
HEADS, CHANNELS, HEIGHT, WIDTH, REDUCTION = 2, 6, 4, 6, 2


def numbers(generator, *shape, step=1 / 64):
    return torch.randint(-96, 97, shape, generator=generator).double() * step


def heads(values):
    """[1, c, h, w] -> [1, heads, positions, c / heads]"""
    return values.flatten(2).unflatten(1, (HEADS, -1)).transpose(2, 3)


def main():
    generator = torch.Generator().manual_seed(8)
    x = numbers(generator, 1, CHANNELS, HEIGHT, WIDTH)
    sides = {"q": 1, "sr": REDUCTION, "k": 1, "v": 1}
    weights = {f"{name}.weight": numbers(generator, CHANNELS, CHANNELS, side, side, step=1 / 256) for name, side in sides.items()}
    queries = F.conv2d(x, weights["q.weight"])
    reduced = F.conv2d(x, weights["sr.weight"], stride=REDUCTION)
    keys, values = (F.conv2d(reduced, weights[name]) for name in ("k.weight", "v.weight"))
    output = F.scaled_dot_product_attention(heads(queries), heads(keys), heads(values))
    shares = (heads(queries) @ heads(keys).transpose(2, 3) / (CHANNELS / HEADS) ** 0.5).softmax(-1)
    torch.testing.assert_close(shares @ heads(values), output)
    golden = {
        "heads": HEADS,
        "input": {"shape": list(x.shape), "data": x.flatten().tolist()},
        "weights": {name: {"shape": list(weight.shape), "data": weight.flatten().tolist()} for name, weight in weights.items()},
        "queries": {"shape": list(queries.shape), "data": queries.flatten().tolist()},
        "keys": {"shape": list(keys.shape), "data": keys.flatten().tolist()},
        # [heads, queries, keys]
        "shares": shares[0].tolist(),
        "output": output.transpose(2, 3).flatten().tolist(),
    }
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
