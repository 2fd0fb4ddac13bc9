"""The operations, each stated twice: for all cells at once, and for one cell as a pencil would.

A module is a family of them; importing it registers them, and every module here is imported.
"""

from __future__ import annotations

from importlib import import_module

from tmat.listing import modules_in
from tmat.operations.activation import ACTIVATIONS, gelu, gelu_tanh, identity, relu, silu, tanh
from tmat.operations.attention import dropout, mask_fill, renormalize, softmax, softmax_tempered
from tmat.operations.elementwise import (
    add,
    add_row,
    columns,
    concat,
    divide,
    divide_by_root,
    flatten,
    multiply,
    one_row,
    scale_and_shift,
    scale_columns,
)
from tmat.operations.normalization import (
    normalize,
    normalize_outside,
    normalize_rms,
    normalize_rms_outside,
    row_deviation,
    row_mean,
    row_rms,
)
from tmat.operations.operation import REGISTRY, Operation
from tmat.operations.products import additive_scores, linear, matmul, matmul_transposed
from tmat.operations.words import largest, lookup, sinusoid, token_ids

__all__ = [
    "ACTIVATIONS",
    "REGISTRY",
    "Operation",
    "add",
    "add_row",
    "additive_scores",
    "columns",
    "concat",
    "divide",
    "divide_by_root",
    "dropout",
    "flatten",
    "gelu",
    "gelu_tanh",
    "identity",
    "largest",
    "linear",
    "lookup",
    "mask_fill",
    "matmul",
    "matmul_transposed",
    "multiply",
    "normalize",
    "normalize_outside",
    "normalize_rms",
    "normalize_rms_outside",
    "one_row",
    "relu",
    "renormalize",
    "row_deviation",
    "row_mean",
    "row_rms",
    "scale_and_shift",
    "scale_columns",
    "silu",
    "sinusoid",
    "softmax",
    "softmax_tempered",
    "tanh",
    "token_ids",
]

for _module in modules_in(__file__, packages=False):
    import_module(f"{__name__}.{_module}")
