"""One small network for each way of using an operation: what it does to a map of eight channels, and what it becomes.

`CASES`: by name a module, and the operations of the format that are expected between the stem and the head, in order.
"""
import torch
from torch import nn
from torch.nn import functional as F

CHANNELS = 8


class Case(nn.Module):
    """A stem `[n, 3, h, w]` -> `[n, 8, h, w]`, what is tried, and a head that gives five logits."""

    def __init__(self, body, out=CHANNELS):
        super().__init__()
        self.stem = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.body = body if isinstance(body, nn.Module) else Function(body)
        self.head = nn.Conv2d(out, 5, 1)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Halves(nn.Module):
    """Something done with a map and its half, which an odd side rounds up."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.halve = nn.Conv2d(CHANNELS, CHANNELS, 3, 2, 1)

    def forward(self, x):
        return self.function(x, self.halve(x))


class SelfAttention(nn.Module):
    """On tokens. `written`: how it is written; keys and values come from one linear layer."""

    def __init__(self, written, heads=2, scale=None):
        super().__init__()
        self.q, self.kv, self.proj = nn.Linear(8, 8), nn.Linear(8, 16), nn.Linear(8, 8)
        self.written, self.heads, self.scale = written, heads, scale

    def forward(self, x):
        n, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        q = self.q(tokens).reshape(n, h * w, self.heads, -1).transpose(1, 2)
        k, v = self.kv(tokens).reshape(n, h * w, 2, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        y = self.written(q, k, v)
        return x + self.proj(y.transpose(1, 2).reshape(n, h * w, c)).permute(0, 2, 1).view(n, c, h, w)


class InterleavedAttention(nn.Module):
    """One linear layer whose rows are sorted by head first."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = self.qkv(x.flatten(2).transpose(1, 2)).view(n, h * w, 2, 3, 4).permute(3, 0, 2, 1, 4)
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2).transpose(1, 2).unflatten(2, (h, w))


class PositionAttention(nn.Module):
    """DANet's (Fu et al. 2019, arXiv 1809.02983, section 3.2): narrow queries and keys, no scale, values from the
    left."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Conv2d(8, 2, 1), nn.Conv2d(8, 2, 1), nn.Conv2d(8, 8, 1)
        self.gamma = nn.Parameter(torch.tensor(0.7))

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = (layer(x).view(n, -1, h * w) for layer in (self.q, self.k, self.v))
        energy = torch.bmm(q.permute(0, 2, 1), k)
        return self.gamma * torch.bmm(v, energy.softmax(-1).permute(0, 2, 1)).view(n, c, h, w) + x


class MultiheadAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 4, batch_first=True)

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        return self.attention(tokens, tokens, tokens, need_weights=False)[0].transpose(1, 2).reshape(x.shape)


class WideValues(nn.Module):
    """Two heads of two channels for queries and keys, of four for values."""

    def forward(self, x):
        def heads(y):
            return y.unflatten(1, (2, -1)).flatten(3).transpose(2, 3)
        y = F.scaled_dot_product_attention(heads(x[:, :4]), heads(x[:, 4:]), heads(x))
        return y.transpose(2, 3).reshape(x.shape)


class Unpooled(nn.Module):
    def __init__(self, kernel):
        super().__init__()
        self.pool, self.unpool = nn.MaxPool2d(kernel, return_indices=True), nn.MaxUnpool2d(kernel)
        self.between = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        y, switches = self.pool(x)
        return self.unpool(self.between(y), switches, x.shape[2:])


class SqueezeExcite(nn.Module):
    """By linear layers on `[n, c]`."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 8), nn.Sigmoid())

    def forward(self, x):
        return x * self.layers(x.mean((2, 3)))[:, :, None, None]


class TokenMlp(nn.Module):
    """Norm, linear layers and a scale for each channel on tokens in the order `[n, h, w, c]`, as in ConvNeXt."""

    def __init__(self):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(8, eps=1e-6), nn.Linear(8, 32), nn.Linear(32, 8)
        self.gamma = nn.Parameter(torch.linspace(0.1, 0.9, 8))

    def forward(self, x):
        y = self.down(F.gelu(self.up(self.norm(x.permute(0, 2, 3, 1)))))
        return x + (self.gamma * y).permute(0, 3, 1, 2)


