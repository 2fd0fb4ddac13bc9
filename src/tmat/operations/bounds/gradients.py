"""Forward errors of the backward pass: of sums, of activations' gradients, and of gradients through whole rows."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import CONFIDENCE, ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.bounds.products import product_error
from tmat.operations.normalization import deviation_count
from tmat.operations.operation import Array


@bound("add_all", "subtract")
def _(step: Inexact) -> Array:
    return together(*step.errors, *(step.type.roundoff * a for a in step.operands))


@bound("transposed_matmul")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return product_error(step, a.T, b, ea.T, eb)


def _summed(step: Inexact, terms: Array, errors: Array, axis: int) -> Array:
    """The error of sums whose terms have these errors."""
    lost = step.summed(terms.shape[axis]) * terms
    return np.asarray(np.sqrt((errors**2 + lost**2).sum(axis=axis, keepdims=True)))


@bound("column_sums")
def _(step: Inexact) -> Array:
    return _summed(step, step.operands[0], step.errors[0], 0)


@bound("minus_row_sums")
def _(step: Inexact) -> Array:
    return _summed(step, step.operands[0], step.errors[0], 1)


@bound("row_dots", "column_dots")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return _summed(step, a * b, together(a * eb, b * ea, ea * eb), 1 if step.op.name == "row_dots" else 0)


@bound("gather_rows")
def _(step: Inexact) -> Array:
    lost = together(step.errors[1], step.summed(len(step.operands[1])) * step.operands[1])
    return np.asarray(np.sqrt(step.op.evaluate(step.operands[0], lost**2, **step.params)))


@bound("relu_gate")
def _(step: Inexact) -> Array:
    """Where y may be 0 within its error, the gradient may pass or not."""
    (d, y), (ed, ey) = step.operands, step.errors
    either = (np.abs(y) <= CONFIDENCE * ey) & (ey > 0.0)
    return np.where(either, np.abs(d) + ed, np.where(y != 0.0, ed, 0.0))


@bound("tanh_slope")
def _(step: Inexact) -> Array:
    (d, y), (ed, ey) = step.operands, step.errors
    return together((1.0 - y * y) * ed, 2.0 * y * d * ey, step.type.roundoff * d)


@bound("gelu_slope", "gelu_tanh_slope", "silu_slope")
def _(step: Inexact) -> Array:
    """The derivative is at most 1.13, the second derivative at most 0.8."""
    (d, a), (ed, ea) = step.operands, step.errors
    return together(1.13 * ed, 0.8 * d * ea, ELEMENTARY * step.type.roundoff * d * (1.0 + sizes(a)))


@bound("softmax_gradient")
def _(step: Inexact) -> Array:
    (y, d, sums), (ey, ed, es) = step.operands, step.errors
    u = step.type.roundoff
    return together(sizes(d - sums) * ey, y * together(ed, es, u * sizes(d), u * sums))


@bound("shares_gradient")
def _(step: Inexact) -> Array:
    (d, sums, a), (ed, es, ea) = step.operands, step.errors
    whole = np.maximum(np.abs(a.sum(axis=1, keepdims=True)), step.type.smallest)
    off = together(ed, es, step.type.roundoff * d, step.type.roundoff * sums)
    return together(off / whole, step.result * _summed(step, a, ea, 1) / whole)


@bound("spread_gradient", "spread_gradient_outside")
def _(step: Inexact) -> Array:
    """−Σ d·y times f(s): s/(s² + ε), whose derivative is (ε − s²)/(s² + ε)², or 1/(s + ε)."""
    (d, y, s), (ed, ey, es) = step.operands, step.errors
    epsilon, u = step.params["epsilon"], step.type.roundoff
    dots = (d * y).sum(axis=1, keepdims=True)
    off = _summed(step, d * y, together(d * ey, y * ed), 1)
    if step.op.name == "spread_gradient":
        f, moved = s / (s * s + epsilon), (epsilon - s * s) / (s * s + epsilon) ** 2
    else:
        f, moved = 1.0 / (s + epsilon), 1.0 / (s + epsilon) ** 2
    return together(off * f, dots * moved * es, ELEMENTARY * u * dots * f)


@bound("deviation_gradient")
def _(step: Inexact) -> Array:
    (d, a, mean, std), (ed, ea, emean, estd) = step.operands, step.errors
    u = step.type.roundoff
    off = together(ea, emean, u * sizes(a))
    return _over(
        step, together((a - mean) * ed, d * off), deviation_count(a.shape[1], step.params["kind"]) * std, estd / std
    )


@bound("rms_gradient")
def _(step: Inexact) -> Array:
    (d, a, rms), (ed, ea, erms) = step.operands, step.errors
    return _over(step, together(a * ed, d * ea), a.shape[1] * rms, erms / rms)


def _over(step: Inexact, off: Array, divisor: Array, relative: Array) -> Array:
    return together(off / divisor, step.result * relative, ELEMENTARY * step.type.roundoff * step.result)


@bound("additive_queries_gradient", "additive_keys_gradient")
def _(step: Inexact) -> Array:
    """1 − tanh² is at most 1, its derivative at most 0.77."""
    (d, queries, keys, v), (ed, eq, ek, ev) = step.operands, step.errors
    axis = 1 if step.op.name == "additive_queries_gradient" else 0
    angle = together(eq[:, None], ek[None], step.type.roundoff * (sizes(queries)[:, None] + sizes(keys)[None]))
    slope = 1.0 - np.tanh(queries[:, None] + keys[None]) ** 2
    each = together(slope * ed[..., None], 0.77 * d[..., None] * angle, step.summed(d.shape[axis]) * d[..., None])
    whole = np.sqrt((each**2).sum(axis=axis))
    return together(v * whole, ev * np.abs(d).sum(axis=axis)[:, None])


@bound("additive_v_gradient")
def _(step: Inexact) -> Array:
    (d, queries, keys), (ed, eq, ek) = step.operands, step.errors
    angle = together(eq[:, None], ek[None], step.type.roundoff * (sizes(queries)[:, None] + sizes(keys)[None]))
    each = together(ed[..., None] + 0.0 * angle, d[..., None] * angle, step.summed(d.size) * d[..., None])
    return np.asarray(np.sqrt((each**2).sum(axis=(0, 1)))[None])
