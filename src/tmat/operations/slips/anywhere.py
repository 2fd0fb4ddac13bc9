"""Slips that can be made in any step: the transpose, a wrong sign, rows or columns shifted or exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

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
        lines = right if axis == 0 else right.T
        padded = np.vstack([lines, np.full((1, lines.shape[1]), np.nan)])
        for places, name, rare, what in moves(len(lines), one):
            values = padded[places]
            yield way(values if axis == 0 else values.T, name, rare=rare, what=what)


@lru_cache(64)
def moves(size: int, one: str) -> list[tuple[NDArray[np.intp], str, int, str]]:
    """The ways to move or exchange lines: which line stands in each place (``size``: none), the slip's name, how rare, and what it is."""
    if size < 2:
        return []
    every, found = np.arange(size), []
    for by in offsets(size):
        place = f"{'just' if abs(by) == 1 else abs(by)} {'before' if by < 0 else 'after'}"
        lost = (every + by < 0) | (every + by >= size)
        what = f"the {one} holds the numbers of the {one} {place} it"
        found.append((np.where(lost, size, every + by), f"{one}-copied", min(abs(by) - 1, 2), what))
    for by, where in ((1, "on by one, the last to the first"), (-1, "back by one, the first to the last")):
        found.append((np.roll(every, by), f"{one}s-shifted", 1, f"the {one}s are shifted {where}"))
    found.append((every[::-1], f"{one}s-reversed", 1, f"the {one}s stand in reverse order"))
    for pair in combinations(range(size if size <= FEW else 0), 2):
        order = every.copy()
        order[list(pair)] = pair[::-1]
        found.append((order, f"{one}s-exchanged", 2, f"two {one}s are exchanged"))
    return found


def offsets(size: int) -> list[int]:
    """The offsets that are tried, the nearest first."""
    far = size - 1 if size <= FAR else 2
    return [by * sign for by in range(1, far + 1) for sign in (-1, 1)]


# fmt: off

slip(None, "transposed", lambda step, *_: way(step().T, first=step.names[0] if step.names else "the page"),
     said="{result} is transposed: its rows stand as columns",
     mend="transpose it: a row of {result} belongs to a row of {first}")
slip(None, "sign", lambda step, *_: -step(),
     said="the sign is wrong", mend="work the signs out again")
slip(None, "line-shifted", shifted,
     said="{what}", mend="check row by row which line you are in")
