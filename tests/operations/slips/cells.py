"""What the slips of a single cell make of it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, random

AROUND = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if (down, across) != (0, 0)]
BESIDE = [(down, across) for down, across in AROUND if 0 in (down, across)]

PRODUCTS = tuple(
    Case("matmul", {"A": random(n, n, k), "B": random(m + 10, k, m)}) for n, k, m in ((3, 5, 7), (5, 2, 3))
)
MEANS = tuple(Case("row_mean", {"A": random(n, n, m)}) for n, m in ((5, 3), (3, 7)))
SOFTMAX = tuple(Case("softmax", {"A": random(n, n, m)}) for n, m in ((3, 5), (7, 3)))
CASES = (*PRODUCTS, *MEANS, *SOFTMAX)

NAMES = {
    "sign", "decimal-point", "digits-swapped", "neighbours-value",
    "one-product-left-out", "one-product-twice", "one-product-wrong-sign", "one-product-added",
    "one-product-decimal-point", "one-product-wrong-factor",
    "one-term-left-out", "one-term-twice", "one-term-wrong-sign", "made-to-sum-to-1",
}  # fmt: skip
"""Every name that a slip of one cell has."""


def near(a: Array, i: int, j: int, places: list[tuple[int, int]]) -> list[float]:
    """The numbers beside cell (i, j)."""
    return [float(a[i + d, j + e]) for d, e in places if 0 <= i + d < a.shape[0] and 0 <= j + e < a.shape[1]]


def expected(case: Case, i: int, j: int, decimals: int) -> dict[str, list[float]]:
    """The numbers that cell (i, j) could hold by one slip, by its name."""
    right = case.right()
    value = float(right[i, j])
    shown = round(value, decimals)
    found = defaultdict(list, {"sign": [-value], "neighbours-value": near(right, i, j, AROUND)})
    found["decimal-point"] = [
        number * 10.0**power for number in {shown, value} for power in (-3, -2, -1, 1, 2, 3) if value
    ]
    found["digits-swapped"] = list(swapped(f"{abs(shown):.{decimals}f}", math.copysign(1, value)))
    if case.op == "matmul":
        for name, change in in_product(case["A"], case["B"], i, j):
            found[f"one-product-{name}"].append(value + change)
    elif case.op == "row_mean":
        for name, change in in_sum(case["A"][i]):
            found[f"one-term-{name}"].append((sum(case["A"][i]) + change) / len(case["A"][i]))
    else:
        powers = np.exp(case["A"][i])
        for name, change in in_sum(powers):
            found[f"one-term-{name}"].append(powers[j] / (sum(powers) + change))
        rounded = [math.floor(p / sum(powers) * 10**decimals + 0.5) for p in powers]
        if sum(rounded) != 10**decimals:
            found["made-to-sum-to-1"] = [(rounded[j] + 10**decimals - sum(rounded)) / 10**decimals]
    return {name: sorted(values) for name, values in found.items() if values}


def swapped(text: str, sign: float) -> Iterator[float]:
    """The number with two digits beside each other the other way round, wherever the point stands."""
    point = text.index(".")
    digits = text.replace(".", "")
    for n in range(len(digits) - 1):
        if digits[n] != digits[n + 1]:
            new = digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :]
            yield sign * float(f"{new[:point]}.{new[point:]}")


def in_sum(terms: Array) -> Iterator[tuple[str, float]]:
    """What is added to a sum by one slip in a term."""
    for term in terms:
        yield "left-out", -term
        yield "twice", term
        yield "wrong-sign", -2 * term


def in_product(a: Array, b: Array, i: int, j: int) -> Iterator[tuple[str, float]]:
    """What is added to a row times a column by one slip in a product."""
    yield from in_sum(a[i] * b[:, j])
    for k in range(a.shape[1]):
        x, y = a[i, k], b[k, j]
        yield "added", x + y - x * y
        yield "decimal-point", 10 * x * y - x * y
        yield "decimal-point", x * y / 10 - x * y
        for other in near(a, i, k, BESIDE):
            yield "wrong-factor", other * y - x * y
        for other in near(b, k, j, BESIDE):
            yield "wrong-factor", x * other - x * y
