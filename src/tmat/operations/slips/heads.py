"""Slips in cutting projections into heads, joining heads, and choosing rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from tmat.operations.elementwise import columns, concat, flatten, one_row
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip


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
    if width < 1:
        return
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
    if width < 1 or a.shape[1] % width:
        return None
    heads, own = a.shape[1] // width, (start - 1) // width
    return a[:, own::heads] if heads > 1 else None


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


def alike(step: Redo) -> bool:
    """Whether all heads are of one width."""
    return len({part.shape for part in step.operands}) == 1


@slip(
    concat,
    "heads-added",
    said="the heads were added",
    mend="put them side by side: the widths add up, the numbers stay",
)
def heads_added(step: Redo) -> Array | None:
    return np.asarray(sum(step.operands)) if alike(step) else None


@slip(
    concat,
    "heads-averaged",
    said="the mean of the heads was taken",
    mend="put them side by side: the widths add up, the numbers stay",
    rare=1,
)
def heads_averaged(step: Redo) -> Array | None:
    return np.asarray(sum(step.operands)) / len(step.operands) if alike(step) else None


@slip(
    concat,
    "heads-stacked",
    said="the heads were put one below the other",
    mend="put them side by side: a row stays a token's",
)
def heads_stacked(step: Redo) -> Array | None:
    return np.concatenate(step.operands, axis=0) if alike(step) else None


@slip(
    concat,
    "heads-interleaved",
    said="the heads' columns were put in turn, one of each",
    mend="put all columns of a head together",
)
def heads_interleaved(step: Redo) -> Array | None:
    return np.stack(step.operands, axis=2).reshape(step.operands[0].shape[0], -1) if alike(step) else None


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


@slip(one_row, "another-row", said="this is row {other} of {0}", mend="take row {row}, the last position")
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
