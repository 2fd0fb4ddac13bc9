"""Where a sheet's matrices stand: those beside one another are parted, and a name to the left is put above."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from tmat.reading.naming import is_known
from tmat.reading.number_text import number
from tmat.reading.xlsx_cells import SheetCell

Row = dict[int, SheetCell]
Rows = dict[int, Row]


def regions(rows: Rows) -> Iterator[Rows]:
    """Rows that follow one another without an empty one."""
    region: Rows = {}
    for row in sorted(rows):
        if region and row - 1 not in region:
            yield region
            region = {}
        region[row] = rows[row]
    if region:
        yield region


def beside(region: Rows) -> list[Rows]:
    """The parts of a region with an empty column between them, or with known names in its first row, a part below each."""
    filled = sorted({column for cells in region.values() for column in cells})
    starts = [column for column in filled if column - 1 not in filled]
    first = region[min(region)]
    if len(starts) == 1 and len(first) > 1 and filled[0] in first:
        names = sorted(first)
        apart = all(right - left > 1 for left, right in pairwise(names))
        if apart and all(is_known(first[column].text.strip(" \t:=")) for column in names):
            starts = names
    if len(starts) == 1:
        return [region]
    part_of = {column: bisect_right(starts, column) - 1 for column in filled}
    parts: list[Rows] = [{} for _ in starts]
    for row, cells in region.items():
        for column, cell in cells.items():
            parts[part_of[column]].setdefault(row, {})[column] = cell
    return parts


def below_their_names(region: Rows) -> list[Rows]:
    """The matrices of a region with a known name to the left of each one's first row: the name alone, then the rows."""
    left = min(column for cells in region.values() for column in cells)
    named = [row for row in sorted(region) if left in region[row]]
    texts = [region[row][left].text.strip(" \t:=") for row in named]
    if (
        len(named) == len(region)
        or named[0] != min(region)
        or not all(map(is_known, texts))
        or any(len(region[row]) < 2 or not _holds_number(region[row], left) for row in named)
    ):
        return []
    found: list[Rows] = []
    for row in sorted(region):
        cells = dict(region[row])
        if left in cells:
            found.append({row - 1: {left: cells.pop(left)}})
        found[-1][row] = cells
    return found


def _holds_number(cells: Row, left: int) -> bool:
    return all(cell.kind != "text" or number(cell.text.strip()) is not None for c, cell in cells.items() if c != left)
