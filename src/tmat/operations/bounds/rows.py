"""Forward errors of operations on whole rows: softmax, sums, means, deviations, norms, and their single steps."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import CONFIDENCE, ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("softmax", "softmax_tempered")
def _(step: Inexact) -> Array:
    return softmax_error(step, abs(step.params.get("temperature", 1.0)))


def softmax_error(step: Inexact, temperature: float) -> Array:
    """ln cᵢ moves by δᵢ − Σⱼ cⱼδⱼ, where δ is the error of a and the rounding of a minus its row's maximum."""
    shares, a = step.result, step.operands[0]
    peak = np.max(np.where(np.isfinite(a), a, -np.inf), axis=1, keepdims=True)
    below = np.where(np.isfinite(a), peak - a, 0.0)
    u = step.type.roundoff
    off = together(step.errors[0], u * below) / temperature
    off = np.where(shares > 0.0, off, 0.0)
    around = np.sqrt(np.square(shares * off).sum(axis=1, keepdims=True))
    moved = together(off, around, ELEMENTARY * u, step.summed(a.shape[1]))
    return np.asarray(shares * np.expm1(CONFIDENCE * moved) / CONFIDENCE)


@bound("renormalize")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    sums = np.maximum(np.abs(a).sum(axis=1, keepdims=True), step.type.smallest)
    off = np.sqrt(np.square(ea).sum(axis=1, keepdims=True))
    return np.asarray(together(ea, step.result * off, step.summed(a.shape[1]) * a) / sums)


@bound("row_mean")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    off = together(ea, step.summed(a.shape[1]) * a)
    return np.asarray(np.sqrt(np.square(off).sum(axis=1, keepdims=True)) / a.shape[1])


@bound("row_deviation")
def _(step: Inexact) -> Array:
    (a, mean), (ea, emean) = step.operands, step.errors
    count = max(a.shape[1] - (step.params["kind"] == "sample"), 1)
    return _root_of_squares(step, a - mean, together(ea, emean, step.type.roundoff * a), a, count)


@bound("row_rms")
def _(step: Inexact) -> Array:
    a = step.operands[0]
    return _root_of_squares(step, a, step.errors[0], a, max(a.shape[1], 1))


def _root_of_squares(step: Inexact, part: Array, off: Array, a: Array, count: int) -> Array:
    """√(Σ x²/n) moves by Σ x·δx / (n·root), by no more than √(Σ δx²/n); a variance taken as E[a²] − μ² cancels."""
    root = step.result
    most = np.sqrt(np.square(off).sum(axis=1, keepdims=True) / count)
    moved = np.sqrt(np.square(part * off).sum(axis=1, keepdims=True)) / (count * root)
    moved = np.where(root > most, np.fmin(moved, most), most)
    lost = step.summed(a.shape[1]) * np.square(a).sum(axis=1, keepdims=True) / count
    cancelled = np.fmin(lost / (2.0 * root), np.sqrt(lost))
    return together(moved, cancelled, step.summed(a.shape[1]) * root)


@bound("normalize")
def _(step: Inexact) -> Array:
    (_a, mean, std), (ea, emean, estd) = step.operands, step.errors
    return _over(step, together(ea, emean, step.type.roundoff * mean), np.sqrt(std**2 + step.params["epsilon"]), estd)


@bound("normalize_outside")
def _(step: Inexact) -> Array:
    (_a, mean, std), (ea, emean, estd) = step.operands, step.errors
    return _over(step, together(ea, emean, step.type.roundoff * mean), std + step.params["epsilon"], estd)


@bound("normalize_rms")
def _(step: Inexact) -> Array:
    (_, rms), (ea, erms) = step.operands, step.errors
    return _over(step, ea, np.sqrt(rms**2 + step.params["epsilon"]), erms)


@bound("normalize_rms_outside")
def _(step: Inexact) -> Array:
    (_, rms), (ea, erms) = step.operands, step.errors
    return _over(step, ea, rms + step.params["epsilon"], erms)


def _over(step: Inexact, off: Array, divisor: Array, edivisor: Array) -> Array:
    """A quotient t/d moves by δt/d and by |t/d|·δd/d; where the divisor may be 0 the error is ∞."""
    u = step.type.roundoff
    left = np.maximum(divisor - CONFIDENCE * edivisor, 0.0)
    size = step.operands[0]
    return np.asarray(together(off, u * size, step.result * edivisor, ELEMENTARY * u * step.result * divisor) / left)


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
