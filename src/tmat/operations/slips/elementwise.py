"""Slips in sums, and in cutting and joining heads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from tmat.operations.elementwise import (
    add,
    add_row,
    columns,
    concat,
    flatten,
    one_row,
    scale_and_shift,
    scale_columns,
)
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip


@slip(
    add,
    "term-left-out",
    said="{missing} left out: {result} is {kept} alone",
    mend="add {missing}, cell by cell",
)
def term_left_out(step: Redo) -> Iterator[Variant]:
    first, second = step.names
    for kept, missing, values in ((first, second, step.operands[0]), (second, first, step.operands[1])):
        own = {"kept": kept, "missing": missing}
        if missing == "residual" or (missing == "X" and kept != "residual" and step.result == "sum"):
            yield Variant(values, own, "residual-left-out")
        else:
            yield Variant(values, own)


@slip(
    add,
    "subtracted",
    said="{second} was taken off {first}, not added",
    mend="add the two, cell by cell",
)
def subtracted(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(a - b, {"first": step.names[0], "second": step.names[1]})
    yield Variant(b - a, {"first": step.names[1], "second": step.names[0]})


@slip(
    add,
    "multiplied-not-added",
    said="{0} and {1} were multiplied, not added",
    mend="add the two, cell by cell",
)
def multiplied(step: Redo) -> Array:
    return step.operands[0] * step.operands[1]


@slip(
    add,
    "added-twice",
    said="{twice} was added twice",
    mend="add {0} and {1} once each",
    rare=1,
)
def added_twice(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(a + 2 * b, {"twice": step.names[1]})
    yield Variant(2 * a + b, {"twice": step.names[0]})


@slip(
    add,
    "doubled",
    said="{doubled} was added to itself",
    mend="add {0} and {1}",
    rare=1,
)
def doubled(step: Redo) -> Iterator[Variant]:
    a, b = step.operands
    yield Variant(2 * a, {"doubled": step.names[0]})
    yield Variant(2 * b, {"doubled": step.names[1]})


@slip(
    add,
    "averaged",
    said="the sum was halved",
    mend="add the two and leave it at that",
    rare=1,
)
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


@slip(
    add_row,
    "bias-left-out",
    said="{1} was not added",
    mend="add {1} to every row",
)
def row_left_out(step: Redo) -> Array:
    return step.operands[0]


@slip(
    add_row,
    "bias-taken-off",
    said="{1} was taken off, not added",
    mend="add {1} to every row",
    rare=1,
)
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


@slip(
    scale_and_shift,
    "beta-left-out",
    said="{2} was left out",
    mend="add to each column its number in {2}",
)
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


@slip(
    scale_columns,
    "gamma-left-out",
    said="{1} was left out",
    mend="multiply each column by its number in {1}",
)
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


# -- heads


@slip(
    columns,
    "another-heads-columns",
    said="these are columns {start2} to {stop2} of {0}, another head's",
    mend="take columns {start} to {stop}",
)
def another_head(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    start, stop = int(step.params["start"]), int(step.params["stop"])
    width = stop - start + 1
    for first in range(0, a.shape[1] - width + 1, width):
        if first != start - 1:
            yield Variant(a[:, first : first + width], {"start2": str(first + 1), "stop2": str(first + width)})


@slip(
    columns,
    "columns-dealt-out",
    said="the columns were dealt out to the heads in turn",
    mend="a head takes columns side by side: {start} to {stop}",
)
def dealt_out(step: Redo) -> Array | None:
    a = step.operands[0]
    start, stop = int(step.params["start"]), int(step.params["stop"])
    width = stop - start + 1
    heads, own = a.shape[1] // width, (start - 1) // width
    return a[:, own::heads] if heads > 1 and a.shape[1] % width == 0 else None


@slip(
    columns,
    "columns-off-by-one",
    said="the columns are off by one",
    mend="take columns {start} to {stop}, counted from 1",
)
def columns_off_by_one(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    start, stop = int(step.params["start"]), int(step.params["stop"])
    if stop < a.shape[1]:
        yield Variant(a[:, start : stop + 1])
    if start > 1:
        yield Variant(a[:, start - 2 : stop - 1])


@slip(
    concat,
    "heads-in-wrong-order",
    said="the heads stand in the wrong order: {order}",
    mend="put them side by side in their order: {right}",
)
def wrong_order(step: Redo) -> Iterator[Variant]:
    count = len(step.operands)
    orders = permutations(range(count)) if count <= 4 else [tuple(reversed(range(count)))]
    for order in orders:
        if order != tuple(range(count)):
            values = np.concatenate([step.operands[n] for n in order], axis=1)
            said = ", ".join(step.names[n] for n in order)
            yield Variant(values, {"order": said, "right": ", ".join(step.names)})


@slip(
    concat,
    "heads-added",
    said="the heads were added",
    mend="put them side by side: the widths add up, the numbers stay",
)
def heads_added(step: Redo) -> Array:
    return np.asarray(sum(step.operands))


@slip(
    concat,
    "heads-averaged",
    said="the mean of the heads was taken",
    mend="put them side by side: the widths add up, the numbers stay",
    rare=1,
)
def heads_averaged(step: Redo) -> Array:
    return np.asarray(sum(step.operands)) / len(step.operands)


@slip(
    concat,
    "heads-stacked",
    said="the heads were put one below the other",
    mend="put them side by side: a row stays a token's",
)
def heads_stacked(step: Redo) -> Array:
    return np.concatenate(step.operands, axis=0)


@slip(
    concat,
    "heads-interleaved",
    said="the heads' columns were put in turn, one of each",
    mend="put all columns of a head together",
)
def heads_interleaved(step: Redo) -> Array:
    return np.stack(step.operands, axis=2).reshape(step.operands[0].shape[0], -1)


@slip(
    concat,
    "one-head-repeated",
    said="{name} stands in every place",
    mend="put the heads side by side in their order",
    rare=1,
)
def one_head_repeated(step: Redo) -> Iterator[Variant]:
    for name, values in zip(step.names, step.operands, strict=True):
        yield Variant(np.concatenate([values] * len(step.operands), axis=1), {"name": name})


@slip(
    one_row,
    "another-row",
    said="this is row {other} of {0}",
    mend="take row {row}, the last position",
)
def another_row(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    for n in range(a.shape[0]):
        if n + 1 != int(step.params["row"]):
            yield Variant(a[n : n + 1], {"other": str(n + 1)})


@slip(
    flatten,
    "flattened-by-columns",
    said="the columns were put one after the other",
    mend="put the rows one after the other",
)
def by_columns(step: Redo) -> Array:
    return step.operands[0].T.reshape(1, -1)
