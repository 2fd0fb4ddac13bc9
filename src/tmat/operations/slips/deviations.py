"""Slips in the deviations and root mean squares of rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import row_deviation, row_rms
from tmat.operations.operation import Array
from tmat.operations.slips.means import before_sum
from tmat.operations.slips.slip import Redo, Variant, slip


def spread(a: Array, count: Array | float, mean: Array | None = None) -> Array:
    """√(Σ(a − μ)² / count) of each row."""
    mu = a.mean(axis=1, keepdims=True) if mean is None else mean
    return np.asarray(np.sqrt(((a - mu) ** 2).sum(axis=1, keepdims=True) / count))


def counts(step: Redo, size: int) -> tuple[tuple[float, str], tuple[float, str]]:
    """The right divisor first, then the wrong one, with their names."""
    both = ((float(size), "population"), (float(max(size - 1, 1)), "sample"))
    return both if step.params["kind"] == "population" else (both[1], both[0])


@slip(
    row_deviation,
    "sample-for-population",
    said="the {other} deviation was taken: divided by {divisor}",
    mend="take the {kind} deviation: divide by {right} before the root",
)
def other_kind(step: Redo) -> Iterator[Variant]:
    a, mean = step.operands
    d = a.shape[1]
    (right, _), (wrong, other) = counts(step, d)
    name = "sample-for-population" if other == "sample" else "population-for-sample"
    yield Variant(spread(a, wrong, mean), {"other": other, "divisor": f"{wrong:g}", "right": f"{right:g}"}, name)


@slip(
    row_deviation,
    "variance-for-deviation",
    said="this is the variance: the root was not taken",
    mend="take the square root",
)
def variance(step: Redo) -> Iterator[Variant]:
    a, mean = step.operands
    (right, _), (wrong, other) = counts(step, a.shape[1])
    yield Variant(spread(a, right, mean) ** 2)
    yield Variant(
        spread(a, wrong, mean) ** 2,
        {"other": other, "right": f"{right:g}"},
        f"variance-for-deviation+{other}-for-{step.params['kind']}",
        "this is the {other} variance: the root was not taken, and the sum was divided by another count",
        "divide by {right}, then take the square root",
        rare=1,
    )


@slip(
    row_deviation,
    "deviation-of-two-rows",
    said="the {other} deviation of two rows at once was taken: {rows}",
    mend="take the deviation of each row by itself",
)
def two_rows(step: Redo) -> Iterator[Variant]:
    a, mean = step.operands
    n, d = a.shape
    if n < 2:
        return
    for size, kind in counts(step, d):
        less = float(kind == "sample")
        own = spread(a, max(d - less, 1.0), mean)

        def of(first: int, last: int, less: float = less) -> float:
            both = a[first : last + 1]
            return float(spread(both.reshape(1, -1), max(both.size - less, 1.0))[0, 0])

        following, before, pairs = own.copy(), own.copy(), own.copy()
        for i in range(n):
            if i + 1 < n:
                following[i] = of(i, i + 1)
            if i > 0:
                before[i] = of(i - 1, i)
            first = i - i % 2
            if first + 1 < n:
                pairs[i] = of(first, first + 1)
        wrong = kind != step.params["kind"]
        del size
        for values, rows in (
            (following, "each with the one after it"),
            (before, "each with the one before it"),
            (pairs, "two by two"),
        ):
            name = f"deviation-of-two-rows+{kind}-for-{step.params['kind']}" if wrong else None
            yield Variant(values, {"other": kind, "rows": rows}, name, rare=int(wrong))


@slip(
    row_deviation,
    "deviation-of-columns",
    said="the {other} deviations of the columns were taken",
    mend="take the {kind} deviation of each row: a number a token",
)
def of_columns(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    for count, kind in counts(step, a.shape[0]):
        yield Variant(spread(a.T, count), {"other": kind}, rare=int(kind != step.params["kind"]))


@slip(
    row_deviation,
    "deviation-of-whole-matrix",
    said="the {other} deviation of the whole matrix was taken for every row",
    mend="take the {kind} deviation of each row by itself",
)
def of_all(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    for count, kind in counts(step, a.size):
        value = float(spread(a.reshape(1, -1), count)[0, 0])
        yield Variant(np.full((a.shape[0], 1), value), {"other": kind}, rare=int(kind != step.params["kind"]))


@slip(
    row_deviation,
    "mean-not-taken-off",
    said="the mean was not taken off before squaring",
    mend="take the row's mean off each number, then square",
)
def mean_not_taken_off(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    for count, kind in counts(step, a.shape[1]):
        yield Variant(spread(a, count, np.zeros((a.shape[0], 1))), rare=int(kind != step.params["kind"]))


@slip(
    row_deviation,
    "sum-of-squares-not-divided",
    said="the root of the sum of squares was taken, without dividing",
    mend="divide the sum of squares by {right} before the root",
)
def squares_not_divided(step: Redo) -> Iterator[Variant]:
    a, mean = step.operands
    right = counts(step, a.shape[1])[0][0]
    yield Variant(spread(a, 1.0, mean), {"right": f"{right:g}"})
    yield Variant(spread(a, 1.0, mean) ** 2, {"right": f"{right:g}"}, rare=1)
    yield Variant(spread(a, 1.0, mean) / right, {"right": f"{right:g}"}, rare=1)


@slip(
    row_deviation,
    "mean-absolute-deviation",
    said="the mean of the distances was taken, without squares and root",
    mend="square the distances from the mean, average them, take the root",
)
def absolute_deviation(step: Redo) -> Array:
    a, mean = step.operands
    return np.asarray(np.abs(a - mean).mean(axis=1, keepdims=True))


@slip(
    row_deviation,
    "range-for-deviation",
    said="the distance from smallest to largest was taken",
    mend="take the {kind} deviation of each row",
    rare=1,
)
def row_range(step: Redo) -> Array:
    return np.asarray(np.ptp(step.operands[0], axis=1, keepdims=True))


@slip(
    row_deviation, "epsilon-in-deviation", said="ε is already in the deviation", mend="leave ε to the next step", rare=1
)
def with_epsilon(step: Redo) -> Iterator[Variant]:
    own = step()
    for epsilon in (1e-5, 1e-4, 1e-3, 1e-2):
        yield Variant(np.sqrt(own**2 + epsilon))
        yield Variant(own + epsilon)


@slip(
    row_deviation,
    "deviation-from-another-mean",
    said="the deviation was taken from the {which}",
    mend="measure from the row's mean",
    rare=1,
)
def from_another_mean(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    right = counts(step, a.shape[1])[0][0]
    yield Variant(spread(a, right, np.median(a, axis=1, keepdims=True)), {"which": "row's median"})
    yield Variant(spread(a, right, np.full((a.shape[0], 1), a.mean())), {"which": "mean of the whole matrix"})
    if (a > 0).all():
        yield Variant(
            spread(a, right, np.exp(np.log(a).mean(axis=1, keepdims=True))), {"which": "row's geometric mean"}
        )


@slip(
    row_deviation,
    "residual-left-out",
    said="the deviation was taken of {other}, before {missing} was added",
    mend="take the deviation of {0}",
)
def deviation_before_sum(step: Redo) -> Iterator[Variant]:
    right = counts(step, step.operands[0].shape[1])[0][0]
    for other, missing, values in before_sum(step):
        yield Variant(spread(values, right), {"other": other, "missing": missing})


@slip(
    row_rms,
    "mean-taken-off",
    said="the mean was taken off first: this is the deviation",
    mend="square the numbers as they are, average them, take the root",
)
def mean_taken_off(step: Redo) -> Array:
    a = step.operands[0]
    return spread(a, float(a.shape[1]))


@slip(row_rms, "root-not-taken", said="the root was not taken", mend="take the square root of the mean square")
def root_not_taken(step: Redo) -> Array:
    return step() ** 2


@slip(
    row_rms,
    "squares-not-divided",
    said="the squares were added up and not averaged",
    mend="divide the sum of squares by how many there are, then take the root",
)
def rms_not_divided(step: Redo) -> Array:
    a = step.operands[0]
    return np.asarray(np.sqrt((a * a).sum(axis=1, keepdims=True)))
