"""Slips in the probability of a text."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def chances(seed: int, n: int, m: int) -> Array:
    sizes = np.exp(random(seed, n, m))
    return np.asarray(sizes / sizes.sum(axis=1, keepdims=True))


tried_on(
    Case("picked", {"probabilities": chances(2, 3, 5)}, {"columns": [4, 1, 3]}, result="chosen"),
    Case("picked", {"probabilities": chances(3, 4, 7)}, {"columns": [2, 6, 1]}, result="chosen"),
)
for n in (3, 5):
    tried_on(Case("product_of_all", {"chosen": chances(n, n, 3)[:, :1] + 0.1}, result="sequence"))
    tried_on(Case("sum_of_all", {"losses": np.abs(random(n, n, 1)) + 0.2}, result="total"))


def column(values: list[float]) -> Array:
    return np.array([[value] for value in values])


@oracle("picked", "likeliest-for-the-word-that-came")
def likeliest(case: Case) -> Array:
    return column([max(row) for row in case["probabilities"][: len(case["columns"])].tolist()])


@oracle("picked", "word-before")
def word_before(case: Case) -> Array:
    rows, columns = case["probabilities"].tolist(), case["columns"]
    return column([rows[0][columns[0] - 1], *(rows[i][columns[i - 1] - 1] for i in range(1, len(columns)))])


@oracle("product_of_all", "added-not-multiplied")
def added(case: Case) -> Array:
    return np.array([[sum(case["chosen"][:, 0].tolist())]])


@oracle("product_of_all", "one-factor")
def factors(case: Case) -> Iterator[Expect]:
    values = case["chosen"][:, 0].tolist()
    yield Expect(np.array([[values[-1]]]), "the last word's alone")
    yield Expect(np.array([[math.prod(values[:-1])]]), "the last word's was left out", "last-factor-left-out")
    yield Expect(np.array([[math.prod(values[1:])]]), "the first word's was left out", "first-factor-left-out")


@oracle("product_of_all", "mean-for-product")
def mean_of_factors(case: Case) -> Array:
    values = case["chosen"][:, 0].tolist()
    return np.array([[sum(values) / len(values)]])


@oracle("sum_of_all", "mean-for-sum")
def mean_of_losses(case: Case) -> Array:
    values = case["losses"][:, 0].tolist()
    return np.array([[sum(values) / len(values)]])


@oracle("sum_of_all", "one-left-out")
def one_left_out(case: Case) -> Array:
    return np.array([[sum(case["losses"][:-1, 0].tolist())]])
