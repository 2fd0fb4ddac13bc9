"""Slips in cutting projections into heads, joining heads, and choosing rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from tmat.operations.elementwise import columns, concat, flatten, one_row
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def another_head(step: Redo, a: Array) -> Iterator[Variant]:
    start, stop = step["start"], step["stop"]
    width = stop - start + 1
    if width < 1:
        return
    for first in range(0, a.shape[1] - width + 1, width):
        if first != start - 1:
            yield way(a[:, first : first + width], start2=str(first + 1), stop2=str(first + width))


def dealt_out(step: Redo, a: Array) -> Array | None:
    start, stop = step["start"], step["stop"]
    width = stop - start + 1
    if width < 1 or a.shape[1] % width:
        return None
    heads, own = a.shape[1] // width, (start - 1) // width
    return a[:, own::heads] if heads > 1 else None


def by_view(step: Redo, a: Array) -> Array | None:
    start, width = step["start"], step["stop"] - step["start"] + 1
    if width < 1 or a.shape[1] % width or a.shape[1] == width:
        return None
    heads = a.reshape(-1, a.shape[0], width)
    return np.asarray(heads[(start - 1) // width])


def columns_off_by_one(step: Redo, a: Array) -> Iterator[Variant]:
    start, stop = step["start"], step["stop"]
    if stop < a.shape[1]:
        yield way(a[:, start : stop + 1])
    if start > 1:
        yield way(a[:, start - 2 : stop - 1])


def wrong_order(step: Redo, *parts: Array) -> Iterator[Variant]:
    count = len(parts)
    orders = permutations(range(count)) if count <= 4 else [tuple(reversed(range(count)))]
    for order in orders:
        if order != tuple(range(count)):
            values = np.concatenate([parts[n] for n in order], axis=1)
            said = ", ".join(step.names[n] for n in order)
            yield way(values, order=said, right=", ".join(step.names))


def alike(step: Redo) -> bool:
    """Whether all heads have the same shape."""
    return len({part.shape for part in step.operands}) == 1


def one_head_repeated(step: Redo, *parts: Array) -> Iterator[Variant]:
    for name, values in zip(step.names, parts, strict=True):
        yield way(np.concatenate([values] * len(parts), axis=1), head=name)


def another_row(step: Redo, a: Array) -> Iterator[Variant]:
    for n in range(a.shape[0]):
        if n + 1 != step["row"]:
            yield way(a[n : n + 1], other=str(n + 1))


# fmt: off

slip(columns, "another-heads-columns", another_head,
     said="these are columns {start2} to {stop2} of {0}, another head's", mend="take columns {start} to {stop}")
slip(columns, "columns-dealt-out", dealt_out,
     said="the columns were dealt out to the heads in turn",
     mend="a head takes columns side by side: {start} to {stop}")
slip(columns, "heads-by-view", by_view, rare=1,
     said="{0} was cut into heads along its rows: a view without a transpose",
     mend="a head takes columns {start} to {stop} of every row: cut the columns, then transpose")
slip(columns, "columns-off-by-one", columns_off_by_one,
     said="the columns are off by one", mend="take columns {start} to {stop}, counted from 1")
slip(concat, "heads-in-wrong-order", wrong_order,
     said="the heads stand in the wrong order: {order}", mend="put them side by side in their order: {right}")
slip(concat, "heads-added", lambda step, *parts: np.asarray(sum(parts)) if alike(step) else None,
     said="the heads were added", mend="put them side by side: the widths add up, the numbers stay")
slip(concat, "heads-averaged",
     lambda step, *parts: np.asarray(sum(parts)) / len(parts) if alike(step) else None, rare=1,
     said="the mean of the heads was taken", mend="put them side by side: the widths add up, the numbers stay")
slip(concat, "heads-stacked", lambda step, *parts: np.concatenate(parts, axis=0) if alike(step) else None,
     said="the heads were put one below the other", mend="put them side by side: a row stays a token's")
slip(concat, "heads-interleaved",
     lambda step, *parts: np.stack(parts, axis=2).reshape(parts[0].shape[0], -1) if alike(step) else None,
     said="the heads' columns were put in turn, one of each", mend="put all columns of a head together")
slip(concat, "heads-merged-without-permute",
     lambda step, *parts: np.stack(parts).reshape(parts[0].shape[0], -1) if alike(step) else None, rare=1,
     said="the heads were merged one after the other, without a permute: a row holds numbers of several tokens",
     mend="put the heads side by side: a row stays a token's")
slip(concat, "one-head-repeated", one_head_repeated, rare=1,
     said="{head} stands in every place", mend="put the heads side by side in their order")
slip(one_row, "another-row", another_row,
     said="this is row {other} of {0}", mend="take row {row}, the last position")
slip(flatten, "flattened-by-columns", lambda _, a: a.T.reshape(1, -1),
     said="the columns were put one after the other", mend="put the rows one after the other")
