"""Forward errors of operations that work cell by cell."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("add", "add_row", "add_number", "add_column")
def _(step: Inexact) -> Array:
    return together(*step.errors)


@bound("multiply", "scale_columns")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return together(a * eb, b * ea, ea * eb)


@bound("scale_and_shift")
def _(step: Inexact) -> Array:
    (a, scale, _shift), (ea, escale, eshift) = step.operands, step.errors
    return together(a * escale, scale * ea, eshift, step.type.roundoff * a * scale)


@bound("divide")
def _(step: Inexact) -> Array:
    return np.asarray(step.errors[0] / abs(step.params["by"]))


@bound("divide_by_root")
def _(step: Inexact) -> Array:
    return np.asarray(step.errors[0] / np.sqrt(step.params["d"]))


@bound("dropout")
def _(step: Inexact) -> Array:
    p = step.params["p"]
    return np.asarray(step.errors[0] * step.operands[1] / (1.0 - p) if p < 1.0 else 0.0 * step.errors[0])


@bound("mask_fill", rounds=False)
def _(step: Inexact) -> Array:
    """A masked cell is filled in, not computed."""
    return np.where(step.operands[1] != 0.0, step.errors[0], 0.0)


@bound("relu", "leaky_relu", "tanh", "identity", "soft_cap")
def _(step: Inexact) -> Array:
    """The derivative is at most 1."""
    return together(step.errors[0], ELEMENTARY * step.type.roundoff * step.result)


@bound("gelu", "gelu_tanh", "silu")
def _(step: Inexact) -> Array:
    """The derivative is at most 1.13; 1 + erf(a/√2) and its like cancel for negative a, so the error is one of |a|."""
    return together(1.13 * step.errors[0], ELEMENTARY * step.type.roundoff * sizes(step.operands[0]))


@bound("concat", "append_rows", "columns", "one_row", "flatten", rounds=False)
@bound("put_columns", "put_row", "in_rows", "transpose", rounds=False)
@bound("spread_mean", "spread_over_all")
def _(step: Inexact) -> Array:
    """The operation is linear, each cell of its result depends on one cell: it maps errors as it maps numbers."""
    return step.op.evaluate(*step.errors, **step.params)


@bound("lookup", "lookup_known", rounds=False)
def _(step: Inexact) -> Array:
    return step.op.evaluate(step.operands[0], step.errors[1], **step.params)


@bound("largest", "token_ids", "range_of_draw", rounds=False)
def _(step: Inexact) -> Array:
    return np.zeros(step.result.shape)


@bound("sinusoid")
def _(step: Inexact) -> Array:
    """An angle up to the position p is rounded to u·p, and its sine is off by as much."""
    positions = abs(step.params["start"]) + np.arange(step.result.shape[0])
    return np.asarray(ELEMENTARY * step.type.roundoff * (1.0 + positions[:, None]) + 0.0 * step.result)
