"""CSV and TSV: one matrix a file, with or without a row of column labels and a column of row labels."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from tmat.errors import InputError
from tmat.reading.blocks import Block, typed_matrix
from tmat.reading.lexing import TRUTH
from tmat.reading.number_text import is_decimal_comma, number, why_not
from tmat.reading.rows import Row
from tmat.reading.text_rows import is_cell
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

# str.splitlines would also break at form feeds and the like.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*"')
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


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
    block = _block(rows, origin)
    found = typed_matrix(block, origin)
    for i, j in found.blanks:
        what, mend = why_not(found.texts[i][j])
        column = j + 1 + len(block.rows[i].cells) - len(found.texts[i]) + block.rows[i].column
        raise InputError(what, f"in {origin}, line {block.rows[i].line}, column {column}", mend=mend)
    labels, columns = ([_unguarded(label) for label in each] for each in (found.matrix.rows, found.matrix.cols))
    return Matrix("", found.matrix.values, tuple(labels), tuple(columns), "; ".join((origin, *found.notes)))


def _block(rows: list[Row], origin: str) -> Block:
    """The rows, and the column labels: a first row that has words or an empty corner."""
    first = rows[0].cells
    corner = first[0] == "" and len(first) > 1 and all(first[1:])
    words = [cell for cell in first[len(first) > 1 :] if not (is_cell(cell) or is_decimal_comma(cell) or cell in TRUTH)]
    block = Block(rows[0].line, rows=rows)
    if len(rows) > 1 and (corner or words):
        if not corner and sum(number(cell) is not None for cell in first) >= len(words):
            what, mend = why_not(words[0])  # one word in a row of numbers is more likely a slip than a label
            raise InputError(what, rows[0].where(origin, words[0]), "the rest of the row is numbers", mend=mend)
        block.header, block.rows = first[corner:], rows[1:]
    for row in block.rows if corner else []:
        if len(row.cells) == 1:
            raise InputError(f"'{visible(row.cells[0], 40)}' is followed by no numbers", row.where(origin))
        row.label, row.relation, row.cells, row.column = row.cells[0], "remark", row.cells[1:], 1
    return block


def _unguarded(label: str) -> str:
    """The label without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return label[1:] if _GUARDED.match(label) else label


def delimited_rows(text: str, origin: str, delimiter: str | None) -> list[Row]:
    if delimiter is None:
        delimiter = _delimiter(text, origin)
    lines = _Lines(text.removeprefix("\ufeff"))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            stripped = [cell.strip() or cell for cell in cells]  # a label may be a space
            if any(cell.strip() for cell in cells):
                rows.append(Row(lines.began, stripped))
            lines.began = 0
    except csv.Error as error:
        what = f"malformed {'TSV' if delimiter == chr(9) else 'CSV'}: {error}"
        where = f"in {origin}, line {lines.began or lines.line}"
        raise InputError(what, where, mend="is a quote left open, or one too many?") from None
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
    """The delimiter, guessed from the first 50 lines."""
    plain = (_QUOTED.sub("", line) for line in text.splitlines())
    lines = [line for line in plain if line.strip() and not line.lstrip().startswith("#")][:50]
    for candidate in ("\t", ";"):
        if lines and all(candidate in line for line in lines):
            return candidate
    if any("," in line for line in lines):
        return ","
    return " " if lines and all(len(line.split()) > 1 for line in lines) else ","
