"""Matrices typed on the command line: ``"1 2; 3 4"``, or pasted in any other form."""

from __future__ import annotations

import math
import re

from tmat.errors import InputError
from tmat.reading.documents import document
from tmat.reading.json_text import parse
from tmat.reading.number_text import counted, is_blank, number, why_not
from tmat.reading.pasted import Pasted, read_pasted
from tmat.reading.place import Place
from tmat.reading.text_rows import split_cells
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

ORIGIN = "the command line"
_NUMBERLIKE = re.compile(r"[+\-−]?[0-9.]*[0-9](?:[eE][+\-]?[0-9]+|[/_:][0-9]+|%)?|_+|\?+")
_MISTYPED = re.compile(r"[+\-−]?(?=[oOlI.,]*[0-9.])[0-9oOlI]*[.,]+[0-9oOlI]+")  # 1.O, 0..5
_OPENED = re.compile(
    r"(?:^|=\s*|\b(?:array|tensor|Tensor|Array|[mM]atrix|mat|c)\s*)[\[({]\s*[\[({]{0,2}\s*[+\-−.]?[0-9]"
)
_BRACKETED = re.compile(r"[\[({⎡|&\n\\<]")


def read_inline(text: str) -> Matrix:
    """The matrix in a text: rows parted by ``;`` or lines, cells by spaces or commas; JSON arrays; any pasted form.

    Raises InputError with row and cell where a number is due and something else stands, or rows differ in length.

    >>> read_inline("1 2; 3 −4").values
    array([[ 1.,  2.],
           [ 3., -4.]])
    >>> read_inline("tensor([[0.5, 1/4]])").values
    array([[0.5 , 0.25]])
    """
    if text.lstrip().startswith("["):
        try:
            parsed = parse(text.encode("utf-8", "replace"), ORIGIN)
        except InputError:
            if text.count("[") != text.count("]"):
                raise
            parsed = None  # brackets as in MATLAB or in what NumPy prints
        if parsed is not None:
            rows = [list(map(_cell, row)) if isinstance(row, list) else _cell(row) for row in parsed] if isinstance(parsed, list) else parsed  # fmt: skip
            found = document(rows, Place(ORIGIN))
            assert isinstance(found, dict)
            return found[""]
    pasted = read_pasted(text, ORIGIN)
    if len(pasted.found) == 1 and not (pasted.lost if "\n" in text else pasted.problems):
        [one] = pasted.found
        plain = one.matrix.rows == tuple(str(n) for n in range(1, one.matrix.height + 1)) and not one.name
        if not one.blanks and (plain or one.name or _BRACKETED.search(text)):
            return Matrix("", one.matrix.values, one.matrix.rows, one.matrix.cols, "; ".join((ORIGIN, *one.notes)))
    raise _complaint(text, pasted)


def _cell(cell: object) -> object:
    """A quoted number as a number."""
    value = number(cell) if isinstance(cell, str) else None
    return cell if value is None or not math.isfinite(value) else value


def _complaint(text: str, pasted: Pasted) -> InputError:
    """The error for a text that is no single matrix, by row and cell where it is written in rows."""
    if pasted.problems and "decimal comma" in pasted.problems[0].error.what:
        return pasted.problems[0].error
    rows: list[list[str]] = []
    for line in text.splitlines():
        bracketed = line.lstrip().startswith("[")
        rows += split_cells(line.replace("[", " ").replace("]", ";") if bracketed else line)
    shown = visible(text, 60)
    if not rows:
        return InputError("no numbers", f"in {ORIGIN}: '{shown}'", mend='write rows as "1 2; 3 4"')
    for i, row in enumerate(rows, 1):
        for j, cell in enumerate(row, 1):
            if number(cell) is None:
                what, mend = why_not(cell)
                what = f"{what}: a number is due" if is_blank(cell) and cell else what
                return InputError(what, f"row {i}, cell {j} of '{shown}'", mend=mend)
        if len(row) != len(rows[0]):
            sizes = f"in '{shown}': row {i} has {counted(len(row), 'number')}, row 1 has {len(rows[0])}"
            return InputError("rows of different lengths", sizes)
    if pasted.problems:
        return pasted.problems[0].error
    return InputError(f"{len(pasted.found)} matrices where one is due", f"in {ORIGIN}: '{shown}'")


def looks_inline(source: str) -> bool:
    """Whether a source that did not parse was meant as numbers rather than as a file's name.

    >>> [looks_inline(source) for source in ("1 2; 3 x", "wq.csv", "2 weights.csv", "a;b.csv", "tensor([[1, x]])")]
    [True, False, False, False, True]
    """
    text = source.strip()
    if text.startswith("[") or _OPENED.search(text):
        return True
    words = re.split(r"[,;\s]+", text)
    numbers = sum(
        _NUMBERLIKE.fullmatch(word) is not None or number(word) is not None or _MISTYPED.fullmatch(word) is not None
        for word in words
    )
    return numbers > (0 if re.search(r"[;\n]", text) else len(words) / 2)
