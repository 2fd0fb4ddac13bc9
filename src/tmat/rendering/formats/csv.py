"""Matrices as CSV: column labels in the first row, row labels in the first column, numbers that read back to the same bits.

One matrix is a file; several are a folder of files, named by stage and matrix. A vocabulary is a table of words and ids.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence

from tmat.numbers import format_number
from tmat.rendering.formats import Dump, Format
from tmat.rendering.layout.look import Look
from tmat.rendering.several import Entry, files
from tmat.sheet.worksheet import Worksheet

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
"""The beginning of a text that a spreadsheet takes for a formula, with or without the apostrophe that guards it."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?")


def separated(format: str, delimiter: str) -> Dump:
    r"""The ``dump`` of a format with such a delimiter: a file for each matrix, or the words of a vocabulary.

    With ``digits`` numbers have that many decimals, else as many as they need. A label that a spreadsheet would take for
    a formula gets an apostrophe before it, which reading takes off again.

    >>> from tmat.sheet.worksheet import Matrix, Stage
    >>> matrix = Matrix.of("Q", [[0.1, -2.0]], rows=["=1+1"], cols=["a,b", "c"])
    >>> written = separated("csv", ",")([Worksheet([Stage("s", "s", given={"Q": matrix})])], Look(), "")
    >>> print(written[""].decode(), end="")
    ,"a,b",c
    '=1+1,0.1,-2.0
    """

    def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
        if words := only_words(sheets):
            rows = [("word", "id"), *((_label(word, delimiter), str(n)) for n, word in words)]
            return {name: "".join(delimiter.join(row) + "\n" for row in rows).encode()}
        chosen = files(sheets, look, name, format)
        return {path: _content(_lines(entry, delimiter, look.digits)) for path, entry in chosen.items()}

    return dump


def _content(lines: Iterator[str]) -> bytes:
    """The lines as a file; none is kept after it is written, as those of a large matrix take gigabytes."""
    stream = io.BytesIO()
    for line in lines:
        stream.write(f"{line}\n".encode())
    return stream.getvalue()


def only_words(sheets: Sequence[Worksheet]) -> list[tuple[int, str]]:
    """The words of a vocabulary with their ids, if there are no matrices beside it."""
    if len(sheets) != 1 or sheets[0].vocabulary is None or any(stage.names() for stage in sheets[0]):
        return []
    vocabulary = sheets[0].vocabulary
    return list(enumerate(vocabulary.words, start=vocabulary.first_id))


def _lines(entry: Entry, delimiter: str, digits: int | None) -> Iterator[str]:
    matrix = entry.matrix
    yield delimiter.join(["", *(_label(label, delimiter) for label in matrix.cols)])
    for label, row in zip(matrix.rows, matrix.values, strict=True):
        cells = [""] * len(row) if entry.blank else _numbers(row.tolist(), digits)
        yield delimiter.join([_label(label, delimiter), *cells])


def _numbers(row: Sequence[float], digits: int | None) -> Iterator[str]:
    """The numbers of a row as text; those that are not finite as -inf, inf, nan, which programs read."""
    for x in row:
        yield repr(x) if digits is None or not math.isfinite(x) else format_number(x, digits)


def _label(text: str, delimiter: str) -> str:
    """A label that reads back the same: with an apostrophe where it looks like a formula, in quotes where it needs them."""
    guarded = f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
    if (
        delimiter in guarded
        or any(mark in guarded for mark in '"\n\r\t#;')
        or guarded != guarded.strip()
        or not guarded
    ):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded


FORMAT = Format((".csv",), separated("csv", ","))
