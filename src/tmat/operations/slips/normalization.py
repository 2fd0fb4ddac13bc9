"""Slips in means, deviations and norms."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import (
    normalize,
    normalize_outside,
    normalize_rms,
    normalize_rms_outside,
    row_deviation,
    row_mean,
    row_rms,
)
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip

# -- the mean


@slip(
    row_mean,
    "mean-of-columns",
    said="the means of the columns were taken",
    mend="take the mean of each row: a number a token",
)
def mean_of_columns(step: Redo) -> Array:
    return np.asarray(step.operands[0].mean(axis=0, keepdims=True).T)


@slip(
    row_mean,
    "median-for-mean",
    said="the median of each row was taken, not the mean",
    mend="add the row up and divide by how many there are",
)
def median(step: Redo) -> Array:
    return np.median(step.operands[0], axis=1, keepdims=True)


@slip(
    row_mean,
    "geometric-mean",
    said="the geometric mean of each row was taken: the root of the product",
    mend="add the row up and divide by how many there are",
)
def geometric_mean(step: Redo) -> Array | None:
    a = step.operands[0]
    return np.exp(np.log(a).mean(axis=1, keepdims=True)) if a.size and (a > 0).any() else None


@slip(
    row_mean,
    "mean-of-whole-matrix",
    said="the mean of the whole matrix was taken for every row",
    mend="take the mean of each row by itself",
)
def mean_of_all(step: Redo) -> Array:
    a = step.operands[0]
    return np.full((a.shape[0], 1), a.mean())


@slip(
    row_mean,
    "sum-not-divided",
    said="the rows were added up and not divided",
    mend="divide each sum by how many numbers the row has",
)
def not_divided(step: Redo) -> Array:
    return np.asarray(step.operands[0].sum(axis=1, keepdims=True))


@slip(
    row_mean,
    "divided-by-another-count",
    said="the sums were divided by {count}",
    mend="divide by {right}, the number of columns",
)
def another_count(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    n, m = a.shape
    for count in dict.fromkeys((m - 1, m + 1, n)):
        if count > 0 and count != m:
            yield Variant(a.sum(axis=1, keepdims=True) / count, {"count": str(count), "right": str(m)})


@slip(
    row_mean,
    "another-mean",
    said="the {which} of each row was taken",
    mend="add the row up and divide by how many there are",
    rare=1,
)
def another_mean(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    yield Variant(a.shape[1] / (1 / a).sum(axis=1, keepdims=True), {"which": "harmonic mean"})
    yield Variant(np.sqrt((a * a).mean(axis=1, keepdims=True)), {"which": "root mean square"})
    middle = (a.max(axis=1, keepdims=True) + a.min(axis=1, keepdims=True)) / 2
    yield Variant(middle, {"which": "middle between largest and smallest"})
    if (a < 0).any():
        yield Variant(np.abs(a).mean(axis=1, keepdims=True), {"which": "mean without signs"})


@slip(
    row_mean,
    "residual-left-out",
    said="the mean was taken of {other}, before {missing} was added",
    mend="take the mean of {0}",
)
def mean_before_sum(step: Redo) -> Iterator[Variant]:
    for other, missing, values in before_sum(step):
        yield Variant(values.mean(axis=1, keepdims=True), {"other": other, "missing": missing})


def before_sum(step: Redo) -> Iterator[tuple[str, str, Array]]:
    """The terms of the sum that operand 0 is."""
    made = step.maker(0, "add")
    if made is not None:
        first, second = made.names
        yield first, second, made.operands[0]
        yield second, first, made.operands[1]


# -- the deviation


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
    row_deviation,
    "epsilon-in-deviation",
    said="ε is already in the deviation",
    mend="leave ε to the next step",
    rare=1,
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


# -- the norm

NORMS = (normalize, normalize_outside)


def over(off: Array, by: Array) -> Array:
    return np.where((by == 0.0) & (off == 0.0), 0.0, off / by)


def proper(step: Redo, std: Array) -> Array:
    """What the row is divided by, ε where this operation has it."""
    epsilon = float(step.params["epsilon"])
    return std + epsilon if step.op.name.endswith("outside") else np.asarray(np.sqrt(std * std + epsilon))


@slip(
    NORMS,
    "epsilon-in-wrong-place",
    said="ε = {epsilon} was {done}",
    mend="{right}",
)
def epsilon_elsewhere(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    epsilon = float(step.params["epsilon"])
    inside = "add ε to the variance, inside the root"
    outside = "add ε to the deviation, after the root"
    if step.op.name == "normalize":
        yield Variant(over(a - mean, std + epsilon), {"done": "added to the deviation, outside the root", "right": outside and inside})
    else:
        yield Variant(
            over(a - mean, np.sqrt(std * std + epsilon)), {"done": "put inside the root", "right": outside}
        )
    yield Variant(
        over(a - mean, std) + epsilon,
        {"done": "added to the quotient", "right": inside if step.op.name == "normalize" else outside},
        rare=1,
    )


@slip(
    NORMS,
    "epsilon-left-out",
    said="ε = {epsilon} was left out",
    mend="{where}",
)
def epsilon_left_out(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    where = "add ε to the deviation" if step.op.name.endswith("outside") else "add ε inside the root"
    yield Variant(over(a - mean, std), {"where": where})


@slip(
    NORMS,
    "divided-by-variance",
    said="the rows were divided by the variance",
    mend="divide by the deviation, its root",
)
def by_variance(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    epsilon = float(step.params["epsilon"])
    yield Variant(over(a - mean, std * std + epsilon))
    yield Variant(over(a - mean, std * std), rare=1)


@slip(
    NORMS,
    "mean-not-taken-off",
    said="the mean was not taken off",
    mend="take {1} off each row before dividing",
)
def mean_kept(step: Redo) -> Array:
    a, _, std = step.operands
    return over(a, proper(step, std))


@slip(
    NORMS,
    "not-divided",
    said="the mean was taken off, but the row was not divided by the deviation",
    mend="divide each row by its deviation",
)
def only_centred(step: Redo) -> Array:
    a, mean, _ = step.operands
    return a - mean


@slip(
    NORMS,
    "multiplied-by-deviation",
    said="the rows were multiplied by the deviation",
    mend="divide by it",
    rare=1,
)
def times_deviation(step: Redo) -> Array:
    a, mean, std = step.operands
    return (a - mean) * proper(step, std)


@slip(
    NORMS,
    "mean-added",
    said="the mean was added, not taken off",
    mend="take {1} off each row",
    rare=1,
)
def mean_added(step: Redo) -> Array:
    a, mean, std = step.operands
    return over(a + mean, proper(step, std))


@slip(
    NORMS,
    "norm-wrong-sign",
    said="the numbers were taken off the mean, the wrong way round",
    mend="take the mean off the numbers",
    rare=1,
)
def wrong_way_round(step: Redo) -> Array:
    a, mean, std = step.operands
    return over(mean - a, proper(step, std))


@slip(
    NORMS,
    "only-first-divided",
    said="only the mean was divided by the deviation: the bracket was left out",
    mend="take the mean off first, then divide the whole",
    rare=1,
)
def bracket_left_out(step: Redo) -> Array:
    a, mean, std = step.operands
    return a - over(mean, proper(step, std))


@slip(
    NORMS,
    "sample-for-population",
    said="the {other} deviation was divided by",
    mend="divide by the {right} deviation",
)
def other_deviation(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    made = step.maker(2, "row_deviation")
    d = a.shape[1]
    if made is None or d < 2:
        return
    sample = made.params["kind"] == "sample"
    other, right = ("population", "sample") if sample else ("sample", "population")
    factor = math.sqrt((d - 1) / d) if sample else math.sqrt(d / (d - 1))
    yield Variant(
        over(a - mean, proper(step, std * factor)), {"other": other, "right": right}, f"{other}-for-{right}"
    )


@slip(
    NORMS,
    "normalised-down-columns",
    said="the columns were normalised",
    mend="normalise each row: a token's own numbers",
)
def down_columns(step: Redo) -> Array:
    a = step.operands[0]
    return over(a - a.mean(axis=0, keepdims=True), proper(step, a.std(axis=0, keepdims=True)))


@slip(
    NORMS,
    "normalised-as-a-whole",
    said="the whole matrix was normalised at once",
    mend="normalise each row by itself",
)
def as_a_whole(step: Redo) -> Array:
    a = step.operands[0]
    return over(a - a.mean(), proper(step, np.asarray(a.std())))


@slip(
    NORMS,
    "not-normalised",
    said="the norm was left out: these are the numbers of {0}",
    mend="take the mean off each row and divide by its deviation",
)
def not_normalised(step: Redo) -> Array:
    return step.operands[0]


@slip(
    NORMS,
    "residual-left-out",
    said="{other} was normalised, before {missing} was added",
    mend="normalise {0}",
)
def norm_before_sum(step: Redo) -> Iterator[Variant]:
    for other, missing, values in before_sum(step):
        own = over(
            values - values.mean(axis=1, keepdims=True), proper(step, values.std(axis=1, keepdims=True))
        )
        yield Variant(own, {"other": other, "missing": missing})


@slip(
    (normalize_rms, normalize_rms_outside),
    "epsilon-in-wrong-place",
    said="ε = {epsilon} was put in the wrong place",
    mend="{right}",
)
def rms_epsilon(step: Redo) -> Iterator[Variant]:
    a, rms = step.operands
    epsilon = float(step.params["epsilon"])
    if step.op.name == "normalize_rms":
        yield Variant(over(a, rms + epsilon), {"right": "add ε to the mean square, inside the root"})
    else:
        yield Variant(over(a, np.sqrt(rms * rms + epsilon)), {"right": "add ε to the root mean square"})


@slip(
    (normalize_rms, normalize_rms_outside),
    "epsilon-left-out",
    said="ε = {epsilon} was left out",
    mend="add ε to what the rows are divided by",
)
def rms_epsilon_left_out(step: Redo) -> Array:
    a, rms = step.operands
    return over(a, rms)


@slip(
    (normalize_rms, normalize_rms_outside),
    "mean-taken-off",
    said="the mean was taken off: this is LayerNorm",
    mend="RMSNorm divides the numbers as they are",
)
def rms_mean_taken_off(step: Redo) -> Iterator[Variant]:
    a, rms = step.operands
    off = a - a.mean(axis=1, keepdims=True)
    yield Variant(over(off, proper(step, rms)))
    yield Variant(over(off, proper(step, a.std(axis=1, keepdims=True))))


@slip(
    (normalize_rms, normalize_rms_outside),
    "not-normalised",
    said="the norm was left out: these are the numbers of {0}",
    mend="divide each row by its root mean square",
)
def rms_left_out(step: Redo) -> Array:
    return step.operands[0]
