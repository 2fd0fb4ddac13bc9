"""The items of a text: a row of cells, words, a mark between others, a problem."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tmat.errors import InputError
from tmat.reading.lexing import MARKS, Token, closing
from tmat.reading.text_rows import TIGHT, is_cell, split_cells

_SPACED = re.compile(r"(?= *[+\-]?\.?[0-9])(?:[0-9eE. ]++|[+\-](?=[0-9.]))*+")
_NUMBER = r"[+\-]?[0-9]++(?:\.[0-9]*+)?(?:e[+\-]?[0-9]{1,2})?"
_CELLS = rf"{_NUMBER}(?:(?:, *{_NUMBER})++|(?: +{_NUMBER})*+)"  # parted in one way
_BRACKETED = re.compile(rf" *\[ *{_CELLS} *\] *")
_WITHIN = re.compile(rf" *\[ *{_CELLS} *\],? *")
_WORDED = re.compile(
    rf"(?!(?:inf|nan|na|none|null|true|false|infinity|missing|return|yield|raise|assert|import|using) )[a-z][\w\-]*+(?: ++{_NUMBER}){{2,}}+",
    re.ASCII | re.IGNORECASE,
)
_BARRED = re.compile(r"\|(?: [+\-]?[0-9][0-9.]*+ \|)++")


@dataclass(slots=True)
class Row:
    """A row of cells, with the label before it and its line.

    ``text`` is what the cells were made of, where commas may be decimal ones; ``semicolons`` says that ; parts them;
    ``relation`` is what stood behind the label, or that a remark gave it; ``column`` is where its bracket opens, from 1, or in a
    table (``raw`` is empty) how many cells were taken off it.
    """

    line: int
    cells: list[str]
    label: str | None = None
    raw: str = ""
    text: str = ""
    semicolons: bool = False
    relation: str = ""
    column: int = 0
    bars: bool = False
    bracket: bool = False

    def where(self, origin: str, cell: str | None = None) -> str:
        """The row's place, or that of one of its cells: its column in the line, or in a table how many cells are before it."""
        place = f"in {origin}, line {self.line}"
        column = 0
        if cell is not None:
            column = self.raw.find(cell) + 1 if self.raw else self.column + [*self.cells, cell].index(cell) + 1
        return f"{place}, column {column}" if column else place

    def without_first(self) -> Row:
        """The row without its first cell, a label."""
        return Row(self.line, self.cells[1:], raw=self.raw, column=self.column + 1)


@dataclass(slots=True)
class Words:
    """A line without a row: a name, the columns' labels, or prose."""

    line: int
    text: str
    words: list[str]
    ends: bool = False  # in a colon or an equals sign
    indented: bool = False
    kind: str = "words"  # or heading, remark, shown; rows and columns are labels in a comment


@dataclass(slots=True)
class Mark:
    """A line that only groups others: blank, rule, head, columns, series, spoilt, passed."""

    line: int
    kind: str


@dataclass(slots=True)
class Problem:
    """Why a matrix could not be read; without a name, it is the current one."""

    error: InputError
    name: str
    line: int
    lost: bool = True  # numbers are lost with it; else only words


def rows_of(text: str, tokens: list[Token], line: int, raw: str, *, decimal: bool = True) -> list[Row]:
    """The rows of a line, or of what stands behind a label; ``decimal`` says that a comma may be a decimal one."""
    body = text if not tokens else text[tokens[0].start : tokens[-1].end]
    if not (tokens or "," in body or ";" in body or "\t" in body):
        return [Row(line, body.split(), None, raw)]
    tight = body if decimal and TIGHT.search(body) else ""
    if ";" in body:
        pieces = [piece.strip() for piece in body.strip().rstrip(";").split(";")]
        single = len(pieces) > 1 and not any(re.search(r"\s", p) or p.count(",") > 1 for p in pieces)
        if single and all(is_cell(p) or TIGHT.search(p) for p in pieces[1:]):
            return [Row(line, pieces, None, raw, tight, semicolons=True)]
    if tight:
        return [Row(line, [], None, raw, body)]
    if not tokens or "\t" in body:
        rows = split_cells(body) or [[""]] * (body.count(",") > 0)
        if not tokens or all(is_cell(cell) or not re.search(r"\s", cell) for cells in rows for cell in cells[1:]):
            return [Row(line, cells, None, raw) for cells in rows]
    label = tokens[0].text[1:-1] if len(tokens) > 1 and tokens[0].kind == "quoted" else ""
    if is_cell(label) and label and all(token.kind in ("number", "blank") for token in tokens[1:]):
        return [Row(line, cells_of(tokens[1:]), label, raw)]  # as R writes rows' names
    parts = groupby(tokens, lambda token: token.kind == "end")
    return [Row(line, cells_of(list(part)), None, raw) for end, part in parts if not end]


