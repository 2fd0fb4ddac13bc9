"""Matrices of a spreadsheet (.xlsx): a sheet that tmat wrote and somebody filled in, or one that somebody made.

A name stands alone in a row, as ``Q``, ``Q:`` or ``4  Q = X·W_Q``; the rows below it, to the next empty one, are
its numbers, with a row of column labels above and a column of row labels before them where there are any. Matrices may
stand side by side, an empty column between them, each with its name above or to the left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from tmat.errors import InputError
from tmat.reading.commas import without_commas
from tmat.reading.delimited import delimited_rows
from tmat.reading.naming import as_heading, is_known
from tmat.reading.number_text import is_blank, number, why_not
from tmat.reading.pasted import NO_HEADINGS, Headings
from tmat.reading.text_rows import is_misspelt
from tmat.reading.xlsx_cells import Sheet, SheetCell, letters_of, read_sheets
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import visible

Row = dict[int, SheetCell]
Rows = dict[int, Row]

INFINITE = 1e299  # a sheet has no infinities: what is beyond stands for one
_NAME = re.compile(r"(?:\d+\s+)?([^\s=:]+)(?:\s*[=:]\s.*|\s*[=:]|\s{2,}.*|\s*[(\[]\s*\d+\s*[x×*]\s*\d+\s*[)\]]\s*:?)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A matrix of a sheet. ``stage`` is said where tmat wrote the sheet; cells not filled in are NaN."""

    matrix: Matrix
    sheet: str
    stage: str | None
    where: str


def read_xlsx(
    data: bytes, origin: str, headings: Headings = NO_HEADINGS, lost: list[tuple[str, InputError]] | None = None
) -> list[Found]:
    """The matrices of a workbook, sheet by sheet, from above; one without a name only where there is no other.

    ``headings`` are those of a page with sheets of its own (`read_pasted`); the others of its sheets hold no matrices.
    What is ``lost`` is listed there by name, with the reason, instead of an error.

    Errors: what is no workbook; a text or a date where a number is due; a formula that was never calculated.
    """
    sheets = read_sheets(data, origin)
    parts = [sheet for sheet in sheets if _heading(sheet) in headings]
    return matrices_of(parts or sheets, origin, headings, lost)


def matrices_of(
    sheets: list[Sheet], origin: str, headings: Headings = NO_HEADINGS, lost: list[tuple[str, InputError]] | None = None
) -> list[Found]:
    """The matrices of sheets; where no name is written, those of the sheets."""
    found: list[Found] = []
    refused: list[InputError] = []
    for sheet in sheets:
        where = f"{origin}, sheet {visible(sheet.name, 40)}"
        of_sheet: list[Found] = []
        for block in _blocks(sheet):
            try:
                matrix = block.matrix(where)
            except InputError as error:
                if block.name and lost is None:
                    raise
                if block.name and lost is not None:
                    lost.append((block.name, error))
                refused.append(error)  # on a sheet with names, words and dates on the side are nobody's numbers
                continue
            if _heading(sheet) in headings and not is_known(block.name):
                continue  # a setting or sentence beside the matrices of a page
            if matrix is not None and not _again(matrix, of_sheet):
                of_sheet.append(
                    Found(matrix, sheet.name, _stage(sheet, headings), f"{where}, row {block.rows[0][0] + 1}")
                )
        found += of_sheet
    named = [one for one in found if one.matrix.name]
    if refused and not named:
        raise refused[0]
    if not named and len(found) > 1:
        if len({one.sheet for one in found}) == len(found):
            return [replace(one, matrix=one.matrix.renamed(one.sheet)) for one in found]
        where = f"{found[0].where}: expected a name alone in the row above"
        raise InputError(f"the matrices in {origin} have no names", where)
    return named or found


def _again(matrix: Matrix, found: list[Found]) -> bool:
    """Whether a matrix stands on the sheet already, by the same name or transposed for a product: Kᵀ for K."""
    name = matrix.name.removesuffix("ᵀ")
    values = matrix.values if name == matrix.name else matrix.values.T
    same = (one.matrix.values for one in found if one.matrix.name == name)
    return bool(name) and any(np.array_equal(before, values, equal_nan=True) for before in same)


def as_worksheet(found: list[Found]) -> Worksheet:
    """The matrices as what was given to stages, a stage a sheet."""
    stages: dict[str, Stage] = {}
    for one in found:
        id = one.stage or one.sheet
        stages.setdefault(id, Stage(id, id)).given[one.matrix.name] = one.matrix
    return Worksheet(list(stages.values()))


