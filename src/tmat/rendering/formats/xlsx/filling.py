"""Formulas of a matrix, filled in from a few as a hand fills them down and across.

The cells of an operation differ in the places that they refer to, and those move evenly with row and column. What
stays where it is has a $. So the formulas of some cells give all others. They are compared with formulas printed for
cells at the edges, in the middle and between; where one does not fit, nothing is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tmat.reading.xlsx_cells import column_of, letters_of

_PLACE = re.compile(r"(?<!\w)([A-Z]{1,3})([1-9][0-9]*)(?![\w(])")


@dataclass(frozen=True, slots=True)
class _Moving:
    """A place: its row and column in the first cell, and how far each moves with a step down and a step to the right."""

    row: int
    column: int
    down: tuple[int, int]
    right: tuple[int, int]

    @property
    def across(self) -> bool:
        """Whether it stays in its column where a hand fills in to the right."""
        return self.right[1] == 0

    @property
    def deep(self) -> bool:
        """Whether it stays in its row where a hand fills in downwards."""
        return self.down[0] == 0

    def at(self, i: int, j: int) -> tuple[int, int]:
        return self.row + self.down[0] * i + self.right[0] * j, self.column + self.down[1] * i + self.right[1] * j


def filled(
    height: int, width: int, formula: Callable[[int, int], str | None], *, each: bool = False
) -> list[list[str | None]] | None:
    """The formulas of all cells, or None where they do not move evenly; ``each`` is compared, or only some.

    >>> filled(3, 2, lambda i, j: f"SUM(A{i + 1}:C{i + 1})*{'EF'[j]}9")[2]
    ['SUM($A3:$C3)*E$9', 'SUM($A3:$C3)*F$9']
    >>> filled(3, 1, lambda i, j: f"A{i * i + 1}") is None
    True
    """
    known = {(i, j): formula(i, j) for i in _some(height, each) for j in _some(width, each)}
    if not known:
        return None
    told = {place: _apart(text) for place, text in known.items() if text is not None}
    if len(told) < len(known):
        return None
    words, first = told[0, 0]
    if any(own != words for own, _ in told.values()):
        return None
    below, beside = (told.get(place, told[0, 0])[1] for place in ((1, 0), (0, 1)))
    moving = [
        _Moving(*a, (b[0] - a[0], b[1] - a[1]), (c[0] - a[0], c[1] - a[1]))
        for a, b, c in zip(first, below, beside, strict=True)
    ]
    for (i, j), (_, places) in told.items():
        if [one.at(i, j) for one in moving] != places:
            return None
    letters: dict[int, str] = {}

    def written(i: int, j: int) -> str:
        text = words[0]
        for one, word in zip(moving, words[1:], strict=True):
            row, column = one.at(i, j)
            if column not in letters:
                letters[column] = letters_of(column)
            text += f"{'$' * one.across}{letters[column]}{'$' * one.deep}{row}{word}"
        return text

    return [[written(i, j) for j in range(width)] for i in range(height)]


def _some(count: int, each: bool) -> list[int]:
    """All of them, or the first two, the last two, and some between."""
    if each:
        return list(range(count))
    return sorted({n for n in (0, 1, count // 3, count // 2, 2 * count // 3, count - 2, count - 1) if 0 <= n < count})


def _apart(formula: str) -> tuple[list[str], list[tuple[int, int]]]:
    """What stands between the places, and the places."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    end = 0
    for found in _PLACE.finditer(formula):
        words.append(formula[end : found.start()])
        places.append((int(found[2]), column_of(found[1])))
        end = found.end()
    return [*words, formula[end:]], places
