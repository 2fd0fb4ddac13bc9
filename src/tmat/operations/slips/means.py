"""Slips in the means of rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.normalization import row_mean
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip


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
