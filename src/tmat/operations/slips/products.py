"""Slips in products of matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.products import additive_scores, linear, matmul, matmul_transposed
from tmat.operations.slips.slip import Redo, Variant, slip, way


def operand_transposed(step: Redo, a: Array, b: Array, *bias: Array) -> Iterator[Variant]:
    more = bias[0] if bias else 0.0
    if a.shape[1] == b.shape[1]:
        yield way(a @ b.T + more, which=step.names[1])
    if a.shape[0] == b.shape[0]:
        yield way(a.T @ b + more, which=step.names[0])


def bias_in_one_row(step: Redo, a: Array, b: Array, bias: Array) -> Array:
    result = a @ b
    result[0] += bias[0]
    return result


# fmt: off

slip((matmul, matmul_transposed), "element-by-element", lambda _, a, b: a * b if a.shape == b.shape else None,
     said="{0} and {1} were multiplied cell by cell",
     mend="take each row of the first times each column of the second, and add the products up")
slip(linear, "element-by-element", lambda _, a, b, bias: a * b + bias if a.shape == b.shape else None,
     said="{0} and {1} were multiplied cell by cell",
     mend="take each row of the first times each column of the second, and add the products up")
slip(matmul, "operands-swapped", lambda _, a, b: b @ a if b.shape[1] == a.shape[0] else None,
     said="the product was taken the other way round, {1}·{0}",
     mend="the order counts: {0} comes first, its rows against the columns of {1}")
slip(matmul_transposed, "operands-swapped", lambda _, a, b: b @ a.T,
     said="the product was taken the other way round, {1}·{0}ᵀ",
     mend="a row of {result} belongs to a row of {0}: {0}·{1}ᵀ")
slip(matmul_transposed, "not-transposed", lambda _, a, b: a @ b if a.shape[1] == b.shape[0] else None,
     said="{1} was not transposed: this is {0}·{1}", mend="multiply by {1}ᵀ: the rows of {0} against the rows of {1}")
slip(matmul_transposed, "wrong-one-transposed", lambda _, a, b: a.T @ b if a.shape[0] == b.shape[0] else None,
     said="the wrong one was transposed: this is {0}ᵀ·{1}", mend="transpose {1}, not {0}: {0}·{1}ᵀ")
slip((matmul, linear), "operand-transposed", operand_transposed,
     said="{which} was transposed before the product", mend="take {which} as it stands")
slip(linear, "bias-left-out", lambda _, a, b, bias: a @ b,
     said="the bias {2} was left out", mend="add {2} to every row after the product")
slip(linear, "bias-taken-off", lambda _, a, b, bias: a @ b - bias, rare=1,
     said="the bias {2} was taken off instead of added", mend="add {2} to every row")
slip(linear, "bias-twice", lambda _, a, b, bias: a @ b + 2 * bias, rare=1,
     said="the bias {2} was added twice", mend="add {2} once to every row")
slip(linear, "bias-down-the-columns",
     lambda _, a, b, bias: a @ b + bias.T if bias.shape[1] == a.shape[0] else None, rare=1,
     said="the bias {2} was added down the columns, a number a row",
     mend="the first number of {2} belongs to the first column, in every row")
slip(linear, "bias-in-one-row", bias_in_one_row, rare=1,
     said="the bias {2} was added to the first row only", mend="add {2} to every row")
slip(linear, "bias-only", lambda _, a, b, bias: way(np.broadcast_to(bias, (a.shape[0], b.shape[1])).copy()), rare=2,
     said="{result} is the bias {2} alone, or the product without its factor", mend="form {0}·{1} first, then add {2}")
slip(additive_scores, "tanh-left-out", lambda _, queries, keys, v: (queries @ v[0])[:, None] + (keys @ v[0])[None, :],
     said="tanh was left out", mend="take tanh of each sum before it is weighted by {2}")
slip(additive_scores, "weights-left-out",
     lambda _, queries, keys, v: np.tanh(queries[:, None, :] + keys[None, :, :]).sum(axis=2), rare=1,
     said="the tanh were added up without {2}", mend="weight each tanh by its number in {2}")
slip(additive_scores, "multiplied-before-tanh",
     lambda _, queries, keys, v: np.tanh(queries[:, None, :] * keys[None, :, :]) @ v[0], rare=1,
     said="query and key were multiplied before tanh", mend="add query and key, then take tanh")
