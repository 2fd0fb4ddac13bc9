"""What the slips in bringing rows to mean 0 and deviation 1 yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.deviations import deviation_of, other, spread
from tests.operations.slips.means import average, column, summed
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


def rms_of_sum(op: str, n: int, d: int, epsilon: float) -> Case:
    page = summed(n, d)
    rms = column(*(math.sqrt(sum(v * v for v in row) / d) for row in page["sum"].values))  # type: ignore[union-attr]
    page["rms"] = Before(rms, "row_rms", ("sum",))
    return Case(op, page, {"epsilon": epsilon}, ("sum", "rms"), "normalized")


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


def rows_of(case: Case) -> Array:
    return np.asarray(case["sum"] if "sum" in case else case["X"])


def normalized(case: Case, rows: Array) -> Array:
    """Rows normalised as this page does it."""
    if case.op in RMS or "rms" in case:
        return np.array([row / divisor(case, np.array(math.sqrt(sum(row**2) / len(row)))) for row in rows])
    return np.array([(row - average(row)) / divisor(case, np.array(spread(row, kind(case)))) for row in rows])


@oracle((*NORMS, *RMS), "normalised-down-columns")
def down_columns(case: Case) -> Array:
    return normalized(case, rows_of(case).T).T


@oracle((*NORMS, *RMS), "normalised-as-a-whole")
def as_a_whole(case: Case) -> Array:
    return normalized(case, rows_of(case).reshape(1, -1)).reshape(rows_of(case).shape)


@oracle(NORMS, "not-normalised")
def not_normalised(case: Case) -> Array:
    return case["sum"]


@oracle(NORMS, "residual-left-out")
@oracle(RMS, "residual-left-out", *(rms_of_sum(op, n, d, 0.1) for op in RMS for n, d in ((3, 5), (7, 2))))
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


@oracle(RMS, "multiplied-by-rms")
def times_rms(case: Case) -> Array:
    return case["X"] * divisor(case, case["rms"])


@oracle(RMS, "divided-by-mean-square")
def by_mean_square(case: Case) -> Array:
    return case["X"] / (case["rms"] ** 2 + case["epsilon"])


@oracle(NORMS, "mean-of-columns")
def mean_of_columns(case: Case) -> Array:
    means = [average(one) for one in case["sum"].T]
    return np.array([row - means for row in case["sum"]]) / divisor(case, case["std"])


@oracle(NORMS, "deviation-of-columns")
def deviation_of_columns(case: Case) -> Array:
    return off(case) / divisor(case, np.array([spread(one, kind(case)) for one in case["sum"].T]))


@oracle(NORMS, "divided-by-root-of-deviation")
def by_root(case: Case) -> Array:
    return off(case) / divisor(case, case["std"] ** 0.5)


@oracle(NORMS, "rms-for-deviation")
def rms_for_deviation(case: Case) -> Array:
    rms = column(*(math.sqrt(average(row**2)) for row in case["sum"]))
    return case["sum"] / divisor(case, rms)


@oracle((*NORMS, *RMS), "min-max")
def min_max(case: Case) -> Iterator[Expect]:
    rows = rows_of(case)
    yield Expect(np.array([(row - min(row)) / (max(row) - min(row)) for row in rows]), "each row")
    low, high = min(rows.flat), max(rows.flat)
    yield Expect(np.array([[(x - low) / (high - low) for x in row] for row in rows]), "the whole matrix")


def gained(op: str, n: int, d: int) -> Case:
    """A norm, then γ and β."""
    made = norm_of("normalize", n, d, "population", 0.1)
    page = {**made.matrices, "normalized": Before(made.right(), "normalize", made.of or (), made.params)}
    page["gamma"] = random(d, 1, d, 0.5, 2)
    if op == "scale_and_shift":
        page["beta"] = random(d + 1, 1, d)
    names = tuple(name for name in ("normalized", "gamma", "beta") if name in page)
    return Case(op, page, of=names, result="output")


@oracle(NORMS, "residual-after-norm")
@oracle(RMS, "residual-after-norm", *(rms_of_sum(op, n, d, 0.1) for op in RMS for n, d in ((3, 5), (7, 2))))
def residual_after(case: Case) -> Iterator[Expect]:
    yield Expect(normalized(case, case["X"]) + case["residual"], "X was normalised, and residual")
    yield Expect(normalized(case, case["residual"]) + case["X"], "residual was normalised, and X")


@oracle("scale_columns", "residual-after-norm", gained("scale_columns", 5, 7), gained("scale_columns", 3, 4))
@oracle("scale_and_shift", "residual-after-norm", gained("scale_and_shift", 5, 7), gained("scale_and_shift", 3, 4))
def residual_after_gain(case: Case) -> Iterator[Expect]:
    beta = case["beta"][0] if "beta" in case else 0.0
    for first, second in (("X", "residual"), ("residual", "X")):
        rows = np.array([(row - average(row)) / math.sqrt(np.var(row) + 0.1) for row in case[first]])
        yield Expect(rows * case["gamma"][0] + beta + case[second], f"{first} was normalised, and {second}")
