"""Commas between digits part cells, or are decimal; where both would do, the error shows both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tmat.errors import InputError
from tmat.reading.number_text import DECIMAL_COMMA_MEND, is_decimal_comma, with_point
from tmat.reading.rows import Row
from tmat.reading.text_rows import TIGHT, cells_of_commas, is_cell, split_cells
from tmat.visible import visible

NOTE = "decimal commas read as points"
_THOUSANDS = re.compile(r"[+\-−–]?[1-9][0-9]{0,2},[0-9]{3}")


def without_commas(rows: list[Row], origin: str) -> tuple[list[Row], str]:
    """The rows with their commas resolved, and a note if they are decimal; InputError where both readings fit."""
    if not any(row.text for row in rows):
        return _pointed(rows, origin) if any(_decimal(row.cells) and not row.bracket for row in rows) else (rows, "")
    apart = _rows_by(split_cells, rows, decimal=False)
    whole = _rows_by(cells_of_commas, rows, decimal=True)
    if whole is None or not any(_decimal(row.cells) for row in whole):
        return apart or [made for row in rows for made in _split(row, split_cells)], ""
    if apart is None:
        return _pointed(whole, origin)
    raise _two_readings(rows, whole, apart, origin)


def _decimal(cells: Sequence[str]) -> bool:
    return "," in "".join(cells) and any(map(is_decimal_comma, cells))


def _pointed(rows: list[Row], origin: str) -> tuple[list[Row], str]:
    """Decimal commas as points. InputError where all look like 1,234, which may be thousands."""
    commas = [(row, cell) for row in rows for cell in row.cells if is_decimal_comma(cell)]
    if all(_THOUSANDS.fullmatch(cell) for _, cell in commas):
        row, cell = commas[0]
        raise InputError(
            f"'{visible(cell, 40)}': a decimal comma, or thousands?", row.where(origin),
            mend=f"write {with_point(cell)}, or {cell.replace(',', '')}",
        )  # fmt: skip
    for row in rows:
        row.cells = [with_point(cell) if is_decimal_comma(cell) else cell for cell in row.cells]
    return rows, NOTE


def _split(row: Row, by: Callable[[str], list[list[str]]]) -> list[Row]:
    return [Row(row.line, cells, row.label, row.raw) for cells in by(row.text)] if row.text else [row]


def _rows_by(by: Callable[[str], list[list[str]]], rows: list[Row], *, decimal: bool) -> list[Row] | None:
    """The rows split one way; None where that gives no matrix."""
    made = [one for row in rows for one in _split(row, by)]
    widths = set()
    for row in made:
        cells = row.cells
        if len(cells) > 1 and not is_cell(cells[0]) and not is_decimal_comma(cells[0]):
            cells = cells[1:]
        if not all((decimal and is_decimal_comma(cell)) or is_cell(cell) for cell in set(cells)):
            return None
        widths.add(len(cells))
    return made if len(widths) == 1 else None


def _two_readings(rows: list[Row], whole: list[Row], apart: list[Row], origin: str) -> InputError:
    row = next(row for row in rows if row.text)
    spaced = re.search(r"\s", row.text.strip().rstrip(";")) is not None
    words = (found[0] for found in re.finditer(r"[^\s;]+", row.text))
    culprit = next((word.strip(",") for word in words if TIGHT.search(word)), row.text)
    sizes = [f"{len(each)}×{len(each[0].cells)}" for each in (whole, apart)]
    details = ["the row parts its cells by spaces as well"] if spaced and ";" not in row.text else []
    left, _, decimals = culprit.rpartition(",")
    mend = f"write {left}.{decimals} for one number, '{left} {decimals}' for two"
    return InputError(
        f"'{visible(culprit, 40)}': a decimal comma, or two cells?", row.where(origin), *details,
        f"decimal commas make it {sizes[0]}, commas between cells {sizes[1]}",
        mend=mend if is_decimal_comma(culprit) and not re.search(r"\s", row.text.strip()) else DECIMAL_COMMA_MEND,
    )  # fmt: skip
