"""Slips in LayerNorm and RMSNorm."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tmat.operations.elementwise import scale_and_shift, scale_columns
from tmat.operations.normalization import normalize, normalize_outside, normalize_rms, normalize_rms_outside
from tmat.operations.operation import Array
from tmat.operations.slips.deviations import spread
from tmat.operations.slips.means import before_sum
from tmat.operations.slips.slip import Redo, Variant, slip, way

NORMS = (normalize, normalize_outside)
RMS = (normalize_rms, normalize_rms_outside)
EITHER = (*NORMS, *RMS)


def over(off: Array, by: Array) -> Array:
    return np.where((by == 0.0) & (off == 0.0), 0.0, off / by)


def proper(step: Redo, std: Array) -> Array:
    """The right divisor, ε where this operation adds it."""
    epsilon = step["epsilon"]
    return std + epsilon if step.op.name.endswith("outside") else np.asarray(np.sqrt(std * std + epsilon))


def deviation(step: Redo, a: Array) -> Array:
    """The deviations (or root mean squares) of other rows, of the kind that this step divides by."""
    if step.op in RMS:
        return spread(a, a.shape[1], np.zeros((a.shape[0], 1)))
    made = step.maker(2, "row_deviation")
    less = int(made is not None and made.params["kind"] == "sample")
    return spread(a, max(a.shape[1] - less, 1))


def normalized(step: Redo, a: Array) -> Array:
    """Other rows normalised as this step does."""
    off = a if step.op in RMS else a - a.mean(axis=1, keepdims=True)
    return over(off, proper(step, deviation(step, a)))


def epsilon_elsewhere(step: Redo, a: Array, mean: Array, std: Array) -> Iterator[Variant]:
    epsilon = step["epsilon"]
    inside = "add ε to the variance, inside the root"
    outside = "add ε to the deviation, after the root"
    if step.op.name == "normalize":
        yield way(over(a - mean, std + epsilon), done="added to the deviation, outside the root", right=inside)
    else:
        yield way(over(a - mean, np.sqrt(std * std + epsilon)), done="put inside the root", right=outside)
    yield way(
        over(a - mean, std) + epsilon,
        rare=1,
        done="added to the quotient",
        right=inside if step.op.name == "normalize" else outside,
    )


def epsilon_left_out(step: Redo, a: Array, mean: Array, std: Array) -> Iterator[Variant]:
    where = "add ε to the deviation" if step.op.name.endswith("outside") else "add ε inside the root"
    yield way(over(a - mean, std), where=where)


def by_variance(step: Redo, a: Array, mean: Array, std: Array) -> Iterator[Variant]:
    epsilon = step["epsilon"]
    yield way(over(a - mean, std * std + epsilon))
    yield way(over(a - mean, std * std), rare=1)


def other_deviation(step: Redo, a: Array, mean: Array, std: Array) -> Iterator[Variant]:
    made = step.maker(2, "row_deviation")
    d = a.shape[1]
    if made is None or d < 2:
        return
    sample = made.params["kind"] == "sample"
    other, right = ("population", "sample") if sample else ("sample", "population")
    factor = math.sqrt((d - 1) / d) if sample else math.sqrt(d / (d - 1))
    yield way(over(a - mean, proper(step, std * factor)), f"{other}-for-{right}", other=other, right=right)


def norm_before_sum(step: Redo, *_: Array) -> Iterator[Variant]:
    for other, missing, values in before_sum(step):
        yield way(normalized(step, values), other=other, missing=missing)


def residual_after(step: Redo, _: Array, *gains: Array) -> Iterator[Variant]:
    norm = step if step.op in EITHER else step.maker(0, *(op.name for op in EITHER))
    terms = list(before_sum(norm)) if norm is not None else []
    for (other, missing, values), (*_names, residual) in zip(terms, terms[::-1], strict=True):
        assert norm is not None
        own = normalized(norm, values)
        yield way((own if step is norm else step.op.evaluate(own, *gains)) + residual, other=other, missing=missing)


def between_extremes(_: Redo, a: Array, *_others: Array) -> Iterator[Variant]:
    for axis, which in ((1, "each row"), (None, "the whole matrix")):
        low, high = a.min(axis=axis, keepdims=True), a.max(axis=axis, keepdims=True)
        yield way(over(a - low, high - low), rare=int(axis is None), which=which)


def rms_epsilon(step: Redo, a: Array, rms: Array) -> Iterator[Variant]:
    epsilon = step["epsilon"]
    if step.op.name == "normalize_rms":
        yield way(over(a, rms + epsilon), right="add ε to the mean square, inside the root")
    else:
        yield way(over(a, np.sqrt(rms * rms + epsilon)), right="add ε to the root mean square")


def rms_mean_taken_off(step: Redo, a: Array, rms: Array) -> Iterator[Variant]:
    off = a - a.mean(axis=1, keepdims=True)
    yield way(over(off, proper(step, rms)))
    yield way(over(off, proper(step, a.std(axis=1, keepdims=True))))


# fmt: off

slip(NORMS, "epsilon-in-wrong-place", epsilon_elsewhere,
     said="ε = {epsilon} was {done}", mend="{right}")
slip(NORMS, "epsilon-left-out", epsilon_left_out,
     said="ε = {epsilon} was left out", mend="{where}")
slip(NORMS, "divided-by-variance", by_variance,
     said="the rows were divided by the variance", mend="divide by the deviation, its root")
slip(NORMS, "mean-not-taken-off", lambda step, a, mean, std: over(a, proper(step, std)),
     said="the mean was not taken off", mend="take {1} off each row before dividing")
slip(NORMS, "not-divided", lambda _, a, mean, std: a - mean,
     said="the mean was taken off, but the row was not divided by the deviation",
     mend="divide each row by its deviation")
slip(NORMS, "multiplied-by-deviation", lambda step, a, mean, std: (a - mean) * proper(step, std), rare=1,
     said="the rows were multiplied by the deviation", mend="divide by it")
slip(NORMS, "mean-added", lambda step, a, mean, std: over(a + mean, proper(step, std)), rare=1,
     said="the mean was added, not taken off", mend="take {1} off each row")
slip(NORMS, "norm-wrong-sign", lambda step, a, mean, std: over(mean - a, proper(step, std)), rare=1,
     said="the numbers were taken off the mean, the wrong way round", mend="take the mean off the numbers")
slip(NORMS, "only-first-divided", lambda step, a, mean, std: a - over(mean, proper(step, std)), rare=1,
     said="only the mean was divided by the deviation: the bracket was left out",
     mend="take the mean off first, then divide the whole")
slip(NORMS, "sample-for-population", other_deviation,
     said="the {other} deviation was divided by", mend="divide by the {right} deviation")
slip(EITHER, "normalised-down-columns", lambda step, a, *_: normalized(step, a.T).T,
     said="the columns were normalised", mend="normalise each row: a token's own numbers")
slip(EITHER, "normalised-as-a-whole", lambda step, a, *_: normalized(step, a.reshape(1, -1)).reshape(a.shape),
     said="the whole matrix was normalised at once", mend="normalise each row by itself")
slip(NORMS, "not-normalised", lambda _, a, mean, std: a,
     said="the norm was left out: these are the numbers of {0}",
     mend="take the mean off each row and divide by its deviation")
slip(EITHER, "residual-left-out", norm_before_sum,
     said="{other} was normalised, before {missing} was added", mend="normalise {0}")
slip((*EITHER, scale_columns, scale_and_shift), "residual-after-norm", residual_after, rare=1,
     said="{other} was normalised, and {missing} was added after that", mend="add the two first, then normalise the sum")
slip(NORMS, "mean-of-columns",
     lambda step, a, mean, std: over(a - a.mean(axis=0, keepdims=True), proper(step, std)), rare=1,
     said="the means of the columns were taken off", mend="take {1} off, the mean of each row")
slip(NORMS, "deviation-of-columns",
     lambda step, a, mean, std: over(a - mean, proper(step, deviation(step, a.T).T)), rare=1,
     said="the columns' deviations were divided by", mend="divide by {2}, the deviation of each row")
slip(NORMS, "divided-by-root-of-deviation",
     lambda step, a, mean, std: over(a - mean, proper(step, np.sqrt(std))), rare=1,
     said="the root of the deviation was divided by", mend="divide by the deviation, which is a root already")
slip(NORMS, "rms-for-deviation",
     lambda step, a, mean, std: over(a, proper(step, np.sqrt((a * a).mean(axis=1, keepdims=True)))), rare=1,
     said="the rows were divided by their root mean square, without taking the mean off: this is RMSNorm",
     mend="take {1} off each row, then divide by {2}")
slip(EITHER, "min-max", between_extremes, rare=1,
     said="{which} was stretched to go from 0 to 1", mend="normalise each row by itself, as the formula of this sheet does")
slip(RMS, "epsilon-in-wrong-place", rms_epsilon,
     said="ε = {epsilon} was put in the wrong place", mend="{right}")
slip(RMS, "epsilon-left-out", lambda _, a, rms: over(a, rms),
     said="ε = {epsilon} was left out", mend="add ε to what the rows are divided by")
slip(RMS, "mean-taken-off", rms_mean_taken_off,
     said="the mean was taken off: this is LayerNorm", mend="RMSNorm divides the numbers as they are")
slip(RMS, "not-normalised", lambda _, a, rms: a,
     said="the norm was left out: these are the numbers of {0}", mend="divide each row by its root mean square")
slip(RMS, "multiplied-by-rms", lambda step, a, rms: a * proper(step, rms), rare=1,
     said="the rows were multiplied by their root mean square", mend="divide by it")
slip(RMS, "divided-by-mean-square", lambda step, a, rms: over(a, rms * rms + step["epsilon"]), rare=1,
     said="the rows were divided by their mean square", mend="divide by its root")
