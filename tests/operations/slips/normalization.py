"""What the slips in bringing rows to mean 0 and deviation 1 yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.deviations import deviation_of, other, spread
from tests.operations.slips.means import average, column
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

NORMS = ("normalize", "normalize_outside")
RMS = ("normalize_rms", "normalize_rms_outside")


def norm_of(op: str, n: int, d: int, kind: str, epsilon: float) -> Case:
    made = deviation_of(n, d, kind)
    std = column(*(spread(row, kind) for row in made["sum"]))
    page = {**made.matrices, "std": Before(std, "row_deviation", ("sum", "mean"), {"kind": kind})}
    return Case(op, page, {"epsilon": epsilon}, ("sum", "mean", "std"), "normalized")


def rms_of(op: str, n: int, d: int, epsilon: float) -> Case:
    x = random(n, n, d, -1, 3)
    rms = column(*(math.sqrt(sum(v * v for v in row) / d) for row in x))
    page = {"X": x, "rms": Before(rms, "row_rms", ("X",))}
    return Case(op, page, {"epsilon": epsilon}, ("X", "rms"), "normalized")


for name in NORMS:
    tried_on(norm_of(name, 5, 7, "population", 0.1), norm_of(name, 7, 3, "sample", 0.2))
for name in RMS:
    tried_on(rms_of(name, 3, 5, 0.1), rms_of(name, 7, 2, 0.2))


def inside(case: Case) -> bool:
    """Whether ε stands under the root."""
    return not case.op.endswith("outside")


def divisor(case: Case, deviation: Array) -> Array:
    """What a row of this deviation is divided by on this page."""
    return np.sqrt(deviation**2 + case["epsilon"]) if inside(case) else deviation + case["epsilon"]


def off(case: Case) -> Array:
    return case["sum"] - case["mean"]


def kind(case: Case) -> str:
    return str(case.matrices["std"].params["kind"])  # type: ignore[union-attr]


@oracle(NORMS, "epsilon-in-wrong-place")
def epsilon_elsewhere(case: Case) -> Iterator[Expect]:
    std, epsilon = case["std"], case["epsilon"]
    if inside(case):
        yield Expect(off(case) / (std + epsilon), "outside the root")
    else:
        yield Expect(off(case) / np.sqrt(std**2 + epsilon), "inside the root")
    yield Expect(off(case) / std + epsilon, "to the quotient")


@oracle(NORMS, "epsilon-left-out")
def epsilon_left_out(case: Case) -> Array:
    return off(case) / case["std"]


@oracle(NORMS, "divided-by-variance")
def by_variance(case: Case) -> Iterator[Expect]:
    yield Expect(off(case) / (case["std"] ** 2 + case["epsilon"]))
    yield Expect(off(case) / case["std"] ** 2)


@oracle(NORMS, "mean-not-taken-off")
def mean_kept(case: Case) -> Array:
    return case["sum"] / divisor(case, case["std"])


@oracle(NORMS, "not-divided")
def only_centred(case: Case) -> Array:
    return off(case)


@oracle(NORMS, "multiplied-by-deviation")
def times_deviation(case: Case) -> Array:
    return off(case) * divisor(case, case["std"])


@oracle(NORMS, "mean-added")
def mean_added(case: Case) -> Array:
    return (case["sum"] + case["mean"]) / divisor(case, case["std"])


@oracle(NORMS, "norm-wrong-sign")
def wrong_way_round(case: Case) -> Array:
    return -off(case) / divisor(case, case["std"])


@oracle(NORMS, "only-first-divided")
def bracket_left_out(case: Case) -> Array:
    return case["sum"] - case["mean"] / divisor(case, case["std"])


@oracle(NORMS, "sample-for-population")
def other_deviation(case: Case) -> Iterator[Expect]:
    wrong = other(Case("", {}, {"kind": kind(case)}))
    std = column(*(spread(row, wrong) for row in case["sum"]))
    yield Expect(off(case) / divisor(case, std), f"the {wrong} deviation", f"{wrong}-for-{kind(case)}")


def normalized(case: Case, rows: Array) -> Array:
    """Rows brought to mean 0 and deviation 1 as this page does it."""
    return np.array([(row - average(row)) / divisor(case, np.array(spread(row, kind(case)))) for row in rows])


@oracle(NORMS, "normalised-down-columns")
def down_columns(case: Case) -> Array:
    return normalized(case, case["sum"].T).T


@oracle(NORMS, "normalised-as-a-whole")
def as_a_whole(case: Case) -> Array:
    return normalized(case, case["sum"].reshape(1, -1)).reshape(case["sum"].shape)


@oracle(NORMS, "not-normalised")
def not_normalised(case: Case) -> Array:
    return case["sum"]


@oracle(NORMS, "residual-left-out")
def before_sum(case: Case) -> Iterator[Expect]:
    yield Expect(normalized(case, case["X"]), "X was normalised, before residual")
    yield Expect(normalized(case, case["residual"]), "residual was normalised, before X")


@oracle(RMS, "epsilon-in-wrong-place")
def rms_epsilon(case: Case) -> Array:
    rms, epsilon = case["rms"], case["epsilon"]
    return case["X"] / (rms + epsilon if inside(case) else np.sqrt(rms**2 + epsilon))


@oracle(RMS, "epsilon-left-out")
def rms_epsilon_left_out(case: Case) -> Array:
    return case["X"] / case["rms"]


@oracle(RMS, "mean-taken-off")
def rms_mean_taken_off(case: Case) -> Iterator[Expect]:
    centred = np.array([row - average(row) for row in case["X"]])
    yield Expect(centred / divisor(case, case["rms"]))
    yield Expect(centred / divisor(case, column(*(spread(row, "population") for row in case["X"]))))


@oracle(RMS, "not-normalised")
def rms_left_out(case: Case) -> Array:
    return case["X"]
