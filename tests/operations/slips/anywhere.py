"""What the slips of any step yield."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
from tests.operations.slips.oracle import ANYWHERE, CASES, Array, Case, Expect, oracle, random


def product(n: int, k: int, m: int) -> Case:
    return Case("matmul", {"A": random(n, n, k), "B": random(m + 1, k, m)})


CASES[ANYWHERE] = (product(3, 5, 7), product(5, 2, 3), product(2, 3, 29))


@oracle(ANYWHERE, "transposed")
def transposed(case: Case) -> Iterator[Expect]:
    right = case["A"] @ case["B"]
    turned = [[right[i, j] for i in range(right.shape[0])] for j in range(right.shape[1])]
    yield Expect(np.array(turned), "transposed")


@oracle(ANYWHERE, "sign")
def sign(case: Case) -> Array:
    return 0.0 - case["A"] @ case["B"]


@oracle(ANYWHERE, "line-shifted")
def shifted(case: Case) -> Iterator[Expect]:
    right = case["A"] @ case["B"]
    yield from lines(right, "row")
    for one in lines(right.T, "column"):
        yield replace(one, values=one.values.T, shown=None if one.shown is None else one.shown.T)


def lines(right: Array, line: str) -> Iterator[Expect]:
    """What can happen to the rows."""
    n = len(right)
    for far in range(1, n if n <= 24 else 3):
        for way, by in (("before", -far), ("after", far)):
            source = [right[i + by] if 0 <= i + by < n else None for i in range(n)]
            values = np.array([np.full(right.shape[1], np.nan) if row is None else row for row in source])
            shown = np.array([own if row is None else row for own, row in zip(right, source, strict=True)])
            place = f"just {way}" if far == 1 else f"{far} {way}"
            alike = far == n - 1  # one line alone is wrong, as where they are turned round
            yield Expect(values, f"of the {line} {place} it", f"{line}-copied", shown, alike)
    yield Expect(right[[n - 1, *range(n - 1)]], "shifted on by one", f"{line}s-shifted")
    yield Expect(right[[*range(1, n), 0]], "shifted back by one", f"{line}s-shifted")
    yield Expect(right[list(range(n - 1, -1, -1))], "reverse order", f"{line}s-reversed")
    for first, second in combinations(range(n), 2) if n <= 12 else ():
        values = right.copy()
        values[first], values[second] = right[second], right[first]
        yield Expect(values, "exchanged", f"{line}s-exchanged")
