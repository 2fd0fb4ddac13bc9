"""From scores to weights: soft cap, mask, softmax and its variants, renormalizing, dropout."""

from __future__ import annotations

import math

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, decimal, exactly, exactly_by_cell
from tmat.operations.elementwise import over
from tmat.operations.expression import Call, Expression, Number, Operand, exp, total
from tmat.operations.formula import RowSums, SideBySide, prose
from tmat.operations.operation import Array, operation
from tmat.operations.selections import Choice

PIECE = 1 << 16
"""Numbers of a softmax computed at once, so that they stay in the processor's cache from pass to pass."""


@operation("n m, n m -> n m", lambda a, mask, *, value: Choice(mask, a, Number(float(value))))
def mask_fill(a: Array, mask: Array, *, value: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """A cell of a where the mask is 1, a fixed value, usually −∞, where it is 0 (Vaswani et al. 2017, §3.2.3).

    >>> mask_fill(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]), value=-np.inf)
    array([[  1., -inf]])
    """
    return np.where(mask != 0.0, a, a.dtype.type(value))


@operation("n m -> n m", lambda a: Call("softmax", a))
def softmax(a: Array) -> Array:  # [n, m] -> [n, m], each row sums to 1
    """Each row's share of exponentials: cᵢⱼ = e^aᵢⱼ / Σₖ e^aᵢₖ (Vaswani et al. 2017, eq. 1).

    The row's maximum is subtracted first, which changes no share and keeps e^1000 finite. A row
    that is all −∞ (everything masked) gets weights 0.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, -np.inf]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    return _softmax(a)


def _softmax(a: Array, temperature: float = 1.0) -> Array:
    if a.size <= PIECE:
        return _shares(a, temperature)
    weights = np.empty_like(a)
    pieces = min(-(-a.size // PIECE), a.shape[0])
    for rows, own in zip(np.array_split(a, pieces), np.array_split(weights, pieces), strict=True):
        own[:] = _shares(rows, temperature)
    return weights


def _shares(a: Array, temperature: float) -> Array:
    if a.shape[1] == 0:
        return a.copy()
    top = a.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        if temperature == 1.0 and np.isfinite(top).all():
            shares = np.subtract(a, top)
            shares = steady.exp(shares, out=shares)
            shares /= shares.sum(axis=1, keepdims=True)
            return shares
        lost = np.isneginf(top)
        shares = np.subtract(a, np.where(lost, a.dtype.type(0), top))
        tied = np.isposinf(top)
        if tied.any():  # +∞ takes all the weight; several share it equally
            shares = np.where(tied, np.where(a == top, a.dtype.type(0), a.dtype.type(-np.inf)), shares)
        if temperature != 1.0:
            shares = over(shares, temperature)
        shares = steady.exp(shares, out=shares)
        weight = shares.sum(axis=1, keepdims=True)
        shares /= np.where(lost, a.dtype.type(1), weight)
    return shares


@softmax.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return exp(a[i, j]) / total(exp(cell) for cell in a.row(i))


@operation("n m -> n m", lambda a, *, temperature: Call("softmax", a / temperature))
def softmax_tempered(a: Array, *, temperature: float) -> Array:  # [n, m] -> [n, m]
    """Softmax of a / T: flatter above 1, sharper below (Hinton et al. 2015, eq. 1).

    >>> softmax_tempered(np.array([[0.0, 2 * np.log(3.0)]]), temperature=2.0).round(9)
    array([[0.25, 0.75]])
    """
    if temperature < 1.0:  # a / T may overflow: the maximum is subtracted first
        return _softmax(a, temperature)
    return _softmax(over(a, temperature))


@softmax_tempered.cell
def _(i: int, j: int, a: Operand, *, temperature: float) -> Expression:
    return exp(a[i, j] / temperature) / total(exp(cell / temperature) for cell in a.row(i))


@operation("n m -> n m", lambda a: a / prose("row sums", written=RowSums(a)))
@exactly
def renormalize(a: Array) -> Array:  # [n, m] -> [n, m], each row sums to 1
    """Each cell over its row's sum, so that masked or dropped-out weights sum to 1 again; a row of zeros stays 0.

    >>> renormalize(np.array([[0.2, 0.2, 0.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    if isinstance(a, Exact):
        return a.over(a.row_sums())
    with np.errstate(all="ignore"):
        sums = a.sum(axis=1, keepdims=True)
        if np.isinf(sums).any():  # the sum overflows, the shares do not
            beyond = np.isinf(sums) & np.isfinite(a).all(axis=1, keepdims=True)
            a = np.where(beyond, a / a.shape[1], a)
            sums = a.sum(axis=1, keepdims=True)
        return np.where(a == 0.0, a.dtype.type(0), a / sums)


@renormalize.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return a[i, j] / total(a.row(i))


@operation("n m, n m -> n m", lambda a, keep, *, p: a * keep / (1.0 - Number(float(p))))
@exactly_by_cell
def dropout(a: Array, keep: Array, *, p: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """A cell kept is scaled by 1/(1 − p), a cell dropped is 0 (Srivastava et al. 2014).

    >>> dropout(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), p=0.5)
    array([[1., 0.]])
    """
    if isinstance(a, Exact):
        top, bottom = decimal(p)
        return a * keep * 0.0 if p == 1.0 else a * keep / (bottom - top, bottom)
    scale = 0.0 if p == 1.0 else 1.0 / (1.0 - p)
    return a * (keep * a.dtype.type(scale))


@dropout.cell
def _(i: int, j: int, a: Operand, keep: Operand, *, p: float) -> Expression:
    if p == 1.0:
        return a[i, j] * keep[i, j] * Number(0.0)
    return a[i, j] * keep[i, j] / (1.0 - Number(p))


@operation("n m -> n m", lambda a, *, cap: float(cap) * Call("tanh", a / float(cap)))
def soft_cap(a: Array, *, cap: float) -> Array:  # [n, m] -> [n, m]
    """Scores limited smoothly to between −cap and cap: cap·tanh(a / cap).

    Source: Gemma Team 2024, *Gemma 2*, §2; Bello et al. 2017.

    >>> soft_cap(np.array([[0.0, 1e9]]), cap=50.0)
    array([[ 0., 50.]])
    """
    return steady.tanh(a / a.dtype.type(cap)) * a.dtype.type(cap)


@operation("n m, 1 * -> n m", lambda a, sinks, *, head: Call("softmax", SideBySide((a, sinks[Number(float(head))]))))
def softmax_sink(a: Array, sinks: Array, *, head: int) -> Array:  # [n, m], [1, heads] -> [n, m]
    """Softmax of a row and the head's sink, a learned score whose share is dropped: e^aᵢⱼ / (Σₖ e^aᵢₖ + e^sink).

    Source: OpenAI 2025, *gpt-oss model card*; Xiao et al. 2024, *Efficient Streaming Language Models with Attention Sinks*.

    >>> softmax_sink(np.array([[0.0, 0.0]]), np.array([[np.log(2.0)]]), head=1).round(9)
    array([[0.25, 0.25]])
    """
    sink = np.broadcast_to(sinks[:, head - 1 : head], (a.shape[0], 1))
    whole: Array = softmax.evaluate(np.concatenate([a, sink.astype(a.dtype)], axis=1))
    return whole[:, : a.shape[1]]


@softmax_sink.cell
def _(i: int, j: int, a: Operand, sinks: Operand, *, head: int) -> Expression:
    return exp(a[i, j]) / total([*(exp(cell) for cell in a.row(i)), exp(sinks[0, head - 1])])


@operation("n m -> n m", lambda a, *, base: Call("softmax", a * Call("ln", Number(float(base)))))
def softmax_based(a: Array, *, base: float) -> Array:  # [n, m] -> [n, m], each row sums to 1
    """Softmax with another base than e: baseᵃ / Σ baseᵃ, which is the softmax of a·ln base.

    >>> softmax_based(np.array([[0.0, 1.0]]), base=3.0)
    array([[0.25, 0.75]])
    """
    return softmax.evaluate(a * a.dtype.type(math.log(base)))


@softmax_based.cell
def _(i: int, j: int, a: Operand, *, base: float) -> Expression:
    own = Number(float(base))
    return own ** a[i, j] / total(own**cell for cell in a.row(i))
