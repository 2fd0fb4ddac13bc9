"""What the slips in the exponentials, their sums, the variance and its root yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.means import column
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def raised(n: int, m: int, base: float | None, temperature: float) -> Case:
    return Case("exponentials", {"scaled": random(n, n, m)}, {"base": base, "temperature": temperature})


def spread(n: int, m: int, kind: str) -> Case:
    a = random(n, n, m)
    return Case("row_variance", {"sum": a, "mean": a.mean(axis=1, keepdims=True)}, {"kind": kind}, result="variance")


tried_on(raised(3, 5, None, 1.0), raised(5, 2, 3.0, 2.0))
tried_on(
    *(
        Case("row_sums", {"exponentials": random(n, n, m, 0.1, 3)}, result="row_sums")
        for n, m in ((4, 4), (3, 3), (3, 5))
    )
)
tried_on(spread(3, 5, "population"), spread(5, 4, "sample"))
tried_on(*(Case("square_root", {"variance": random(n, n, 1, 2, 9)}, result="std") for n in (3, 5)))


tried_on(*(Case("row_mean_square", {"sum": random(n, n, m)}, result="mean_square") for n, m in ((3, 5), (5, 4))))


@oracle("row_mean_square", "root-taken-already")
def root_of_mean_square(case: Case) -> Array:
    return column([math.sqrt(sum(x * x for x in row) / len(row)) for row in case["sum"].tolist()])


@oracle("row_mean_square", "squares-not-averaged")
def sum_of_squares(case: Case) -> Array:
    return column([sum(x * x for x in row) for row in case["sum"].tolist()])


@oracle("row_mean_square", "mean-squared")
def square_of_mean(case: Case) -> Array:
    return column([(sum(row) / len(row)) ** 2 for row in case["sum"].tolist()])


@oracle("exponentials", "another-base")
def other_base(case: Case) -> Iterator[Expect]:
    own = case["base"] or math.e
    for base in (math.e, 2, 10, 2.7, 2.72, 2.718):
        if base != own:
            yield Expect(
                np.exp(math.log(base) * case["scaled"] / case["temperature"]),
                f"{'e' if base == math.e else base} was raised",
            )


@oracle("exponentials", "not-raised")
def not_raised(case: Case) -> Array:
    return case["scaled"]


@oracle("exponentials", "exponents-of-opposite")
def opposite(case: Case) -> Array:
    return 1 / np.exp(math.log(case["base"] or math.e) * case["scaled"] / case["temperature"])


@oracle("exponentials", "times-e")
def times_e(case: Case) -> Array:
    return case["scaled"] * math.e


@oracle("row_sums", "columns-summed")
def columns_summed(case: Case) -> Iterator[Expect]:
    a = case["exponentials"]
    if len(a) == a.shape[1]:
        yield Expect(column(*(sum(line) for line in a.T)))


@oracle("row_sums", "mean-for-sum")
def mean(case: Case) -> Array:
    return column(*(sum(line) / len(line) for line in case["exponentials"]))


def squares(case: Case) -> list[list[float]]:
    return [[(x - sum(row) / len(row)) ** 2 for x in row] for row in case["sum"]]


@oracle("row_variance", "deviation-for-variance")
def deviation(case: Case) -> Array:
    less = 1 if case["kind"] == "sample" else 0
    return column(*(math.sqrt(sum(row) / (len(row) - less)) for row in squares(case)))


@oracle("row_variance", "other-divisor")
def other_divisor(case: Case) -> Array:
    less = 0 if case["kind"] == "sample" else 1
    return column(*(sum(row) / (len(row) - less) for row in squares(case)))


@oracle("row_variance", "squares-not-averaged")
def not_averaged(case: Case) -> Array:
    return column(*(sum(row) for row in squares(case)))


@oracle("row_variance", "mean-not-taken-off")
def not_centred(case: Case) -> Array:
    return column(*(sum(x * x for x in row) / len(row) for row in case["sum"]))


@oracle("square_root", "root-left-out")
def no_root(case: Case) -> Array:
    return case["variance"]


@oracle("square_root", "squared")
def squared(case: Case) -> Array:
    return case["variance"] * case["variance"]


@oracle("square_root", "halved")
def halved(case: Case) -> Array:
    return 0.5 * case["variance"]
