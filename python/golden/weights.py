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
    if len(shape) == 2:  # a linear layer is a graph's 1x1 convolution
        shape = (*shape, 1, 1)
    if len(shape) == 4:  # kernels: uniform of variance 2 / fan-in (He et al. 2015, arXiv 1502.01852)
        gain = 3.0 if shape[1] == 1 else 6.0  # half of it for depthwise ones, as ESPNetv2 adds four of them up
        bound = (gain / (shape[1] * shape[2] * shape[3])) ** 0.5
        return -bound, bound
    path, _, suffix = name.rpartition(".")
    if suffix == "running_var":
        return 0.5, 1.5
    if suffix in ("running_mean", "bias", "shift"):
        return -0.1, 0.1
    if "blocks." in path and path.rpartition(".")[2].lstrip("_").startswith("bn"):
        return 0.55, 1.55  # EfficientNet and timm's MobileNetV3, which swish and squeeze-and-excitation quieten
    return 0.22, 1.22  # scales of batch norms and slopes of PReLUs, which a name cannot tell apart


def tensor(name, shape):
    low, high = value_range(name, shape)
    return torch.from_numpy(uniform(name, int(np.prod(shape)), low, high)).reshape(tuple(shape))


def turned(kernel, groups):
    """A transposed convolution's kernel as PyTorch stores it, `[in, out / groups, kh, kw]`, from a graph's
    `[out, in / groups, kh, kw]`."""
    out, c_in, kh, kw = kernel.shape
    by_group = kernel.reshape(groups, out // groups, c_in, kh, kw)
    return by_group.transpose(1, 2).reshape(groups * c_in, out // groups, kh, kw)


def fill(model, state=None):
    """Overwrites every weight of `model` and puts it into inference mode. `state`: the model's tensors under the names that
    a graph has them by; its state dict unless given."""
    groups = {f"{name}.weight": module.groups for name, module in model.named_modules()
              if isinstance(module, torch.nn.ConvTranspose2d)}
    for name, value in (state or model.state_dict()).items():
        if name in groups:
            c_in, c_out, kh, kw = value.shape
            shape = (c_out * groups[name], c_in // groups[name], kh, kw)
            value.copy_(turned(tensor(name, shape), groups[name]))
        elif not name.endswith("num_batches_tracked"):
            value.copy_(tensor(name, value.shape))
    return model.eval()


def picture(shape):
    """An input of about -2.5..2.5, the range of a normalised picture: blocks of 16x16 pixels under noise."""
    n, c, h, w = shape
    grid = (n, c, -(-h // 16), -(-w // 16))
    blocks = uniform("blocks", int(np.prod(grid)), -2.0, 2.0).reshape(grid)
    noise = uniform("noise", int(np.prod(shape)), -0.5, 0.5).reshape(shape)
    enlarged = blocks.repeat(16, 2).repeat(16, 3)[:, :, :h, :w]
    return torch.from_numpy(enlarged + noise)
