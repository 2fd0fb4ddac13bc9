"""What the slips on the way back yield, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on

SIZES = ((3, 5), (5, 2))


def cells(height: int, width: int, cell: Callable[[int, int], float]) -> Array:
    return np.array([[cell(i, j) for j in range(width)] for i in range(height)], dtype=float)


def pair(op: str, first: str, second: str, n: int, m: int, other: int | None = None) -> Case:
    return Case(op, {first: random(n, n, m), second: random(m + 1, n, other or m)}, result="out")


def above_0(seed: int, height: int, width: int) -> Array:
    return random(seed, height, width, 0.3, 2.0)


def weighted(n: int, m: int) -> Case:
    y = above_0(n, n, m)
    y = (y / y.sum(axis=1, keepdims=True)).round(4)
    d = random(m, n, m)
    return Case("softmax_gradient", {"y": y, "d": d, "s": (y * d).sum(axis=1, keepdims=True)})


def bent(op: str, n: int, m: int) -> Case:
    a = random(n, n, m)
    a = np.maximum(a, 0.0) if op == "relu_gate" else a / 4 if op == "tanh_slope" else a
    return Case(op, {"d": random(m, n, m), "a": a})


def looked_up(ids: list[int], height: int, d: int) -> Case:
    page = {"ids": np.array(ids, dtype=float).reshape(-1, 1), "d": random(d, len(ids), d)}
    return Case("gather_rows", page, {"first": 1, "height": height})


def additive(op: str, n: int, m: int, h: int) -> Case:
    page = {"d": random(n, n, m), "q": random(m, n, h, -1, 1), "k": random(h, m, h, -1, 1), "v": random(h + n, 1, h)}
    return Case(op, page)


def spread(op: str, n: int, m: int) -> Case:
    return Case(op, {"d": random(n, n, m), "y": random(m, n, m), "s": above_0(3, n, 1)}, {"epsilon": 0.01})


def deviating(kind: str, n: int, m: int) -> Case:
    page = {"d": random(1, n, 1), "a": random(m, n, m), "mean": random(2, n, 1, -1, 1), "std": above_0(n, n, 1)}
    return Case("deviation_gradient", page, {"kind": kind})


for n, m in SIZES:
    tried_on(pair("transposed_matmul", "X", "d", n, m, 4 if n == 3 else 6))
    tried_on(pair("row_dots", "y", "d", n, m), pair("column_dots", "y", "d", n, m), pair("subtract", "A", "B", n, m))
    tried_on(Case("column_sums", {"d": random(n, n, m)}), Case("minus_row_sums", {"d": random(n, n, m)}))
    tried_on(Case("add_all", {name: random(ord(name) + n, n, m) for name in "ABC"}), weighted(n, m))
    tried_on(Case("shares_gradient", {"d": random(n, n, m), "s": random(m, n, 1), "a": above_0(n + m, n, m)}))
    tried_on(*(bent(op, n, m) for op in ("relu_gate", "tanh_slope", "gelu_slope", "gelu_tanh_slope", "silu_slope")))
    tried_on(*(additive(op, n, m, 4) for op in ("additive_queries_gradient", "additive_keys_gradient")))
    tried_on(*(spread(op, n, m) for op in ("spread_gradient", "spread_gradient_outside")))
    tried_on(deviating("population" if n == 3 else "sample", n, m + 1))
    tried_on(Case("rms_gradient", {"d": random(1, n, 1), "a": random(m, n, m), "rms": above_0(n, n, 1)}))
    tried_on(Case("spread_mean", {"d": random(n, n, 1)}, {"width": m}))
tried_on(Case("add_all", {name: random(ord(name), 4, 3) for name in "AB"}))
tried_on(looked_up([2, 4, 2], 5, 3), looked_up([1, 1, 3, 1], 3, 4))


def square(op: str) -> tuple[Case, ...]:
    return tuple(pair(op, "X", "d", n, n) for n in (3, 4))


@oracle("transposed_matmul", "not-transposed", *square("transposed_matmul"))
def not_transposed(case: Case) -> Array:
    x, d = case["X"], case["d"]
    return cells(len(x), len(x), lambda i, j: sum(x[i, k] * d[k, j] for k in range(len(x))))


@oracle(
    "transposed_matmul", "wrong-one-transposed", pair("transposed_matmul", "X", "d", 3, 4), *square("transposed_matmul")
)
def wrong_one(case: Case) -> Array:
    x, d = case["X"], case["d"]
    return cells(len(x), len(d), lambda i, j: sum(x[i, k] * d[j, k] for k in range(x.shape[1])))


@oracle("transposed_matmul", "mean-for-sum")
def mean_of_products(case: Case) -> Array:
    x, d = case["X"], case["d"]
    return cells(x.shape[1], d.shape[1], lambda i, j: float(np.mean([x[k, i] * d[k, j] for k in range(len(x))])))


@oracle("column_sums", "mean-for-sum")
def mean_of_column(case: Case) -> Array:
    return cells(1, case["d"].shape[1], lambda i, j: float(np.mean(case["d"][:, j])))


@oracle("column_dots", "mean-for-sum")
def mean_of_column_dots(case: Case) -> Array:
    return np.mean(case["y"] * case["d"], axis=0, keepdims=True)


@oracle("row_dots", "mean-for-sum")
def mean_of_row_dots(case: Case) -> Array:
    return np.mean(case["y"] * case["d"], axis=1, keepdims=True)


@oracle("minus_row_sums", "mean-for-sum")
def minus_mean(case: Case) -> Array:
    return np.array([[-sum(row) / len(row)] for row in case["d"]])


@oracle("column_sums", "one-row-alone")
def one_row(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([case["d"][0]]), "first")
    yield Expect(np.array([case["d"][len(case["d"]) - 1]]), "last")


@oracle("column_dots", "one-row-alone")
def one_row_of_products(case: Case) -> Array:
    return np.array([[a * b for a, b in zip(case["y"][0], case["d"][0], strict=True)]])


@oracle("column_sums", "rows-not-added")
def rows_not_added(case: Case) -> Array:
    return case["d"]


@oracle("row_dots", "factor-left-out")
def row_factor(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([[sum(row)] for row in case["d"]]), "y was left out")
    yield Expect(np.array([[sum(row)] for row in case["y"]]), "d was left out")


@oracle("column_dots", "factor-left-out")
def column_factor(case: Case) -> Iterator[Expect]:
    yield Expect(np.array([[sum(column) for column in case["d"].T]]), "y was left out")
    yield Expect(np.array([[sum(column) for column in case["y"].T]]), "d was left out")


@oracle("add_all", "share-left-out")
def share_left_out(case: Case) -> Iterator[Expect]:
    for name in case.names:
        yield Expect(sum(case[other] for other in case.names if other != name), f"the share {name} was left out")


@oracle(
    "add_all",
    "one-share-alone",
    *(Case("add_all", {name: random(ord(name) + n, n, m) for name in "ABC"}) for n, m in SIZES),
)
def one_share(case: Case) -> Iterator[Expect]:
    for name in case.names:
        yield Expect(case[name], f"the share {name} alone")


@oracle("add_all", "averaged")
def averaged(case: Case) -> Array:
    return np.mean([case[name] for name in case.names], axis=0)


@oracle("subtract", "added")
def added(case: Case) -> Array:
    return case["A"] + case["B"]


def jacobian(y: Array) -> Array:
    """How each share of a row moves with each of its scores."""
    return cells(len(y), len(y), lambda i, j: y[i] * ((i == j) - y[j]))


@oracle("softmax_gradient", "diagonal-alone")
def diagonal(case: Case) -> Array:
    return np.array([np.diag(jacobian(y)) * d for y, d in zip(case["y"], case["d"], strict=True)])


@oracle("softmax_gradient", "row-sums-left-out")
def sums_left_out(case: Case) -> Array:
    return cells(*case["y"].shape, lambda i, j: case["y"][i, j] * case["d"][i, j])


@oracle("softmax_gradient", "weights-left-out")
def weights_left_out(case: Case) -> Array:
    return cells(*case["y"].shape, lambda i, j: case["d"][i, j] - case["s"][i, 0])


@oracle("softmax_gradient", "softmax-left-out")
def softmax_left_out(case: Case) -> Array:
    return case["d"]


@oracle("softmax_gradient", "row-sums-added")
def sums_added(case: Case) -> Array:
    return cells(*case["y"].shape, lambda i, j: case["y"][i, j] * (case["d"][i, j] + case["s"][i, 0]))


@oracle("shares_gradient", "row-sums-left-out")
def shares_without(case: Case) -> Array:
    return np.array([d / sum(a) for d, a in zip(case["d"], case["a"], strict=True)])


@oracle("relu_gate", "gate-left-out")
@oracle(("tanh_slope", "gelu_slope", "gelu_tanh_slope", "silu_slope"), "slope-left-out")
def slope_left_out(case: Case) -> Array:
    return case["d"]


@oracle("relu_gate", "gate-of-wrong-sign")
def wrong_gate(case: Case) -> Array:
    return cells(*case["d"].shape, lambda i, j: 0.0 if case["a"][i, j] > 0 else case["d"][i, j])


@oracle("relu_gate", "relu-of-gradient")
def relu_of_gradient(case: Case) -> Array:
    return cells(*case["d"].shape, lambda i, j: max(0.0, case["d"][i, j]))


@oracle("tanh_slope", "not-squared")
def tanh_not_squared(case: Case) -> Array:
    return cells(*case["d"].shape, lambda i, j: case["d"][i, j] * (1 - case["a"][i, j]))


@oracle(("gelu_slope", "gelu_tanh_slope", "silu_slope"), "slope-of-relu")
def slope_of_relu(case: Case) -> Array:
    return cells(*case["d"].shape, lambda i, j: case["d"][i, j] if case["a"][i, j] > 0 else 0.0)


@oracle("additive_queries_gradient", "slope-left-out")
def queries_without_slope(case: Case) -> Array:
    return cells(*case["q"].shape, lambda i, h: sum(case["d"][i]) * case["v"][0, h])


@oracle("additive_keys_gradient", "slope-left-out")
def keys_without_slope(case: Case) -> Array:
    return cells(*case["k"].shape, lambda j, h: sum(case["d"][:, j]) * case["v"][0, h])


@oracle("spread_gradient", "mean-for-sum")
def spread_mean_for_sum(case: Case) -> Array:
    d, y, s = case["d"], case["y"], case["s"]
    return cells(len(d), 1, lambda i, _: -float(np.mean(d[i] * y[i])) * s[i, 0] / (s[i, 0] ** 2 + case["epsilon"]))


@oracle("spread_gradient_outside", "mean-for-sum")
def spread_outside(case: Case) -> Array:
    d, y, s = case["d"], case["y"], case["s"]
    return cells(len(d), 1, lambda i, _: -float(np.mean(d[i] * y[i])) / (s[i, 0] + case["epsilon"]))


@oracle("deviation_gradient", "count-left-out")
def count_left_out(case: Case) -> Array:
    d, a, mean, std = (case[name] for name in ("d", "a", "mean", "std"))
    return cells(*a.shape, lambda i, j: d[i, 0] * (a[i, j] - mean[i, 0]) / std[i, 0])


@oracle("deviation_gradient", "another-count")
def another_count(case: Case) -> Array:
    width = case["a"].shape[1]
    return count_left_out(case) / (width - 1 if case["kind"] == "population" else width)


@oracle("rms_gradient", "count-left-out")
def rms_count_left_out(case: Case) -> Array:
    return cells(*case["a"].shape, lambda i, j: case["d"][i, 0] * case["a"][i, j] / case["rms"][i, 0])


@oracle("spread_mean", "mean-not-divided")
def not_divided(case: Case) -> Array:
    return cells(len(case["d"]), case["width"], lambda i, _: case["d"][i, 0])


@oracle("gather_rows", "last-of-equal-rows")
def last_row(case: Case) -> Array:
    last = {int(word) - 1: row for word, row in zip(case["ids"][:, 0], case["d"], strict=True)}
    return np.array([last.get(i, np.zeros(case["d"].shape[1])) for i in range(case["height"])])


@oracle("gather_rows", "averaged")
def averaged_rows(case: Case) -> Array:
    rows = [case["d"][case["ids"][:, 0] == i + 1] for i in range(case["height"])]
    return np.array([own.mean(axis=0) if len(own) else np.zeros(case["d"].shape[1]) for own in rows])
