"""`export`: a PyTorch model to a model file of Segscope, checked against the model."""
import copy
from pathlib import Path

import torch

from . import model_file
from .check import accepted_multiple, compare
from .errors import ExportError
from .fold import fold
from .sizes import Samples
from .trace import ScoresOf, Trace
from .walk import Walk

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Strides of encoders multiply up to it.
USUAL_MULTIPLE = 32


def export(module, path, *, classes, name=None, mean=IMAGENET_MEAN, std=IMAGENET_STD, long_side=512, multiple=None,
           licence="unknown", data="", credit="", example_size=(96, 128)):
    """Writes `module`, a network `[n, 3, h, w]` -> logits `[n, classes, h, w]`, to `path`, and compares the two.

    The module may also return a dict with `out`, an object with `logits`, or a tuple that begins with the logits;
    smaller logits are enlarged to the picture bilinearly. `classes`: names, `(name, (red, green, blue))` pairs, or
    their number. A picture is normalised as `(rgb / 255 - mean) / std`, with `long_side` pixels on its longer side and
    both sides multiples of `multiple`, which is found by trying if it is None. `licence`, `data` and `credit` are shown
    to people: an SPDX name, what it was trained on, by whom.

    Returns a `Report`. Raises `ExportError`, which names every operation that cannot be expressed, and leaves no file.
    """
    scores = ScoresOf(copy.deepcopy(module).cpu().float()).eval()
    about = {"classes": classes, "name": name or type(module).__name__, "mean": mean, "std": std,
             "long_side": long_side, "licence": licence, "data": data, "credit": credit}
    if multiple:
        return export_at(scores, Path(path), multiple, example_size, about)
    least = accepted_multiple(scores, example_size)
    try:
        return export_at(scores, Path(path), least, example_size, about)
    except ExportError as refusal:
        if least >= USUAL_MULTIPLE:
            raise
        # Sizes that divide more often may be all that is missing; if not, what is in the way even then matters.
        try:
            return export_at(scores, Path(path), USUAL_MULTIPLE, example_size, about)
        except ExportError as later:
            raise (later if later.problems else refusal) from None


@torch.no_grad()
def export_at(scores, path, multiple, example_size, about):
    """For pictures whose sides are multiples of `multiple`."""
    # An even number of multiples: a guard such as `if h % 2` is then traced on the side that most pictures take.
    # Unequal, so that height and width are told apart.
    height, width = (-(-side // (2 * multiple)) * 2 * multiple for side in example_size)
    width += 2 * multiple * (height == width)
    trace = Trace(scores, [torch.zeros(2, 3, height, width), torch.zeros(2, 3, *example_size)])
    graph = Walk(trace, Samples(trace.input.meta["val"].shape, multiple)).run()
    fold(graph)
    model_file.write(path, graph, model_file.model_info(graph.output.channels, multiple=multiple, **about))
    try:
        return compare(path, scores, example_size, multiple, trace.is_dynamic)
    except Exception:
        path.unlink()
        raise
