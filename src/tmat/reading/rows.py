"""A line as rows of cells, what parts them being spaces, tabs, commas or semicolons."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tmat.reading.bracketed import closing
from tmat.reading.lexing import MARKS, Token
from tmat.reading.text_rows import TIGHT, is_cell, split_cells


@dataclass(slots=True)
class Row:
    """One row as it stands: its cells, the label that a colon or a bracket parts from them, its line.

    ``text`` is what the cells were made of, where commas may be decimal ones; ``semicolons`` says that ; parts them;
    ``relation`` is what stood behind the label, or that a remark gave it; ``column`` is where its bracket opens, from 1.
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
        if not tokens or not any(_parted(cell) for cells in rows for cell in cells[1:]):
            return [Row(line, cells, None, raw) for cells in rows]
    label = tokens[0].text[1:-1] if len(tokens) > 1 and tokens[0].kind == "quoted" else ""
    if is_cell(label) and label and all(token.kind in ("number", "blank") for token in tokens[1:]):
        return [Row(line, cells_of(tokens[1:]), label, raw)]  # as R writes rows' names
    found: list[Row] = []
    start = 0
    for n in [n for n, token in enumerate(tokens) if token.kind == "end"] + [len(tokens)]:
        if n > start:
            found.append(Row(line, cells_of(tokens[start:n]), None, raw))
        start = n + 1
    return found


def _parted(cell: str) -> bool:
    return re.search(r"\s", cell) is not None and not is_cell(cell)


def cells_of(tokens: list[Token]) -> list[str]:
    """The cells of tokens parted by spaces or commas; two commas have an empty cell between them."""
    cells: list[str] = []
    due, end = True, -1
    for n, token in enumerate(tokens):
        if token.kind in ("comma", "tab"):
            if due and n:
                cells.append("")
            due, end = True, -1
        elif token.kind != "bar":
            text = token.text.strip("\"'`") if token.kind == "quoted" else token.text
            if token.start == end:
                cells[-1] += text  # what stands together is one cell: [CLS]
            else:
                cells.append(text)
            due, end = False, token.end
        else:
            end = -1
    return cells


def without_marks(tokens: list[Token]) -> list[Token]:
    """The line without the ticks that a marker put beside it."""
    while tokens and set(tokens[-1].text) <= MARKS and (tokens[-1].kind == "word" or len(tokens) > 2):
        tokens = tokens[:-1]
    while (
        len(tokens) > 1 and tokens[0].kind in ("word", "colon", "assign") and set(tokens[0].text) <= MARKS | {"*", ">"}
    ):
        if tokens[1].kind not in ("number", "word", "open"):
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
