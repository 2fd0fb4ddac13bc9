"""How far a correct program's numbers lie from the exact ones: the forward error of each operation.

Each rounding is off by up to u of its number, in a direction of its own, so errors add as lengths do: by the root
of the sum of their squares, as a sum of n terms loses √n·u and not n·u (Higham & Mary 2019, *A new approach to
probabilistic rounding error analysis*). An operand's error reaches the result by the operation's derivative.
Worst-case bounds (n·u) grow so fast through a stack of layers that every output would pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tmat.numbers.floats import FloatType
from tmat.operations.operation import Array, Operation

CONFIDENCE = 4.0
"""Deviations that are allowed. u is taken for the deviation of a rounding, which is about 0.4 u, so these are ten:
of 2,600 correct outputs of torch and NumPy in four types the worst lay at 1.9 (tests/marking/programs/right.py)."""

ELEMENTARY = 4.0
"""Roundings within one elementary function: libraries promise results within a few units in the last place."""


@dataclass(frozen=True, slots=True, eq=False)
class Inexact:
    """One step as a program does it: the operands, their errors, the exact result and the type computed in."""

    op: Operation
    operands: Sequence[Array]
    errors: Sequence[Array]
    result: Array
    type: FloatType
    params: Mapping[str, Any]

    def summed(self, terms: int) -> float:
        """The relative error of a sum of so many terms."""
        return float(np.sqrt(terms + 1.0)) * self.type.sums


Bound: TypeAlias = Callable[[Inexact], Array]
_BOUNDS: dict[str, Bound] = {}


def bound(*names: str) -> Callable[[Bound], Bound]:
    """Register the bound of some operations."""

    def register(function: Bound) -> Bound:
        _BOUNDS.update(dict.fromkeys(names, function))
        return function

    return register


def forward_error(step: Inexact) -> Array:
    """The deviation to expect of a correct program in this step, cell by cell; ∞ where none is stated.

    >>> from tmat.numbers.floats import FLOAT32
    >>> two, exact = np.array([[2.0]]), np.array([[0.0]])
    >>> step = Inexact(REGISTRY["add"], [two, two], [exact, exact], two + two, FLOAT32, {})
    >>> round(float(forward_error(step)[0, 0]) / 2**-24, 6)
    4.0
    """
    stated = _BOUNDS.get(step.op.name)
    if stated is None:
        return np.full(step.result.shape, np.inf)
    with np.errstate(all="ignore"):
        size = np.where(np.isfinite(step.result), np.abs(step.result), 0.0)
        found = _together(stated(step), step.type.roundoff * size) + step.type.smallest
    return np.asarray(np.where(np.isnan(found), np.inf, found))


def _together(*errors: Array | float) -> Array:
    """Independent errors together: the root of the sum of their squares."""
    return np.asarray(np.sqrt(sum(np.square(error) for error in errors)))


def _sizes(a: Array) -> Array:
    return np.where(np.isfinite(a), np.abs(a), 0.0)


# -- products


def _product(step: Inexact, a: Array, b: Array, ea: Array, eb: Array) -> Array:
    """δ(a·b)² = Σ (δa·b)² + (a·δb)² + (√n·u·a·b)²; a kernel may shorten the operands first."""
    a, b = _sizes(a), _sizes(b)
    ea = _together(ea, step.type.products * a)
    eb = _together(eb, step.type.products * b)
    left = ea**2 + (step.summed(a.shape[1]) * a) ** 2
    return np.asarray(np.sqrt(left @ b**2 + (a**2 + ea**2) @ eb**2))


@bound("matmul")
def _(step: Inexact) -> Array:
    return _product(step, *step.operands, *step.errors)


@bound("matmul_transposed")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return _product(step, a, b.T, ea, eb.T)


@bound("linear")
def _(step: Inexact) -> Array:
    (a, b, _bias), (ea, eb, ebias) = step.operands, step.errors
    product = a @ b
    return _together(_product(step, a, b, ea, eb), ebias, step.type.roundoff * product)


@bound("additive_scores")
def _(step: Inexact) -> Array:
    """tanh has slope at most 1: each term is off by |v|(δq + δk) and the roundings of the sum."""
    (queries, keys, v), (eq, ek, ev) = step.operands, step.errors
    u, sizes = step.type.roundoff, np.abs(v)
    off_queries = _together(eq, u * queries) @ sizes.T
    off_keys = (_together(ek, u * keys) @ sizes.T).T
    return _together(off_queries, off_keys, (ELEMENTARY * u + step.summed(v.shape[1])) * sizes.sum(), ev.sum())


# -- cell by cell


@bound("add", "add_row")
def _(step: Inexact) -> Array:
    return _together(*step.errors)


@bound("multiply", "scale_columns")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return _together(a * eb, b * ea, ea * eb)


@bound("scale_and_shift")
def _(step: Inexact) -> Array:
    (a, scale, _shift), (ea, escale, eshift) = step.operands, step.errors
    return _together(a * escale, scale * ea, eshift, step.type.roundoff * a * scale)


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


@bound("mask_fill")
def _(step: Inexact) -> Array:
    """What a masked cell was filled with is not computed."""
    return np.where(step.operands[1] != 0.0, step.errors[0], 0.0)


@bound("relu", "tanh", "identity")
def _(step: Inexact) -> Array:
    """The slope is at most 1."""
    return _together(step.errors[0], ELEMENTARY * step.type.roundoff * step.result)


@bound("gelu", "gelu_tanh", "silu")
def _(step: Inexact) -> Array:
    """The slope is at most 1.13; 1 + erf(a/√2) and its like cancel for negative a, so the error is one of |a|."""
    return _together(1.13 * step.errors[0], ELEMENTARY * step.type.roundoff * _sizes(step.operands[0]))


@bound("concat", "columns", "one_row", "flatten")
def _(step: Inexact) -> Array:
    """Cells that are only moved take their errors with them."""
    return step.op.evaluate(*step.errors, **step.params)


@bound("lookup")
def _(step: Inexact) -> Array:
    return step.op.evaluate(step.operands[0], step.errors[1], **step.params)


@bound("largest", "token_ids")
def _(step: Inexact) -> Array:
    return np.zeros(step.result.shape)


@bound("sinusoid")
def _(step: Inexact) -> Array:
    """An angle of p is rounded at p: its sine is off by a few roundings of the position."""
    positions = abs(step.params["start"]) + np.arange(step.result.shape[0])
    return np.asarray(ELEMENTARY * step.type.roundoff * (1.0 + positions[:, None]) + 0.0 * step.result)


# -- along a row


@bound("softmax")
def _(step: Inexact) -> Array:
    return _softmax(step, 1.0)


@bound("softmax_tempered")
def _(step: Inexact) -> Array:
    return _softmax(step, abs(step.params["temperature"]))


def _softmax(step: Inexact, temperature: float) -> Array:
    """ln cᵢ moves by δᵢ − Σⱼ cⱼδⱼ, where δ is the error of a and the rounding of a less the largest of its row."""
    shares, a = step.result, step.operands[0]
    peak = np.max(np.where(np.isfinite(a), a, -np.inf), axis=1, keepdims=True)
    below = np.where(np.isfinite(a), peak - a, 0.0)
    u = step.type.roundoff
    off = _together(step.errors[0], u * below) / temperature
    off = np.where(shares > 0.0, off, 0.0)
    around = np.sqrt(np.square(shares * off).sum(axis=1, keepdims=True))
    moved = _together(off, around, ELEMENTARY * u, step.summed(a.shape[1]))
    return np.asarray(shares * np.expm1(CONFIDENCE * moved) / CONFIDENCE)


@bound("renormalize")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    sums = np.maximum(np.abs(a).sum(axis=1, keepdims=True), step.type.smallest)
    off = np.sqrt(np.square(ea).sum(axis=1, keepdims=True))
    return np.asarray(_together(ea, step.result * off, step.summed(a.shape[1]) * a) / sums)


@bound("row_mean")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    off = _together(ea, step.summed(a.shape[1]) * a)
    return np.asarray(np.sqrt(np.square(off).sum(axis=1, keepdims=True)) / a.shape[1])


@bound("row_deviation")
def _(step: Inexact) -> Array:
    (a, mean), (ea, emean) = step.operands, step.errors
    count = max(a.shape[1] - (step.params["kind"] == "sample"), 1)
    return _root_of_squares(step, a - mean, _together(ea, emean, step.type.roundoff * a), a, count)


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
    return _together(moved, cancelled, step.summed(a.shape[1]) * root)


@bound("normalize")
def _(step: Inexact) -> Array:
    (_a, mean, std), (ea, emean, estd) = step.operands, step.errors
    return _over(step, _together(ea, emean, step.type.roundoff * mean), np.sqrt(std**2 + step.params["epsilon"]), estd)


@bound("normalize_outside")
def _(step: Inexact) -> Array:
    (_a, mean, std), (ea, emean, estd) = step.operands, step.errors
    return _over(step, _together(ea, emean, step.type.roundoff * mean), std + step.params["epsilon"], estd)


@bound("normalize_rms")
def _(step: Inexact) -> Array:
    (_, rms), (ea, erms) = step.operands, step.errors
    return _over(step, ea, np.sqrt(rms**2 + step.params["epsilon"]), erms)


@bound("normalize_rms_outside")
def _(step: Inexact) -> Array:
    (_, rms), (ea, erms) = step.operands, step.errors
    return _over(step, ea, rms + step.params["epsilon"], erms)


def _over(step: Inexact, off: Array, divisor: Array, edivisor: Array) -> Array:
    """A quotient t/d moves by δt/d and by |t/d|·δd/d; a divisor that may as well be 0 bounds nothing."""
    u = step.type.roundoff
    left = np.maximum(divisor - CONFIDENCE * edivisor, 0.0)
    size = step.operands[0]
    return np.asarray(_together(off, u * size, step.result * edivisor, ELEMENTARY * u * step.result * divisor) / left)
