"""Further ways from scores to weights: scores capped, a sink that takes part of every row, powers of another number than e."""

from __future__ import annotations

import math

import numpy as np

from tmat.numbers import steady
from tmat.operations.attention import softmax
from tmat.operations.expression import Call, Expression, Number, Operand, exp, total
from tmat.operations.formula import SideBySide
from tmat.operations.operation import Array, operation


@operation("n m -> n m", lambda a, *, cap: float(cap) * Call("tanh", a / float(cap)))
def soft_cap(a: Array, *, cap: float) -> Array:  # [n, m] -> [n, m]
    """Scores brought smoothly between −cap and cap: cap·tanh(a / cap).

    Source: Gemma Team 2024, *Gemma 2*, §2; Bello et al. 2017, eq. 4.

    >>> soft_cap(np.array([[0.0, 1e9]]), cap=50.0)
    array([[ 0., 50.]])
    """
    return steady.tanh(a / a.dtype.type(cap)) * a.dtype.type(cap)


@operation("n m, 1 * -> n m", lambda a, sinks, *, head: Call("softmax", SideBySide((a, sinks[Number(float(head))]))))
def softmax_sink(a: Array, sinks: Array, *, head: int) -> Array:  # [n, m], [1, heads] -> [n, m]
    """Softmax of a row with the head's sink beside it, whose share goes to nobody: e^aᵢⱼ / (Σₖ e^aᵢₖ + e^sink).

    Source: OpenAI 2025, *gpt-oss*, §2.1.1; Xiao et al. 2024, *Efficient Streaming Language Models with Attention Sinks*.

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
    """Each row's share of powers of another number than e: baseᵃ / Σ baseᵃ, which is the softmax of a·ln base.

    >>> softmax_based(np.array([[0.0, 1.0]]), base=3.0)
    array([[0.25, 0.75]])
    """
    return softmax.evaluate(a * a.dtype.type(math.log(base)))


@softmax_based.cell
def _(i: int, j: int, a: Operand, *, base: float) -> Expression:
    own = Number(float(base))
    return own ** a[i, j] / total(own**cell for cell in a.row(i))
