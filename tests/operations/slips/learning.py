"""What the slips of losses and of the step that learns from them yield, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on
from tests.operations.slips.way_back import SIZES, above_0, cells


def scored(op: str, n: int, m: int) -> Case:
    z = random(n, n, m) if op == "cross_entropy" else above_0(n, n, m) / m / 2
    return Case(op, {"z": z, "y": np.eye(m)[[(3 * i + 1) % m for i in range(n)]]})


def of_softmax(n: int, m: int) -> Case:
    p = above_0(n, n, m)
    page = {"p": (p / p.sum(axis=1, keepdims=True)).round(4), "y": np.eye(m)[[(3 * i + 1) % m for i in range(n)]]}
    return Case("cross_entropy_gradient", {**page, "d": np.full((n, 1), 1 / n)})


for n, m in SIZES:
    tried_on(scored("cross_entropy", n, m), scored("cross_entropy_of_probabilities", n, m), of_softmax(n, m))
    tried_on(Case("logarithm_gradient", {"d": above_0(n, n, 1), "y": random(m, n, m), "p": above_0(n, n, m)}))
    tried_on(Case("mean_of_all", {"a": random(n, n, m)}), Case("mean_square", {"a": random(n, n, m)}))
    tried_on(Case("spread_over_all", {"d": random(n, 1, 1)}, {"height": n, "width": m}))
    tried_on(Case("mean_square_gradient", {"d": random(m, 1, 1), "a": random(n, n, m)}))
    tried_on(Case("exponential", {"a": random(n, n, m)}))
    tried_on(Case("descend", {"w": random(n, n, m), "g": random(m, n, m)}, {"rate": 0.3}))
    tried_on(Case("blend", {"m": random(n, n, m), "g": random(m, n, m)}, {"keep": 0.9, "add": 0.7}))
    tried_on(Case("blend_squares", {"v": above_0(n, n, m), "g": random(m, n, m)}, {"keep": 0.6, "add": 0.4}))
    moments = {"w": random(n, n, m), "m": random(m, n, m), "v": above_0(n, n, m)}
    tried_on(Case("descend_by_moments", moments, {"rate": 0.3, "epsilon": 0.01}))


def losses(case: Case) -> list[float]:
    """−Σ y·log of the shares, one cell at a time."""
    found = []
    for row, y in zip(case["z"], case["y"], strict=True):
        shares = [math.exp(x) / sum(map(math.exp, row)) for x in row] if case.op == "cross_entropy" else row
        found.append(-sum(own * math.log(share) for own, share in zip(y, shares, strict=True)))
    return found


@oracle(("cross_entropy", "cross_entropy_of_probabilities"), "logarithm-to-another-base")
def another_base(case: Case) -> Iterator[Expect]:
    for base in (2, 10):
        yield Expect(np.array([[own / math.log(base)] for own in losses(case)]), f"base {base}")


@oracle("cross_entropy", "sum-left-out")
def log_sum_left_out(case: Case) -> Array:
    return np.array([[-row[list(y).index(1.0)]] for row, y in zip(case["z"], case["y"], strict=True)])


@oracle("cross_entropy_of_probabilities", "logarithm-left-out")
def logarithm_left_out(case: Case) -> Array:
    return np.array([[row[list(y).index(1.0)]] for row, y in zip(case["z"], case["y"], strict=True)])


@oracle("cross_entropy_gradient", "target-left-out")
def target_left_out(case: Case) -> Array:
    return cells(*case["p"].shape, lambda i, j: case["p"][i, j] * case["d"][i, 0])


@oracle("cross_entropy_gradient", "share-of-mean-left-out")
def mean_left_out(case: Case) -> Array:
    return cells(*case["p"].shape, lambda i, j: case["p"][i, j] - case["y"][i, j])


@oracle("cross_entropy_gradient", "right-words-alone")
def right_words(case: Case) -> Array:
    p, y, d = case["p"], case["y"], case["d"]
    return cells(*p.shape, lambda i, j: (p[i, j] - 1) * d[i, 0] if y[i, j] == 1 else 0.0)


@oracle("logarithm_gradient", "not-divided")
def not_divided_by_p(case: Case) -> Array:
    return cells(*case["p"].shape, lambda i, j: -case["d"][i, 0] * case["y"][i, j])


@oracle("mean_of_all", "sum-for-mean")
def sum_for_mean(case: Case) -> Array:
    return np.array([[sum(x for row in case["a"] for x in row)]])


@oracle("mean_square", "sum-for-mean")
def sum_of_squares(case: Case) -> Array:
    return np.array([[sum(x * x for row in case["a"] for x in row)]])


@oracle("mean_square", "root-taken")
def root_taken(case: Case) -> Array:
    return np.sqrt(sum_of_squares(case) / case["a"].size)


@oracle("mean_square", "not-squared")
def sizes_alone(case: Case) -> Array:
    return np.array([[sum(abs(x) for row in case["a"] for x in row) / case["a"].size]])


@oracle("spread_over_all", "mean-not-divided")
def spread_undivided(case: Case) -> Array:
    return cells(case["height"], case["width"], lambda i, j: case["d"][0, 0])


@oracle("mean_square_gradient", "two-left-out")
def two_left_out(case: Case) -> Array:
    return cells(*case["a"].shape, lambda i, j: case["d"][0, 0] * case["a"][i, j] / case["a"].size)


@oracle("mean_square_gradient", "sum-for-mean")
def square_of_sum(case: Case) -> Array:
    return cells(*case["a"].shape, lambda i, j: 2 * case["d"][0, 0] * case["a"][i, j])


@oracle("exponential", "two-for-e")
def two_for_e(case: Case) -> Array:
    return cells(*case["a"].shape, lambda i, j: math.pow(2, case["a"][i, j]))


@oracle("descend", "plus-for-minus")
def uphill(case: Case) -> Array:
    return cells(*case["w"].shape, lambda i, j: case["w"][i, j] + case["rate"] * case["g"][i, j])


@oracle("descend_by_moments", "plus-for-minus")
def uphill_by_moments(case: Case) -> Array:
    w, m, v = case["w"], case["m"], case["v"]
    return cells(*w.shape, lambda i, j: w[i, j] + case["rate"] * m[i, j] / (math.sqrt(v[i, j]) + case["epsilon"]))


@oracle("descend", "rate-left-out")
def rate_left_out(case: Case) -> Array:
    return cells(*case["w"].shape, lambda i, j: case["w"][i, j] - case["g"][i, j])


@oracle("descend", "change-alone")
def change_alone(case: Case) -> Array:
    return cells(*case["w"].shape, lambda i, j: case["rate"] * case["g"][i, j])


@oracle("blend", "past-left-out")
def past_left_out(case: Case) -> Array:
    return cells(*case["g"].shape, lambda i, j: case["add"] * case["g"][i, j])


@oracle("blend", "past-not-damped")
def past_not_damped(case: Case) -> Array:
    return cells(*case["g"].shape, lambda i, j: case["m"][i, j] + case["add"] * case["g"][i, j])


@oracle("blend_squares", "not-squared")
def moment_not_squared(case: Case) -> Array:
    return cells(*case["g"].shape, lambda i, j: case["keep"] * case["v"][i, j] + case["add"] * case["g"][i, j])


@oracle("descend_by_moments", "root-left-out")
def root_left_out(case: Case) -> Array:
    w, m, v = case["w"], case["m"], case["v"]
    return cells(*w.shape, lambda i, j: w[i, j] - case["rate"] * m[i, j] / (v[i, j] + case["epsilon"]))
