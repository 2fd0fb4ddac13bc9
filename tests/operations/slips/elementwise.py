"""What the slips in sums and scalings yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


def added(n: int, m: int, result: str) -> Case:
    return Case("add", {"A": random(n, n, m), "B": random(m + 10, n, m)}, result=result)


def scaled(op: str, n: int, m: int) -> Case:
    page = {"normalized": random(n, n, m), "gamma": random(m, 1, m, 0.5, 2)}
    more = {"beta": random(m + 10, 1, m)} if op == "scale_and_shift" else {}
    return Case(op, {**page, **more})


def row_added(n: int, m: int) -> Case:
    return Case("add_row", {"A": random(n, n, m), "b": random(m, 1, m)})


tried_on(added(3, 5, "sum"), added(7, 2, "X"))
tried_on(scaled("scale_and_shift", 3, 5), scaled("scale_and_shift", 7, 2))
tried_on(scaled("scale_columns", 3, 5), scaled("scale_columns", 7, 2))
tried_on(row_added(3, 5), row_added(7, 2))
GAMMA = ("scale_columns", "scale_and_shift")


@oracle("add", "term-left-out")
def term_left_out(case: Case) -> Iterator[Expect]:
    yield Expect(case["B"], "A left out")
    yield Expect(case["A"], "B left out", "residual-left-out" if case.result == "sum" else "term-left-out")


@oracle("add", "subtracted")
def subtracted(case: Case) -> Iterator[Expect]:
    yield Expect(case["A"] - case["B"], "B was taken off A")
    yield Expect(case["B"] - case["A"], "A was taken off B")


@oracle("add", "multiplied-not-added")
def multiplied(case: Case) -> Array:
    return np.array([[x * y for x, y in zip(*rows, strict=True)] for rows in zip(case["A"], case["B"], strict=True)])


@oracle("add", "added-twice")
def added_twice(case: Case) -> Iterator[Expect]:
    yield Expect(case["A"] + case["A"] + case["B"], "A was added twice")
    yield Expect(case["A"] + case["B"] + case["B"], "B was added twice")


@oracle("add", "doubled")
def doubled(case: Case) -> Iterator[Expect]:
    yield Expect(case["A"] + case["A"], "A was added to itself")
    yield Expect(case["B"] + case["B"], "B was added to itself")


@oracle("add", "averaged")
def averaged(case: Case) -> Array:
    return np.mean([case["A"], case["B"]], axis=0)


@oracle("add", "transposed-before-adding", added(3, 3, "sum"), added(5, 5, "X"))
def transposed_first(case: Case) -> Iterator[Expect]:
    a, b = case["A"], case["B"]
    cells = range(len(a))
    yield Expect(np.array([[a[i, j] + b[j, i] for j in cells] for i in cells]), "B was transposed")
    yield Expect(np.array([[a[j, i] + b[i, j] for j in cells] for i in cells]), "A was transposed")


@oracle("add", "side-by-side")
def side_by_side(case: Case) -> Array:
    return np.array([[*first, *second] for first, second in zip(case["A"], case["B"], strict=True)])


@oracle("add_row", "bias-left-out")
def row_left_out(case: Case) -> Array:
    return case["A"]


@oracle("add_row", "bias-taken-off")
def row_taken_off(case: Case) -> Array:
    return np.array([row - case["b"][0] for row in case["A"]])


def times(case: Case, rows: Array) -> Array:
    """Each column by its number in γ."""
    return np.array([[x * g for x, g in zip(row, case["gamma"][0], strict=True)] for row in rows])


def plus(case: Case, rows: Array) -> Array:
    """To each column its number in β."""
    return np.array([[x + b for x, b in zip(row, case["beta"][0], strict=True)] for row in rows])


@oracle("scale_columns", "gamma-left-out")
def scale_left_out(case: Case) -> Array:
    return case["normalized"]


@oracle("scale_and_shift", "gamma-left-out")
def gamma_left_out(case: Case) -> Array:
    return plus(case, case["normalized"])


@oracle("scale_and_shift", "beta-left-out")
def beta_left_out(case: Case) -> Array:
    return times(case, case["normalized"])


@oracle("scale_and_shift", "gamma-and-beta-left-out")
def both_left_out(case: Case) -> Array:
    return case["normalized"]


@oracle("scale_and_shift", "gamma-and-beta-exchanged")
def exchanged(case: Case) -> Array:
    gamma, beta = case["gamma"][0], case["beta"][0]
    return np.array([row * beta + gamma for row in case["normalized"]])


@oracle("scale_and_shift", "beta-before-gamma")
def beta_first(case: Case) -> Array:
    return times(case, plus(case, case["normalized"]))


@oracle(GAMMA, "gamma-along-rows")
def along_rows(case: Case) -> Array | list[Expect]:
    a, gamma = case["normalized"], case["gamma"][0]
    if len(a) != len(gamma):
        return []
    values = np.array([row * own for row, own in zip(a, gamma, strict=True)])
    return plus(case, values) if "beta" in case else values


tried_on(*(scaled(op, size, size) for op in GAMMA for size in (3, 5)))


@oracle("add_row", "bias-twice")
def row_twice(case: Case) -> Array:
    return np.array([row + case["b"][0] + case["b"][0] for row in case["A"]])


@oracle(GAMMA, "one-added-to-gamma")
def one_added(case: Case) -> Array:
    values = np.array([row + row * case["gamma"][0] for row in case["normalized"]])
    return plus(case, values) if "beta" in case else values


def placed(n: int, d: int) -> Case:
    """Embeddings and their positions."""
    params = {"positions": n, "d_model": d, "base": 10000.0, "start": 0, "exponent": "paired"}
    angles = [[row / 10000.0 ** (2 * (i // 2) / d) for i in range(d)] for row in range(n)]
    waves = np.array([[math.cos(x) if i % 2 else math.sin(x) for i, x in enumerate(row)] for row in angles])
    return Case("add", {"E": random(n, n, d), "PE": Before(waves, "sinusoid", (), params)}, of=("E", "PE"), result="X")


@oracle("add", "embedding-scaled", placed(3, 5), placed(5, 4))
def embedding_scaled(case: Case) -> Array:
    return case["E"] * math.sqrt(case["E"].shape[1]) + case["PE"]
