"""Forward errors of what a softmax and a deviation are made of."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("exponentials")
def _(step: Inexact) -> Array:
    """eˣ moves by eˣ·δx, and the exponent is rounded."""
    slope = 1.0 if step.params["base"] is None else np.log(step.params["base"])
    a = sizes(step.operands[0]) / step.params["temperature"]
    u = step.type.roundoff
    return np.asarray(
        step.result * together(slope / step.params["temperature"] * step.errors[0], u * a, ELEMENTARY * u)
    )


@bound("row_sums")
def _(step: Inexact) -> Array:
    a = step.operands[0]
    off = together(step.errors[0], step.summed(a.shape[1]) * a)
    return np.asarray(np.sqrt(np.square(off).sum(axis=1, keepdims=True)))


@bound("row_mean_square")
def _(step: Inexact) -> Array:
    """Σ x²/n moves by 2·Σ x·δx/n."""
    a, ea, count = step.operands[0], step.errors[0], step.operands[0].shape[1]
    moved = 2.0 * np.sqrt(np.square(a * ea).sum(axis=1, keepdims=True)) / count
    return together(moved, step.summed(count) * np.square(a).sum(axis=1, keepdims=True) / count)


@bound("row_variance")
def _(step: Inexact) -> Array:
    """Σ x²/n moves by 2·Σ x·δx/n; a variance taken as E[a²] − μ² cancels."""
    (a, mean), (ea, emean) = step.operands, step.errors
    count = max(a.shape[1] - (step.params["kind"] == "sample"), 1)
    off = together(ea, emean, step.type.roundoff * a)
    moved = 2.0 * np.sqrt(np.square((a - mean) * off).sum(axis=1, keepdims=True)) / count
    least = np.square(off).sum(axis=1, keepdims=True) / count
    return together(moved, least, step.summed(a.shape[1]) * np.square(a).sum(axis=1, keepdims=True) / count)


@bound("square_root")
def _(step: Inexact) -> Array:
    """√a moves by δa / 2√a, by no more than √δa."""
    error = step.errors[0]
    return np.asarray(np.fmin(error / (2.0 * step.result), np.sqrt(error)))
