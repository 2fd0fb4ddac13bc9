"""Matrices typed on the command line: ``"1 2; 3 4"``."""

from __future__ import annotations

import re

from tmat.errors import InputError
from tmat.reading.documents import document
from tmat.reading.json_text import parse
from tmat.reading.number_text import counted, is_blank, number, why_not
from tmat.reading.place import Place
from tmat.reading.text_rows import row_texts, split_row
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

ORIGIN = "the command line"
_NUMBERLIKE = re.compile(r"[+\-−]?[0-9.]*[0-9](?:[eE][+\-]?[0-9]+|[/_:][0-9]+|%)?|_+|\?+")


def read_inline(text: str) -> Matrix:
    """The matrix that a text spells: rows parted by ``;`` or lines, cells by spaces or commas; or JSON's arrays.

    Raises InputError with row and cell where a number is due and something else stands, or rows differ in length.

    >>> read_inline("1 2; 3 −4").values
    array([[ 1.,  2.],
           [ 3., -4.]])
    """
    if text.lstrip().startswith("["):
        try:
            parsed = parse(text.encode("utf-8", "replace"), ORIGIN)
        except InputError:
            if text.count("[") != text.count("]"):
                raise
            parsed = None  # brackets as in MATLAB or in what NumPy prints: read as rows below
        if parsed is not None:
            found = document(parsed, Place(ORIGIN))
            assert isinstance(found, dict)
            return found[""]
    rows = [
        split_row(row, f"in {ORIGIN}: '{visible(text, 60)}'") for line in text.splitlines() for row in row_texts(line)
    ]
    if not rows:
        raise InputError("no numbers", f"in {ORIGIN}: '{visible(text, 60)}'", mend='write rows as "1 2; 3 4"')
    for i, row in enumerate(rows, 1):
        for j, cell in enumerate(row, 1):
            if number(cell) is None:
                what, mend = why_not(cell)
                what = f"{what}: a number is due" if is_blank(cell) and cell else what
                raise InputError(what, f"row {i}, cell {j} of '{visible(text, 60)}'", mend=mend)
        if len(row) != len(rows[0]):
            raise InputError(
                "rows of different lengths",
                f"in '{visible(text, 60)}': row {i} has {counted(len(row), 'number')}, row 1 has {len(rows[0])}",
            )
    return Matrix.of("", [[number(cell) for cell in row] for row in rows], origin=ORIGIN)


def looks_inline(source: str) -> bool:
    """Whether a source that did not parse was meant as numbers rather than as a file's name.

    >>> [looks_inline(source) for source in ("1 2; 3 x", "wq.csv", "2 weights.csv", "a;b.csv")]
    [True, False, False, False]
    """
    text = source.strip()
    if text.startswith("["):
        return True
    words = re.split(r"[,;\s]+", text)
    numbers = sum(_NUMBERLIKE.fullmatch(word) is not None or number(word) is not None for word in words)
    return numbers > (0 if re.search(r"[;\n]", text) else len(words) / 2)
