"""Matrices as people type them: a line with a name, the rows under it, a blank line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from tmat.errors import InputError, fold
from tmat.reading.number_text import counted, is_blank, number, why_not
from tmat.reading.text_rows import (
    bare,
    is_cell,
    is_misspelt,
    is_pipe_row,
    is_pipe_rule,
    pipe_cells,
    row_texts,
    split_row,
)
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

_LONG = 100_000
_SIZE = r"(?:\s*[(\[]\s*\d+\s*[x×*]\s*\d+\s*[)\]]|\s+\d+\s*[x×*]\s*\d+)?"
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_HEADING = re.compile(r"\s*#{2,6}\s+(\S.*)$")
_HEADING_NAME = re.compile(rf"(\S+?){_SIZE}\s*[:=]?")
_NAME_AND_MORE = re.compile(rf"\s*([^\s:=|,;\[\]]+?){_SIZE}\s*([:=])\s*(\S.*)")
_NAME_ALONE = re.compile(rf"(.*?){_SIZE}\s*[:=]?\s*\[*\s*")
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|`{3,}.*)\s*")


@dataclass(frozen=True, slots=True)
class TypedMatrix:
    """A matrix with its numbers as they were typed, for the digits that a printed number claims.

    Cells left blank are NaN in the matrix; ``line`` is where the matrix begins.
    """

    name: str
    texts: list[list[str]]
    matrix: Matrix
    line: int

    @property
    def blanks(self) -> list[tuple[int, int]]:
        """The cells that are not filled in."""
        return [(i, j) for i, row in enumerate(self.texts) for j, text in enumerate(row) if is_blank(text)]


def read_answers_text(text: str, origin: str = "the answers") -> list[TypedMatrix]:
    """The matrices of a text as people type it, in its order.

    A name may stand as ``Q``, ``Q:``, ``Q =``, ``## Q`` or ``Q (6x4)``; rows are numbers parted by spaces, tabs or
    commas, or rows of a Markdown table; a first word labels the row, a line of words the columns; ``_`` or ``?`` is a
    cell left blank; ``#`` begins a comment. Rows without a name are a matrix named "".

    Raises InputError with the line for what is none of these.

    >>> [q] = read_answers_text("Q (2x2)\\nWhen 3.80 _  # so far\\nyou 2.55 1.86")
    >>> q.name, q.texts, q.matrix.rows, q.blanks
    ('Q', [['3.80', '_'], ['2.55', '1.86']], ('When', 'you'), [(0, 1)])
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    reader = _Reader(origin, tables=any(map(is_pipe_rule, lines)))
    for line, raw in enumerate(lines, 1):
        reader.take(raw, line)
    reader.finish()
    return reader.found


@dataclass(slots=True)
class _Block:
    """A matrix in the making."""

    line: int
    name: str | None = None
    heading: bool = False
    header: list[str] | None = None
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


_SIZE_ALONE = re.compile(r"[0-9]+ ?[×x] ?[0-9]+")
_NUMBERED = re.compile(r"[0-9]+ *[·.)] *(?=[^\W\d])")  # "1 · Q", as a page counts its steps


