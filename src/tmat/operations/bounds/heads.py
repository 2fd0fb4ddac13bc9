"""Forward errors of positions (rotary, ALiBi), of softmax with a base or a sink, and of lengths of rows."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import CONFIDENCE, ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.bounds.rows import softmax_error
from tmat.operations.operation import Array
from tmat.operations.positions import distances, pairs


@bound("multiply_by_root")
def _(step: Inexact) -> Array:
    return np.asarray(step.errors[0] * np.sqrt(step.params["d"]))


@bound("rotary_angles", "rotary_rates", "alibi_slopes")
def _(step: Inexact) -> Array:
    """A power and a quotient."""
    return ELEMENTARY * step.type.roundoff * sizes(step.result)


@bound("rotate")
def _(step: Inexact) -> Array:
    """x·cos θ − y·sin θ moves by δx·cos θ, by δy·sin θ, and by δθ times the other number of the rotated pair."""
    (a, angles), (ea, eangles) = step.operands, step.errors
    first, second = pairs(a.shape[1], angles.shape[1], step.params["layout"])
    u = step.type.roundoff
    times = step.params.get("times", 1.0)
    error = ea.copy()
    cosine, sine = (np.abs(wave(angles[:, : len(first)])) for wave in (np.cos, np.sin))
    turned = together(eangles[:, : len(first)], ELEMENTARY * u)
    for own, other in ((first, second), (second, first)):
        error[:, own] = times * together(
            cosine * ea[:, own], sine * ea[:, other], turned * step.result[:, other] / times, u * sizes(a[:, own]), u * sizes(a[:, other])
        )  # fmt: skip
    return error


@bound("alibi")
def _(step: Inexact) -> Array:
    (a, slopes), (ea, eslopes) = step.operands, step.errors
    head, far = step.params["head"], distances(a.shape, step.params["first"])
    slope, off = slopes[:, head - 1 : head], eslopes[:, head - 1 : head]
    return together(ea, far * off, step.type.roundoff * slope * far)


@bound("softmax_based")
def _(step: Inexact) -> Array:
    return softmax_error(step, 1.0 / np.log(step.params["base"]))


@bound("softmax_sink")
def _(step: Inexact) -> Array:
    """A softmax with one more column."""
    (a, sinks), (ea, esinks) = step.operands, step.errors
    head = step.params["head"]
    sink, off = (np.broadcast_to(each[:, head - 1 : head], (a.shape[0], 1)) for each in (sinks, esinks))
    beside = np.concatenate([step.result, 1.0 - step.result.sum(axis=1, keepdims=True)], axis=1)
    whole = Inexact(
        step.op, [np.concatenate([a, sink], axis=1)], [np.concatenate([ea, off], axis=1)], beside, step.type, {}
    )
    return softmax_error(whole, 1.0)[:, : a.shape[1]]


@bound("row_length")
def _(step: Inexact) -> Array:
    """√(Σ x²) moves by Σ x·δx over the root, by no more than √(Σ δx²)."""
    a, ea = step.operands[0], step.errors[0]
    most = np.sqrt(np.square(ea).sum(axis=1, keepdims=True))
    return together(most, step.summed(a.shape[1]) * step.result)


@bound("over_rows")
def _(step: Inexact) -> Array:
    """A quotient t/d moves by δt/d and by |t/d|·δd/d."""
    (_, by), (ea, eby) = step.operands, step.errors
    left = np.maximum(np.abs(by) - CONFIDENCE * eby, 0.0)
    return np.asarray(together(ea, step.result * eby) / left)


@bound("stretch_by_turns")
def _(step: Inexact) -> Array:
    """An error of the rate moves the share that is kept by length/2π / (high − low) times it."""
    a, ea, told = step.operands[0], step.errors[0], step.params
    steepness = told["length"] / (2.0 * np.pi * (told["high"] - told["low"]))
    return together(ea, a * steepness * ea, ELEMENTARY * step.type.roundoff * a * (1.0 + steepness * a))


@bound("stretch_by_place")
def _(step: Inexact) -> Array:
    return together(step.errors[0], ELEMENTARY * step.type.roundoff * sizes(step.operands[0]))


@bound("angles_at")
def _(step: Inexact) -> Array:
    start = step.params["start"]
    return np.abs(np.arange(start, start + step.params["positions"], dtype=np.float64))[:, None] * step.errors[0]
