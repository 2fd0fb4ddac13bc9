"""What the slips in products of matrices yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


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


# -- products further on in a page, and the steps before them


def attended(n: int, d: int, m: int, d_v: int, mask: Array | None = None) -> Case:
    """Weights that softmax made, times values that were projected."""
    page: dict[str, Array | Before] = {"X": random(n, m, d), "W_V": random(d, d, d_v), "scores": random(m, n, m)}
    if mask is not None:
        page["scores"] = np.where(mask == 1.0, page["scores"], -np.inf)  # type: ignore[arg-type]
    powers = np.exp(page["scores"])
    page["weights"] = Before(powers / powers.sum(axis=1, keepdims=True), "softmax", ("scores",))
    page["V"] = Before(dot(page["X"], page["W_V"]), "matmul", ("X", "W_V"))
    return Case("matmul", page, of=("weights", "V"), result="Z")


def projected(n: int, d: int, d_k: int, bias: Array | None = None, context: Array | None = None) -> Case:
    """Scores of queries and keys that were projected, with a bias or without, from one matrix or from two."""
    page: dict[str, Array | Before] = {"X": random(n, n, d), "W_Q": random(d, d, d_k), "W_K": random(d_k, d, d_k)}
    other = "X" if context is None else "context"
    if context is not None:
        page["context"] = context
    for name, of, weight in (("Q", "X", "W_Q"), ("K", other, "W_K")):
        values = dot(page[of], page[weight])
        if bias is None:
            page[name] = Before(values, "matmul", (of, weight))
        else:
            page["b"] = bias
            page[name] = Before(values + bias[0], "linear", (of, weight, "b"))
    return Case("matmul_transposed", page, of=("Q", "K"), result="scores")


def of_heads(n: int, d: int, d_k: int) -> Case:
    """The scores of the second of two heads, cut from one projection."""
    whole = projected(n, d, 2 * d_k)
    page = dict(whole.matrices)
    for name in "QK":
        page[f"{name}2"] = Before(whole[name][:, d_k:], "columns", (name,), {"start": d_k + 1, "stop": 2 * d_k})
    return Case("matmul_transposed", page, of=("Q2", "K2"), result="scores2")


def network(n: int, d: int, h: int, op: str = "linear") -> Case:
    """The second of two layers, back to the width of X."""
    page: dict[str, Array | Before] = {"X": random(n, n, d), "W_1": random(d, d, h), "W_2": random(h, h, d)}
    page["hidden"] = Before(dot(page["X"], page["W_1"]), "matmul", ("X", "W_1"))
    page["activated"] = Before(np.maximum(page["hidden"].values, 0.0), "relu", ("hidden",))
    more = {"b_2": random(7, 1, d)} if op == "linear" else {}
    return Case(op, {**page, **more}, of=("activated", "W_2", *more), result="output")


@oracle("matmul_transposed", "reshaped-not-transposed", scores(3, 5, 7), scores(5, 2, 3))
def reshaped(case: Case) -> Array:
    numbers = iter(case["B"].flatten())
    turned = np.array([[next(numbers) for _ in case["B"]] for _ in case["B"].T])
    return dot(case["A"], turned)


@oracle("matmul_transposed", "query-for-key")
def query_for_key(case: Case) -> Array:
    return np.array([[sum(q * k) for k in case["A"]] for q in case["A"]])


@oracle("matmul_transposed", "key-for-query")
def key_for_query(case: Case) -> Array:
    return np.array([[sum(q * k) for k in case["B"]] for q in case["B"]])


@oracle(
    "matmul_transposed",
    "projections-left-out",
    projected(3, 5, 2),
    projected(5, 2, 3, bias=random(3, 1, 3)),
    projected(3, 4, 2, context=random(4, 5, 4)),
    of_heads(3, 5, 2),
)
def projections_left_out(case: Case) -> Iterator[Expect]:
    keys = "context" if "context" in case else "X"
    yield Expect(np.array([[sum(q * k) for k in case[keys]] for q in case["X"]]), f"this is X·{keys}ᵀ")


@oracle("matmul_transposed", "taken-as-symmetric", scores(3, 5, 3), scores(5, 2, 5))
def taken_as_symmetric(case: Case) -> Iterator[Expect]:
    right, cells = case.right(), range(len(case["A"]))
    yield Expect(
        np.array([[right[min(i, j), max(i, j)] for j in cells] for i in cells]), "above the diagonal stand below"
    )
    yield Expect(
        np.array([[right[max(i, j), min(i, j)] for j in cells] for i in cells]), "below the diagonal stand above"
    )


CAUSAL = np.tril(np.ones((5, 5)))


@oracle("matmul", "mean-of-values", attended(3, 5, 4, 2), attended(5, 2, 5, 3, CAUSAL))
def mean_of_values(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([[math.fsum(column) / len(column) for column in case["V"].T] for _ in case["weights"]]))
    if (case["weights"] == 0.0).any():
        rows = [case["V"][weights > 0.0] for weights in case["weights"]]
        yield Expect(np.array([seen.mean(axis=0) for seen in rows]))


@oracle("matmul", "each-token-alone", attended(3, 5, 3, 2), attended(5, 2, 5, 3))
def each_token_alone(case: Case) -> Iterator[Expect]:
    yield Expect(case["V"], alike=True)  # not done, it is the same


@oracle("matmul", "weight-left-out", matmul(3, 5, 5), matmul(5, 2, 2))
def weight_left_out(case: Case) -> Iterator[Expect]:
    yield Expect(case["A"], alike=True)  # not done, it is the same


@oracle("linear", "weight-left-out", linear(3, 5, 5), linear(5, 2, 2))
def weight_left_out_of_linear(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([row + case["bias"][0] for row in case["A"]]))
    yield Expect(case["A"], alike=True)


@oracle(("matmul", "linear"), "relu-taken")
def relu_taken(case: Case) -> Array:
    return np.array([[max(0.0, x) for x in row] for row in case.right()])


@oracle("matmul", "residual-inside", network(3, 5, 7, "matmul"), network(5, 2, 3, "matmul"), attended(3, 4, 3, 4))
@oracle("linear", "residual-inside", network(3, 5, 7), network(5, 2, 3))
def residual_inside(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([a + b for a, b in zip(case.right(), case["X"], strict=True)]), "X was added")
