"""Slips that can be made in any step: the transpose, a wrong sign, rows or columns shifted or exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way

FAR = 24
"""The most rows or columns of which all offsets are tried; of more only the next two."""

FEW = 12
"""The most rows or columns of which every exchange of two is tried."""


def shifted(step: Redo, *_: Array) -> Iterator[Variant]:
    """Rows or columns moved or exchanged."""
    right = step()
    for axis, one in ((0, "row"), (1, "column")):
        size = right.shape[axis]
        if size < 2:
            continue
        for by in offsets(size):
            place = f"{'just' if abs(by) == 1 else abs(by)} {'before' if by < 0 else 'after'}"
            what = f"the {one} holds the numbers of the {one} {place} it"
            yield way(moved(right, -by, axis), f"{one}-copied", rare=min(abs(by) - 1, 2), what=what)
        for by, what in ((1, "on by one, the last to the first"), (-1, "back by one, the first to the last")):
            what = f"the {one}s are shifted {what}"
            yield way(np.roll(right, by, axis=axis), f"{one}s-shifted", rare=1, what=what)
        what = f"the {one}s stand in reverse order"
        yield way(np.flip(right, axis=axis), f"{one}s-reversed", rare=1, what=what)
        for first, second in combinations(range(size if size <= FEW else 0), 2):
            order = list(range(size))
            order[first], order[second] = second, first
            what = f"two {one}s are exchanged"
            yield way(np.take(right, order, axis=axis), f"{one}s-exchanged", rare=2, what=what)


def offsets(size: int) -> list[int]:
    """The offsets that are tried, the nearest first."""
    far = size - 1 if size <= FAR else 2
    return [by * sign for by in range(1, far + 1) for sign in (-1, 1)]


def moved(a: Array, by: int, axis: int) -> Array:
    """Rows or columns moved without wrapping around; those left empty are NaN."""
    values = np.roll(a, by, axis)
    lost = slice(0, by) if by > 0 else slice(by, None)
    values[lost if axis == 0 else (slice(None), lost)] = np.nan
    return values


# fmt: off

slip(None, "transposed", lambda step, *_: way(step().T, first=step.names[0] if step.names else "the page"),
     said="{result} is transposed: its rows stand as columns",
     mend="turn it: a row of {result} belongs to a row of {first}")
slip(None, "sign", lambda step, *_: -step(),
     said="the sign is wrong", mend="work the signs out again")
slip(None, "line-shifted", shifted,
     said="{what}", mend="check row by row which line you are in")
