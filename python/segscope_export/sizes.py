"""Symbolic sizes, as their values at several sizes of the picture.

torch.export writes a side as an expression of the input's, `(s53 - 1)//2 + 1`. Two such expressions may be equal
without looking alike, so a `Size` here is a tuple: the side's value at each of a few pictures. Equal tuples are equal
sizes, a tuple of one value is a constant.
"""
import math

import sympy
import torch

# Added to the example picture, in multiples of what its sides have to be multiples of; no two rows or columns alike, and
# so far apart that the deepest map of a network differs too, whose stride is 32 or 64 even if it takes every size.
STEPS = [(0, 0, 0), (1, 65, 260), (0, 195, 129), (3, 390, 585)]


class Samples:
    """The pictures `[n, 3, h, w]` at which sizes are evaluated; `shape` is the traced input's, `multiple` what its
    sides are multiples of."""

    def __init__(self, shape, multiple):
        n, _, h, w = shape
        self.values = [{} for _ in STEPS]
        for steps, values in zip(STEPS, self.values):
            for side, step, unit in zip((n, h, w), steps, (1, multiple, multiple)):
                if is_symbolic(side):
                    values.update(_assignment(side, step * unit))
        self.known = {}

    def size(self, side):
        """The `Size` of an int, a SymInt or a SymFloat."""
        if not isinstance(side, (torch.SymInt, torch.SymFloat, torch.SymBool)):
            return (side,) * len(STEPS)
        expression = side.node.expr
        if expression not in self.known:
            number = float if isinstance(side, torch.SymFloat) else int
            self.known[expression] = tuple(number(expression.xreplace(values)) for values in self.values)
        return self.known[expression]


def is_symbolic(side):
    """Whether a side of the input may change; torch.export may tie it to the example's although it was told not to."""
    return isinstance(side, torch.SymInt) and bool(side.node.expr.free_symbols)


def _assignment(side, step):
    """The value of the input's symbol where the side is `step` larger than the example's, or more if it cannot be
    that."""
    expression, example = side.node.expr, side.node.hint
    symbol, = expression.free_symbols
    for more in range(4096):
        for solution in sympy.solve(expression - (example + step + more), symbol):
            if solution.is_integer:
                return {symbol: sympy.Integer(solution)}
    raise ValueError(f"no input has the side {expression}")


def constant(size):
    """The one value of a constant size, or None."""
    return size[0] if len(set(size)) == 1 else None


def times(*sizes):
    return tuple(math.prod(sides) for sides in zip(*sizes, strict=True))


def scale(size, factor):
    """What the format makes of a side by a factor."""
    return tuple(math.ceil(side * factor) for side in size)
