"""The model as torch.export sees it: ATen operations with symbolic sizes, and where each comes from."""
import torch
from torch import nn
from torch.export import Dim

from .errors import ExportError
from .operations import ADVICE, OPERATIONS
from .sizes import is_symbolic


class ScoresOf(nn.Module):
    """A model with one output: logits `[n, classes, h, w]`, enlarged to the picture where the model leaves that to
    others."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, picture):
        """`[n, 3, h, w]` -> `[n, classes, h, w]`"""
        scores = self.module(picture)
        if hasattr(scores, "logits"):  # transformers
            scores = scores.logits
        elif isinstance(scores, dict):  # torchvision
            scores = scores["out"]
        elif isinstance(scores, (tuple, list)):  # auxiliary heads follow the main one
            scores = scores[0]
        if scores.shape[2:] != picture.shape[2:]:
            scores = nn.functional.interpolate(scores, picture.shape[2:], mode="bilinear", align_corners=False)
        return scores


class Trace:
    """A traced `ScoresOf`."""

    def __init__(self, scores, pictures):
        self.name = type(scores.module).__name__
        self.modules = dict(scores.named_modules())
        program = traced(scores, pictures, self.name)
        table = torch.export.default_decompositions()
        # What has a mapping or an advice stays whole; of the rest, whatever torch can say in simpler operations is said
        # so.
        for operation in [*OPERATIONS, *ADVICE]:
            table.pop(operation, None)
        program = program.run_decompositions(table)
        self.graph = program.graph
        tensors = {**program.state_dict, **program.constants}
        by_name = {node.name: node for node in self.graph.nodes}
        self.constants, self.names = {}, {}
        for spec in program.graph_signature.input_specs:
            node = by_name[spec.arg.name]
            if spec.target is None:
                self.input = node
            else:
                tensor = tensors[spec.target]
                self.constants[node] = tensor
                self.names.setdefault(id(tensor), self.path(spec.target))
        self.output = by_name[program.graph_signature.user_outputs[0]]
        self.is_dynamic = all(is_symbolic(side) for side in self.input.meta["val"].shape[2:])

    def path(self, name):
        """A name inside the model, without the wrapper's part."""
        return name.removeprefix("module").removeprefix(".")

    def is_leaf(self, path):
        module = self.modules.get(f"module.{path}")
        return module is not None and not any(module.children())


def traced(scores, pictures, name):
    """The exported program, with symbolic sizes where the model lets it. `pictures`: examples to trace at, of which the
    last is all that a model of one size takes."""
    free = {0: Dim.AUTO, 2: Dim.AUTO, 3: Dim.AUTO}
    for picture, dynamic_shapes in ((pictures[0], (free,)), (pictures[-1], None)):
        try:
            return torch.export.export(scores, (picture,), dynamic_shapes=dynamic_shapes)
        except Exception as error:  # noqa: BLE001  torch.export's refusals have no common base class
            refusal = error
    raise ExportError(
        f"{name} cannot be traced by torch.export: control flow that depends on values, or a call unknown to it; "
        f"make the model one path of tensor operations. torch.export says: {refusal}") from refusal
