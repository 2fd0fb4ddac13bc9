"""Slips that can happen in any step: lines that slide, numbers that are cut off, a table turned on its side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip

FAR = 24
"""How far a line is looked for; beyond that only its neighbours are."""


@slip(
    None,
    "transposed",
    said="{result} is transposed: its rows stand as columns",
    mend="turn it: a row of {result} belongs to a row of {first}",
)
def transposed(step: Redo) -> Iterator[Variant]:
    yield Variant(step().T, {"first": step.names[0] if step.names else "the page"})


@slip(None, "sign", said="the sign is wrong", mend="work the signs out again")
def opposite(step: Redo) -> Array:
    return -step()


@slip(None, "line-shifted", said="{what}", mend="check row by row which line you are in")
def shifted(step: Redo) -> Iterator[Variant]:
    """Rows or columns moved by one or repeated, and numbers moved within their line."""
    right = step()
    for axis, one, other in ((0, "row", "rows"), (1, "column", "columns")):
        size = right.shape[axis]
        if size < 2:
            continue
        for by in offsets(size):
            place = f"{abs(by)} {'before' if by < 0 else 'after'}"
            if abs(by) == 1:
                place = f"just {'before' if by < 0 else 'after'}"
            values = moved(right, -by, axis)
            yield Variant(
                values,
                {"what": f"the {one} holds the numbers of the {one} {place} it"},
                f"{one}-copied",
                rare=min(abs(by) - 1, 2),
            )
        for by, way in ((1, "on"), (-1, "back")):
            yield Variant(
                np.roll(right, by, axis=axis),
                {
                    "what": f"the {other} are shifted {way} by one, the last to the first"
                    if by == 1
                    else f"the {other} are shifted {way} by one, the first to the last"
                },
                f"{other}-shifted",
                rare=1,
            )
        yield Variant(
            np.flip(right, axis=axis), {"what": f"the {other} stand in reverse order"}, f"{other}-reversed", rare=1
        )
        values = right.copy()
        for first in range(size):
            for second in range(first + 1, min(size, first + FAR)):
                order = list(range(size))
                order[first], order[second] = second, first
                if size <= 12:
                    yield Variant(
                        np.take(values, order, axis=axis),
                        {"what": f"two {other} are exchanged"},
                        f"{other}-exchanged",
                        rare=2,
                    )


def offsets(size: int) -> list[int]:
    """How far away a line is looked for, the nearest first."""
    far = size - 1 if size <= FAR else 2
    return [by * sign for by in range(1, far + 1) for sign in (-1, 1)]


def moved(a: Array, by: int, axis: int) -> Array:
    """The lines moved without coming round; what has no source holds no number."""
    values = np.full_like(a, np.nan)
    size = a.shape[axis]
    into = [slice(None), slice(None)]
    out = [slice(None), slice(None)]
    into[axis] = slice(max(by, 0), size + min(by, 0))
    out[axis] = slice(max(-by, 0), size - max(by, 0))
    values[tuple(into)] = a[tuple(out)]
    return values
