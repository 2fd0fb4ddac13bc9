"""The labels of a matrix, taken off its rows: words or counts before them and above them. A misspelt number is no label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tmat.errors import InputError
from tmat.reading.number_text import is_blank, number, plain_values, why_not
from tmat.reading.rows import Row
from tmat.reading.text_rows import is_cell, is_misspelt
from tmat.visible import visible


def head(rows: list[Row], header: list[str] | None, of_table: bool) -> tuple[list[str] | None, list[Row], str]:
    """The column labels (words above, or a first row that counts and is one cell short), the rows below, and a note."""
    if header is not None or len(rows) < 2 or rows[0].label is not None:
        return header, rows, ""
    first, rest = rows[0].cells, rows[1:]
    if not counts(first):
        numbers = of_table and all(map(is_cell, first))
        return None, rows, "the table's head is numbers and was taken as its first row" if numbers else ""
    short = all(len(row.cells) == len(first) + 1 for row in rest)
    labelled = short and (counts([row.cells[0] for row in rest]) or not any(is_cell(row.cells[0]) for row in rest))
    beside = all(row.label is not None and len(row.cells) == len(first) for row in rest)
    return (first, rest, "") if of_table or labelled or beside else (None, rows, "")


def labels_of(rows: list[Row], header: list[str] | None, origin: str) -> tuple[list[str] | None, list[Row], str]:
    """The row labels (words, or anything under an empty corner), the rows without them, and a note."""
    named = [row.label is not None for row in rows]
    if all(named):
        return _given(rows, origin), rows, ""
    firsts = [row.cells[0] for row in rows]
    words = named
    if plain_values(firsts) is None:  # else all are numbers
        words = [given or not is_cell(cell) for cell, given in zip(firsts, named, strict=True)]
    if any(words) and not any(named):  # beside words, a mark such as ? or _ is a word too
        words = [word or (cell != "" and is_blank(cell)) for cell, word in zip(firsts, words, strict=True)]
    width, heads = len(rows[0].cells), len(header or ())
    corner = width > 1 and header is not None and (heads == width - 1 or (heads == width and header[0] in ("", "(index)")))  # fmt: skip
    if not any(named) and not corner:
        for row, word in zip(rows, words, strict=True):
            if word and is_misspelt(row.cells[0]):
                raise _misspelt(row, row.cells[0], origin)
        if not any(words):
            return _ordinals(rows)
    if any(named) or not (corner or all(words)):
        raise _mixed(rows, named, words, origin)
    for row in rows:
        if len(row.cells) == 1:
            raise InputError(f"'{visible(row.cells[0], 40)}' is followed by no numbers", row.where(origin))
    rest = [row.without_first() for row in rows]
    same = len(rows) > 1 and len(set(firsts)) == 1 and all(len(row.cells) > 1 for row in rest)
    ordinals = [row.cells[0] for row in rest]
    if same and not corner and counts(ordinals):  # Token 1, Token 2
        return [f"{firsts[0]} {n}" for n in ordinals], [row.without_first() for row in rest], ""
    return firsts, rest, ""


def _given(rows: list[Row], origin: str) -> list[str] | None:
    """The labels before a colon or an equals sign."""
    for row in rows:
        label = row.label or ""
        if row.relation != "remark" and is_misspelt(label):
            raise _misspelt(row, label, origin)
        if row.bracket and not label.isdigit() and number(label) is not None:
            what = f"'{visible(label, 40)}' before a bracket of numbers"
            raise InputError(what, row.where(origin), mend="write each row in one bracket")
    labels = [(row.label or "") if row.relation == "remark" else (row.label or "").strip("\"'") for row in rows]
    return labels if any(labels) else None


def _misspelt(row: Row, text: str, origin: str) -> InputError:
    what, mend = why_not(text)
    return InputError(what, row.where(origin, text), mend=mend)


def _mixed(rows: list[Row], named: list[bool], words: list[bool], origin: str) -> InputError:
    """The error for rows of which only some have a label; it names the first that differs from the first row."""
    given = named if any(named) else words
    n = given.index(not given[0])
    if not given[n]:
        return InputError("a row without a label", f"{rows[n].where(origin)}: the rows above it begin with a word")
    if given is named:
        return InputError("a row without a label", f"{rows[0].where(origin)}: a row below it begins with a word")
    what, mend = why_not(rows[n].cells[0])
    return InputError(what, f"{rows[n].where(origin)}, column 1", "the rows above it have no label", mend=mend)


def _ordinals(rows: list[Row]) -> tuple[list[str] | None, list[Row], str]:
    """Take off 1. 2. 3. or a dash before every row of a text, where no other number is written so."""
    firsts = [row.cells[0] for row in rows]
    if len(rows) < 2 or not rows[0].raw or any(len(row.cells) < 2 for row in rows):
        return None, rows, ""
    rest = [row.without_first() for row in rows]
    if set(firsts) <= {"-", "–", "—"}:
        return None, rest, f"{firsts[0]} before every row is a bullet"
    if (
        all(re.fullmatch(r"[0-9]{1,4}[.)]", cell) for cell in firsts)
        and counts([cell[:-1] for cell in firsts])
        and not any(cell.endswith(".") for row in rest for cell in row.cells)
    ):
        return [cell[:-1] for cell in firsts], rest, f"{firsts[0]} {firsts[1]} before the rows count them"
    return None, rows, ""


def is_index(cells: Sequence[str], others: Sequence[str], *, indented: bool) -> bool:
    """Whether a first column only says which row it is, under a head that has no word over it.

    Where the head is indented, as a program prints it, whole numbers that grow are an index; else they have to count,
    and the others to be decimals.

    >>> is_index(["10", "20"], ["1", "2"], indented=True), is_index(["0.5", "2"], ["1", "2"], indented=True)
    (True, False)
    """
    if not all(cell.isdigit() and len(cell) < 10 for cell in cells):
        return not any(map(is_cell, cells))
    if indented:
        return all(int(one) < int(then) for one, then in pairwise(cells))
    return counts(cells) and any("." in cell for cell in others)


def counts(cells: Sequence[str]) -> bool:
    """Whether cells only count: 0, 1, 2 … or 1, 2, 3 …

    >>> counts(["1", "2"]), counts(["0", "1"]), counts(["2", "4"])
    (True, True, False)
    """
    first = cells[0] if cells else ""
    return first in ("0", "1") and list(cells) == [str(n) for n in range(int(first), int(first) + len(cells))]
