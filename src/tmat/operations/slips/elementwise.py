"""Slips in sums and scalings, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.elementwise import add, add_row, scale_and_shift, scale_columns
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip


@slip(add, "term-left-out", said="{missing} left out: {result} is {kept} alone", mend="add {missing}, cell by cell")
def term_left_out(step: Redo) -> Iterator[Variant]:
    first, second = step.names
    yield Variant(step.operands[1], {"kept": second, "missing": first})
    name = "residual-left-out" if step.result == "sum" else None  # the second term of such a sum
    yield Variant(step.operands[0], {"kept": first, "missing": second}, name)


@slip(add, "subtracted", said="{second} was taken off {first}, not added", mend="add the two, cell by cell")
def subtracted(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(a - b, {"first": step.names[0], "second": step.names[1]})
    yield Variant(b - a, {"first": step.names[1], "second": step.names[0]})


@slip(add, "multiplied-not-added", said="{0} and {1} were multiplied, not added", mend="add the two, cell by cell")
def multiplied(step: Redo) -> Array:
    return step.operands[0] * step.operands[1]


@slip(add, "added-twice", said="{twice} was added twice", mend="add {0} and {1} once each", rare=1)
def added_twice(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(a + 2 * b, {"twice": step.names[1]})
    yield Variant(2 * a + b, {"twice": step.names[0]})


@slip(add, "doubled", said="{doubled} was added to itself", mend="add {0} and {1}", rare=1)
def doubled(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(2 * a, {"doubled": step.names[0]})
    yield Variant(2 * b, {"doubled": step.names[1]})


@slip(add, "averaged", said="the sum was halved", mend="add the two and leave it at that", rare=1)
def averaged(step: Redo) -> Array:
    return (step.operands[0] + step.operands[1]) / 2


@slip(
    add,
    "transposed-before-adding",
    said="{which} was transposed before it was added",
    mend="add {which} as it stands",
    rare=1,
)
def transposed_first(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    if a.shape[0] == a.shape[1]:
        yield Variant(a + b.T, {"which": step.names[1]})
        yield Variant(a.T + b, {"which": step.names[0]})


@slip(
    add,
    "side-by-side",
    said="{0} and {1} were put side by side, not added",
    mend="add the two, cell by cell: the shape stays the same",
)
def side_by_side(step: Redo) -> Array:
    return np.concatenate(step.operands, axis=1)


@slip(add_row, "bias-left-out", said="{1} was not added", mend="add {1} to every row")
def row_left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(add_row, "bias-taken-off", said="{1} was taken off, not added", mend="add {1} to every row", rare=1)
def row_taken_off(step: Redo) -> Array:
    return step.operands[0] - step.operands[1]


@slip(
    scale_and_shift,
    "gamma-left-out",
    said="{1} was left out",
    mend="multiply each column by its number in {1} before {2} is added",
)
def gamma_left_out(step: Redo) -> Array:
    return step.operands[0] + step.operands[2]


@slip(scale_and_shift, "beta-left-out", said="{2} was left out", mend="add to each column its number in {2}")
def beta_left_out(step: Redo) -> Array:
    return step.operands[0] * step.operands[1]


@slip(
    scale_and_shift,
    "gamma-and-beta-left-out",
    said="{1} and {2} were both left out",
    mend="multiply each column by its number in {1} and add its number in {2}",
)
def both_left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(
    scale_and_shift,
    "gamma-and-beta-exchanged",
    said="{1} and {2} were exchanged",
    mend="multiply by {1}, add {2}",
    rare=1,
)
def exchanged(step: Redo) -> Array:
    a, gamma, beta = step.operands
    return a * beta + gamma


@slip(
    scale_and_shift,
    "beta-before-gamma",
    said="{2} was added before {1} was multiplied by",
    mend="multiply by {1} first, then add {2}",
    rare=1,
)
def beta_first(step: Redo) -> Array:
    a, gamma, beta = step.operands
    return (a + beta) * gamma


@slip(scale_columns, "gamma-left-out", said="{1} was left out", mend="multiply each column by its number in {1}")
def scale_left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(
    (scale_columns, scale_and_shift),
    "gamma-along-rows",
    said="{1} was multiplied along the rows, a number a row",
    mend="the first number of {1} belongs to the first column, in every row",
    rare=1,
)
def scale_along_rows(step: Redo) -> Array | None:
    a, gamma, *beta = step.operands
    if gamma.shape[1] != a.shape[0] or a.shape[0] == 1:
        return None
    return a * gamma.T + (beta[0] if beta else 0.0)
