"""CSV and TSV: one matrix a file, with or without a row of column labels and a column of row labels."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from tmat.errors import InputError
from tmat.reading.commas import may_be_thousands, two_sizes
from tmat.reading.number_text import counted, is_decimal_comma, number, why_not, with_point
from tmat.reading.text_rows import is_misspelt
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

_Row = tuple[int, list[str]]
# str.splitlines would also break at form feeds and the like.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*"')
_TRUTHS = {"true": "1", "false": "0"}
GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
"""How a label begins that had an apostrophe put before it, so that no spreadsheet takes it for a formula."""


def read_delimited(text: str, origin: str, delimiter: str | None = None) -> Matrix:
    """The matrix of a CSV (commas, else semicolons or tabs, as the file has them) or TSV text.

    A first row with words is the columns' labels, a first column of words the rows'; an empty corner says that both
    are there, even where the labels are numbers. An apostrophe before = + - @ in a label, which keeps a spreadsheet
    from taking it for a formula, is taken off. Lines that begin with # and blank lines are passed over.

    Decimal commas are read where cells are parted otherwise, and the origin says so.

    Raises InputError with line and column for words among the numbers and ragged rows.

    >>> m = read_delimited("\\ufeff,a,b\\r\\nWhen,1,2\\r\\nyou,3,4\\r\\n", "x.csv")
    >>> m.rows, m.cols, m.values.tolist()
    (('When', 'you'), ('a', 'b'), [[1.0, 2.0], [3.0, 4.0]])
    """
    rows = delimited_rows(text, origin, delimiter)
    if not rows:
        raise InputError(f"{origin} holds no numbers", "expected rows of numbers, parted by commas or tabs")
    rows = _of_truths(rows)
    header, rows, labels = _parted(rows, origin)
    rows, note = with_points(rows, origin)
    width = len(rows[0][1])
    if header is not None and len(header[1]) != width:
        raise InputError(
            f"{counted(width, 'column')} but {counted(len(header[1]), 'column label')}",
            f"in {origin}, lines {rows[0][0]} and {header[0]}",
        )
    values = [_numbers(line, cells, width, rows[0][0], origin, labels is not None) for line, cells in rows]
    own = None if labels is None else [_label(cell) for cell in labels]
    heads = [_label(cell) for cell in header[1]] if header else None
    return Matrix.of("", values, own, heads, f"{origin}; {note}" if note else origin)


def _of_truths(rows: list[_Row]) -> list[_Row]:
    """A mask of True and False, and nothing else, as ones and zeros."""
    if all(cell.casefold() in _TRUTHS for _, cells in rows for cell in cells):
        return [(line, [_TRUTHS[cell.casefold()] for cell in cells]) for line, cells in rows]
    return rows


def with_points(rows: list[_Row], origin: str) -> tuple[list[_Row], str]:
    """Decimal commas as points: within a cell a comma can be nothing else, but that it may part thousands."""
    commas = [(line, cell) for line, cells in rows for cell in map(str.strip, cells) if is_decimal_comma(cell)]
    if not commas:
        return rows, ""
    if may_be_thousands([cell for _, cell in commas]):
        raise two_sizes(commas[0][1], f"in {origin}, line {commas[0][0]}")
    pointed = [
        (line, [with_point(c.strip()) if is_decimal_comma(c.strip()) else c for c in cells]) for line, cells in rows
    ]
    return pointed, "decimal commas read as points"


def delimited_rows(text: str, origin: str, delimiter: str | None) -> list[_Row]:
    if delimiter is None:
        delimiter = _delimiter(text, origin)
    lines = _Lines(text.removeprefix("\ufeff"))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[_Row] = []
    try:
        for cells in reader:
            stripped = [cell.strip() or cell for cell in cells]  # a label may be a space
            if any(cell.strip() for cell in cells):
                rows.append((lines.began, stripped))
            lines.began = 0
    except csv.Error as error:
        raise InputError(
            f"malformed {'TSV' if delimiter == chr(9) else 'CSV'}: {error}",
            f"in {origin}, line {lines.began or lines.line}",
            mend="is a quote left open, or one too many?",
        ) from None
    return rows


class _Lines:
    """The lines of a text without its comments; within quotes, a line that begins with # is no comment."""

    def __init__(self, text: str) -> None:
        self.lines = _LINE.findall(text)
        self.line = 0
        self.began = 0

    def __iter__(self) -> Iterator[str]:
        quoted = False
        for n, line in enumerate(self.lines, 1):
            self.line = n
            if not quoted and line.lstrip().startswith("#"):
                continue
            self.began = self.began or self.line
            quoted ^= line.count('"') % 2 == 1
            yield line


def _delimiter(text: str, origin: str) -> str:
    """What parts the cells: judged by the lines that hold numbers."""
    plain = (_QUOTED.sub("", line) for line in text.splitlines())
    lines = [line for line in plain if line.strip() and not line.lstrip().startswith("#")][:50]
    for candidate in ("\t", ";"):
        if lines and all(candidate in line for line in lines):
            return candidate
    if any("," in line for line in lines):
        return ","
    return " " if lines and all(len(line.split()) > 1 for line in lines) else ","


def _parted(rows: list[_Row], origin: str) -> tuple[_Row | None, list[_Row], list[str] | None]:
    """The columns' labels, the rows without theirs, and the rows' labels."""
    line, first = rows[0]
    corner = first[0] == "" and len(first) > 1 and all(first[1:])
    words = [cell for cell in first[len(first) > 1 :] if _is_word(cell)]
    header: _Row | None = None
    if len(rows) > 1 and (corner or words):
        header, rows = rows[0], rows[1:]
        _refuse_stray_word(header, words, corner, origin)
    short = header is not None and len(header[1]) == len(rows[0][1]) - 1
    if not (corner or short or all(_is_word(cells[0]) and not is_misspelt(cells[0]) for _, cells in rows)):
        return header, rows, None
    for line, cells in rows:
        if len(cells) == 1:
            raise InputError(f"'{visible(cells[0], 40)}' where a number is due", f"in {origin}, line {line}, column 1")
    if header is not None and not short:
        header = (header[0], header[1][1:])
    return header, [(line, cells[1:]) for line, cells in rows], [cells[0] for _, cells in rows]


def _is_word(cell: str) -> bool:
    return bool(cell.strip()) and number(cell) is None and not is_decimal_comma(cell)


def _label(cell: str) -> str:
    """The label without the apostrophe that guards it."""
    return cell[1:] if GUARDED.match(cell) else cell


def _refuse_stray_word(header: _Row, words: list[str], corner: bool, origin: str) -> None:
    """One word in a first row of numbers is more likely a slip than a label."""
    line, cells = header
    numbers = sum(number(cell) is not None for cell in cells)
    if not corner and numbers >= len(words):
        what, mend = why_not(words[0])
        column = cells.index(words[0]) + 1
        raise InputError(
            what, f"in {origin}, line {line}, column {column}", "the rest of the row is numbers", mend=mend
        )


def _numbers(line: int, cells: list[str], width: int, first: int, origin: str, labelled: bool) -> list[float]:
    found: list[float] = []
    for column, cell in enumerate(map(str.strip, cells), 2 if labelled else 1):
        value = number(cell)
        if value is None:
            what, mend = why_not(cell)
            raise InputError(what, f"in {origin}, line {line}, column {column}", mend=mend)
        found.append(value)
    if len(found) != width:
        raise InputError(
            "rows of different lengths",
            f"in {origin}, line {line} has {counted(len(found), 'number')}, line {first} has {width}",
        )
    return found
