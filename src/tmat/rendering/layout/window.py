"""What of a matrix is seen: all of it, or its edges; its numbers as texts, its columns' widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tmat.rendering.layout.heat import Scale
from tmat.rendering.layout.numbers import aligned, texts
from tmat.sheet.remarks import Mask
from tmat.sheet.worksheet import BLANK, Matrix
from tmat.visible import Spelling, width

CUT = -1  # the place of a row or column that stands for those not shown
MANY_ROWS = 24
EDGE = 6
WIDEST_LABEL = 14  # columns of a label that a column of numbers is widened for


@dataclass(eq=False, repr=False)
class View:
    """Rows and columns by their places (CUT for those left out), and the texts of their cells, padded."""

    matrix: Matrix
    rows: list[int]
    cols: list[int]
    cells: list[list[str]]  # by column
    widths: list[int]
    words: list[str]  # over the columns; nothing over CUT
    scale: Scale | None = None

    @property
    def cut(self) -> bool:
        return CUT in self.rows or CUT in self.cols

    def width(self, gap: int) -> int:
        """Columns of a terminal that the matrix takes with its brackets."""
        return sum(self.widths) + gap * max(len(self.widths) - 1, 0) + 4

    def part(self, chosen: slice) -> View:
        """Some of the columns, beside each other."""
        cut = (self.cols[chosen], self.cells[chosen], self.widths[chosen], self.words[chosen])
        return View(self.matrix, self.rows, *cut, self.scale)

    @property
    def has_words(self) -> bool:
        """Whether labels of the columns say more than their number."""
        return len(self.matrix.cols) > 1 and not counted(self.matrix.cols)

    @cached_property
    def heads_fit(self) -> bool:
        """Whether the columns have words for labels, no wider than their numbers, or than any may be."""
        wide = map(width, self.words)
        return self.has_words and all(
            min(own, WIDEST_LABEL) <= wide for own, wide in zip(wide, self.widths, strict=True)
        )

    def worded(self, room: int | None = None) -> View:
        """The view with columns as wide as the words over them, as far as a word may widen one; all equal where there is room."""
        wide = [max(own, min(width(word), WIDEST_LABEL)) for own, word in zip(self.widths, self.words, strict=True)]
        most = max(wide, default=0)
        even = [most if col != CUT else own for col, own in zip(self.cols, wide, strict=True)]
        alike = len({own for col, own in zip(self.cols, self.widths, strict=True) if col != CUT}) == 1
        if alike and (room is None or sum(even) + 2 * (len(even) - 1) + 4 <= room):
            wide = even
        cells = [_filled(column, own) for column, own in zip(self.cells, wide, strict=True)]
        return View(self.matrix, self.rows, self.cols, cells, wide, self.words, self.scale)


def edges(count: int, head: int, tail: int) -> list[int]:
    """The first and last places, with CUT between.

    >>> edges(10, 2, 1)
    [0, 1, -1, 9]
    """
    if head + tail >= count:
        return list(range(count))
    return [*range(head), CUT, *range(count - tail, count)]


def rows_shown(matrix: Matrix, full: bool) -> list[int]:
    """All rows, or the first and last of many."""
    return edges(matrix.height, EDGE, EDGE) if matrix.height > MANY_ROWS and not full else list(range(matrix.height))


def view(
    matrix: Matrix,
    cols: Sequence[int],
    *,
    full: bool,
    digits: int | None,
    most: int,
    spell: Spelling,
    scale: Scale | None = None,
    glyphs: bool = False,
    hidden: Mask | None = None,
) -> View:
    """The matrix with these columns; all columns of a matrix are equally wide unless that wastes much."""
    rows = rows_shown(matrix, full)
    seen = _picked(matrix.values, rows, list(cols))
    shown = texts(seen, digits, most, None if hidden is None else _picked(hidden, rows, list(cols)))
    if matrix.origin == BLANK:
        shown = [["____"] * len(cols) for _ in shown]
    if scale is not None and glyphs:
        marks = [[scale.glyph(x) for x in row] for row in seen.tolist()]
        shown = [[text + mark for text, mark in zip(*pair, strict=True)] for pair in zip(shown, marks, strict=True)]
    shown = [spell.each(row) for row in shown]
    by_column = aligned(shown) if shown else [[] for _ in seen.T]
    own = [len(column[0]) if column else 1 for column in by_column]
    if own and max(own) - min(own) <= 2:
        own = [max(own)] * len(own)
    cells, widths, at, skip = [], [], 0, spell("…")
    for col in cols:
        if col == CUT:
            column, wide = [skip] * (len(rows) - (CUT in rows)), len(skip)
        else:
            wide = own[at]
            column = _filled(by_column[at], wide)
            at += 1
        if CUT in rows:
            column.insert(rows.index(CUT), (spell("⋮") if col != CUT else "").rjust(wide))
        cells.append(column)
        widths.append(wide)
    words = spell.words(["" if col == CUT else matrix.cols[col] for col in cols])
    return View(matrix, rows, list(cols), cells, widths, words, scale)


def _filled(column: list[str], wide: int) -> list[str]:
    """Texts of one width, brought to another."""
    return column if column and len(column[0]) == wide else [text.rjust(wide) for text in column]


def _picked(values: Any, rows: list[int], cols: list[int]) -> Any:
    rows, cols = ([n for n in places if n != CUT] for places in (rows, cols))
    if len(rows) == values.shape[0] and len(cols) == values.shape[1]:
        return values
    return values[np.ix_(rows, cols)]


def named(labels: Sequence[str]) -> bool:
    """Whether labels say more than 1, 2, 3, …

    >>> named(["1", "2"]), named(["When", "you"])
    (False, True)
    """
    return any(label != str(n) for n, label in enumerate(labels, start=1))


def counted(labels: Sequence[str]) -> bool:
    """Whether labels only count: 1, 2, 3 or q1, q2, q3 or v5, v6.

    >>> counted(["q1", "q2"]), counted(["v5", "v6"]), counted(["When", "you"])
    (True, True, False)
    """
    stem = labels[0].rstrip("0123456789") if labels else ""
    first = labels[0][len(stem) :] if labels else ""
    if not (first.isascii() and first.isdigit() and len(stem) <= 1):
        return False
    return all(label == f"{stem}{n}" for n, label in enumerate(labels, start=int(first)))
