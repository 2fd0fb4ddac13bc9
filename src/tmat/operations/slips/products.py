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


def projected_from(step: Redo, n: int) -> Redo | None:
    """The projection that operand n is, or is a head of."""
    made = step.maker(n, "columns")
    return step.maker(n, "matmul", "linear") if made is None else made.maker(0, "matmul", "linear")


def unprojected(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    queries, keys = projected_from(step, 0), projected_from(step, 1)
    if queries is not None and keys is not None and queries.operands[0].shape[1] == keys.operands[0].shape[1]:
        first, second = queries.names[0], keys.names[0]
        yield way(queries.operands[0] @ keys.operands[0].T, first=first, second=second)


def mirrored(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    right = step()
    if a.shape[0] == b.shape[0] > 1:
        yield way(np.triu(right) + np.triu(right, 1).T, where="above", other="below")
        yield way(np.tril(right) + np.tril(right, -1).T, where="below", other="above")


WEIGHTS = ("softmax", "softmax_tempered", "renormalize", "dropout")


def unweighted(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    if step.maker(0, *WEIGHTS) is None:
        return
    seen = np.where(a != 0.0, 1.0, 0.0)
    yield way(np.ones_like(a) @ b / a.shape[1])
    if not seen.all():
        yield way(seen @ b / np.maximum(seen.sum(axis=1, keepdims=True), 1.0))


def alone(step: Redo, a: Array, b: Array) -> Array | None:
    return b.copy() if step.maker(0, *WEIGHTS) is not None and a.shape[0] == a.shape[1] else None


def unweighed(step: Redo, a: Array, b: Array, *bias: Array) -> Iterator[Variant]:
    if b.shape[0] == b.shape[1]:
        yield way(a + (bias[0] if bias else 0.0))
        if bias:
            yield way(a, said="{1} and {2} were left out", mend="multiply {0} by {1} and add {2}")


def inputs(step: Redo) -> Iterator[tuple[str, Array]]:
    """The inputs of the projections from which this step was made."""
    for made in step.makers:
        if made is not None:
            yield from inputs(made)
            if made.op in (matmul, linear) and not any(made.makers):
                yield made.names[0], made.operands[0]


def residual_inside(step: Redo, *_: Array) -> Iterator[Variant]:
    right = step()
    for name, values in dict(inputs(step)).items():
        if values.shape == right.shape:
            yield way(right + values, which=name)


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
slip(matmul_transposed, "reshaped-not-transposed",
     lambda _, a, b: a @ b.reshape(b.shape[::-1]) if min(b.shape) > 1 else None, rare=1,
     said="{1} was reshaped, not transposed: its numbers stand in the order of its rows",
     mend="transpose {1}: its rows become columns")
slip(matmul_transposed, "query-for-key", lambda _, a, b: a @ a.T,
     said="{0} stands in both places: this is {0}·{0}ᵀ", mend="multiply by {1}ᵀ: {0}·{1}ᵀ")
slip(matmul_transposed, "key-for-query", lambda _, a, b: b @ b.T,
     said="{1} stands in both places: this is {1}·{1}ᵀ", mend="multiply {0} by {1}ᵀ: {0}·{1}ᵀ")
slip(matmul_transposed, "projections-left-out", unprojected,
     said="this is {first}·{second}ᵀ: the projections were left out", mend="project first, then take {0}·{1}ᵀ")
slip(matmul_transposed, "taken-as-symmetric", mirrored, rare=1,
     said="{result} was taken as symmetric: the numbers {where} the diagonal stand {other} it too",
     mend="work out both halves: row i times row j is not row j times row i")
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
     said="the bias {2} was added down the columns, one number per row",
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
slip(matmul, "mean-of-values", unweighted,
     said="the plain mean of {1}'s rows was taken, without the weights", mend="weigh each row of {1}: {0}·{1}")
slip(matmul, "each-token-alone", alone, rare=1,
     said="each token attends to itself alone: these are the numbers of {1}",
     mend="weigh all rows of {1}: {0}·{1}; in a program, look at which axis is the sequence")
slip((matmul, linear), "weight-left-out", unweighed, rare=1,
     said="{1} was left out", mend="multiply {0} by {1}")
slip((matmul, linear), "relu-taken", lambda step, *_: np.maximum(step(), 0.0) if (step() < 0.0).any() else None, rare=1,
     said="ReLU was taken of {result}: its negative numbers became 0", mend="leave {result} as it is: no activation here")
slip((matmul, linear), "residual-inside", residual_inside, rare=1,
     said="{which} was added to {result}", mend="leave {which} to the step that adds the residual")
