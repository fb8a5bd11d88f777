"""What cannot be expressed, where it stands in the model, and what to do instead."""
from dataclasses import dataclass

GENERAL_ADVICE = "replace it by operations of the table in python/README.md, or leave it out of the exported module"


class Inexpressible(Exception):
    """Raised by a mapping for the operation at hand; the walk turns it into a `Problem` and goes on."""

    def __init__(self, reason, instead=GENERAL_ADVICE):
        super().__init__(reason)
        self.reason, self.instead = reason, instead


@dataclass(frozen=True)
class Problem:
    """One operation that the model file has no words for."""

    operation: str
    """Its ATen name, `aten.roll.default`."""
    module: str
    """Path of the module that calls it, `encoder.layer1.0`; empty for the model itself."""
    line: str
    """`model.py:12: x = torch.roll(x, 1, 2)`, or empty where torch.export recorded none."""
    reason: str
    instead: str

    def __str__(self):
        line = f" ({self.line})" if self.line else ""
        return f"{self.operation} in {self.module or 'the model itself'}{line}: {self.reason}; {self.instead}"


class ExportError(Exception):
    """The model cannot become a model file. `problems` has every operation in the way; the message names them all."""

    def __init__(self, message, problems=()):
        self.problems = list(problems)
        super().__init__("\n".join([message, *(f"- {problem}" for problem in self.problems)]))
