"""Slips in the means of rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import row_mean
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def another_count(step: Redo, a: Array) -> Iterator[Variant]:
    n, m = a.shape
    for count in dict.fromkeys((m - 1, m + 1, n)):
        if count > 0 and count != m:
            yield way(a.sum(axis=1, keepdims=True) / count, count=str(count), right=str(m))


def another_mean(step: Redo, a: Array) -> Iterator[Variant]:
    yield way(a.shape[1] / (1 / a).sum(axis=1, keepdims=True), which="harmonic mean")
    yield way(np.sqrt((a * a).mean(axis=1, keepdims=True)), which="root mean square")
    middle = (a.max(axis=1, keepdims=True) + a.min(axis=1, keepdims=True)) / 2
    yield way(middle, which="middle between largest and smallest")
    if (a < 0).any():
        yield way(np.abs(a).mean(axis=1, keepdims=True), which="mean without signs")


def mean_before_sum(step: Redo, a: Array) -> Iterator[Variant]:
    for other, missing, values in before_sum(step):
        yield way(values.mean(axis=1, keepdims=True), other=other, missing=missing)


def before_sum(step: Redo) -> Iterator[tuple[str, str, Array]]:
    """Where operand 0 is a sum: each term with its name, and the name of the other term."""
    made = step.maker(0, "add")
    if made is not None:
        first, second = made.names
        yield first, second, made.operands[0]
        yield second, first, made.operands[1]


# fmt: off

slip(row_mean, "mean-of-columns", lambda _, a: a.mean(axis=0, keepdims=True).T,
     said="the means of the columns were taken", mend="take the mean of each row: one number per token")
slip(row_mean, "median-for-mean", lambda _, a: np.median(a, axis=1, keepdims=True),
     said="the median of each row was taken, not the mean", mend="add the row up and divide by how many there are")
slip(row_mean, "geometric-mean",
     lambda _, a: np.exp(np.log(a).mean(axis=1, keepdims=True)) if a.size and (a > 0).any() else None,
     said="the geometric mean of each row was taken: the root of the product",
     mend="add the row up and divide by how many there are")
slip(row_mean, "mean-of-whole-matrix", lambda _, a: np.full((a.shape[0], 1), a.mean()),
     said="the mean of the whole matrix was taken for every row", mend="take the mean of each row by itself")
slip(row_mean, "sum-not-divided", lambda _, a: a.sum(axis=1, keepdims=True),
     said="the rows were added up and not divided", mend="divide each sum by how many numbers the row has")
slip(row_mean, "divided-by-another-count", another_count,
     said="the sums were divided by {count}", mend="divide by {right}, the number of columns")
slip(row_mean, "another-mean", another_mean, rare=1,
     said="the {which} of each row was taken", mend="add the row up and divide by how many there are")
slip(row_mean, "residual-left-out", mean_before_sum,
     said="the mean was taken of {other}, before {missing} was added", mend="take the mean of {0}")
