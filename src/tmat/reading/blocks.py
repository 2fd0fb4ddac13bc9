"""The rows under one name as a matrix: rows of equal length, with row and column labels."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.modules import Late
from tmat.reading.commas import without_commas
from tmat.reading.labels import head, is_index, labels_of
from tmat.reading.lexing import TRUTH
from tmat.reading.naming import SIZE_ALONE, name_of
from tmat.reading.number_text import counted, is_blank, is_decimal_comma, number, plain_values, why_not
from tmat.reading.rows import Row, Words
from tmat.reading.spelled_numbers import plain_text
from tmat.reading.text_rows import is_cell, split_cells
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

if TYPE_CHECKING:
    import numpy as np

    from tmat.operations.operation import Array
else:
    np = Late("numpy")

_FEW = 1000
_IN_BRACKETS = re.compile(r"\([0-9]*\.?[0-9]+\)")
_DASHES = frozenset("-–—−")
_DOTS = frozenset(("...", "…", "⋮", "⋯", "⋱"))


@dataclass(slots=True)
class Block:
    """A matrix under construction: its rows, and the lines of words above them, each with whether a blank line precedes it."""

    line: int
    name: str | None = None
    also: str = ""  # the name above, where the matrix has one of its own
    header: list[str] | None = None
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    beside: list[Block] = field(default_factory=list)  # its further columns, as wide matrices are printed
    above: list[tuple[Words, bool]] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)  # of rows and columns, in comments
    said_width: int = 0  # of the size in the words above
    head_of_table: bool = False
    result: bool = False  # an equals sign before it goes on from the matrix above
    under: bool = False  # right below the matrix above, with no word between
    apart: bool = False  # a blank line between the words and the rows
    framed: bool = False
    spoilt: bool = False  # a line that cannot be read stands in it
    loose: bool = False  # an empty line behind every row

    @property
    def called(self) -> str:
        """The name in the words right above."""
        return name_of(self.above[-1][0].text) if self.above else ""

    def heads(self, words: list[str], *, indented: bool = False) -> bool:
        """Whether there are as many words as columns below; ``indented``: the line begins with blanks, over the columns."""
        if any(SIZE_ALONE.fullmatch(word) for word in words):
            return False
        row = self.rows[0]
        cells = row.cells or [cell for cells in split_cells(row.text) for cell in cells]
        labelled = row.label is None and len(cells) > 1 and not is_cell(cells[0])
        if len(words) == len(cells) - labelled or (labelled and len(words) == len(cells)):
            return True
        if len(row.cells) != len(words) + 1 or any(each.label is not None for each in self.rows):
            return False
        rows = [each.cells for each in self.rows if each.cells]
        return is_index([cells[0] for cells in rows], [cell for cells in rows for cell in cells[1:]], indented=indented)


@dataclass(frozen=True, slots=True)
class TypedMatrix:
    """A matrix with its numbers as they were typed, for the digits that a printed number claims.

    Cells left blank are NaN in the matrix; ``line`` is where the matrix begins; ``notes`` say how it was read where
    that is not plain; ``also`` is another name it goes by.
    """

    name: str
    texts: list[list[str]]
    matrix: Matrix
    line: int
    notes: tuple[str, ...] = ()
    also: str = ""

    def equals(self, other: TypedMatrix) -> bool:
        """Whether both have the same numbers."""
        return np.array_equal(self.matrix.values, other.matrix.values)

    @property
    def blanks(self) -> list[tuple[int, int]]:
        """The cells that are not filled in."""
        return [(i, j) for i, row in enumerate(self.texts) for j, text in enumerate(row) if is_blank(text)]


def typed_matrix(block: Block, origin: str) -> TypedMatrix:
    """The matrix of a block; InputError with line and column for what is none."""
    values: object = _numbers_alone(block)
    texts, labels, header = [row.cells for row in block.rows], None, None
    name = block.name or ""
    if values is None:
        texts, labels, header = _whole_table(block, origin)
        if len(texts[0]) == 1 < block.said_width:
            what = f"{visible(name, 60)} is said to have {block.said_width} columns, and one number a row follows"
            raise InputError(what, f"in {origin}, line {block.line}", "are these sizes?")
        plain = _plain(texts)
        values = [known or [math.nan if (value := number(text)) is None else value for text in row] for known, row in zip(plain, texts, strict=True)]  # fmt: skip
        texts = [row if known else list(map(plain_text, row)) for known, row in zip(plain, texts, strict=True)]
    matrix = Matrix.of(name, values, labels, header, "; ".join((f"{origin}, line {block.line}", *block.notes)))
    return TypedMatrix(name, texts, matrix, block.line, tuple(block.notes), block.also)


def _whole_table(block: Block, origin: str) -> tuple[list[list[str]], list[str] | None, list[str] | None]:
    """The cells of a block with its further columns beside them, its labels, its columns' labels."""
    texts, labels, header = _table(block, origin)
    for more in block.beside:
        beside, own_labels, heads = _table(more, origin)
        if len(beside) != len(texts):
            what = f"{counted(len(beside), 'row')} in these columns, {len(texts)} in those before"
            raise InputError(what, f"in {origin}, line {more.line}")
        labels = labels or own_labels
        if header is not None or heads is not None:
            header = [*(header or [""] * len(texts[0])), *(heads or [""] * len(beside[0]))]
        texts = [[*row, *rest] for row, rest in zip(texts, beside, strict=True)]
    return texts, labels, header


