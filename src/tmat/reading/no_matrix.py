"""Numbers in a text that are no matrix: settings, sizes, measures, times, versions, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tmat.reading.naming import LONGEST, is_known, is_name
from tmat.reading.rows import Row

_CODE = re.compile(
    r"\s*(?:(?:async\s+)?def \w+\(.*|class \w+.*[:{]|for \w[\w, ]* in .*:|for ?\(.*|while .*[:{]|else ?[:{]|elif .*:|try:|except\b.*:|finally:"
    r"|return\b[^\[]*|raise \w.*|assert .*|pass|break|continue|yield\b.*|@\w[\w.]*(?:\(.*)?|#include\b.*|package \w+;?|using \w.*;|[}{] *;?)\s*"
)
_IDENTIFIER = re.compile(r"\w*[^\W\d]_[^\W\d]{2,}\w*|[^\W\d]\w*(?:\.[\w-]+)+|[a-z]+[A-Z]\w+")  # d_model, out_proj.bias
_MEASURE = re.compile(
    r"(?:^|\W)(?:len|size|ndim|dim|numel|shape|nrow|ncol|type)\s*\(.*\)$|(?:^|[\w)\]]\.|, ?|\s)(?:shape|strides|layout|size\(\)|size|ndim|dtype|dim\(\))$"
)
_ENDS = " \t:=≈"


def is_code(line: str) -> bool:
    """Whether a line is code that states no matrix.

    >>> [is_code(line) for line in ("def f(x):", "    return x / 2", "for i in range(3):", "for head 1:", "Q = [[1, 2]]")]
    [True, True, True, False, False]
    """
    return _CODE.fullmatch(line) is not None


def is_measure(label: str) -> bool:
    """Whether a label says that the numbers after it are a size.

    >>> [is_measure(label) for label in ("Q.shape", "len(Q) =", "Q", "W.weight")]
    [True, True, False, False]
    """
    return _MEASURE.search(label.strip(_ENDS)) is not None


def is_heading(row: Row, *, alone: bool) -> bool:
    """Whether a row that no name stands above is a heading: more words than numbers; ``alone``, a word and its count.

    >>> [is_heading(Row(1, text.split()), alone=True) for text in ("Exercise 2:", "Homework 3 - Li Wei", "cat 0.5 x")]
    [True, True, False]
    """
    if row.label is not None or row.bars or row.bracket or len(row.raw) > LONGEST:
        return False
    cells = [cell.rstrip(".:)") for cell in row.cells or row.text.replace(",", " ").split()]
    if len(cells) == 2:
        return alone and cells[0].isalpha() and cells[1].isdigit()
    words = [cell for cell in cells if cell.isalpha() and len(cell) > 1]
    return len(words) > max(1, sum(cell[:1].isdigit() for cell in cells)) and not any(map(is_known, cells))


def is_time(left: str, right: str) -> bool:
    """Whether a colon between two numbers is that of a time or a range, not of a label.

    >>> is_time("10", "31"), is_time("1", "0.5"), is_time("1", "0")
    (True, False, False)
    """
    return left.isdigit() and right.isdigit() and (len(right) == 2 or int(left) < int(right))


def are_settings(names: Iterable[str]) -> bool:
    """Whether names that have one number each are a program's settings, and no matrix among them.

    >>> are_settings(["hidden_size", "dropout"]), are_settings(["loss", "mean"])
    (True, False)
    """
    own = list(names)
    return any(map(_IDENTIFIER.fullmatch, own)) and not any(map(is_known, own))


def without_settings(rows: Sequence[Row], *, named: bool) -> list[Row]:
    """The rows without settings: those that give one number to something that is no matrix (d_model = 512, dropout: 0.1).

    After an equals sign such a row is a setting, unless it counts: e1 = 0.5, e2 = 0.25. After a colon it may be a word
    with its number where a matrix is ``named`` above, so there only a label that programs write says so.
    """

    def is_single(row: Row) -> bool:
        return bool(row.label) and row.relation in ("assign", "colon") and len(row.cells or row.text.split()) == 1

    single = list(filter(is_single, rows))
    stems = {re.sub(r"\[?_?[0-9₀-₉]+\]?$", "", row.label or "").strip() for row in single}
    counted = len(stems) == 1 < len(single) and "" not in stems
    settings = any(_IDENTIFIER.fullmatch((row.label or "").strip("\"'`- ")) for row in single)
    known = [is_name(row.label or "") for row in single if row.relation == "colon"]
    whole = all((row.cells or [row.text])[0].isdigit() for row in single)
    if counted or (any(known) and not settings and (named or (all(known) and not whole))):
        return list(rows)
    settings |= not named  # Version: 12.4

    def is_named(row: Row) -> bool:
        return is_name(row.label or "") and not (settings and (row.cells or [row.text])[0].isdigit())

    return [row for row in rows if not is_single(row) or (not settings if row.relation == "colon" else is_named(row))]
