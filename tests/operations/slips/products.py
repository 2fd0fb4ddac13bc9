"""What the slips in products of matrices yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def matmul(n: int, k: int, m: int) -> Case:
    return Case("matmul", {"A": random(n, n, k), "B": random(m + 10, k, m)})


def linear(n: int, k: int, m: int) -> Case:
    return Case("linear", {**matmul(n, k, m).matrices, "bias": random(m, 1, m)})


def scores(n: int, d: int, m: int) -> Case:
    return Case("matmul_transposed", {"A": random(n, n, d), "B": random(m + 10, m, d)})


def additive(n: int, h: int, m: int) -> Case:
    page = {"queries": random(n, n, h, -1, 1), "keys": random(m + 10, m, h, -1, 1), "v": random(h, 1, h)}
    return Case("additive_scores", page)


tried_on(matmul(3, 5, 7), matmul(5, 2, 3))
tried_on(linear(3, 5, 7), linear(5, 2, 3))
tried_on(scores(3, 5, 7), scores(5, 2, 3))
tried_on(additive(3, 5, 7), additive(5, 2, 3))


def dot(a: Array, b: Array) -> Array:
    """Each row of a times each column of b."""
    return np.array([[math.fsum(x * y for x, y in zip(row, column, strict=True)) for column in b.T] for row in a])


def cell_by_cell(case: Case) -> Array:
    a, b = case["A"], case["B"]
    return np.array([[a[i, j] * b[i, j] for j in range(a.shape[1])] for i in range(a.shape[0])])


@oracle("matmul", "element-by-element", matmul(3, 3, 3), matmul(5, 5, 5))
@oracle("matmul_transposed", "element-by-element", scores(3, 3, 3), scores(5, 5, 5), scores(3, 5, 3))
def element_by_element(case: Case) -> Array:
    return cell_by_cell(case)


@oracle("linear", "element-by-element", linear(3, 3, 3), linear(5, 5, 5))
def element_by_element_and_bias(case: Case) -> Array:
    return cell_by_cell(case) + np.repeat(case["bias"], len(case["A"]), axis=0)


@oracle("matmul", "operands-swapped", matmul(3, 3, 3), matmul(3, 5, 3), matmul(5, 2, 5))
def swapped(case: Case) -> Array:
    return dot(case["B"], case["A"])


@oracle("matmul_transposed", "operands-swapped")
def swapped_scores(case: Case) -> Array:
    return dot(case["B"], case["A"].T)


@oracle("matmul_transposed", "not-transposed", scores(3, 5, 5), scores(7, 3, 3))
def not_transposed(case: Case) -> Array:
    return dot(case["A"], case["B"])


@oracle("matmul_transposed", "wrong-one-transposed", scores(5, 3, 5), scores(7, 5, 7))
def wrong_one_transposed(case: Case) -> Array:
    return dot(case["A"].T, case["B"])


@oracle("matmul", "operand-transposed", matmul(3, 5, 5), matmul(5, 5, 3), matmul(3, 3, 3))
@oracle("linear", "operand-transposed", linear(3, 5, 5), linear(5, 5, 3), linear(3, 3, 3))
def operand_transposed(case: Case) -> Iterator[Expect]:
    a, b = case["A"], case["B"]
    more = case["bias"][0] if "bias" in case else 0.0
    if a.shape[1] == b.shape[1]:
        yield Expect(dot(a, b.T) + more, "B was transposed")
    if a.shape[0] == b.shape[0]:
        yield Expect(dot(a.T, b) + more, "A was transposed")


@oracle("linear", "bias-left-out")
def bias_left_out(case: Case) -> Array:
    return dot(case["A"], case["B"])


@oracle("linear", "bias-taken-off")
def bias_taken_off(case: Case) -> Array:
    return np.array([row - case["bias"][0] for row in dot(case["A"], case["B"])])


@oracle("linear", "bias-twice")
def bias_twice(case: Case) -> Array:
    return np.array([row + case["bias"][0] + case["bias"][0] for row in dot(case["A"], case["B"])])


@oracle("linear", "bias-down-the-columns", linear(3, 5, 3), linear(7, 2, 7))
def bias_down_columns(case: Case) -> Array:
    return np.array([row + more for row, more in zip(dot(case["A"], case["B"]), case["bias"][0], strict=True)])


@oracle("linear", "bias-in-one-row")
def bias_in_one_row(case: Case) -> Array:
    first, *others = dot(case["A"], case["B"])
    return np.array([first + case["bias"][0], *others])


@oracle("linear", "bias-only")
def bias_only(case: Case) -> Array:
    return np.array([case["bias"][0] for _ in case["A"]])


@oracle("additive_scores", "tanh-left-out")
def tanh_left_out(case: Case) -> Array:
    return np.array([[sum(case["v"][0] * (q + k)) for k in case["keys"]] for q in case["queries"]])


@oracle("additive_scores", "weights-left-out")
def weights_left_out(case: Case) -> Array:
    return np.array([[sum(map(math.tanh, q + k)) for k in case["keys"]] for q in case["queries"]])


@oracle("additive_scores", "multiplied-before-tanh")
def multiplied_before_tanh(case: Case) -> Array:
    return np.array([[sum(case["v"][0] * np.tanh(q * k)) for k in case["keys"]] for q in case["queries"]])
