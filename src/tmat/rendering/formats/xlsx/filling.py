"""The formulas of a matrix, filled in from a few as a spreadsheet's user fills them down and across.

The formulas of an operation differ only in their references, which move evenly with row and column; a reference that
does not move has a $. So a few formulas give all others. They are compared with formulas printed for cells at the edges,
in the middle and between; if one differs, nothing is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tmat.reading.xlsx_cells import column_of, letters_of

_REFERENCE = re.compile(r"(?<!\w)([A-Z]{1,3})([1-9][0-9]*)(?![\w(])")


@dataclass(frozen=True, slots=True)
class _Reference:
    """A reference: its row and column in the first cell, and how far they move with a step down and a step to the right."""

    row: int
    column: int
    down: tuple[int, int]
    right: tuple[int, int]

    @property
    def fixed_column(self) -> bool:
        """Whether its column is fixed when filling to the right."""
        return self.right[1] == 0

    @property
    def fixed_row(self) -> bool:
        """Whether its row is fixed when filling down."""
        return self.down[0] == 0

    def at(self, i: int, j: int) -> tuple[int, int]:
        return self.row + self.down[0] * i + self.right[0] * j, self.column + self.down[1] * i + self.right[1] * j


def filled(
    height: int, width: int, formula: Callable[[int, int], str | None], *, each: bool = False
) -> list[list[str | None]] | None:
    """The formulas of all cells; None if their references do not move evenly. ``each``: compare all, not only some.

    >>> filled(3, 2, lambda i, j: f"SUM(A{i + 1}:C{i + 1})*{'EF'[j]}9")[2]
    ['SUM($A3:$C3)*E$9', 'SUM($A3:$C3)*F$9']
    >>> filled(3, 1, lambda i, j: f"A{i * i + 1}") is None
    True
    """
    printed = {(i, j): formula(i, j) for i in _some(height, each) for j in _some(width, each)}
    if not printed:
        return None
    parts = {place: _split(text) for place, text in printed.items() if text is not None}
    if len(parts) < len(printed):
        return None
    words, first = parts[0, 0]
    if any(other != words for other, _ in parts.values()):
        return None
    below, right = (parts.get(place, parts[0, 0])[1] for place in ((1, 0), (0, 1)))
    references = [
        _Reference(*a, (b[0] - a[0], b[1] - a[1]), (c[0] - a[0], c[1] - a[1]))
        for a, b, c in zip(first, below, right, strict=True)
    ]
    for (i, j), (_, places) in parts.items():
        if [reference.at(i, j) for reference in references] != places:
            return None
    letters: dict[int, str] = {}

    def written(i: int, j: int) -> str:
        text = words[0]
        for reference, after in zip(references, words[1:], strict=True):
            row, column = reference.at(i, j)
            if column not in letters:
                letters[column] = letters_of(column)
            text += f"{'$' * reference.fixed_column}{letters[column]}{'$' * reference.fixed_row}{row}{after}"
        return text

    return [[written(i, j) for j in range(width)] for i in range(height)]


def _some(count: int, each: bool) -> list[int]:
    """All indices, or the first two, the last two and some between."""
    if each:
        return list(range(count))
    return sorted({n for n in (0, 1, count // 3, count // 2, 2 * count // 3, count - 2, count - 1) if 0 <= n < count})


def _split(formula: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The texts between the references, and the references as (row, column)."""
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    end = 0
    for match in _REFERENCE.finditer(formula):
        texts.append(formula[end : match.start()])
        places.append((int(match[2]), column_of(match[1])))
        end = match.end()
    return [*texts, formula[end:]], places