def _stage(sheet: Sheet, headings: Headings) -> str | None:
    """The stage that the sheet is of: its heading, where that is one of those or the sheet is called after it."""
    heading = _heading(sheet)
    if heading in headings:
        return heading
    own = as_heading(sheet.name).lstrip("0123456789")  # of its worksheet
    return sheet.rows[0][0].text if heading and own.startswith(heading[:20]) else None


def _heading(sheet: Sheet) -> str:
    """The text alone in the first row."""
    cells = sheet.rows.get(0, {})
    return as_heading(cells[0].text) if list(cells) == [0] and cells[0].kind == "text" else ""


@dataclass(slots=True)
class _Block:
    """Rows of a sheet that belong together: a name, column labels, numbers."""

    name: str = ""
    column: int = 0  # where the name stands
    header: Row = field(default_factory=dict)
    rows: list[tuple[int, Row]] = field(default_factory=list)

    def matrix(self, where: str) -> Matrix | None:
        columns = self._columns()
        if not columns:
            return None
        if not self.header:
            self._refuse_gap(columns, where)
        values = np.full((len(self.rows), len(columns)), np.nan)
        labels = []
        for i, (row, cells) in enumerate(self.rows):
            for j, column in enumerate(columns):
                if column in cells:
                    values[i, j] = _value(cells[column], f"{where}, cell {letters_of(column)}{row + 1}")
            before = [cells[column].text for column in sorted(cells) if column < columns[0]]
            labels.append(before[-1] if before else str(i + 1))
        heads = [self.header[column].text if column in self.header else str(n) for n, column in enumerate(columns, 1)]
        return Matrix.of(self.name, values, labels, heads, where)

    def _refuse_gap(self, columns: range, where: str) -> None:
        """Two matrices side by side, of which one or both have no name."""
        gap = next((column for column in columns if all(column not in cells for _, cells in self.rows)), None)
        if gap is not None:
            raise InputError(
                "an empty column among the numbers", f"{where}, cell {letters_of(gap)}{self.rows[0][0] + 1}",
                mend="where matrices stand side by side, put a name above each",
            )  # fmt: skip

    def _columns(self) -> range:
        """The columns of the numbers: below the column labels, else from the first number to the last."""
        if self.header:
            first, last = min(self.header), max(self.header)
            below = [cells[first] for _, cells in self.rows if first in cells]
            words = any(not _is_number(cell) for cell in below) and all(cell.kind == "text" for cell in below)
            if first < last and words:
                first += 1  # the labels of the rows have a heading of their own
            while any(last + 1 in cells and cells[last + 1].kind == "number" for _, cells in self.rows):
                last += 1  # a column without a label
            return range(first, last + 1)  # what stands apart to the right is a sum on the side
        places = {column for _, cells in self.rows for column, cell in cells.items() if _is_number(cell)}
        return range(min(places), max(places) + 1) if places else range(0)


def _blocks(sheet: Sheet) -> Iterator[_Block]:
    """The blocks of a sheet, below one another; beside one another where all have names."""
    waiting: Rows = {}
    for region in _regions(sheet.rows):
        parts = _beside(region)
        if len(parts) > 1:  # words on the side are nobody's numbers
            named = [
                _named(part) for part in parts if any(_is_number(c) for cells in part.values() for c in cells.values())
            ]
        else:
            named = [[block for rows in _below_their_names(region) for block in _below(rows)]]
        if named and all(named):
            yield from _below(waiting)
            waiting = {}
            for blocks in named:
                yield from blocks
        else:
            waiting |= region
    yield from _below(waiting)


def _named(part: Rows) -> list[_Block]:
    """The blocks of one part, where all have names."""
    blocks = [block for rows in _below_their_names(part) or [part] for block in _below(rows)]
    return blocks if all(block.name for block in blocks) else []


def _below(rows: Rows) -> list[_Block]:
    """The blocks of rows below one another."""
    blocks = [_Block()]
    last = -2
    for row in sorted(rows):
        cells, block = rows[row], blocks[-1]
        if row > last + 1 and (block.rows or block.header):
            block = _Block()
            blocks.append(block)
        last = row
        if _names(cells, block):
            [(column, cell)] = cells.items()
            blocks.append(_Block(_name(cell.text), column))
        elif not block.rows and not block.header and _labels(cells, block.column):
            block.header = cells
        else:
            block.rows.append((row, cells))
    return [block for block in blocks if block.rows]