def _numbers_alone(block: Block) -> Array | None:
    """The numbers of a long block of plain decimals in rows of equal length, parsed at once; None for any other block."""
    rows = block.rows
    if len(rows) < _FEW or block.header is not None or block.head_of_table or block.beside:
        return None
    width = len(rows[0].cells)
    if not width or width < block.said_width or rows[0].cells[0].endswith("."):
        return None
    if any(len(row.cells) != width or row.text or row.label is not None for row in rows):
        return None
    values = plain_values([cell for row in rows for cell in row.cells])
    return None if values is None else np.asarray(values).reshape(-1, width)


def _plain(rows: Sequence[Sequence[str]]) -> list[list[float] | None]:
    """The numbers of each row of plain decimals, None for other rows; all rows at once where possible."""
    numbers = plain_values([cell for row in rows for cell in row])
    if numbers is None:
        return [plain_values(row) for row in rows]
    ends = list(accumulate(map(len, rows), initial=0))
    return [numbers[start:end] for start, end in pairwise(ends)]


def _table(block: Block, origin: str) -> tuple[list[list[str]], list[str] | None, list[str] | None]:
    """The cells of a block, all of them numbers or blanks, in rows of one length; its labels; its columns' labels."""
    if all(cell in TRUTH for row in block.rows for cell in row.cells[1:]):
        for row in block.rows:
            row.cells = [f"{TRUTH[cell]:g}" if cell in TRUTH else cell for cell in row.cells]
    rows, note = without_commas(_semicolons(block.rows), origin)
    rows = [row for row in rows if row.cells]
    if not rows:
        raise InputError("a matrix without numbers", f"in {origin}, line {block.line}")
    _refuse_lone_dash(rows, origin)
    header, rows, counted_head = head(rows, block.header, block.head_of_table)
    labels, rows, counted_rows = labels_of(rows, header, origin)
    block.notes += [each for each in (note, counted_head, counted_rows) if each]
    width = len(rows[0].cells)
    for row, known in zip(rows, _plain([row.cells for row in rows]), strict=True):
        if known is None and not row.bracket and (cell := next(filter(_IN_BRACKETS.fullmatch, row.cells), None)):
            raise InputError(f"'{visible(cell, 40)}': {cell[1:-1]}, or a minus as in accounts?", row.where(origin), mend="write it without brackets")  # fmt: skip
        if known is None and not all(map(is_cell, set(row.cells))):
            raise _no_number(row, next(cell for cell in row.cells if not is_cell(cell)), origin)
    for row in rows:
        if len(row.cells) != width:
            shown = f"{visible(block.name, 60)}: " if block.name else ""
            sizes = f"{row.where(origin)} has {counted(len(row.cells), 'number')}, line {rows[0].line} has {width}"
            raise InputError(f"{shown}rows of different lengths", sizes)
    _refuse_left_out(rows, width, origin)
    if header is not None and len(header) == width + 1 and labels is not None:
        header = header[1:]
    if header is not None and len(header) != width:
        shown = visible(block.name or "", 60) or "the matrix"
        what = f"{shown} has {counted(width, 'column')} but {counted(len(header), 'column label')}"
        raise InputError(what, f"in {origin}, line {block.line}")
    return [row.cells for row in rows], labels, header


def _semicolons(rows: list[Row]) -> list[Row]:
    """A single line of cells parted by ; is a column: there ; parts rows."""
    if len(rows) != 1 or not rows[0].semicolons or rows[0].label or is_decimal_comma(rows[0].cells[0]):
        return rows
    [row] = rows
    return [Row(row.line, [cell], raw=row.raw) for cell in row.cells] if all(map(is_cell, row.cells)) else rows


def _no_number(row: Row, cell: str, origin: str) -> InputError:
    what, mend = why_not(cell)
    some = row.cells[:1000]  # which say what the line is, however long it is
    words = sum(not is_cell(each) for each in some)
    mend = mend or ("begin remarks with #" if words > len(some) / 2 else None)
    return InputError(what, row.where(origin, cell), mend=mend)


def _refuse_lone_dash(rows: Sequence[Row], origin: str) -> None:
    """Refuse a dash before a number where it may be a minus sign or a blank cell: the rows have equal lengths both ways."""
    at = next((row for row in rows if not _DASHES.isdisjoint(row.cells)), None)
    if at is None or any(re.search(r"[\t,;|]", row.raw) for row in rows):
        return
    lengths = {len(row.cells) for row in rows}
    signs = [sum(one in _DASHES and number(then) is not None for one, then in pairwise(row.cells)) for row in rows]
    signed = {len(row.cells) - count for row, count in zip(rows, signs, strict=True)}
    bullets = lengths != {2} and all(row.cells[0] in _DASHES for row in rows)
    if len(lengths) == len(signed) == 1 and lengths != signed and not bullets and not any(re.match("[-–−][0-9.]", cell) for row in rows for cell in row.cells):  # fmt: skip
        raise InputError("a dash before a number: a minus sign, or a cell left blank?", at.where(origin),
                         mend="write -2 for a number, _ for a blank")  # fmt: skip


def _refuse_left_out(rows: Sequence[Row], width: int, origin: str) -> None:
    """Refuse a row or column of dots: it stands for numbers that were not printed."""
    dots = [[cell in _DOTS for cell in row.cells] for row in rows if not _DOTS.isdisjoint(row.cells)]
    if not dots:
        return
    column = len(dots) == len(rows) > 1 and any(all(row[j] for row in dots) for j in range(width))
    if column or (width > 1 and any(map(all, dots))):
        row = next(row for row in rows if not _DOTS.isdisjoint(row.cells))
        raise InputError("'...' stands for numbers that are not there", row.where(origin), mend="print all of them")
