"""Slips in gradients: of sums, softmax, activations, norms and embeddings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tmat.operations.adding import (
    add_all,
    column_dots,
    column_sums,
    minus_row_sums,
    row_dots,
    subtract,
    transposed_matmul,
)
from tmat.operations.operation import Array
from tmat.operations.placing import gather_rows, spread_mean
from tmat.operations.shares import (
    additive_keys_gradient,
    additive_queries_gradient,
    deviation_gradient,
    rms_gradient,
    shares_gradient,
    softmax_gradient,
    spread_gradient,
    spread_gradient_outside,
)
from tmat.operations.slips.slip import Redo, Variant, slip, way
from tmat.operations.slopes import gelu_slope, gelu_tanh_slope, relu_gate, silu_slope, tanh_slope


def share_left_out(step: Redo, *parts: Array) -> Iterator[Variant]:
    for n, name in enumerate(step.names):
        rest = [part for k, part in enumerate(parts) if k != n]
        if rest:
            yield way(np.sum(rest, axis=0), which=name)


def one_share_alone(step: Redo, *parts: Array) -> Iterator[Variant]:
    if len(parts) > 2:  # of two, one alone is the other left out
        for name, part in zip(step.names, parts, strict=True):
            yield way(part.copy(), which=name)


def factor_left_out(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    axis = 1 if step.op is row_dots else 0
    yield way(b.sum(axis=axis, keepdims=True), which=step.names[0])
    yield way(a.sum(axis=axis, keepdims=True), which=step.names[1])


def one_row_alone(step: Redo, a: Array) -> Iterator[Variant]:
    for row, which in ((0, "first"), (-1, "last")) if len(a) > 1 else ():
        yield way(a[row].reshape(1, -1).copy(), which=which)


def repeated(step: Redo, ids: Array) -> NDArray[np.int64] | None:
    """The rows of the ids in the table, where some word occurs several times; else None."""
    places = ids[:, 0] - step["first"]
    if not np.isin(places, np.arange(step["height"])).all() or len(np.unique(places)) == len(places):
        return None
    return np.asarray(places.astype(np.int64))


def last_of_equal_rows(step: Redo, ids: Array, d: Array) -> Array | None:
    places = repeated(step, ids)
    if places is None:
        return None
    result = np.zeros((step["height"], d.shape[1]))
    result[places] = d
    return result


def averaged_rows(step: Redo, ids: Array, d: Array) -> Array | None:
    places = repeated(step, ids)
    if places is None:
        return None
    counts = np.bincount(places, minlength=step["height"])[:, None]
    return np.asarray(step() / np.maximum(counts, 1))


def another_count(step: Redo, d: Array, a: Array, mean: Array, std: Array) -> Array | None:
    width = a.shape[1]
    right, wrong = (width, width - 1) if step["kind"] == "population" else (width - 1, width)
    return step() * right / wrong if right > 0 and wrong > 0 else None


def without_slope(step: Redo, d: Array, queries: Array, keys: Array, v: Array) -> Array:
    axis = 1 if step.op is additive_queries_gradient else 0
    return np.asarray(d.sum(axis=axis)[:, None] * v)


# fmt: off

slip(transposed_matmul, "not-transposed", lambda _, a, b: a @ b if a.shape[1] == b.shape[0] else None,
     said="{0} was not transposed: this is {0}·{1}", mend="turn {0} first: {0}ᵀ·{1}, its columns with the columns of {1}")
slip(transposed_matmul, "wrong-one-transposed", lambda _, a, b: a @ b.T if a.shape[1] == b.shape[1] else None,
     said="the wrong one was transposed: this is {0}·{1}ᵀ", mend="transpose {0}, not {1}: {0}ᵀ·{1}")
slip((transposed_matmul, column_sums, column_dots), "mean-for-sum", lambda step, a, *b: step() / a.shape[0],
     said="the mean over the rows was taken for their sum",
     mend="add the rows up: each has its share in {result}, and the mean is in the loss already")
slip((row_dots, minus_row_sums), "mean-for-sum", lambda step, a, *b: step() / a.shape[1],
     said="the mean of each row was taken for its sum", mend="add each row up and do not divide")
slip(column_sums, "one-row-alone", one_row_alone,
     said="{result} is the {which} row of {0} alone", mend="add up all rows of {0}: a bias is in every row")
slip(column_sums, "rows-not-added", lambda _, a: a.copy() if len(a) > 1 else None,
     said="the rows of {0} were not added up", mend="add up the rows of {0}: a bias is one row, and is in every one")
slip((row_dots, column_dots), "factor-left-out", factor_left_out,
     said="{which} was left out of the products", mend="multiply cell by cell first, {0} ∘ {1}, then add up")
slip(add_all, "share-left-out", share_left_out,
     said="the share {which} was left out", mend="add all the shares: the matrix was used in each of these places")
slip(add_all, "one-share-alone", one_share_alone,
     said="{result} is the share {which} alone", mend="add all the shares: the matrix was used in each of these places")
slip(add_all, "averaged", lambda step, *parts: step() / len(parts) if len(parts) > 1 else None, rare=1,
     said="the mean of the shares was taken", mend="add the shares up and do not divide")
slip(subtract, "added", lambda _, a, b: a + b,
     said="{1} was added", mend="take {1} off {0}")
slip(softmax_gradient, "diagonal-alone", lambda _, y, d, sums: y * (1 - y) * d,
     said="the softmax was taken cell by cell: {0}·(1 − {0}) is its diagonal alone",
     mend="every share of a row moves with each score of it: take the row's sum of {0} ∘ {1} off first")
slip(softmax_gradient, "row-sums-left-out", lambda _, y, d, sums: y * d,
     said="the row sums {2} were not taken off", mend="form {0} ∘ ({1} − {2})")
slip(softmax_gradient, "weights-left-out", lambda _, y, d, sums: d - sums,
     said="the factor {0} was left out", mend="multiply by {0} cell by cell")
slip(softmax_gradient, "softmax-left-out", lambda _, y, d, sums: d.copy(),
     said="softmax was left out: these are the numbers of {1}", mend="go back through softmax: {0} ∘ ({1} − {2})")
slip(softmax_gradient, "row-sums-added", lambda _, y, d, sums: y * (d + sums), rare=1,
     said="the row sums {2} were added", mend="take them off: {0} ∘ ({1} − {2})")
slip(shares_gradient, "row-sums-left-out", lambda _, d, sums, a: d / a.sum(axis=1, keepdims=True),
     said="the row sums {1} were not taken off", mend="take {1} off {0} before you divide")
slip(relu_gate, "gate-left-out", lambda _, d, y: d.copy(),
     said="ReLU was left out on the way back: these are the numbers of {0}",
     mend="put 0 wherever {1} is 0: there nothing came through")
slip(relu_gate, "gate-of-wrong-sign", lambda _, d, y: np.where(y == 0.0, d, 0.0),
     said="ReLU's gate was taken on the wrong side", mend="let the gradient pass where {1} is above 0, and put 0 elsewhere")
slip(relu_gate, "relu-of-gradient", lambda _, d, y: np.maximum(d, 0.0), rare=1,
     said="ReLU was taken of the gradient itself", mend="what counts is the sign of the number on the way there: where {1} is above 0")
slip((tanh_slope, gelu_slope, gelu_tanh_slope, silu_slope), "slope-left-out", lambda _, d, a: d.copy(),
     said="the slope of the activation was left out: these are the numbers of {0}", mend="multiply {0} by the slope, cell by cell")
slip(tanh_slope, "not-squared", lambda _, d, y: d * (1 - y), rare=1,
     said="1 − {1} was taken for 1 − {1}²", mend="square {1}: the slope of tanh is 1 − tanh²")
slip((gelu_slope, gelu_tanh_slope, silu_slope), "slope-of-relu", lambda _, d, a: np.where(a > 0.0, d, 0.0), rare=1,
     said="ReLU's slope was taken, 1 or 0", mend="take the slope of the activation of this sheet")
slip((additive_queries_gradient, additive_keys_gradient), "slope-left-out", without_slope,
     said="the slope of tanh was left out", mend="multiply by 1 − tanh²")
slip((spread_gradient, spread_gradient_outside), "mean-for-sum", lambda step, d, y, s: step() / d.shape[1],
     said="the mean of the row was taken for its sum", mend="add the row up and do not divide")
slip(deviation_gradient, "count-left-out", lambda _, d, a, mean, std: d * (a - mean) / std,
     said="the number of cells in the row was left out of the divisor", mend="divide by the count, too")
slip(deviation_gradient, "another-count", another_count, rare=1,
     said="it was divided by another count of cells", mend="divide by the count that the deviation was divided by")
slip(rms_gradient, "count-left-out", lambda _, d, a, rms: d * a / rms,
     said="the number of cells in the row was left out of the divisor", mend="divide by the count, too")
slip(spread_mean, "mean-not-divided", lambda step, d: np.repeat(d, step["width"], axis=1),
     said="the mean's gradient was not divided by the number of cells", mend="each cell has one share of so many in the mean")
slip(gather_rows, "last-of-equal-rows", last_of_equal_rows,
     said="of a word that comes several times only the last row was taken", mend="add up all its rows")
slip(gather_rows, "averaged", averaged_rows,
     said="the rows of a word that comes several times were averaged", mend="add them up and do not divide")
slip(column_dots, "one-row-alone", lambda _, a, b: way((a[:1] * b[:1]).copy(), which="first") if len(a) > 1 else None, rare=1,
     said="{result} is the {which} row alone", mend="add up all rows")
