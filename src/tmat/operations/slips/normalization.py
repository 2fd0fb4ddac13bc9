"""Slips in bringing rows to mean 0 and deviation 1."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import normalize, normalize_outside, normalize_rms, normalize_rms_outside
from tmat.operations.operation import Array
from tmat.operations.slips.deviations import spread
from tmat.operations.slips.means import before_sum
from tmat.operations.slips.slip import Redo, Variant, slip

NORMS = (normalize, normalize_outside)


def over(off: Array, by: Array) -> Array:
    return np.where((by == 0.0) & (off == 0.0), 0.0, off / by)


def proper(step: Redo, std: Array) -> Array:
    """What the row is divided by, ε where this operation has it."""
    epsilon = float(step.params["epsilon"])
    return std + epsilon if step.op.name.endswith("outside") else np.asarray(np.sqrt(std * std + epsilon))


def normalized(step: Redo, a: Array) -> Array:
    """Other rows brought to mean 0 and deviation 1, with the kind of deviation that the page takes."""
    made = step.maker(2, "row_deviation")
    less = int(made is not None and made.params["kind"] == "sample")
    off = a - a.mean(axis=1, keepdims=True)
    return over(off, proper(step, spread(a, float(max(a.shape[1] - less, 1)))))


@slip(NORMS, "epsilon-in-wrong-place", said="ε = {epsilon} was {done}", mend="{right}")
def epsilon_elsewhere(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    epsilon = float(step.params["epsilon"])
    inside = "add ε to the variance, inside the root"
    outside = "add ε to the deviation, after the root"
    if step.op.name == "normalize":
        yield Variant(
            over(a - mean, std + epsilon),
            {"done": "added to the deviation, outside the root", "right": outside and inside},
        )
    else:
        yield Variant(over(a - mean, np.sqrt(std * std + epsilon)), {"done": "put inside the root", "right": outside})
    yield Variant(
        over(a - mean, std) + epsilon,
        {"done": "added to the quotient", "right": inside if step.op.name == "normalize" else outside},
        rare=1,
    )


@slip(NORMS, "epsilon-left-out", said="ε = {epsilon} was left out", mend="{where}")
def epsilon_left_out(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    where = "add ε to the deviation" if step.op.name.endswith("outside") else "add ε inside the root"
    yield Variant(over(a - mean, std), {"where": where})


@slip(
    NORMS, "divided-by-variance", said="the rows were divided by the variance", mend="divide by the deviation, its root"
)
def by_variance(step: Redo) -> Iterator[Variant]:
    a, mean, std = step.operands
    epsilon = float(step.params["epsilon"])
    yield Variant(over(a - mean, std * std + epsilon))
    yield Variant(over(a - mean, std * std), rare=1)


@slip(NORMS, "mean-not-taken-off", said="the mean was not taken off", mend="take {1} off each row before dividing")
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


@slip(NORMS, "multiplied-by-deviation", said="the rows were multiplied by the deviation", mend="divide by it", rare=1)
def times_deviation(step: Redo) -> Array:
    a, mean, std = step.operands
    return (a - mean) * proper(step, std)


@slip(NORMS, "mean-added", said="the mean was added, not taken off", mend="take {1} off each row", rare=1)
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
    NORMS, "sample-for-population", said="the {other} deviation was divided by", mend="divide by the {right} deviation"
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
    yield Variant(over(a - mean, proper(step, std * factor)), {"other": other, "right": right}, f"{other}-for-{right}")


@slip(
    NORMS,
    "normalised-down-columns",
    said="the columns were normalised",
    mend="normalise each row: a token's own numbers",
)
def down_columns(step: Redo) -> Array:
    a = step.operands[0]
    return normalized(step, a.T).T


@slip(
    NORMS, "normalised-as-a-whole", said="the whole matrix was normalised at once", mend="normalise each row by itself"
)
def as_a_whole(step: Redo) -> Array:
    a = step.operands[0]
    return normalized(step, a.reshape(1, -1)).reshape(a.shape)


@slip(
    NORMS,
    "not-normalised",
    said="the norm was left out: these are the numbers of {0}",
    mend="take the mean off each row and divide by its deviation",
)
def not_normalised(step: Redo) -> Array:
    return step.operands[0]


@slip(NORMS, "residual-left-out", said="{other} was normalised, before {missing} was added", mend="normalise {0}")
def norm_before_sum(step: Redo) -> Iterator[Variant]:
    for other, missing, values in before_sum(step):
        yield Variant(normalized(step, values), {"other": other, "missing": missing})


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
