"""The table: for each ATen operation that can be expressed, the function that maps it.

A mapping gets the walk and the operation's arguments, tensors among them as `Value` or, if constant, as `torch.Tensor`,
and sizes that depend on the picture as tuples (`sizes.Size`). It returns the result's `Value`, or a tuple of them.
"""
from . import (  # noqa: F401
    activations, arithmetic, attention, channels, convolutions, means, norms, pools, resizes, views)
from .advice import ADVICE
from .table import OPERATIONS, aten

# Mappings whose results lie differently than their inputs.
REARRANGING = {views.reshape, views.permute, views.transpose, convolutions.matmul, attention.softmax,
               attention.scaled_dot_product_attention}
# Mappings whose results are maps [n, c, h, w] whatever their inputs are.
MAP_MAKING = {convolutions.conv2d, convolutions.conv2d_padding, convolutions.conv_transpose2d, pools.max_pool2d,
              pools.avg_pool2d, pools.adaptive_avg_pool2d, resizes.upsample_nearest2d, resizes.upsample_bilinear2d}
# Operations whose mappings take maps that are stacked along a dimension of their own.
UNSTACKING = {aten.mean.dim, aten.sum.dim_IntList}

__all__ = ["ADVICE", "MAP_MAKING", "OPERATIONS", "REARRANGING", "UNSTACKING"]
