"""The walk over the traced graph: each ATen operation becomes operations of the format, or a problem with its place."""
import operator
import re

import torch
from torch.fx import Node as FxNode

from . import rearrange, sizes
from .errors import ExportError, Inexpressible, Problem
from .graph import Graph
from .operations import ADVICE, MAP_MAKING, OPERATIONS, REARRANGING, UNSTACKING
from .operations.channels import SEPARATELY
from .values import Crop, Scores, Stack, Switches, Value, map_value

SYMBOLIC = (torch.SymInt, torch.SymFloat, torch.SymBool)
SIZES = (int, float, bool, *SYMBOLIC)
# Rows and columns are cut by two slices, of which the second sees to both.
CUT_FURTHER = torch.ops.aten.slice.Tensor
# Checks of the trace that compute nothing.
CHECKS = ("_assert_tensor_metadata", "_assert_scalar", "sym_constrain_range", "_assert_async")


class Walk:
    """State of one walk; mappings in `operations` get it as their first argument."""

    def __init__(self, trace, samples):
        self.trace, self.samples = trace, samples
        self.graph, self.values, self.problems = Graph(), {}, []
        self.current = None
        n, c, h, w = (samples.size(side) for side in trace.input.meta["val"].shape)
        self.batch = n
        self.image = self.graph.add("x", "input", [], c[0], h, w, fields={"channels": c[0]})
        self.values[trace.input] = map_value(self.image, n)

    def run(self):
        """The graph. Raises `ExportError` with every problem."""
        for node in self.trace.graph.nodes:
            if node in self.trace.constants:
                self.values[node] = self.trace.constants[node]
            elif node.op == "call_function":
                self.values[node] = self.value_of(node)
        if not self.problems:
            self.graph.output = self.attempt(self.trace.output, lambda: self.map(self.argument(self.trace.output)))
        if self.problems:
            count = len(self.problems)
            what = "operation" if count == 1 else "operations"
            raise ExportError(f"{count} {what} of {self.trace.name} cannot be expressed:", self.problems)
        return self.graph

    def value_of(self, node):
        """The value of one node, or None where it has none that a mapping could use."""
        if isinstance(node.meta.get("val"), SIZES):
            return None  # a size: `argument` reads it from `meta`
        if node.target is operator.getitem:
            values = self.values[node.args[0]]
            return None if values is None else values[node.args[1]]
        if any(check in str(node.target) for check in CHECKS):
            return None
        return self.attempt(node, lambda: self.mapped(node))

    def attempt(self, node, function):
        self.current = node
        try:
            return function()
        except Inexpressible as problem:
            self.report(problem)
            return self.stand_in(node)

    def mapped(self, node):
        is_missing = any(self.values.get(source) is None and not isinstance(source.meta.get("val"), SIZES)
                         for source in node.all_input_nodes)
        mapping = OPERATIONS.get(node.target)
        values = [self.values.get(source) for source in node.all_input_nodes]
        if not any(isinstance(value, (Value, Crop, Stack, Switches, tuple)) for value in values) and not is_missing:
            return self.computed(node)
        if mapping is None:
            advice = ADVICE.get(node.meta.get("original_aten")) or ADVICE.get(node.target, ())
            raise Inexpressible("the format has no such operation", *advice)
        if is_missing:  # an earlier problem, already reported
            return self.stand_in(node) if mapping in MAP_MAKING else None
        if node.target not in UNSTACKING and any(isinstance(value, Stack) for value in values):
            raise Inexpressible("it reads maps that are stacked along a dimension of their own", SEPARATELY)
        return mapping(self, *self.argument(node.args), **self.argument(node.kwargs))

    def computed(self, node):
        """What depends on no pixel is computed now."""
        def plain(argument):
            value = self.argument(argument)
            if isinstance(value, tuple) and isinstance(argument, FxNode):
                return self.constant(value, "a tensor made for the picture's size")
            return value
        args, kwargs = torch.fx.node.map_arg((node.args, dict(node.kwargs)), plain)
        with torch.no_grad():
            return node.target(*args, **kwargs)

    def argument(self, argument):
        """An argument with its values in place: `Value`, constant, size, or a number or list of these."""
        def value(node):
            meta = node.meta.get("val")
            if isinstance(meta, SYMBOLIC):
                size = self.samples.size(meta)
                number = sizes.constant(size)
                return size if number is None else number
            if isinstance(meta, (int, float, bool)):
                return meta
            result = self.values[node]
            if isinstance(result, Crop) and self.current.target is not CUT_FURTHER:
                result = self.values[node] = self.cut(result)
            return result
        return torch.fx.node.map_arg(argument, value)

    def cut(self, crop):
        """The value of a `Crop`. A problem on the way is that of its slice, not that of the operation that reads it."""
        reader, self.current = self.current, crop.origin
        value = self.result(rearrange.cropped(self, crop))
        self.current = reader
        return value

    def shape(self, index=None):
        """The sizes of the current operation's result."""
        result = self.current.meta["val"]
        return [self.samples.size(side) for side in (result if index is None else result[index]).shape]

    def constant(self, size, what):
        """A number from an argument that may be a size."""
        number = sizes.constant(size) if isinstance(size, tuple) else size
        if number is None:
            raise Inexpressible(f"{what} that depends on the picture's size", "make it a constant")
        return number

    def emit(self, op, inputs, out=None, height=None, width=None, weights=None, **fields):
        """A node named after the module that the current operation belongs to; its channels, `out`, and its size are
        the first input's unless given; `fields` are the operation's in the format. `weights`: by suffix a tensor, or a
        tensor and the one it was made from, whose name it keeps."""
        first = inputs[0]
        pairs = {suffix: weight if isinstance(weight, tuple) else (weight, weight)
                 for suffix, weight in (weights or {}).items()}
        tensors = {suffix: tensor for suffix, (tensor, _) in pairs.items()}
        node = self.graph.add(self.stem(op), op, inputs, out or first.channels, height or first.height,
                              width or first.width, tensors, fields)
        names = {suffix: self.trace.names.get(id(origin)) for suffix, (_, origin) in pairs.items()}
        node.weight_names = {suffix: name for suffix, name in names.items() if name}
        return node

    def affine(self, node, factor, shift):
        """`factor` and `shift`: numbers or `[c]`."""
        def vector(values):
            return torch.as_tensor(values, dtype=torch.float64).expand(node.channels).clone()
        return self.emit("affine", [node], weights={"scale": vector(factor), "shift": vector(shift)})

    def stem(self, op):
        path, is_leaf = self.place()
        if is_leaf:
            return path
        return f"{path}.{op}" if path else op

    def place(self):
        """Path of the module that the current operation belongs to, and whether that module has no parts."""
        stack = list(self.current.meta.get("nn_module_stack", {}).values())
        path = self.trace.path(stack[-1][0]) if stack else ""
        return path, path != "" and self.trace.is_leaf(path)

    def map(self, value):
        """The node of a value that is a map `[n, c, h, w]`, its channels in order."""
        if not isinstance(value, Value):
            raise Inexpressible("a constant where the format has a map", "compute it from the picture")
        if isinstance(value.node, Scores):
            raise Inexpressible("attention scores that are used for something else than attention",
                                "use torch.nn.functional.scaled_dot_product_attention")
        value = rearrange.in_order(self, value)
        if value != map_value(value.node, self.batch):
            raise Inexpressible("its input is a permuted view, not a map [n, c, h, w]", "permute it back first")
        return value.node

    def result(self, node):
        return map_value(node, self.batch)

    def report(self, problem):
        """Of the current operation."""
        node = self.current
        path, _ = self.place()
        target = node.meta.get("original_aten") or node.target
        found = Problem(str(target), path, source_line(node.meta.get("stack_trace")), problem.reason, problem.instead)
        same = [other for other in self.problems
                if (other.operation, other.module, other.line) == (found.operation, found.module, found.line)]
        if not same:
            self.problems.append(found)

    def stand_in(self, node):
        """After a problem: a value like the one that the operation would have had, so that the walk finds the next
        problem; or None where how it lies cannot be told, so that it finds no problem that is none."""
        result = node.meta.get("val")
        if not isinstance(result, torch.Tensor) or OPERATIONS.get(node.target) in REARRANGING:
            return None
        shape = [self.samples.size(side) for side in result.shape]
        for source in node.all_input_nodes:
            value = self.values.get(source)
            if isinstance(value, Value) and [sizes.times((1,) * len(self.batch), *(part.size for part in dim))
                                             for dim in value.dims] == shape:
                return value
        if len(shape) == 4 and shape[0] == self.batch and sizes.constant(shape[1]):
            return map_value(self.graph.add("stand_in", "stand_in", [], shape[1][0], shape[2], shape[3]), self.batch)
        return None


def source_line(stack_trace):
    """`model.py:12: x = x.roll(1)`: the innermost line outside of PyTorch."""
    frames = re.findall(r'File "([^"]+)", line (\d+), in [^\n]+(?:\n +([^\n]+))?', stack_trace or "")
    here = __file__.rpartition("/")[0]
    own = [frame for frame in frames if "/torch/" not in frame[0] and not frame[0].startswith(here)]
    if not own:
        return ""
    file, line, code = own[-1]
    return f"{file.rpartition('/')[2]}:{line}" + (f": {code}" if code else "")

