"""Several matrices in one CSV, each with its name: below one another or side by side, as a spreadsheet saves them."""

from __future__ import annotations

import numpy as np

from tmat.errors import InputError
from tmat.reading.commas import without_commas
from tmat.reading.delimited import delimited_rows
from tmat.reading.number_text import number
from tmat.reading.xlsx import matrices_of
from tmat.reading.xlsx_cells import Sheet, SheetCell
from tmat.sheet.worksheet import Matrix


def named_blocks(text: str, origin: str, delimiter: str | None) -> dict[str, Matrix]:
    """The matrices of a table that holds several by name, as a spreadsheet saves them; none where it is no such table."""

    def cell(text: str) -> SheetCell:
        return SheetCell("text" if number(text) is None else "number", text)

    try:
        rows, note = without_commas(delimited_rows(text, origin, delimiter), origin)
        cells = {row.line - 1: {n: cell(each) for n, each in enumerate(row.cells) if each.strip()} for row in rows}
        found = matrices_of([Sheet("", cells)], f"{origin}; {note}" if note else origin)
    except InputError:
        return {}
    names = {one.matrix.name: one.matrix for one in found}
    whole = all(name and not np.isnan(matrix.values).any() for name, matrix in names.items())
    return names if whole and len(names) == len(found) else {}
