"""Weights for golden files, made from names alone, so that a large network's weights need no storing.

The 64-bit FNV-1a hash of a tensor's name is the state of a SplitMix64 (Steele, Lea, Flood 2014); each value takes the top
24 bits of one draw: `low + (high - low) * bits / 2**24` in double precision, rounded to float32.
Keep in sync with src/graph/random.rs.
"""
import numpy as np
import torch

MASK = (1 << 64) - 1


def uniform(name, count, low, high):
    """`count` float32 values in low..high that depend on `name` only."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) / (1 << 24)
    return (low + (high - low) * unit).astype(np.float32)


def value_range(name, shape):
    """Ranges that keep activations near one through a deep network."""
    if len(shape) == 4:  # kernels: uniform of variance 2 / fan-in (He et al. 2015, arXiv 1502.01852)
        gain = 3.0 if shape[1] == 1 else 6.0  # half of it for depthwise ones, as ESPNetv2 adds four of them up
        bound = (gain / (shape[1] * shape[2] * shape[3])) ** 0.5
        return -bound, bound
    suffix = name.rsplit(".", 1)[-1]
    if suffix == "running_var":
        return 0.5, 1.5
    if suffix in ("running_mean", "bias", "shift"):
        return -0.1, 0.1
    return 0.22, 1.22  # scales of batch norms and slopes of PReLUs, which a name cannot tell apart


def tensor(name, shape):
    low, high = value_range(name, shape)
    return torch.from_numpy(uniform(name, int(np.prod(shape)), low, high)).reshape(tuple(shape))


def fill(model):
    """Overwrites every weight of `model` and puts it into inference mode."""
    state = model.state_dict()
    model.load_state_dict({
        name: value if name.endswith("num_batches_tracked") else tensor(name, value.shape)
        for name, value in state.items()
    })
    return model.eval()


def picture(shape):
    """An input of about -2.5..2.5, the range of a normalised picture: blocks of 16x16 pixels under noise."""
    n, c, h, w = shape
    grid = (n, c, -(-h // 16), -(-w // 16))
    blocks = uniform("blocks", int(np.prod(grid)), -2.0, 2.0).reshape(grid)
    noise = uniform("noise", int(np.prod(shape)), -0.5, 0.5).reshape(shape)
    enlarged = blocks.repeat(16, 2).repeat(16, 3)[:, :, :h, :w]
    return torch.from_numpy(enlarged + noise)
