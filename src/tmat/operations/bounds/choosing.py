"""Forward errors from logits to the next word, of experts, and of a text's probability."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, together
from tmat.operations.operation import Array


@bound("repetition_penalty")
def _(step: Inexact) -> Array:
    """The error times the larger of the penalty and its inverse, at most."""
    penalty = step.params["penalty"]
    return np.where(step.operands[1] != 0.0, step.errors[0] * max(penalty, 1.0 / penalty), step.errors[0])


@bound("keep_largest", "nucleus", "keep_smallest", rounds=False)
def _(step: Inexact) -> Array:
    """Kept cells keep their errors; the others are filled in."""
    kept = (step.result == step.operands[0]) & np.isfinite(step.result)
    return np.where(kept, step.errors[0], 0.0)


@bound("running_sums")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    return np.asarray(np.sqrt(np.cumsum(np.square(together(ea, step.summed(a.shape[1]) * a)), axis=1)))


@bound("log_softmax")
def _(step: Inexact) -> Array:
    """ln cᵢ moves by δᵢ − Σⱼ cⱼδⱼ, and by the roundings of a less the largest of its row and of the logarithm."""
    a, ea, u = step.operands[0], step.errors[0], step.type.roundoff
    peak = np.max(np.where(np.isfinite(a), a, -np.inf), axis=1, keepdims=True)
    off = together(ea, u * np.where(np.isfinite(a), peak - a, 0.0))
    around = np.sqrt(np.square(np.exp(step.result) * off).sum(axis=1, keepdims=True))
    return together(off, around, ELEMENTARY * u, step.summed(a.shape[1]))


@bound("surprise")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    return together(ea / np.where(a > 0.0, a, 1.0), ELEMENTARY * step.type.roundoff)


@bound("scale_rows")
def _(step: Inexact) -> Array:
    (a, shares), (ea, eshares) = step.operands, step.errors
    own = slice(step.params["column"] - 1, step.params["column"])
    return together(a * eshares[:, own], shares[:, own] * ea)


@bound("add_scaled")
def _(step: Inexact) -> Array:
    (_, b, shares), (ea, eb, eshares) = step.operands, step.errors
    own = slice(step.params["column"] - 1, step.params["column"])
    return together(ea, b * eshares[:, own], shares[:, own] * eb, step.type.roundoff * b * shares[:, own])


@bound("picked", rounds=False)
def _(step: Inexact) -> Array:
    """Each selected cell keeps its error."""
    columns = [column - 1 for column in step.params["columns"]]
    return step.errors[0][np.arange(len(columns)), columns].reshape(-1, 1)


@bound("sum_of_all")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    return np.asarray(np.sqrt(np.square(together(ea, step.summed(a.size) * a)).sum())).reshape(1, 1)


@bound("product_of_all")
def _(step: Inexact) -> Array:
    """Relative errors add, and each multiplication rounds once."""
    a, ea = step.operands[0], step.errors[0]
    off = np.square(ea / np.where(a == 0.0, 1.0, a)).sum() + a.size * step.type.roundoff**2
    return np.asarray(np.abs(step.result) * np.sqrt(off))
