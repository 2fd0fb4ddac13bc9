"""What the slips in the deviations and root mean squares of rows yield."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from tests.operations.slips.means import average, column, summed
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

KINDS = ("population", "sample")


def deviation_of(n: int, d: int, kind: str, low: float = -1.0) -> Case:
    page = summed(n, d, low)
    total = page["X"] + page["residual"]  # type: ignore[operator]
    page["mean"] = Before(column(*map(average, total)), "row_mean", ("sum",))
    return Case("row_deviation", page, {"kind": kind}, ("sum", "mean"), "std")


tried_on(deviation_of(5, 7, "population"), deviation_of(7, 3, "sample"), deviation_of(3, 5, "population", low=0.1))
tried_on(*(Case("row_rms", {"X": random(n, n, d)}, result="rms") for n, d in ((5, 3), (7, 5))))


def squares(row: Array, mean: float | None = None) -> float:
    """Σ(x − μ)²."""
    mu = average(row) if mean is None else mean
    return math.fsum((x - mu) ** 2 for x in row)


def spread(row: Array, kind: str, mean: float | None = None) -> float:
    return math.sqrt(squares(row, mean) / (len(row) - (kind == "sample")))


def other(case: Case) -> str:
    return KINDS[case["kind"] == "population"]


def of_rows(case: Case, function: Callable[[Array], float]) -> Array:
    return column(*map(function, case["sum"]))


@oracle("row_deviation", "sample-for-population")
def other_kind(case: Case) -> Iterator[Expect]:
    count = case["sum"].shape[1] - (other(case) == "sample")
    name = f"{other(case)}-for-{case['kind']}"
    yield Expect(of_rows(case, lambda row: spread(row, other(case))), f"divided by {count}", name)


@oracle("row_deviation", "variance-for-deviation")
def variance(case: Case) -> Iterator[Expect]:
    yield Expect(of_rows(case, lambda row: spread(row, case["kind"]) ** 2), "this is the variance")
    name = f"variance-for-deviation+{other(case)}-for-{case['kind']}"
    yield Expect(of_rows(case, lambda row: spread(row, other(case)) ** 2), f"this is the {other(case)} variance", name)


@oracle(
    "row_deviation",
    "deviation-of-two-rows",
    deviation_of(5, 7, "population"),
    deviation_of(7, 3, "sample"),
    deviation_of(1, 3, "population"),
)
def two_rows(case: Case) -> Iterator[Expect]:
    a = case["sum"]
    n = len(a)
    for kind in KINDS if n > 1 else ():
        name = "deviation-of-two-rows" + ("" if kind == case["kind"] else f"+{kind}-for-{case['kind']}")
        for said, pairs in (
            ("each with the one after it", [(i, i + 1) for i in range(n)]),
            ("each with the one before it", [(i - 1, i) for i in range(n)]),
            ("two by two", [(i, i + 1) if i % 2 == 0 else (i - 1, i) for i in range(n)]),
        ):
            # a row without a partner has its own
            values = [spread(np.concatenate([a[i] for i in pair if 0 <= i < n]), kind) for pair in pairs]
            yield Expect(column(*values), f"the {kind} deviation of two rows at once was taken: {said}", name)


@oracle("row_deviation", "deviation-of-columns")
def of_columns(case: Case) -> Iterator[Expect]:
    for kind in KINDS:
        yield Expect(column(*(spread(one, kind) for one in case["sum"].T)), f"the {kind} deviations")


@oracle("row_deviation", "deviation-of-whole-matrix")
def of_all(case: Case) -> Iterator[Expect]:
    for kind in KINDS:
        yield Expect(of_rows(case, lambda _, kind=kind: spread(case["sum"].flatten(), kind)), f"the {kind} deviation")


@oracle("row_deviation", "mean-not-taken-off")
def mean_not_taken_off(case: Case) -> Iterator[Expect]:
    for kind in KINDS:
        yield Expect(of_rows(case, lambda row, kind=kind: spread(row, kind, mean=0.0)))


@oracle("row_deviation", "sum-of-squares-not-divided")
def not_divided(case: Case) -> Iterator[Expect]:
    right = case["sum"].shape[1] - (case["kind"] == "sample")
    yield Expect(of_rows(case, lambda row: math.sqrt(squares(row))))
    yield Expect(of_rows(case, squares))
    yield Expect(of_rows(case, lambda row: math.sqrt(squares(row)) / right))


@oracle("row_deviation", "mean-absolute-deviation")
def absolute_deviation(case: Case) -> Array:
    return of_rows(case, lambda row: sum(abs(x - average(row)) for x in row) / len(row))


@oracle("row_deviation", "range-for-deviation")
def row_range(case: Case) -> Array:
    return of_rows(case, lambda row: max(row) - min(row))


@oracle("row_deviation", "epsilon-in-deviation")
def with_epsilon(case: Case) -> Iterator[Expect]:
    for epsilon in (0.00001, 0.0001, 0.001, 0.01):
        yield Expect(of_rows(case, lambda row, e=epsilon: math.sqrt(spread(row, case["kind"]) ** 2 + e)))
        yield Expect(of_rows(case, lambda row, e=epsilon: spread(row, case["kind"]) + e))


@oracle("row_deviation", "deviation-from-another-mean")
def from_another_mean(case: Case) -> Iterator[Expect]:
    kind, everything = case["kind"], case["sum"].flatten()
    yield Expect(of_rows(case, lambda row: spread(row, kind, sorted(row)[len(row) // 2])), "row's median")
    yield Expect(of_rows(case, lambda row: spread(row, kind, average(everything))), "mean of the whole matrix")
    if min(everything) > 0:
        values = of_rows(case, lambda row: spread(row, kind, math.prod(row) ** (1 / len(row))))
        yield Expect(values, "row's geometric mean")


@oracle("row_deviation", "residual-left-out")
def before_sum(case: Case) -> Iterator[Expect]:
    yield Expect(column(*(spread(row, case["kind"]) for row in case["X"])), "of X, before residual")
    yield Expect(column(*(spread(row, case["kind"]) for row in case["residual"])), "of residual, before X")


@oracle("row_rms", "mean-taken-off")
def mean_taken_off(case: Case) -> Array:
    return column(*(spread(row, "population") for row in case["X"]))


@oracle("row_rms", "root-not-taken")
def root_not_taken(case: Case) -> Array:
    return column(*(squares(row, 0.0) / len(row) for row in case["X"]))


@oracle("row_rms", "squares-not-divided")
def rms_not_divided(case: Case) -> Array:
    return column(*(math.sqrt(squares(row, 0.0)) for row in case["X"]))


@oracle("row_rms", "rms-of-columns")
def rms_of_columns(case: Case) -> Array:
    return column(*(math.sqrt(average(one**2)) for one in case["X"].T))


@oracle("row_rms", "rms-of-whole-matrix")
def rms_of_all(case: Case) -> Array:
    return column(*[math.sqrt(average(case["X"].flatten() ** 2))] * len(case["X"]))
