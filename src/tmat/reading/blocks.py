"""The rows that stand under one name into a matrix: labels, counted rows, decimal commas, equal lengths."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tmat.errors import InputError
from tmat.reading.lexing import TRUTH
from tmat.reading.number_text import (
    DECIMAL_COMMA_MEND,
    LONGEST_NUMBER,
    counted,
    is_blank,
    is_decimal_comma,
    number,
    plain_text,
    why_not,
    with_point,
)
from tmat.reading.text_rows import TIGHT, cells_of_commas, is_cell, is_misspelt, split_cells
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible


@dataclass(slots=True)
class Row:
    """One row as it stands: its cells, the label that a colon or a bracket parts from them, its line.

    ``text`` is what the cells were made of, where commas may be decimal ones; ``semicolons`` says that ; parts them.
    """

    line: int
    cells: list[str]
    label: str | None = None
    raw: str = ""
    text: str = ""
    semicolons: bool = False
    bracket: bool = False
    relation: str = ""


@dataclass(slots=True)
class Block:
    """A matrix in the making."""

    line: int
    name: str | None = None
    also: str = ""  # the name above, where the matrix has one of its own
    heading: bool = False
    header: list[str] | None = None
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    beside: list[Block] = field(default_factory=list)  # its further columns, as wide matrices are printed
    head_of_table: bool = False
    whole: bool = False  # closed by its bracket: nothing more belongs to it
    perhaps: list[str] | None = None  # words above the rows that may be the columns' labels, or a name

    @property
    def filled(self) -> bool:
        return bool(self.rows)

    def heads(self, words: list[str]) -> bool:
        """Whether words are as many as the columns of the rows below them."""
        row = self.rows[0]
        labelled = row.label is None and len(row.cells) > 1 and not is_cell(row.cells[0])
        width = len(row.cells) - labelled
        counted = row.label is None and len(row.cells) == len(words) + 1
        return len(words) == width or counted or (labelled and len(words) == width + 1)


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

    @property
    def blanks(self) -> list[tuple[int, int]]:
        """The cells that are not filled in."""
        return [(i, j) for i, row in enumerate(self.texts) for j, text in enumerate(row) if is_blank(text)]


def typed(block: Block, origin: str) -> TypedMatrix:
    """The matrix of a block; InputError with line and column for what is none."""
    reading = _Reading(block, origin)
    texts, labels, header = reading.table()
    for more in block.beside:
        other = _Reading(more, origin)
        beside, own, heads = other.table()
        if len(beside) != len(texts):
            raise InputError(
                f"{counted(len(beside), 'row')} in these columns, {len(texts)} in those before",
                reading.where(more.line),
            )
        if labels is None and own is not None:
            labels = own
        if header is not None or heads is not None:
            header = [*(header or [""] * len(texts[0])), *(heads or [""] * len(beside[0]))]
        texts = [[*row, *rest] for row, rest in zip(texts, beside, strict=True)]
    name = block.name or ""
    values = [plain_values(row) or [math.nan if is_blank(text) else _value(text) for text in row] for row in texts]
    said = f"{origin}, line {block.line}" + "".join(f"; {note}" for note in block.notes)
    plain = [row if plain_values(row) is not None else [_as_typed(text) for text in row] for row in texts]
    matrix = Matrix.of(name, values, labels, header, said)
    return TypedMatrix(name, plain, matrix, block.line, tuple(block.notes), block.also)


_PLAIN = frozenset("0123456789+-.eE")


def plain_values(cells: Sequence[str]) -> list[float] | None:
    """The numbers of a row in which nothing but plain decimals stand, at once; None for any other row.

    >>> plain_values(["0.5", "-1e3"]), plain_values(["0.5", "1/2"])
    ([0.5, -1000.0], None)
    """
    if not _PLAIN.issuperset("".join(cells)) or max(map(len, cells), default=0) > LONGEST_NUMBER:
        return None
    try:
        values = list(map(float, cells))
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def _value(text: str) -> float:
    value = number(text)
    return TRUTH[text] if value is None else value


def _as_typed(text: str) -> str:
    return f"{TRUTH[text]:g}" if text in TRUTH else plain_text(text)


class _Reading:
    def __init__(self, block: Block, origin: str) -> None:
        self.block = block
        self.origin = origin
        self.rows = block.rows
        self.truth = all(cell in TRUTH for row in self.rows for cell in row.cells[1:]) and any(
            cell in TRUTH for row in self.rows for cell in row.cells
        )

    def where(self, line: int) -> str:
        return f"in {self.origin}, line {line}"

    def is_cell(self, text: str) -> bool:
        return is_cell(text) or (self.truth and text in TRUTH)

    def table(self) -> tuple[list[list[str]], list[str] | None, list[str] | None]:
        self._semicolons()
        if any(row.text for row in self.rows):
            self._commas()
        header = self._head()
        labels = self._labels(header)
        rows = self.rows
        width = len(rows[0].cells)
        for row in rows:
            if plain_values(row.cells) is not None:
                continue
            for n, cell in enumerate(row.cells):
                if not self.is_cell(cell):
                    raise self._no_number(row, n + (labels is not None and row.label is None))
        for row in rows:
            if len(row.cells) != width:
                shown = f"{visible(self.block.name, 60)}: " if self.block.name else ""
                raise InputError(
                    f"{shown}rows of different lengths",
                    f"{self.where(row.line)} has {counted(len(row.cells), 'number')}, line {rows[0].line} has {width}",
                )
        self._left_out(rows, width)
        if header is not None and len(header) == width + 1 and labels is not None:
            header = header[1:]
        if header is not None and len(header) != width:
            sizes = f"{counted(width, 'column')} but {counted(len(header), 'column label')}"
            raise InputError(
                f"{visible(self.block.name or '', 60) or 'the matrix'} has {sizes}", self.where(self.block.line)
            )
        return [row.cells for row in rows], labels, header

    def _no_number(self, row: Row, n: int) -> InputError:
        cell = row.cells[n] if n < len(row.cells) else row.cells[-1]
        if self.is_cell(cell):
            cell = next(each for each in row.cells if not self.is_cell(each))
        what, mend = why_not(cell)
        words = sum(not self.is_cell(each) for each in row.cells)
        mend = mend or ("begin remarks with #" if words > len(row.cells) / 2 else None)
        column = row.raw.find(cell) + 1
        return InputError(what, self.where(row.line) + (f", column {column}" if column else ""), mend=mend)

    # -- what parts the cells

    def _semicolons(self) -> None:
        """Cells parted by ; in every line; in one line alone, ; parts rows."""
        rows = [row for row in self.rows if row.semicolons]
        if len(rows) == 1 and not rows[0].label and not is_decimal_comma(rows[0].cells[0]) and len(self.rows) == 1:
            [row] = rows
            if all(self.is_cell(cell) for cell in row.cells):
                self.rows = [Row(row.line, [cell], raw=row.raw) for cell in row.cells]

    def _commas(self) -> None:
        """Commas between digits: they part cells, or they are decimal; where both would do, both are shown."""
        apart = self._as(split_cells)
        whole = self._as(cells_of_commas)
        if whole is not None and apart is None and any(is_decimal_comma(c) for row in whole for c in row.cells):
            self._refuse_thousands(whole)
            for row in whole:
                row.cells = [with_point(cell) if is_decimal_comma(cell) else cell for cell in row.cells]
            self.rows = whole
            self.block.notes.append("decimal commas read as points")
        elif whole is None or not any(is_decimal_comma(c) for row in whole for c in row.cells):
            if apart is None:
                apart = [made for row in self.rows for made in self._split(row, split_cells)]
            self.rows = apart
        else:
            assert apart is not None
            raise self._two_readings(whole, apart)

    def _refuse_thousands(self, rows: list[Row]) -> None:
        """1,234 alone may be a thousand and more, or one and a bit."""
        commas = [(row, cell) for row in rows for cell in row.cells if is_decimal_comma(cell)]
        if may_be_thousands([cell for _, cell in commas]):
            row, cell = commas[0]
            raise two_sizes(cell, self.where(row.line))

    def _split(self, row: Row, by: object) -> list[Row]:
        assert callable(by)
        if not row.text:
            return [row]
        return [Row(row.line, cells, row.label, row.raw) for cells in by(row.text)]

    def _as(self, by: object) -> list[Row] | None:
        """The rows split in one way; None where they are no matrix so."""
        rows = [made for row in self.rows for made in self._split(row, by)]
        widths = set()
        for row in rows:
            cells = row.cells
            if len(cells) > 1 and not self.is_cell(cells[0]) and not is_decimal_comma(cells[0]):
                cells = cells[1:]
            if not all(self.is_cell(cell) or is_decimal_comma(cell) for cell in cells):
                return None
            if by is split_cells and not all(self.is_cell(cell) for cell in cells):
                return None
            widths.add(len(cells))
        return rows if len(widths) == 1 else None

    def _two_readings(self, whole: list[Row], apart: list[Row]) -> InputError:
        row = next(row for row in self.rows if row.text)
        culprit = next((word.strip(",;") for word in re.split(r"[\s;]+", row.text) if TIGHT.search(word)), row.text)
        details = []
        if re.search(r"\s", row.text.strip().rstrip(";")) and ";" not in row.text:
            details.append("the row parts its cells by spaces as well")
        sizes = [f"{len(rows)}×{len(rows[0].cells)}" for rows in (whole, apart)]
        details.append(f"decimal commas make it {sizes[0]}, commas between cells {sizes[1]}")
        left, _, decimals = culprit.rpartition(",")
        single = is_decimal_comma(culprit) and not re.search(r"\s", row.text.strip())
        mend = f"write {left}.{decimals} for one number, '{left} {decimals}' for two" if single else DECIMAL_COMMA_MEND
        return InputError(
            f"'{visible(culprit, 40)}': a decimal comma, or two cells?", self.where(row.line), *details, mend=mend
        )

    # -- labels

    def _head(self) -> list[str] | None:
        """The columns' labels: words above, or a first row of numbers that only counts and is short of a cell."""
        header = self.block.header
        rows = self.rows
        if header is not None or len(rows) < 2 or rows[0].label is not None:
            return header
        first, rest = rows[0].cells, rows[1:]
        if self.block.head_of_table and _counts(first):
            self.rows = rest
            return first
        if not _counts(first):
            if self.block.head_of_table and all(map(self.is_cell, first)):
                self.block.notes.append("the table's head is numbers and was taken as its first row")
            return None
        short = all(len(row.cells) == len(first) + 1 for row in rest)
        if short and (_counts([row.cells[0] for row in rest]) or all(not self.is_cell(row.cells[0]) for row in rest)):
            self.rows = rest
            return first
        if all(row.label is not None and len(row.cells) == len(first) for row in rest):
            self.rows = rest
            return first
        return None

    def _labels(self, header: list[str] | None) -> list[str] | None:
        """The rows' labels, taken off the rows: words, or whatever stands under an empty corner."""
        rows = self.rows
        named = [row.label is not None for row in rows]
        if all(named):
            return self._colons(rows)
        first = rows[0].cells
        is_word = [not self.is_cell(row.cells[0]) or given for row, given in zip(rows, named, strict=True)]
        under_corner = header is not None and (
            len(header) == len(first) - 1 or (len(header) == len(first) and header[0] == "")
        )
        if any(named):
            n = named.index(not named[0])
            raise InputError("a row without a label", f"{self.where(rows[n].line)}: the rows above it begin with a word"
                             if not named[n] else f"{self.where(rows[0].line)}: a row below it begins with a word")  # fmt: skip
        if not (under_corner and len(first) > 1) and not any(is_word):
            return self._ordinals(rows)
        if not under_corner and not all(is_word):
            n = is_word.index(not is_word[0])
            row = rows[n]
            if is_word[n]:
                what, mend = why_not(row.cells[0])
                raise InputError(
                    what, f"{self.where(row.line)}, column 1", "the rows above it have no label", mend=mend
                )
            raise InputError(
                "a row without a label", f"{self.where(row.line)}: the rows above it begin with a word", mend=None
            )
        for row in rows:
            if not under_corner and is_misspelt(row.cells[0]):
                what, mend = why_not(row.cells[0])
                raise InputError(
                    what, f"{self.where(row.line)}, column {row.raw.find(row.cells[0]) + 1 or 1}", mend=mend
                )
            if len(row.cells) == 1:
                raise InputError(f"'{visible(row.cells[0], 40)}' is followed by no numbers", self.where(row.line))
        labels = [row.cells[0] for row in rows]
        self.rows = [Row(row.line, row.cells[1:], raw=row.raw) for row in rows]
        same = len(rows) > 1 and len(set(labels)) == 1 and all(len(row.cells) > 1 for row in self.rows)
        if same and not under_corner and _counts([row.cells[0] for row in self.rows]):
            labels = [f"{label} {row.cells[0]}" for label, row in zip(labels, self.rows, strict=True)]
            self.rows = [Row(row.line, row.cells[1:], raw=row.raw) for row in self.rows]
        return labels

    def _colons(self, rows: Sequence[Row]) -> list[str] | None:
        labels = [row.label or "" for row in rows]
        for row, label in zip(rows, labels, strict=True):
            if is_misspelt(label):
                what, mend = why_not(label)
                raise InputError(what, f"{self.where(row.line)}, column {row.raw.find(label) + 1 or 1}", mend=mend)
        return labels if any(labels) else None

    def _ordinals(self, rows: list[Row]) -> list[str] | None:
        """1. 2. 3. before every row count the rows, where no other number is written so."""
        firsts = [row.cells[0] for row in rows]
        if len(rows) < 2 or not all(re.fullmatch(r"[0-9]{1,4}[.)]", cell) for cell in firsts):
            return None
        if not _counts([cell[:-1] for cell in firsts]) or any(len(row.cells) < 2 for row in rows):
            return None
        if any(cell.endswith(".") for row in rows for cell in row.cells[1:]):
            return None
        self.rows = [Row(row.line, row.cells[1:], raw=row.raw) for row in rows]
        self.block.notes.append(f"{firsts[0]} {firsts[1]} before the rows count them")
        return [cell[:-1] for cell in firsts]

    def _left_out(self, rows: Sequence[Row], width: int) -> None:
        """A row or column of dots alone stands for others that were not printed."""
        if not any(row.cells.count(dot) for row in rows for dot in ("...", "…", "⋮", "⋯", "⋱")):
            return
        dots = [[cell in ("...", "…", "⋮", "⋯", "⋱") for cell in row.cells] for row in rows]
        column = (
            len(rows) > 1 and any(all(row[j] for row in dots) for j in range(width)) if any(map(any, dots)) else False
        )
        if column or (width > 1 and any(all(row) for row in dots)):
            line = next(row.line for row, own in zip(rows, dots, strict=True) if any(own))
            raise InputError("'...' stands for numbers that are not there", self.where(line), mend="print all of them")


def may_be_thousands(cells: Sequence[str]) -> bool:
    """Whether every comma among numbers may as well part thousands.

    >>> may_be_thousands(["1,234", "−5,678"]), may_be_thousands(["1,234", "0,5"]), may_be_thousands(["0,125"])
    (True, False, False)
    """
    return bool(cells) and all(re.fullmatch(r"[+\-−–]?[1-9][0-9]{0,2},[0-9]{3}", cell) for cell in cells)


def two_sizes(cell: str, where: str) -> InputError:
    """The error for a number whose comma may be decimal or part thousands; both are shown."""
    together = cell.replace(",", "")
    return InputError(
        f"'{visible(cell, 40)}': a decimal comma, or thousands?", where, mend=f"write {with_point(cell)}, or {together}"
    )


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells only count: 0, 1, 2 … or 1, 2, 3 …

    >>> _counts(["1", "2"]), _counts(["0", "1"]), _counts(["2", "4"])
    (True, True, False)
    """
    return (
        bool(cells)
        and cells[0] in ("0", "1")
        and list(cells) == [str(n) for n in range(int(cells[0]), int(cells[0]) + len(cells))]
    )
