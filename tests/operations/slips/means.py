"""What the slips in the means of rows yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


def column(*numbers: float) -> Array:
    """A number a row."""
    return np.array(numbers).reshape(-1, 1)


def average(numbers: Array) -> float:
    return math.fsum(numbers) / len(numbers)


def summed(n: int, d: int, low: float = -1.0) -> dict[str, Array | Before]:
    """A page where a sum was made of X and what a sublayer answered."""
    x, residual = random(n, n, d, low, 3), random(d + 10, n, d, low, 3)
    return {"X": x, "residual": residual, "sum": Before(x + residual, "add", ("X", "residual"))}


def mean_of(n: int, d: int, low: float = -1.0) -> Case:
    return Case("row_mean", summed(n, d, low), of=("sum",), result="mean")


tried_on(mean_of(5, 7), mean_of(7, 3), mean_of(3, 5, low=0.1))


@oracle("row_mean", "mean-of-columns")
def mean_of_columns(case: Case) -> Array:
    return column(*(average(one) for one in case["sum"].T))


@oracle("row_mean", "median-for-mean")
def median(case: Case) -> Array:
    return column(*(sorted(row)[len(row) // 2] for row in case["sum"]))


@oracle("row_mean", "geometric-mean", mean_of(3, 5, 0.1), mean_of(7, 2, 0.1))
def geometric_mean(case: Case) -> Array:
    return column(*(math.prod(row) ** (1 / len(row)) for row in case["sum"]))


@oracle("row_mean", "mean-of-whole-matrix")
def mean_of_all(case: Case) -> Array:
    return column(*[average(case["sum"].flatten())] * len(case["sum"]))


@oracle("row_mean", "sum-not-divided")
def not_divided(case: Case) -> Array:
    return column(*map(sum, case["sum"]))


@oracle("row_mean", "divided-by-another-count")
def another_count(case: Case) -> Iterator[Expect]:
    n, m = case["sum"].shape
    for count in {m - 1, m + 1, n}:
        yield Expect(column(*(sum(row) / count for row in case["sum"])), f"by {count}")


@oracle("row_mean", "another-mean")
def another_mean(case: Case) -> Iterator[Expect]:
    a = case["sum"]
    yield Expect(column(*(len(row) / sum(1 / x for x in row) for row in a)), "harmonic")
    yield Expect(column(*(math.sqrt(sum(x * x for x in row) / len(row)) for row in a)), "root mean square")
    yield Expect(column(*((min(row) + max(row)) / 2 for row in a)), "middle")
    if (a < 0).any():
        yield Expect(column(*(sum(map(abs, row)) / len(row) for row in a)), "without signs")


@oracle("row_mean", "residual-left-out")
def before_sum(case: Case) -> Iterator[Expect]:
    yield Expect(column(*map(average, case["X"])), "of X, before residual")
    yield Expect(column(*map(average, case["residual"])), "of residual, before X")
