"""What a node of the traced model stands for while the walk maps it."""
from dataclasses import dataclass, replace

from . import layouts
from .graph import Node


@dataclass(frozen=True)
class Value:
    """A map, and how the traced tensor's dimensions lie on it. Constants are plain `torch.Tensor`s, not values."""

    node: object
    """A `Node`, or `Scores` of attention."""
    dims: tuple

    def with_dims(self, dims):
        return replace(self, dims=tuple(dims))

    def with_node(self, node):
        return replace(self, node=node)


@dataclass(frozen=True)
class Scores:
    """Queries times keys, which the format has only together with softmax and values."""

    queries: Node
    keys: Node
    heads: int
    factor: float
    is_softmaxed: bool = False


@dataclass(frozen=True)
class Crop:
    """Part of a map. Waits for its last slice: rows and columns are cut by one operation of the format, by two in
    PyTorch."""

    node: Node
    top_left: tuple
    steps: tuple
    height: tuple
    width: tuple
    origin: object
    """The node of the traced model that it is the value of."""


@dataclass(frozen=True)
class Stack:
    """Maps side by side along a dimension of their own, `dim`, which the format lacks: there to be summed."""

    values: tuple
    dim: int


@dataclass(frozen=True)
class Switches:
    """Where max pooling found its maxima: in `pooled`, with a window `fields`."""

    pooled: Node
    fields: dict


def map_value(node, batch):
    """A node's map `[n, c, h, w]` as it is."""
    return Value(node, layouts.map_dims(batch, node.channels, node.height, node.width))
