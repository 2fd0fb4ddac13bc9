"""What the slips in gated networks and in leaky ReLU yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

BENT = {
    "silu": np.vectorize(lambda x: x / (1 + math.exp(-x)), otypes=[float]),
    "relu": np.vectorize(lambda x: x if x > 0 else 0.0, otypes=[float]),
}


def gate(op: str, n: int, d: int) -> Case:
    hidden, up = random(n, n, d), random(d + 10, n, d)
    page = {"hidden": hidden, "activated": Before(BENT[op](hidden), op, ("hidden",)), "up": up}
    return Case("multiply", page, of=("activated", "up"), result="gated")


GATES = (gate("silu", 3, 5), gate("silu", 7, 2), gate("relu", 4, 3))


def bend(case: Case) -> np.vectorize:
    made = case.matrices["activated"]
    assert isinstance(made, Before)
    return BENT[made.op]


@oracle("multiply", "wrong-branch-activated", *GATES)
def wrong_branch(case: Case) -> Array:
    return case["hidden"] * bend(case)(case["up"])


@oracle("multiply", "both-branches-activated", *GATES)
def both(case: Case) -> Array:
    return case["activated"] * bend(case)(case["up"])


@oracle("multiply", "gate-not-activated", *GATES)
def unbent(case: Case) -> Array:
    return case["hidden"] * case["up"]


@oracle("multiply", "activated-after-product", *GATES)
def after(case: Case) -> Array:
    return bend(case)(case["hidden"] * case["up"])


@oracle("multiply", "branch-left-out", *GATES)
def left_out(case: Case) -> Iterator[Expect]:
    yield Expect(case["activated"], "up was left out")
    yield Expect(case["up"], "activated was left out")


@oracle("multiply", "branches-added", *GATES)
def branches_added(case: Case) -> Array:
    return case["activated"] + case["up"]


def offset(op: str, n: int, m: int) -> Case:
    gamma = random(m, 1, m, -0.5, 0.5)
    page = {"normalized": random(n, n, m), "gamma": gamma}
    page["scale"] = Before(1 + gamma, "add_number", ("gamma",), {"number": 1.0})
    page |= {"beta": random(m + 10, 1, m)} if op == "scale_and_shift" else {}
    return Case(op, page, of=tuple(name for name in page if name != "gamma"))


@oracle("scale_columns", "offset-left-out", offset("scale_columns", 3, 5), offset("scale_columns", 7, 2))
@oracle("scale_and_shift", "offset-left-out", offset("scale_and_shift", 3, 5), offset("scale_and_shift", 7, 2))
def no_offset(case: Case) -> Array:
    values = np.array([row * case["gamma"][0] for row in case["normalized"]])
    return values + case["beta"] if "beta" in case else values


tried_on(*(Case("add_number", {"gamma": random(n, 1, n)}, {"number": 1.0}, result="scale") for n in (3, 5)))


@oracle("add_number", "number-left-out")
def number_left_out(case: Case) -> Array:
    return case["gamma"]


@oracle("add_number", "taken-from-number")
def taken_off(case: Case) -> Array:
    return np.array([[case["number"] - x for x in case["gamma"][0]]])


tried_on(*(Case("leaky_relu", {"hidden": random(n, n, 5)}, {"slope": slope}) for n, slope in ((3, 0.01), (4, 0.2))))


@oracle("leaky_relu", "activation-left-out")
def leaky_left_out(case: Case) -> Array:
    return case["hidden"]


@oracle("leaky_relu", "slope-left-out")
def no_slope(case: Case) -> Array:
    return BENT["relu"](case["hidden"])


@oracle("leaky_relu", "slope-on-wrong-side")
def wrong_side(case: Case) -> Array:
    return np.where(case["hidden"] > 0, case["slope"] * case["hidden"], case["hidden"])


@oracle("leaky_relu", "another-slope")
def another_slope(case: Case) -> Iterator[Expect]:
    for slope in (0.01, 0.1, 0.2, 0.3):
        if slope != case["slope"]:
            yield Expect(np.where(case["hidden"] < 0, slope * case["hidden"], case["hidden"]), f"by {slope:g}")
