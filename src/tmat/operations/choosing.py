"""From logits to the next word: repetition penalty, top-k and nucleus, sampling, and the costs −ln p of beam search."""

from __future__ import annotations

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, exactly, exactly_by_cell
from tmat.operations.elementwise import divide, times
from tmat.operations.expression import Call, Expression, Number, Operand, exp, total
from tmat.operations.formula import prose
from tmat.operations.operation import Array, operation
from tmat.operations.selections import Beyond, Choice, Larger, Maximum, Minimum

NOISE = 1e-12
"""How far below p a sum may be and still count as p: the rounding error of the sum."""


def _penalised(a: Expression, penalty: float) -> Expression:
    """The smaller of a/penalty and a·penalty: a positive number is divided, a negative one multiplied."""
    kind = Minimum if penalty >= 1.0 else Maximum
    return kind((a / penalty, a * penalty))


@operation("n m, n m -> n m", lambda a, said, *, penalty: Choice(said, _penalised(a, penalty), a))
def repetition_penalty(a: Array, said: Array, *, penalty: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """Logits of words that were said before lowered: aᵢⱼ/penalty where positive, aᵢⱼ·penalty where negative (Keskar et al. 2019, §4.1).

    >>> repetition_penalty(np.array([[2.0, -2.0, 1.0]]), np.array([[1.0, 1.0, 0.0]]), penalty=2.0)
    array([[ 1., -4.,  1.]])
    """
    return np.where(said != 0.0, np.where(a > 0.0, divide.evaluate(a, by=penalty), times(a, by=penalty)), a)


@operation(
    "n m -> n m", lambda a, *, k, otherwise=-np.inf: prose(f"the {k} largest of ", a, written=Call(f"top_{k}", a))
)
def keep_largest(a: Array, *, k: int, otherwise: float = -np.inf) -> Array:  # [n, m] -> [n, m]
    """The k largest of each row, −∞ (or 0) for the others; ties with the k-th stay too (Fan et al. 2018, §5.3).

    >>> keep_largest(np.array([[1.0, 3.0, 2.0]]), k=2)
    array([[-inf,   3.,   2.]])
    """
    if k >= a.shape[1]:
        return a.copy()
    least = np.partition(a, -k, axis=1)[:, -k : -k + 1 or None]
    return np.where(a >= least, a, a.dtype.type(otherwise))


@keep_largest.cell
def _(i: int, j: int, a: Operand, *, k: int, otherwise: float = -np.inf) -> Expression:
    return Choice(Larger(a[i, j], tuple(a.row(i)), float(k), False), a[i, j], Number(float(otherwise)))


@operation("n m -> n m", lambda a, *, p: prose(f"the likeliest up to {p:g} of ", a, written=Call("nucleus", a)))
def nucleus(a: Array, *, p: float) -> Array:  # [n, m] -> [n, m]
    """The likeliest of each row until their sum reaches p, the one that reaches it included; 0 for the others.

    A probability stays where the larger ones sum to less than p; ties stay or go together (Holtzman et al. 2020, §3.1).

    >>> nucleus(np.array([[0.5, 0.125, 0.25, 0.125]]), p=0.6)
    array([[0.5 , 0.  , 0.25, 0.  ]])
    """
    return np.where(_larger_sums(a) < p - NOISE, a, a.dtype.type(0))


def _larger_sums(a: Array) -> Array:
    """For each cell the sum of the larger cells of its row."""
    order = np.argsort(-a, axis=1, kind="stable")
    ranked = np.take_along_axis(a, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    first = np.concatenate([np.ones((len(a), 1), dtype=bool), ranked[:, 1:] != ranked[:, :-1]], axis=1)[:, : a.shape[1]]
    starts = np.maximum.accumulate(np.where(first, np.arange(a.shape[1]), 0), axis=1)
    sums = np.empty_like(a)
    np.put_along_axis(sums, order, np.take_along_axis(before, starts, axis=1), axis=1)
    return sums


@nucleus.cell
def _(i: int, j: int, a: Operand, *, p: float) -> Expression:
    return Choice(Larger(a[i, j], tuple(a.row(i)), float(p), True), a[i, j], Number(0.0))


@operation("n m -> n m", lambda a: prose("running sums of ", a, written=Call("cumulated", a)))
@exactly
def running_sums(a: Array) -> Array:  # [n, m] -> [n, m]
    """Cumulative sums of each row: cᵢⱼ = Σₖ aᵢₖ for k up to j, where word j's part of 0 to 1 ends.

    >>> running_sums(np.array([[0.5, 0.25, 0.25]]))
    array([[0.5 , 0.75, 1.  ]])
    """
    if isinstance(a, Exact):
        m = a.shape[1]
        return a @ Exact(np.triu(np.ones((m, m))), 1, 1.0)
    return np.cumsum(a, axis=1)


@running_sums.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a.row(i)[: j + 1])


@operation(
    "n m, n 1 -> n 1",
    lambda ends, draw, *, first: prose(
        "the range of ", ends, " in which ", draw, " falls", written=Beyond(draw, (ends,), first)
    ),
    column="id",
)
def range_of_draw(ends: Array, draw: Array, *, first: int) -> Array:  # [n, m], [n, 1] -> [n, 1]
    """The word that a draw from 0 to 1 selects: the first whose cumulative sum is above it, counted from ``first``.

    The last sum may be a little less than 1: a draw above it selects the last word with a probability above 0.

    >>> range_of_draw(np.array([[0.5, 0.75, 1.0]]), np.array([[0.6]]), first=1)
    array([[2.]])
    """
    below = np.minimum((ends <= draw).sum(axis=1), (ends < ends.max(axis=1, keepdims=True)).sum(axis=1))
    return np.asarray(first + below, dtype=np.float64).reshape(-1, 1)


@range_of_draw.cell
def _(i: int, j: int, ends: Operand, draw: Operand, *, first: int) -> Expression:
    return Beyond(draw[i, 0], tuple(ends.row(i)), first)


@operation("n m -> n m", lambda a: prose("log-softmax(", a, ")", written=Call("ln", Call("softmax", a))))
def log_softmax(a: Array) -> Array:  # [n, m] -> [n, m]
    """The logarithm of each row's softmax: cᵢⱼ = ln(e^aᵢⱼ / Σₖ e^aᵢₖ), precise for small shares too.

    >>> log_softmax(np.array([[0.0, 0.0]])).round(4)
    array([[-0.6931, -0.6931]])
    """
    if a.shape[1] == 0:
        return a.copy()
    top = a.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        less = a - np.where(np.isneginf(top), a.dtype.type(0), top)
        tied = np.isposinf(top)
        less = np.where(tied, np.where(a == top, a.dtype.type(0), a.dtype.type(-np.inf)), less)
        sums = steady.exp(less).sum(axis=1, keepdims=True)
        return np.asarray(less - np.where(np.isneginf(top), a.dtype.type(0), steady.log(sums)))


@log_softmax.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return Call("ln", exp(a[i, j]) / total(exp(cell) for cell in a.row(i)))


@operation("n m -> n m", lambda a: -Call("ln", a))
def surprise(a: Array) -> Array:  # [n, m] -> [n, m]
    """−ln of each probability: 0 for 1, ∞ for 0; their sum is −ln of the product.

    >>> surprise(np.array([[1.0, 0.5]])).round(4)
    array([[0.    , 0.6931]])
    """
    return np.asarray(0.0 - steady.log(a))


@operation("n m, n 1 -> n m", lambda a, column: column + a)
@exactly_by_cell
def add_column(a: Array, column: Array) -> Array:  # [n, m] + [n, 1] -> [n, m]
    """To each cell its row's number: cᵢⱼ = columnᵢ + aᵢⱼ: a beam's cost so far and that of each next word.

    >>> add_column(np.array([[1.0, 2.0]]), np.array([[0.5]]))
    array([[1.5, 2.5]])
    """
    return a + column


@operation(
    "n m -> n m", lambda a, *, k: prose(f"the {k} smallest of ", a, written=Call(f"least_{k}", a)), by_rows=False
)
def keep_smallest(a: Array, *, k: int) -> Array:  # [n, m] -> [n, m]
    """The k smallest of all cells, ∞ for the others: the beams that the search keeps.

    >>> keep_smallest(np.array([[1.0, 3.0], [2.0, 4.0]]), k=2)
    array([[ 1., inf],
           [ 2., inf]])
    """
    return np.asarray(-keep_largest.evaluate(-a.reshape(1, -1), k=k).reshape(a.shape))


@keep_smallest.cell
def _(i: int, j: int, a: Operand, *, k: int) -> Expression:
    every = tuple(-cell for n in range(a.height) for cell in a.row(n))
    return Choice(Larger(-a[i, j], every, float(k), False), a[i, j], Number(np.inf))
