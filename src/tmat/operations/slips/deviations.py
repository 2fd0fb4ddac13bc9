"""Slips in standard deviations and root mean squares."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import row_deviation, row_rms
from tmat.operations.operation import Array
from tmat.operations.slips.means import before_sum
from tmat.operations.slips.slip import Redo, Variant, slip, way


def spread(a: Array, count: Array | float, mean: Array | None = None) -> Array:
    """√(Σ(a − μ)² / count) of each row."""
    mu = a.mean(axis=1, keepdims=True) if mean is None else mean
    return np.asarray(np.sqrt(((a - mu) ** 2).sum(axis=1, keepdims=True) / count))


def counts(step: Redo, size: int) -> tuple[tuple[float, str], tuple[float, str]]:
    """The right divisor, then the wrong one, each with its kind."""
    both = ((float(size), "population"), (float(max(size - 1, 1)), "sample"))
    return both if step["kind"] == "population" else (both[1], both[0])


def other_kind(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    d = a.shape[1]
    (right, _), (wrong, other) = counts(step, d)
    name = "sample-for-population" if other == "sample" else "population-for-sample"
    yield way(spread(a, wrong, mean), name, other=other, divisor=f"{wrong:g}", right=f"{right:g}")


def variance(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    (right, _), (wrong, other) = counts(step, a.shape[1])
    yield way(spread(a, right, mean) ** 2)
    yield way(
        spread(a, wrong, mean) ** 2,
        f"variance-for-deviation+{other}-for-{step['kind']}",
        "this is the {other} variance: the root was not taken, and the sum was divided by another count",
        "divide by {right}, then take the square root",
        rare=1,
        other=other,
        right=f"{right:g}",
    )


def two_rows(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    n, d = a.shape
    pairings = {
        "each with the one after it": range(1, n),
        "each with the one before it": range(-1, n - 1),
        "two by two": [i + 1 if i % 2 == 0 else i - 1 for i in range(n)],
    }
    for _, kind in counts(step, d) if n > 1 else ():
        less = kind == "sample"
        name = None if kind == step["kind"] else f"deviation-of-two-rows+{kind}-for-{step['kind']}"
        for rows, others in pairings.items():
            values = spread(a, max(d - less, 1), mean)
            for i, other in enumerate(others):
                if 0 <= other < n:
                    both = np.concatenate([a[i], a[other]])[None, :]
                    values[i] = spread(both, max(both.size - less, 1))
            yield way(values, name, rare=int(name is not None), other=kind, rows=rows)


def of_columns(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    for count, kind in counts(step, a.shape[0]):
        yield way(spread(a.T, count), rare=int(kind != step["kind"]), other=kind)


def of_all(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    for count, kind in counts(step, a.size):
        value = float(spread(a.reshape(1, -1), count)[0, 0])
        yield way(np.full((a.shape[0], 1), value), rare=int(kind != step["kind"]), other=kind)


def mean_not_taken_off(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    for count, kind in counts(step, a.shape[1]):
        yield way(spread(a, count, np.zeros((a.shape[0], 1))), rare=int(kind != step["kind"]))


def squares_not_divided(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    right = counts(step, a.shape[1])[0][0]
    yield way(spread(a, 1.0, mean), right=f"{right:g}")
    yield way(spread(a, 1.0, mean) ** 2, rare=1, right=f"{right:g}")
    yield way(spread(a, 1.0, mean) / right, rare=1, right=f"{right:g}")


USUAL_EPSILONS = (1e-5, 1e-4, 1e-3, 1e-2)


def with_epsilon(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    own = step()
    for epsilon in dict.fromkeys((*step.epsilons, *USUAL_EPSILONS)):
        rare = 0 if epsilon in step.epsilons else 1
        yield way(np.sqrt(own**2 + epsilon), rare=rare)
        yield way(own + epsilon, rare=rare)


def from_another_mean(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    right = counts(step, a.shape[1])[0][0]
    yield way(spread(a, right, np.median(a, axis=1, keepdims=True)), which="row's median")
    yield way(spread(a, right, np.full((a.shape[0], 1), a.mean())), which="mean of the whole matrix")
    if (a > 0).all():
        yield way(spread(a, right, np.exp(np.log(a).mean(axis=1, keepdims=True))), which="row's geometric mean")


def deviation_before_sum(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    right = counts(step, a.shape[1])[0][0]
    for other, missing, values in before_sum(step):
        yield way(spread(values, right), other=other, missing=missing)


# fmt: off

slip(row_deviation, "sample-for-population", other_kind,
     said="the {other} deviation was taken: divided by {divisor}",
     mend="take the {kind} deviation: divide by {right} before the root")
slip(row_deviation, "variance-for-deviation", variance,
     said="this is the variance: the root was not taken", mend="take the square root")
slip(row_deviation, "deviation-of-two-rows", two_rows,
     said="the {other} deviation of two rows at once was taken: {rows}",
     mend="take the deviation of each row by itself")
slip(row_deviation, "deviation-of-columns", of_columns,
     said="the {other} deviations of the columns were taken",
     mend="take the {kind} deviation of each row: one number per token")
slip(row_deviation, "deviation-of-whole-matrix", of_all,
     said="the {other} deviation of the whole matrix was taken for every row",
     mend="take the {kind} deviation of each row by itself")
slip(row_deviation, "mean-not-taken-off", mean_not_taken_off,
     said="the mean was not taken off before squaring", mend="take the row's mean off each number, then square")
slip(row_deviation, "sum-of-squares-not-divided", squares_not_divided,
     said="the root of the sum of squares was taken, without dividing",
     mend="divide the sum of squares by {right} before the root")
slip(row_deviation, "mean-absolute-deviation", lambda _, a, mean: np.abs(a - mean).mean(axis=1, keepdims=True),
     said="the mean of the distances was taken, without squares and root",
     mend="square the distances from the mean, average them, take the root")
slip(row_deviation, "range-for-deviation", lambda _, a, mean: np.ptp(a, axis=1, keepdims=True), rare=1,
     said="the distance from smallest to largest was taken", mend="take the {kind} deviation of each row")
slip(row_deviation, "epsilon-in-deviation", with_epsilon,
     said="ε is already in the deviation", mend="leave ε to the next step")
slip(row_deviation, "deviation-from-another-mean", from_another_mean, rare=1,
     said="the deviation was taken from the {which}", mend="measure from the row's mean")
slip(row_deviation, "residual-left-out", deviation_before_sum,
     said="the deviation was taken of {other}, before {missing} was added", mend="take the deviation of {0}")
slip(row_rms, "mean-taken-off", lambda _, a: spread(a, float(a.shape[1])),
     said="the mean was taken off first: this is the deviation",
     mend="square the numbers as they are, average them, take the root")
slip(row_rms, "root-not-taken", lambda step, a: step() ** 2,
     said="the root was not taken", mend="take the square root of the mean square")
slip(row_rms, "squares-not-divided", lambda _, a: np.sqrt((a * a).sum(axis=1, keepdims=True)),
     said="the squares were added up and not averaged",
     mend="divide the sum of squares by how many there are, then take the root")
slip(row_rms, "rms-of-columns", lambda _, a: np.sqrt((a * a).mean(axis=0, keepdims=True)).T, rare=1,
     said="the root mean squares of the columns were taken", mend="take that of each row: one number per token")
slip(row_rms, "rms-of-whole-matrix", lambda _, a: np.full((a.shape[0], 1), np.sqrt((a * a).mean())), rare=1,
     said="the root mean square of the whole matrix was taken for every row", mend="take that of each row by itself")
