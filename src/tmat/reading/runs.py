"""Rows of plain numbers that follow one another, taken at once: most lines of a long text are such."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tmat.reading.rows import Row

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


def rows_alike(lines: Sequence[str], start: int, places: Sequence[int] | None, last: Row) -> list[Row]:
    """The rows from a line on as long as each is plain numbers as the last row is: parted by spaces, behind a word too, between bars, in brackets.

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
        if bracket:
            if text.index("[") + 1 != column:
                break
            cells = text.strip(" []").replace(",", " ").split()
        else:
            cells = text[2:-2].split(" | ") if bars else text.split()
        rows.append(
            Row(n + 1 if places is None else places[n], cells, None, text, "", False, "", column, bars, bracket)
        )
    return rows


def bracketed_lines(lines: Sequence[str], start: int) -> list[list[str]]:
    """The numbers of each line from one on that is a row in brackets and a comma, within brackets over many lines.

    >>> bracketed_lines(["[1, 2],", " [3, 4],", "[5, 6]]"], 0)
    [['1', '2'], ['3', '4']]
    """
    found: list[list[str]] = []
    for n in range(start, len(lines)):
        if not _WITHIN.fullmatch(lines[n]):
            break
        found.append(lines[n].strip(" [],").replace(",", " ").split())
    return found
