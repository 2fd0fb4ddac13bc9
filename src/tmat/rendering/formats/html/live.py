"""The workings in a page, as data: for each cell its lines and the cells that it is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tmat.operations.selections import leaves
from tmat.rendering.layout.drawer import CUT
from tmat.rendering.layout.look import Look
from tmat.rendering.page import FOLD, Shown
from tmat.rendering.writer import UNFIT
from tmat.sheet.worksheet import Stage
from tmat.workings import Working, Workings

MOST = 4000
"""The most workings in a page: a cell counts one, and one more for every 16 cells that it is computed from."""

Cells = list[list[list[str] | None]]


class Where(NamedTuple):
    """The number of a table, and whether it shows its matrix transposed."""

    table: int
    transposed: bool = False


Tables = Mapping[str, Sequence[Where]]
"""The tables of a stage's matrices, by name."""


class Live:
    """The workings of a page by the number of the table; steps that would exceed MOST are skipped."""

    def __init__(self) -> None:
        self.left = MOST
        self.tables: dict[str, Cells] = {}
        self.skipped = 0

    def add(self, stage: Stage, shown: Shown, tables: Tables, look: Look) -> None:
        """Add the workings of a step's cells that are on the page; ``tables``: where the step and its operands are."""
        if shown.step is None or shown.blank or not shown.matrix.values.size:
            return
        workings = Workings(stage, digits=look.digits, fold=FOLD)
        cells = sum(row != CUT for row in shown.rows) * sum(col != CUT for col in shown.cols)
        try:
            expression = workings.expression(shown.name, 0, 0)
            size = cells * (1 + (sum(1 for _ in leaves(expression)) if expression is not None else 0) // 16)
            if size > self.left:
                self.skipped += 1
                return
            table: Cells = [
                [None if CUT in (row, col) else _entry(workings, shown.name, row, col, tables) for col in shown.cols]
                for row in shown.rows
            ]
        except UNFIT:
            return
        self.left -= size
        self.tables[str(tables[shown.name][0].table)] = table


def _entry(workings: Workings, name: str, i: int, j: int, tables: Tables) -> list[str]:
    lines = "\n".join(lines_of(workings.cell(name, i, j)))
    sources = " ".join(_sources(workings, name, i, j, tables))
    return [lines, sources] if sources else [lines]


def lines_of(working: Working) -> list[str]:
    """The cell's name, then its lines, each after its one-character sign."""
    return [working.cell, *(f"{line.sign[:1]}{line.text}{line.note}" for line in working)]


def _sources(workings: Workings, name: str, i: int, j: int, tables: Tables) -> Iterator[str]:
    """The cells that a cell is computed from: 3r0 is row 0 of table 3, 4c1 a column, 5x0,1 one cell."""
    expression = workings.expression(name, i, j)
    by_operand: dict[str, dict[tuple[int, int], None]] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for cell in leaves(expression) if expression is not None else ():
        by_operand.setdefault(cell.operand.name, {})[cell.i, cell.j] = None
        sizes[cell.operand.name] = cell.operand.shape
    for operand, cells in by_operand.items():
        if operand not in tables:
            continue
        height, width = sizes[operand]
        rows, cols = {row for row, _ in cells}, {col for _, col in cells}
        for table, transposed in tables[operand]:
            across, down = ("c", "r") if transposed else ("r", "c")
            if len(rows) == 1 and len(cells) == width > 1:
                yield f"{table}{across}{min(rows)}"
            elif len(cols) == 1 and len(cells) == height > 1:
                yield f"{table}{down}{min(cols)}"
            else:
                for place in list(cells)[:64]:
                    row, col = place[::-1] if transposed else place
                    yield f"{table}x{row},{col}"
