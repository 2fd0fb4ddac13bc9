"""Rows of plain numbers that follow one another, taken at once: most lines of a long text are such."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tmat.reading.rows import Row

_SPACED = re.compile(r"(?= *[+\-]?\.?[0-9])(?:[0-9eE. ]|[+\-](?=[0-9.]))*+")
_BARRED = re.compile(r"\|(?: [+\-]?[0-9][0-9.]*+ \|)++")


def rows_alike(lines: Sequence[str], start: int, places: Sequence[int] | None, *, bars: bool) -> list[Row]:
    """The rows from a line on as long as each is plain numbers parted by spaces, or between bars.

    >>> [row.cells for row in rows_alike(["1 2", "3 -4", "", "5 6"], 0, None, bars=False)]
    [['1', '2'], ['3', '-4']]
    >>> [row.cells for row in rows_alike(["| 1 | 2 |", "| a | 2 |"], 0, None, bars=True)]
    [['1', '2']]
    """
    fits = (_BARRED if bars else _SPACED).fullmatch
    rows: list[Row] = []
    for n in range(start, len(lines)):
        text = lines[n]
        if not fits(text):
            break
        cells = text[2:-2].split(" | ") if bars else text.split()
        rows.append(Row(n + 1 if places is None else places[n], cells, raw=text, bars=bars))
    return rows
