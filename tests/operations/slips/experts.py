"""What the slips in the weighted sum of experts yield."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


def shares(n: int, count: int) -> Array:
    values = np.abs(random(n + count, n, count)) + 0.2
    return (values / values.sum(axis=1, keepdims=True)).round(4)


def one(n: int, m: int, count: int, column: int) -> Case:
    return Case(
        "scale_rows", {"expert": random(m, n, m), "shares": shares(n, count)}, {"column": column}, result="mixed"
    )


def more(n: int, m: int, count: int, column: int) -> Case:
    page = {"mixed": random(n, n, m), "expert": random(m, n, m), "shares": shares(n, count)}
    return Case("add_scaled", page, {"column": column}, result="output")


tried_on(one(3, 5, 3, 1), one(4, 3, 4, 2))
tried_on(more(3, 5, 3, 2), more(4, 3, 4, 3))


def before(case: Case) -> Array | float:
    found: Array | float = case["mixed"] if "mixed" in case.matrices else 0.0
    return found


def mixed(case: Case, column: int) -> Array:
    rows = [row * own[column - 1] for row, own in zip(case["expert"], case["shares"], strict=True)]
    return np.array(rows) + before(case)


@oracle(("scale_rows", "add_scaled"), "share-left-out")
def left_out(case: Case) -> Array:
    return np.asarray(case["expert"] + before(case))


@oracle(("scale_rows", "add_scaled"), "share-of-another-expert")
def another(case: Case) -> Iterator[Expect]:
    for column in range(1, case["shares"].shape[1] + 1):
        if column != case["column"]:
            yield Expect(mixed(case, column), f"expert {column} was")


@oracle("add_scaled", "expert-left-out")
def no_expert(case: Case) -> Array:
    return case["mixed"]


def thinned(n: int, m: int, k: int) -> Case:
    own = shares(n, m)
    kept = np.array([[x if x in sorted(row)[-k:] else 0.0 for x in row] for row in own])
    page = {"shares": own, "chosen": Before(kept, "keep_largest", ("shares",), {"k": k, "otherwise": 0.0})}
    return Case("renormalize", page, of=("chosen",), result="gates")


@oracle("renormalize", "experts-weighed-alike", thinned(3, 5, 2), thinned(4, 7, 3))
def weighed_alike(case: Case) -> Array:
    k = case.matrices["chosen"].params["k"]  # type: ignore[union-attr]
    return np.array([[1 / k if share else 0.0 for share in row] for row in case["chosen"]])
