"""Slips in products of matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.products import additive_scores, linear, matmul, matmul_transposed
from tmat.operations.slips.slip import Redo, Variant, slip


@slip(
    (matmul, matmul_transposed),
    "element-by-element",
    said="{0} and {1} were multiplied cell by cell",
    mend="take each row of the first times each column of the second, and add the products up",
)
def element_by_element(step: Redo) -> Array | None:
    a, b = step.operands
    return a * b if a.shape == b.shape else None


@slip(
    linear,
    "element-by-element",
    said="{0} and {1} were multiplied cell by cell",
    mend="take each row of the first times each column of the second, and add the products up",
)
def element_by_element_and_bias(step: Redo) -> Array | None:
    a, b, bias = step.operands
    return a * b + bias if a.shape == b.shape else None


@slip(
    matmul,
    "operands-swapped",
    said="the product was taken the other way round, {1}·{0}",
    mend="the order counts: {0} comes first, its rows against the columns of {1}",
)
def swapped(step: Redo) -> Array | None:
    a, b = step.operands
    return b @ a if b.shape[1] == a.shape[0] else None


@slip(
    matmul_transposed,
    "operands-swapped",
    said="the product was taken the other way round, {1}·{0}ᵀ",
    mend="a row of {result} belongs to a row of {0}: {0}·{1}ᵀ",
)
def swapped_scores(step: Redo) -> Array:
    a, b = step.operands
    return b @ a.T


@slip(
    matmul_transposed,
    "not-transposed",
    said="{1} was not transposed: this is {0}·{1}",
    mend="multiply by {1}ᵀ: the rows of {0} against the rows of {1}",
)
def not_transposed(step: Redo) -> Array | None:
    a, b = step.operands
    return a @ b if a.shape[1] == b.shape[0] else None


@slip(
    matmul_transposed,
    "wrong-one-transposed",
    said="the wrong one was transposed: this is {0}ᵀ·{1}",
    mend="transpose {1}, not {0}: {0}·{1}ᵀ",
)
def wrong_one_transposed(step: Redo) -> Array | None:
    a, b = step.operands
    return a.T @ b if a.shape[0] == b.shape[0] else None


@slip(
    (matmul, linear),
    "operand-transposed",
    said="{which} was transposed before the product",
    mend="take {which} as it stands",
)
def operand_transposed(step: Redo) -> Iterator[Variant]:
    a, b, *bias = step.operands
    more = bias[0] if bias else 0.0
    if a.shape[1] == b.shape[1]:
        yield Variant(a @ b.T + more, {"which": step.names[1]})
    if a.shape[0] == b.shape[0]:
        yield Variant(a.T @ b + more, {"which": step.names[0]})


@slip(linear, "bias-left-out", said="the bias {2} was left out", mend="add {2} to every row after the product")
def bias_left_out(step: Redo) -> Array:
    a, b, _ = step.operands
    return a @ b


@slip(linear, "bias-taken-off", said="the bias {2} was taken off instead of added", mend="add {2} to every row", rare=1)
def bias_taken_off(step: Redo) -> Array:
    a, b, bias = step.operands
    return a @ b - bias


@slip(linear, "bias-twice", said="the bias {2} was added twice", mend="add {2} once to every row", rare=1)
def bias_twice(step: Redo) -> Array:
    a, b, bias = step.operands
    return a @ b + 2 * bias


@slip(
    linear,
    "bias-down-the-columns",
    said="the bias {2} was added down the columns, a number a row",
    mend="the first number of {2} belongs to the first column, in every row",
    rare=1,
)
def bias_down_columns(step: Redo) -> Array | None:
    a, b, bias = step.operands
    return a @ b + bias.T if bias.shape[1] == a.shape[0] else None


@slip(
    linear, "bias-in-one-row", said="the bias {2} was added to the first row only", mend="add {2} to every row", rare=1
)
def bias_in_one_row(step: Redo) -> Array:
    a, b, bias = step.operands
    result = a @ b
    result[0] += bias[0]
    return result


@slip(
    linear,
    "bias-only",
    said="{result} is the bias {2} alone, or the product without its factor",
    mend="form {0}·{1} first, then add {2}",
    rare=2,
)
def bias_before_product(step: Redo) -> Iterator[Variant]:
    a, b, bias = step.operands
    yield Variant(np.broadcast_to(bias, (a.shape[0], b.shape[1])).copy())


@slip(
    additive_scores,
    "tanh-left-out",
    said="tanh was left out",
    mend="take tanh of each sum before it is weighted by {2}",
)
def tanh_left_out(step: Redo) -> Array:
    queries, keys, v = step.operands
    return np.asarray((queries @ v[0])[:, None] + (keys @ v[0])[None, :])


@slip(
    additive_scores,
    "weights-left-out",
    said="the tanh were added up without {2}",
    mend="weight each tanh by its number in {2}",
    rare=1,
)
def weights_left_out(step: Redo) -> Array:
    queries, keys, _ = step.operands
    return np.asarray(np.tanh(queries[:, None, :] + keys[None, :, :]).sum(axis=2))


@slip(
    additive_scores,
    "multiplied-before-tanh",
    said="query and key were multiplied before tanh",
    mend="add query and key, then take tanh",
    rare=1,
)
def multiplied_before_tanh(step: Redo) -> Array:
    queries, keys, v = step.operands
    return np.asarray(np.tanh(queries[:, None, :] * keys[None, :, :]) @ v[0])
