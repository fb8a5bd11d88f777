"""The written file against the model, on random pictures."""
from dataclasses import dataclass

import torch

from . import model_file
from .errors import ExportError
from .interpreter import run_graph

MAX_ERROR = 1e-3
MIN_SAME = 0.9999
SEED = 1
SIZES = 3
# No network of the field has a map of a larger stride.
DEEPEST_STRIDE = 64


@dataclass(frozen=True)
class Report:
    """What an export amounts to."""

    nodes: int
    parameters: int
    error: float
    """Largest difference of any score, as a share of the largest score."""
    same: float
    """Least share of pixels whose best class is the same."""
    sizes: list
    """`(batch, height, width)` of the pictures that were compared."""
    multiple: int
    """What the sides of a picture have to be multiples of."""
    is_dynamic: bool
    """Whether torch.export found the graph to hold for any size; if not, all that is known are the sizes compared."""


@torch.no_grad()
def accepted_multiple(scores, example):
    """The least of a few numbers such that the model takes pictures whose sides are odd multiples of it."""
    for multiple in (1, 2, 4, 8, 16, 32, 64, 128):
        try:
            scores(torch.zeros(1, 3, *(odd_multiple(side, multiple) for side in example)))
            return multiple
        except (RuntimeError, ValueError, AssertionError) as refusal:
            last = refusal
    raise ExportError(f"the model takes no picture near {example[0]}x{example[1]}; pass example_size=(height, width). "
                      f"It says: {last}") from last


def odd_multiple(side, multiple):
    return (max(side // multiple, 1) | 1) * multiple


def pictures(example, multiple):
    """Three unequal sizes near the example, of odd multiples where the first is one, in batches of one and two, the
    third so much higher that every map of the network is; then the example's itself, which is all that a model of one
    size takes."""
    height, width = (odd_multiple(side, multiple) for side in example)
    more = -(-DEEPEST_STRIDE // multiple) * multiple
    sizes = [(1, height, width + 2 * multiple), (2, height + 3 * multiple, width),
             (1, height + more, width + multiple), (2, *example)]
    generator = torch.Generator().manual_seed(SEED)
    for n, h, w in sizes:
        # Blocks under noise, so that there is something to tell apart.
        blocks = torch.randn(n, 3, -(-h // 16), -(-w // 16), generator=generator)
        enlarged = blocks.repeat_interleave(16, 2).repeat_interleave(16, 3)[:, :, :h, :w]
        yield enlarged + 0.5 * torch.randn(n, 3, h, w, generator=generator)


@torch.no_grad()
def compare(path, scores, example, multiple, is_dynamic):
    """The report. Raises `ExportError` where the file answers otherwise than the model."""
    graph, _, tensors = model_file.read(path)
    error, same, sizes = 0.0, 1.0, []
    for picture in pictures(example, multiple):
        n, _, h, w = picture.shape
        if len(sizes) == SIZES:
            break
        try:
            theirs = scores(picture)
        except (RuntimeError, ValueError, AssertionError):
            if is_dynamic:
                raise
            continue  # a model of one size
        try:
            ours = run_graph(graph, tensors, picture)
        except RuntimeError as refusal:
            raise ExportError(f"the written file does not take a picture of {h}x{w}, which the model does: {refusal}. "
                              f"What torch.export took for fixed is not: pass an example_size= that pictures will have "
                              f"when it is used") from refusal
        error = max(error, float((ours - theirs).abs().max() / theirs.abs().max()))
        same = min(same, float((ours.argmax(1) == theirs.argmax(1)).float().mean()))
        sizes.append((n, h, w))
    if not sizes or not error <= MAX_ERROR or same < MIN_SAME:
        raise ExportError(
            f"the written file does not answer as the model does: at the sizes {sizes} scores differ by {error:.1e} of "
            f"the largest (at most {MAX_ERROR}), and {same:.4%} of pixels keep their class (at least {MIN_SAME:.2%}). "
            f"The model may do other things at other sizes: pass example_size= and multiple= as it is used")
    parameters = sum(tensor.numel() for tensor in tensors.values())
    return Report(len(graph["nodes"]), parameters, error, same, sizes, multiple, is_dynamic)
