"""Registration of mappings by ATen operation."""
import torch

OPERATIONS = {}
aten = torch.ops.aten


def maps(*targets):
    """Makes a function the mapping of these operations."""
    def register(function):
        OPERATIONS.update(dict.fromkeys(targets, function))
        return function
    return register