def cells_of(tokens: list[Token]) -> list[str]:
    """The cells of tokens parted by spaces or commas; two commas have an empty cell between them."""
    cells: list[str] = []
    due, end = True, -1
    for n, token in enumerate(tokens):
        if token.kind in ("comma", "tab"):
            if due and n:
                cells.append("")
            due, end = True, -1
        elif token.kind == "bar":
            end = -1
        else:
            text = token.text.strip("\"'`") if token.kind == "quoted" else token.text
            if token.start == end:
                text = cells.pop() + text  # what stands together is one cell: [CLS]
            cells.append(text)
            due, end = False, token.end
    return cells


def without_marks(tokens: list[Token]) -> list[Token]:
    """The line without a marker's ticks at its ends."""
    while tokens and set(tokens[-1].text) <= MARKS and (tokens[-1].kind == "word" or len(tokens) > 2):
        tokens = tokens[:-1]
    while len(tokens) > 1 and tokens[0].kind in ("word", "colon", "assign") and tokens[1].kind in ("number", "word", "open"):  # fmt: skip
        if not set(tokens[0].text) <= MARKS | {"*", ">"}:
            break
        tokens = tokens[1:]
    return tokens


def r_index(tokens: list[Token]) -> tuple[str, list[Token]] | None:
    """R's [1,] or [1] before a row, or its head [,1] [,2], which has no row."""
    if len(tokens) < 3 or tokens[0].text != "[":
        return None
    close = closing(tokens, 0)
    if close is None or close > 3:
        return None
    inside = tokens[1:close]
    numbers = [token for token in inside if token.kind == "number" and token.text.isdigit()]
    if len(numbers) != 1 or any(token.kind not in ("number", "comma") for token in inside):
        return None
    return numbers[0].text, [] if inside[0].kind == "comma" else tokens[close + 1 :]


def rows_alike(lines: Sequence[str], start: int, places: Sequence[int] | None, last: Row) -> list[Row]:
    """The plain rows from a line on, as long as each is written as the last row: with spaces, after a word, between bars, in brackets.

    >>> [row.cells for row in rows_alike(["1 2", "3 -4", "", "5 6"], 0, None, Row(0, []))]
    [['1', '2'], ['3', '-4']]
    >>> [row.cells for row in rows_alike(["cat 1 2", "sat 3"], 0, None, Row(0, ["the", "5", "6"]))]
    [['cat', '1', '2']]
    >>> [row.cells for row in rows_alike(["| 1 | 2 |", "| a | 2 |"], 0, None, Row(0, [], bars=True))]
    [['1', '2']]
    >>> [row.cells for row in rows_alike(["[1, 2]", "[3, 4]]"], 0, None, Row(0, [], column=1, bracket=True))]
    [['1', '2']]
    """
    worded = bool(last.cells) and last.cells[0][:1].isalpha()
    fits = (_BARRED if last.bars else _BRACKETED if last.bracket else _WORDED if worded else _SPACED).fullmatch
    bars, bracket, column = last.bars, last.bracket, last.column
    if bracket and not column:
        return []
    rows: list[Row] = []
    for n in range(start, len(lines)):
        text = lines[n]
        if not fits(text):
            break
        if bracket and text.index("[") + 1 != column:
            break
        bare = text.strip(" []").replace(",", " ") if bracket else text
        cells = text[2:-2].split(" | ") if bars else bare.split()
        line = n + 1 if places is None else places[n]
        rows.append(Row(line, cells, None, text, "", False, "", column, bars, bracket))
    return rows


def bracketed_lines(lines: Sequence[str], start: int) -> list[list[str]]:
    """The numbers of the bracketed rows from a line on, within a bracket over many lines.

    >>> bracketed_lines(["[1, 2],", " [3, 4],", "[5, 6]]"], 0)
    [['1', '2'], ['3', '4']]
    """
    found: list[list[str]] = []
    for n in range(start, len(lines)):
        if not _WITHIN.fullmatch(lines[n]):
            break
        found.append(lines[n].strip(" [],").replace(",", " ").split())
    return found