def _names(cells: Row, block: _Block) -> bool:
    """Whether a row is a single text that begins a new block."""
    if len(cells) != 1:
        return False
    [(column, cell)] = cells.items()
    if cell.kind != "text" or _is_number(cell):
        return False
    if block.header and column < min(block.header):
        return False  # the label of a row, nothing yet in its cells
    return not (block.name and not block.rows and not block.header and column > block.column)  # the label of one column


def _name(text: str) -> str:
    """The name that a row of text gives to what is below it; empty where it is only words."""
    found = _NAME.fullmatch(text.strip())
    return found[1] if found is not None else ""


def _labels(cells: Row, left: int) -> bool:
    """Whether a row holds labels of columns: texts, of which some are no numbers, or which only count."""
    texts = [cells[column] for column in sorted(cells)]
    if any(cell.kind != "text" for cell in texts):
        return False
    if min(cells) <= left and any(is_misspelt(cell.text.strip()) for cell in texts):
        return False  # numbers that are only written wrong: labels, with others for the rows, leave a corner free
    counts = [cell.text.strip() for cell in texts] == [str(n) for n in range(1, len(texts) + 1)]
    return counts or not all(_is_number(cell) for cell in texts)


def _is_number(cell: SheetCell) -> bool:
    """Whether a cell holds a number, or a mark that stands for one not filled in."""
    return _holds_number(cell) or is_blank(cell.text.strip())


def _value(cell: SheetCell, where: str) -> float:
    if cell.kind == "error":
        return float("nan")
    if cell.kind == "date":
        advice = "make it a number again, and type decimals: 0.5 for 1/2"
        raise InputError("a date where a number is due", where, mend=advice)
    if cell.kind == "formula":
        advice = "open the file in a spreadsheet program and save it"
        raise InputError("a formula was never calculated", where, mend=advice)
    text = cell.text.strip()
    value = number(text)
    if value is None:
        if is_blank(text):
            return float("nan")
        what, mend = why_not(text)
        raise InputError(what, where, mend=mend)
    return value if abs(value) < INFINITE else float("inf") if value > 0 else float("-inf")


def _regions(rows: Rows) -> Iterator[Rows]:
    """Rows that follow one another without an empty one."""
    region: Rows = {}
    for row in sorted(rows):
        if region and row - 1 not in region:
            yield region
            region = {}
        region[row] = rows[row]
    if region:
        yield region


def _beside(region: Rows) -> list[Rows]:
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


def _below_their_names(region: Rows) -> list[Rows]:
    """The matrices of a region with a known name to the left of each one's first row: the name alone, then the rows."""
    left = min(column for cells in region.values() for column in cells)
    named = [row for row in sorted(region) if left in region[row]]
    texts = [region[row][left].text.strip(" \t:=") for row in named]
    if len(named) == len(region) or named[0] != min(region) or not all(map(is_known, texts)):
        return []
    beside = [[cell for column, cell in region[row].items() if column != left] for row in named]
    if not all(cells and all(map(_holds_number, cells)) for cells in beside):
        return []
    found: list[Rows] = []
    for row in sorted(region):
        cells = dict(region[row])
        if left in cells:
            found.append({row - 1: {left: cells.pop(left)}})
        found[-1][row] = cells
    return found


def _holds_number(cell: SheetCell) -> bool:
    return cell.kind != "text" or number(cell.text.strip()) is not None


def named_blocks(text: str, origin: str, delimiter: str | None) -> dict[str, Matrix]:
    """The matrices of a table that holds several by name, as a spreadsheet saves them; none where it is no such table."""

    def cell(text: str) -> SheetCell:
        return SheetCell("text" if number(text) is None else "number", text)

    try:
        rows, note = without_commas(delimited_rows(text, origin, delimiter), origin)
        cells = {row.line - 1: {n: cell(each) for n, each in enumerate(row.cells) if each.strip()} for row in rows}
        found = matrices_of([Sheet("", cells)], f"{origin}; {note}" if note else origin)
    except InputError:
        return {}
    names = {one.matrix.name: one.matrix for one in found}
    whole = all(name and not np.isnan(matrix.values).any() for name, matrix in names.items())
    return names if whole and len(names) == len(found) else {}
