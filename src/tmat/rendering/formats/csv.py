"""Matrices as CSV: a row of column labels, a column of row labels, numbers that read back to the same bits.

One matrix is a file; several are a folder of files, named by stage and matrix; a vocabulary is its words and their ids.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence

from tmat.numbers import format_number
from tmat.rendering.format import Format
from tmat.rendering.layout.look import Look
from tmat.rendering.several import files
from tmat.sheet.worksheet import Matrix, Worksheet

FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
"""How a text begins that a spreadsheet would take for a formula, or for one that is guarded already."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?")


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """A file for each matrix."""
    return separated(sheets, look, name, "csv", ",")


def separated(sheets: Sequence[Worksheet], look: Look, name: str, format: str, mark: str) -> dict[str, bytes]:
    """A file for each matrix, its cells set apart by the mark."""
    if words := only_words(sheets):
        lines = [mark.join(("word", "id")), *(mark.join((_label(word, mark), str(n))) for n, word in words)]
        return {name: ("\n".join(lines) + "\n").encode()}
    found = files(sheets, look, name, format)
    return {path: _page(_lines(own.matrix, mark, look.digits, own.blank)) for path, own in found.items()}


def _page(lines: Iterator[str]) -> bytes:
    """The lines as a file, each let go when it is written: a large matrix has gigabytes of them."""
    page = io.BytesIO()
    for line in lines:
        page.write(f"{line}\n".encode())
    return page.getvalue()


def only_words(sheets: Sequence[Worksheet]) -> list[tuple[int, str]]:
    """The words of a vocabulary with their ids, where it is all that there is."""
    if len(sheets) != 1 or sheets[0].vocabulary is None or any(stage.names() for stage in sheets[0]):
        return []
    vocabulary = sheets[0].vocabulary
    return list(enumerate(vocabulary.words, start=vocabulary.first_id))


def to_text(matrix: Matrix, delimiter: str = ",", digits: int | None = None, *, blank: bool = False) -> str:
    r"""One matrix; with ``digits`` the numbers have so many decimals, else as many as they take; ``blank``: none at all.

    A label that a spreadsheet would take for a formula gets an apostrophe before it, which reading takes off again.

    >>> print(to_text(Matrix.of("Q", [[0.1, -2.0]], rows=["=1+1"], cols=["a,b", "c"])), end="")
    ,"a,b",c
    '=1+1,0.1,-2.0
    """
    return "".join(f"{line}\n" for line in _lines(matrix, delimiter, digits, blank))


def _lines(matrix: Matrix, delimiter: str, digits: int | None, blank: bool) -> Iterator[str]:
    yield delimiter.join(["", *(_label(label, delimiter) for label in matrix.cols)])
    for label, row in zip(matrix.rows, matrix.values, strict=True):
        cells = [""] * len(row) if blank else _numbers(row.tolist(), digits)
        yield delimiter.join([_label(label, delimiter), *cells])


def _numbers(row: Sequence[float], digits: int | None) -> Iterator[str]:
    """What is no finite number is spelled as programs read it: -inf, inf, nan."""
    for x in row:
        yield repr(x) if digits is None or not math.isfinite(x) else format_number(x, digits)


def _label(text: str, delimiter: str) -> str:
    r"""A label so that it reads back: guarded where it looks like a formula, in quotes where it needs them."""
    guarded = f"'{text}" if FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
    if (
        delimiter in guarded
        or any(mark in guarded for mark in '"\n\r\t#;')
        or guarded != guarded.strip()
        or not guarded
    ):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded


FORMAT = Format((".csv",), dump)
