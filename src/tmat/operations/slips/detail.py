"""Slips in the single steps of softmax and deviation: exponentials, row sums, variances, square roots."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.detail import exponentials, row_mean_square, row_sums, row_variance, square_root
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def other_base(step: Redo, a: Array) -> Iterator[Variant]:
    right = np.e if step["base"] is None else step["base"]
    for base, said in ((np.e, "e"), (2.0, "2"), (10.0, "10"), (2.7, "2.7"), (2.72, "2.72"), (2.718, "2.718")):
        if base != right:
            yield way(base ** (a / step["temperature"]), other=said)


def opposite(step: Redo, a: Array) -> Array:
    return np.asarray(step.taking(0, -a)())


def named(step: Redo) -> str:
    return "e" if step["base"] is None else f"{step['base']:g}"


def other_count(step: Redo, a: Array, mean: Array) -> Iterator[Variant]:
    other = "sample" if step["kind"] == "population" else "population"
    yield way(step.again(kind=other)(), other=other)


# fmt: off

slip(exponentials, "another-base", other_base, rare=1,
     said="{other} was raised to the cells", mend="look which number is raised to the power of {0}")
slip(exponentials, "not-raised", lambda _, a: a,
     said="these are the numbers of {0}: nothing was raised to them", mend="take e^x of each cell")
slip(exponentials, "exponents-of-opposite", opposite,
     said="the exponents have the wrong sign", mend="raise to the power of the cell itself")
slip(exponentials, "times-e", lambda _, a: a * np.e, rare=1,
     said="the cells were multiplied by e", mend="raise e to the power of each cell")
slip(row_sums, "columns-summed", lambda _, a: a.sum(axis=0)[:, None] if a.shape[0] == a.shape[1] else None,
     said="the columns were added up", mend="add up each row")
slip(row_sums, "mean-for-sum", lambda _, a: a.mean(axis=1, keepdims=True), rare=1,
     said="the mean of each row was taken", mend="add up each row, and do not divide")
slip(row_variance, "deviation-for-variance", lambda step, *_: np.sqrt(step()),
     said="this is the deviation: the root was taken already", mend="leave the root to the next step")
slip(row_variance, "other-divisor", other_count,
     said="this is the {other} variance", mend="take the {kind} variance, as this sheet does")
slip(row_variance, "squares-not-averaged", lambda _, a, mean: np.square(a - mean).sum(axis=1, keepdims=True),
     said="the squares were added up and not divided", mend="divide the sum of squares by their number")
slip(row_variance, "mean-not-taken-off", lambda _, a, mean: np.square(a).mean(axis=1, keepdims=True),
     said="the mean was not taken off before squaring", mend="take {1} off each cell first")
slip(row_mean_square, "root-taken-already", lambda step, *_: np.sqrt(step()),
     said="this is the root mean square: the root was taken already", mend="leave the root to the next step")
slip(row_mean_square, "squares-not-averaged", lambda _, a: np.square(a).sum(axis=1, keepdims=True),
     said="the squares were added up and not divided", mend="divide the sum of squares by their number")
slip(row_mean_square, "mean-squared", lambda _, a: np.square(a.mean(axis=1, keepdims=True)),
     said="the mean was squared", mend="square each cell first, then take the mean")
slip(square_root, "root-left-out", lambda _, a: a,
     said="these are the numbers of {0}: the root was left out", mend="take the root of each cell")
slip(square_root, "squared", lambda _, a: a * a, rare=1,
     said="squared, not rooted", mend="take the root of each cell")
slip(square_root, "halved", lambda _, a: a / 2, rare=1,
     said="halved, not rooted", mend="take the root of each cell")