class _Reader:
    def __init__(self, origin: str, *, tables: bool) -> None:
        self.origin = origin
        self.tables = tables  # a page in Markdown: between its tables there may be prose
        self.found: list[TypedMatrix] = []
        self.names: dict[str, int] = {}
        self.block: _Block | None = None
        self.blank_since = False

    def where(self, line: int) -> str:
        return f"in {self.origin}, line {line}"

    def take(self, raw: str, line: int) -> None:
        if len(raw) > _LONG:
            self.refuse_long(raw, line)
        heading = _HEADING.fullmatch(raw)
        if heading:
            self.heading(heading.group(1), line)
            return
        text = _COMMENT.sub("", raw).strip()
        if not text or (_RULE.fullmatch(text) and not is_pipe_row(text)):
            if text or not raw.strip().startswith("#"):
                self.blank_line()
            return
        if is_pipe_row(text) or is_pipe_rule(text):
            self.table_row(text, line)
            return
        opened = self.block is not None and (self.block.rows or not self.blank_since)
        if self.tables and (self.blank_since or not opened) and _is_prose(text):
            return
        named = _NAME_AND_MORE.fullmatch(text)
        if named and (named.group(2) == "=" or not opened) and not is_cell(named.group(1)):
            self.start(bare(named.group(1)), line)
            text = named.group(3)
        elif named and opened and is_cell(named.group(3).split()[0]):
            text = f"{named.group(1)} {named.group(3)}"  # a row's label with a colon
        for row in row_texts(text):
            self.row(row, line, raw)
        self.blank_since = False

    def refuse_long(self, raw: str, line: int) -> None:
        """A word of a million letters is refused before it is looked at in every way there is."""
        word = next((word for word in raw.split() if len(word) > _LONG), None)
        if word is not None:
            raise InputError(
                f"{visible(word, 20)} has {len(word)} characters", self.where(line), "expected rows of numbers"
            )

    def heading(self, text: str, line: int) -> None:
        self.finish()
        name = _HEADING_NAME.fullmatch(bare(_NUMBERED.sub("", text.strip(), count=1)))
        if name:
            self.block = _Block(line, bare(name.group(1)), heading=True)
        self.blank_since = False

    def blank_line(self) -> None:
        if self.block is not None and self.block.rows:
            self.finish()
        self.blank_since = True

    def start(self, name: str, line: int) -> None:
        self.finish()
        self.block = _Block(line, name)

    def open(self, line: int) -> _Block:
        if self.block is None:
            self.block = _Block(line)
        return self.block

    def table_row(self, text: str, line: int) -> None:
        block = self.open(line)
        if is_pipe_rule(text):
            if len(block.rows) == 1 and block.header is None:
                block.header = block.rows.pop()[1]
            return
        cells = pipe_cells(text)
        if not block.rows and block.header is None and any(not is_cell(cell) for cell in cells[1:]):
            block.header = cells
        else:
            self.add(block, cells, line, text)
        self.blank_since = False

    def row(self, text: str, line: int, raw: str) -> None:
        cells = split_row(text, self.where(line))
        if any(is_cell(cell) for cell in cells):
            self.add(self.open(line), cells, line, raw)
            return
        block = self.block
        title = block is not None and block.heading and self.blank_since and len(cells) == 1
        if block is None or block.rows or block.name is None or title:
            self.start(self.name_of(text), line)
        else:
            self.words(block, cells)

    def name_of(self, text: str) -> str:
        alone = _NAME_ALONE.fullmatch(text)
        return bare((alone.group(1) if alone else text).strip())

    def words(self, block: _Block, cells: list[str]) -> None:
        """A line of words under a name: the columns' labels, unless the name was none."""
        if (self.blank_since and not block.heading) or block.header is not None:
            raise self.no_rows(block)
        block.header = cells

    def add(self, block: _Block, cells: list[str], line: int, raw: str) -> None:
        for cell in cells[1:]:
            if not is_cell(cell):
                what, mend = why_not(cell)
                column = raw.find(cell) + 1
                raise InputError(what, f"{self.where(line)}, column {column}", mend=mend or self.remark(cells))
        block.rows.append((line, cells))

    def remark(self, cells: list[str]) -> str | None:
        """A line mostly of words is a remark that has lost its #."""
        words = sum(not is_cell(cell) for cell in cells)
        return "begin remarks with #" if words > len(cells) / 2 else None

    def no_rows(self, block: _Block) -> InputError:
        return InputError(
            f"'{visible(block.name or '', 60)}' is followed by no rows",
            self.where(block.line),
            "expected a matrix's name, then its rows, each a line of numbers",
            mend="begin remarks with #",
        )

    def finish(self) -> None:
        block, self.block = self.block, None
        if block is None:
            return
        if not block.rows:
            if block.heading and block.header is None:
                return
            raise self.no_rows(block)
        name = block.name or ""
        twin = self.names.setdefault(fold(name), block.line)
        if twin != block.line:
            what = f"'{visible(name, 60)}' is given twice" if name else "two blocks of rows without a name"
            raise InputError(
                what,
                f"in {self.origin}, lines {twin} and {block.line}",
                mend=None if name else "put a name over each",
            )
        self.found.append(self.matrix(name, block))

    def matrix(self, name: str, block: _Block) -> TypedMatrix:
        header = block.header
        rows, labels = self.labelled(block, header)
        texts = [cells for _, cells in rows]
        width = len(texts[0])
        for line, cells in rows:
            if len(cells) != width:
                shown = f"{visible(name, 60)}: " if name else ""
                raise InputError(
                    f"{shown}rows of different lengths",
                    f"{self.where(line)} has {counted(len(cells), 'number')}, line {rows[0][0]} has {width}",
                )
        if header is not None and len(header) == width + 1 and labels is not None:
            header = header[1:]
        if header is not None and len(header) != width:
            sizes = f"{counted(width, 'column')} but {counted(len(header), 'column label')}"
            raise InputError(f"{visible(name, 60) or 'the matrix'} has {sizes}", self.where(block.line))
        values = [[math.nan if is_blank(text) else number(text) for text in cells] for cells in texts]
        origin = f"{self.origin}, line {block.line}"
        return TypedMatrix(name, texts, Matrix.of(name, values, labels, header, origin), block.line)

    def labelled(self, block: _Block, header: list[str] | None) -> tuple[list[tuple[int, list[str]]], list[str] | None]:
        """The rows without their labels, and the labels: words, or whatever stands under an empty corner."""
        first = block.rows[0][1]
        is_word = [not is_cell(cells[0]) for _, cells in block.rows]
        under_corner = header is not None and (
            len(header) == len(first) - 1 or (len(header) == len(first) and header[0] == "")
        )
        if not (under_corner and len(first) > 1) and not any(is_word):
            return block.rows, None
        if not under_corner and not all(is_word):
            n = is_word.index(not is_word[0])
            line, cells = block.rows[n]
            if is_word[n]:
                what, mend = why_not(cells[0])
                raise InputError(what, f"{self.where(line)}, column 1", "the rows above it have no label", mend=mend)
            raise InputError(
                "a row without a label", f"{self.where(line)}: the rows above it begin with a word", mend=None
            )
        for line, cells in block.rows:
            if not under_corner and is_misspelt(cells[0]):
                what, mend = why_not(cells[0])
                raise InputError(what, f"{self.where(line)}, column 1", mend=mend)
            if len(cells) == 1:
                raise InputError(f"'{visible(cells[0], 40)}' is followed by no numbers", self.where(line))
        return [(line, cells[1:]) for line, cells in block.rows], [cells[0] for _, cells in block.rows]


def _is_prose(text: str) -> bool:
    """Whether a line is a size, a formula, or has more words than numbers: no row, and no name."""
    if "$" in text or text.startswith("**") or _SIZE_ALONE.fullmatch(text):
        return True
    words = text.split()
    return len(words) > 2 and 2 * sum(is_cell(word.strip(",()")) for word in words) < len(words)