class Twice(nn.Module):
    """One module called twice: two nodes, each with weights of its own."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8)

    def forward(self, x):
        return self.norm(self.conv(F.relu(self.norm(self.conv(x)))))


class Cascaded(nn.Module):
    """A batch norm that no convolution can absorb: another layer reads the convolution too."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)

    def forward(self, x):
        y = self.conv(x)
        return y + self.norm(y)


class Standardised(nn.Conv2d):
    """Weights computed from weights (Qiao et al. 2019, arXiv 1903.10520)."""

    def forward(self, x):
        mean, std = self.weight.mean((1, 2, 3), keepdim=True), self.weight.std((1, 2, 3), keepdim=True)
        return F.conv2d(x, (self.weight - mean) / (std + 1e-5), self.bias, padding=1)


class Normalised(nn.Module):
    """A model that takes pictures of 0..1."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.linspace(0.1, 0.8, 8).view(1, 8, 1, 1))

    def forward(self, x):
        return (x - self.mean) / torch.full((8, 1, 1), 0.3)


def written_out(scale):
    return lambda q, k, v: ((q @ k.transpose(-2, -1)) * scale).softmax(-1) @ v


def scaled_queries(q, k, v):
    return torch.einsum("bhqk,bhkd->bhqd", torch.softmax(torch.einsum("bhqd,bhkd->bhqk", q * 0.5, k), -1), v)


def shuffle_by_views(x):
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def swapped_halves(x):
    a, b = x.chunk(2, 1)
    return torch.cat([b, a], 1)


def squeezed(x):
    column = x.mean((2, 3), keepdim=True).squeeze((2, 3))
    return x * torch.mm(column, torch.eye(8).flip(0))[..., None, None]


def space_to_depth(x):
    return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)


def norm(channels=CHANNELS):
    return nn.BatchNorm2d(channels)


CONV, AFFINE, ACT, RESIZE = "conv2d", "affine", "activation", "resize"
CASES = {
    "conv": (nn.Conv2d(8, 8, 3, padding=1), [CONV]),
    "conv-asymmetric": (nn.Conv2d(8, 8, (1, 5), (1, 2), (0, 2), (1, 2)), [CONV]),
    "conv-grouped-dilated": (nn.Conv2d(8, 8, 3, 1, 2, 2, groups=4, bias=False), [CONV]),
    "conv-same": (nn.Conv2d(8, 8, 5, padding="same", dilation=2), [CONV]),
    "conv-valid": (nn.Conv2d(8, 8, 3, padding="valid"), [CONV]),
    "conv-batch-norm": (nn.Sequential(nn.Conv2d(8, 8, 3, bias=False), norm(), nn.ReLU()), [CONV, ACT]),
    "conv-computed-weights": (Standardised(8, 8, 3), [CONV]),
    "conv-transposed": (nn.ConvTranspose2d(8, 6, 3, 2, 1, 1, groups=2), ["conv_transpose2d"], 6),
    "conv-transposed-batch-norm": (nn.Sequential(nn.ConvTranspose2d(8, 6, (3, 4), (2, 1), 1, bias=False), norm(6)),
                                   ["conv_transpose2d"], 6),
    "batch-norm-alone": (nn.Sequential(nn.ReLU(), norm()), [ACT, AFFINE]),
    "batch-norm-shared": (Cascaded(), [CONV, AFFINE, "add"]),
    "one-module-twice": (Twice(), [CONV, ACT, CONV]),
    "layer-norm-linear": (TokenMlp(), ["layer_norm", CONV, ACT, CONV, "add"]),
    "group-norm": (nn.GroupNorm(4, 8, eps=1e-3), ["group_norm"]),
    "instance-norm": (nn.InstanceNorm2d(8), ["group_norm"]),
    "instance-norm-tracked": (nn.Sequential(nn.ReLU(), nn.InstanceNorm2d(8, affine=True, track_running_stats=True)),
                              [ACT, AFFINE]),
    **{type(layer).__name__: (layer, [ACT]) for layer in (
        nn.ReLU(), nn.ReLU6(), nn.Hardswish(), nn.Hardsigmoid(), nn.Sigmoid(), nn.GELU(), nn.SiLU(), nn.PReLU(),
        nn.LeakyReLU(0.2))},
    "prelu-each": (nn.PReLU(8), [ACT]),
    "tanh": (torch.tanh, [ACT, AFFINE]),
    "abs": (torch.abs, [ACT]),
    "clamp-0-6": (lambda x: x.clamp(0, 6), [ACT]),
    "hardtanh": (nn.Hardtanh(), [ACT, AFFINE]),
    "clamp-min": (lambda x: x.clamp_min(-0.1), [ACT, AFFINE]),
    "clamp-max": (lambda x: x.clamp_max(0.1), [ACT, AFFINE]),
    "clamp-both": (lambda x: x.clamp(min=-0.2, max=0.5), [ACT, AFFINE]),
    "scalars": (lambda x: F.relu((2 - x.sub(0.5) / 3) * 1.5), [ACT]),
    "channel-constants": (nn.Sequential(nn.ReLU(), Normalised()), [ACT, AFFINE]),
    "dropout": (nn.Sequential(nn.Dropout2d(), nn.Dropout(), nn.Identity()), []),
    "add": (lambda x: torch.add(x, x.relu(), alpha=0.5), [ACT, AFFINE, "add"]),
    "difference": (lambda x: x.sigmoid() - x, [ACT, AFFINE, "add"]),
    "add-in-place": (lambda x: x.relu().add_(x).relu_(), [ACT, "add", ACT]),
    "square": (lambda x: x ** 2, ["mul"]),
    "larger": (lambda x: torch.maximum(x, x.sigmoid()), [ACT, AFFINE, "add", ACT, "add"]),
    "smaller": (lambda x: torch.minimum(x.sigmoid(), x), [ACT, AFFINE, "add", ACT, AFFINE, "add"]),
    "negative": (lambda x: F.relu(-x), [ACT]),
    "gate-of-channels": (SqueezeExcite(), ["adaptive_avg_pool2d", CONV, ACT, CONV, ACT, "mul"]),
    "gate-of-pixels": (lambda x: x * x.mean(1, keepdim=True).sigmoid(), [CONV, ACT, CONV, "mul"]),
    "gate-first": (lambda x: x.mean((2, 3), keepdim=True).sigmoid() * x, ["adaptive_avg_pool2d", ACT, "mul"]),
    "gates-crossed": (lambda x: x.mean(1, keepdim=True) * x.mean((2, 3), keepdim=True),
                      [CONV, "adaptive_avg_pool2d", CONV, "mul"]),
    "sum-of-channels": (lambda x: x + x.sum(1, keepdim=True), [CONV, CONV, "add"]),
    "mean-repeated": (lambda x: x.mean((2, 3), keepdim=True).expand(-1, -1, *x.shape[2:]),
                      ["adaptive_avg_pool2d", RESIZE]),
    "max-pool": (nn.MaxPool2d(3, 2, 1), ["max_pool2d"]),
    "max-pool-ceil": (nn.MaxPool2d(2, ceil_mode=True), ["max_pool2d"]),
    "max-unpool": (Unpooled(2), ["max_pool2d", CONV, "max_unpool2d"]),
    "max-unpool-3": (Unpooled(3), ["max_pool2d", CONV, "max_unpool2d"]),
    "avg-pool": (nn.AvgPool2d(3, 2, 1), ["avg_pool2d"]),
    "avg-pool-divisor": (nn.AvgPool2d(2, divisor_override=3), ["avg_pool2d", AFFINE]),
    "adaptive-pool": (nn.AdaptiveAvgPool2d((3, 2)), ["adaptive_avg_pool2d"]),
    "adaptive-pool-like": (Halves(lambda x, half: half + F.adaptive_avg_pool2d(x, half.shape[2:])),
                           [CONV, "adaptive_avg_pool2d", "add"]),
    "resize-twice-nearest": (nn.Upsample(scale_factor=2), [RESIZE]),
    "resize-twice-bilinear": (nn.Upsample(scale_factor=2, mode="bilinear"), [RESIZE]),
    "resize-twice-aligned": (nn.UpsamplingBilinear2d(scale_factor=2), [RESIZE]),
    "resize-like": (Halves(lambda x, half: x + F.interpolate(half, x.shape[2:], mode="bilinear")),
                    [CONV, RESIZE, "add"]),
    "resize-fixed": (lambda x: F.interpolate(x, (9, 14), mode="bilinear", align_corners=True), [RESIZE]),
    "pixel-shuffle": (nn.PixelShuffle(2), ["conv_transpose2d"], 2),
    "pixel-unshuffle": (nn.PixelUnshuffle(2), [CONV], 32, 2),
    "pad": (nn.ZeroPad2d((1, 2, 3, 0)), ["pad2d"]),
    "pad-and-crop": (lambda x: F.pad(x, (1, -2, -1, 0)), ["pad2d", CONV]),
    "pad-channels": (lambda x: F.pad(x, (0, 0, 0, 0, 0, 3)), ["slice"], 11),
    "crop-like": (nn.Sequential(nn.ZeroPad2d(2), Function(lambda x: x[:, :, 2:-2, 1:-3])), ["pad2d", "crop2d"]),
    "crop": (lambda x: x[:, :, 1:, :-2], [CONV]),
    "every-other-pixel": (space_to_depth, [CONV, CONV, CONV, CONV, "concat"], 32, 2),
    "concat": (lambda x: torch.cat([x, x.relu(), x], 1), [ACT, "concat"], 24),
    "concat-tokens": (lambda x: torch.cat([x.movedim(1, 3), x.relu().movedim(1, 3)], -1).movedim(3, 1),
                      [ACT, "concat"], 16),
    "slice": (lambda x: x[:, 2:7], ["slice"], 5),
    "every-other-channel": (lambda x: x[:, ::2], [CONV], 4),
    "stacked-sum": (lambda x: torch.stack([x, x.relu(), x.sigmoid()]).sum(0), [ACT, ACT, "add", "add"]),
    "stacked-mean": (lambda x: torch.stack([x, x.relu()], -1).mean(-1), [ACT, "add", AFFINE]),
    "split": (lambda x: torch.cat(x.split([3, 5], 1)[::-1], 1), ["slice", "slice", "concat"]),
    "chunk": (swapped_halves, ["slice", "slice", "concat"]),
    "select": (lambda x: x * x[:, 3].unsqueeze(1), ["slice", CONV, "mul"]),
    "channel-shuffle": (nn.ChannelShuffle(4), ["channel_shuffle"]),
    "channel-shuffle-by-views": (shuffle_by_views, ["channel_shuffle"]),
    "channels-flipped-by-views": (lambda x: x.unflatten(1, (2, 2, 2)).permute(0, 3, 2, 1, 4, 5).flatten(1, 3), [CONV]),
    "attention": (SelfAttention(F.scaled_dot_product_attention),
                  [CONV, CONV, "slice", "slice", "attention", CONV, "add"]),
    "attention-written-out": (SelfAttention(written_out(0.5)),
                              [CONV, CONV, "slice", "slice", "attention", CONV, "add"]),
    "attention-other-scale": (SelfAttention(written_out(0.3)),
                              [CONV, CONV, "slice", "slice", "attention", CONV, "add"]),
    "attention-einsum": (SelfAttention(scaled_queries), [CONV, CONV, "slice", "slice", "attention", CONV, "add"]),
    "attention-interleaved": (InterleavedAttention(), [CONV, CONV, CONV, CONV, "attention"]),
    "attention-of-positions": (PositionAttention(),
                               [CONV, CONV, CONV, "slice", "slice", AFFINE, "attention", AFFINE, "add"]),
    "attention-multihead": (MultiheadAttention(), [CONV, "slice", "slice", "slice", "attention", CONV]),
    "attention-wide-values": (WideValues(), ["slice", "slice", CONV, CONV, "attention"]),
    "gated-linear-unit": (Function(lambda x: F.glu(x, 1)), ["slice", "slice", ACT, "mul"], 4),
    "precisions": (lambda x: x.double().float().detach().relu(), [ACT]),
    "everything-sliced": (lambda x: x[:].relu(), [ACT]),
    "column-squeezed": (squeezed, ["adaptive_avg_pool2d", CONV, "mul"]),
    "matrix-of-weights": (lambda x: (x.permute(0, 2, 3, 1) @ torch.eye(8).flip(0)).permute(0, 3, 1, 2), [CONV]),
}
