"""What the slips in scaling the scores yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def by_root(n: int, m: int, d: float, widths: tuple[int, int]) -> Case:
    """Scores on a page where X is of one width and V of another."""
    page = {"scores": random(n, n, m), "X": random(1, n, widths[0]), "V": random(2, m, widths[1])}
    return Case("divide_by_root", page, {"d": d}, ("scores",), "scaled", (*widths, n))


def by_number(n: int, m: int, by: float, width: int) -> Case:
    page = {"scores": random(n, n, m), "X": random(1, n, width)}
    return Case("divide", page, {"by": by}, ("scores",), "scaled", (width, n))


tried_on(by_root(5, 3, 7, (11, 13)), by_root(7, 2, 5, (17, 13)))
tried_on(by_number(3, 5, 1.7, 11), by_number(7, 2, 2.3, 13))
EITHER = ("divide", "divide_by_root")


def divisor(case: Case) -> float:
    return case["by"] if "by" in case else math.sqrt(case["d"])


@oracle(EITHER, "scale-left-out")
def left_out(case: Case) -> Array:
    return case["scores"]


@oracle(EITHER, "multiplied-by-scale")
def multiplied(case: Case) -> Array:
    return case["scores"] * divisor(case)


@oracle("divide_by_root", "divided-by-d-k")
def without_root(case: Case) -> Array:
    return case["scores"] / case["d"]


@oracle("divide_by_root", "root-of-another-width")
def other_width(case: Case) -> Iterator[Expect]:
    for width in sorted({*case.widths, *range(2, 13)} - {case["d"]}):
        yield Expect(case["scores"] / width**0.5, f"by √{width}{' (a width)' if width in case.widths else ''}, not")


@oracle("divide_by_root", "divided-by-another-width")
def other_width_without_root(case: Case) -> Iterator[Expect]:
    for width in case.widths:
        yield Expect(case["scores"] / width, f"by {width} (a width):")


@oracle("divide_by_root", "multiplied-by-d-k")
def multiplied_by_width(case: Case) -> Array:
    return case["scores"] * case["d"]


@oracle("divide", "scale-twice")
def twice(case: Case) -> Array:
    return case["scores"] / case["by"] / case["by"]


@oracle("divide", "divided-by-another")
def by_another(case: Case) -> Iterator[Expect]:
    by = case["by"]
    yield Expect(case["scores"] / by**0.5, f"by √{by}")
    for width in case.widths:
        yield Expect(case["scores"] / width, f"by {width}")
        yield Expect(case["scores"] / width**0.5, f"by √{width}")


@oracle("divide_by_root", "root-rounded-early")
def root_rounded(case: Case) -> Iterator[Expect]:
    for decimals in range(4):
        rounded = math.floor(math.sqrt(case["d"]) * 10**decimals + 0.5) / 10**decimals
        if rounded != 1.0:  # nothing is divided then
            yield Expect(np.array([[x / rounded for x in row] for row in case["scores"]]), f"to {rounded:g} before")
