"""Forward errors cell by cell."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("add", "add_row", "add_number")
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
    """What a masked cell was filled with is not computed."""
    return np.where(step.operands[1] != 0.0, step.errors[0], 0.0)


@bound("relu", "leaky_relu", "tanh", "identity")
def _(step: Inexact) -> Array:
    """The slope is at most 1."""
    return together(step.errors[0], ELEMENTARY * step.type.roundoff * step.result)


@bound("gelu", "gelu_tanh", "silu")
def _(step: Inexact) -> Array:
    """The slope is at most 1.13; 1 + erf(a/√2) and its like cancel for negative a, so the error is one of |a|."""
    return together(1.13 * step.errors[0], ELEMENTARY * step.type.roundoff * sizes(step.operands[0]))


@bound("concat", "append_rows", "columns", "one_row", "flatten", rounds=False)
def _(step: Inexact) -> Array:
    """Cells that are only moved take their errors with them."""
    return step.op.evaluate(*step.errors, **step.params)


@bound("lookup", rounds=False)
def _(step: Inexact) -> Array:
    return step.op.evaluate(step.operands[0], step.errors[1], **step.params)


@bound("largest", "token_ids", rounds=False)
def _(step: Inexact) -> Array:
    return np.zeros(step.result.shape)


@bound("sinusoid")
def _(step: Inexact) -> Array:
    """An angle of p is rounded at p: its sine is off by a few roundings of the position."""
    positions = abs(step.params["start"]) + np.arange(step.result.shape[0])
    return np.asarray(ELEMENTARY * step.type.roundoff * (1.0 + positions[:, None]) + 0.0 * step.result)
