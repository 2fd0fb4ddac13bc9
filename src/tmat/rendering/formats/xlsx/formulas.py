"""The formulas of a tab: each cell's, printed from the cell of its operation over the places of its operands."""

from __future__ import annotations

from typing import TypeAlias

from xlsxwriter.utility import xl_rowcol_to_cell

from tmat.errors import LimitError
from tmat.operations import REGISTRY, Operation
from tmat.operations.expression import Cell, Expression, Number, Operand
from tmat.operations.printing.spreadsheet import Spreadsheet, rounding
from tmat.operations.selections import Place
from tmat.rendering.formats.xlsx.filling import filled
from tmat.rendering.formats.xlsx.plan import LABELS, Placed, Tab
from tmat.rendering.worked import UNFIT
from tmat.sheet.worksheet import Step
from tmat.workings import Workings

LONGEST = 8192  # characters of a formula, by Excel's limit
MOST_TERMS = 200_000_000  # cells that the formulas of a matrix name: a program calculates them each time
FEW_TERMS = 5_000  # up to which each formula is printed by itself

Formula: TypeAlias = "str | None"


class Formulas:
    """What to write in the cells of one tab; None where a cell is a number."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._operands: dict[str, Operand] = {}
        used = {step.name: step.used for step in tab.stage.steps if step.used is not None}
        self._workings = Workings(tab.stage)
        self._printer = Spreadsheet(self._address, self._between, taken=used)

    def of(self, placed: Placed) -> list[list[Formula]] | None:
        """The formulas of a matrix, without the =; None where all of it is numbers."""
        name = placed.shown.matrix.name
        if self.tab.live and name in self.tab.links:
            return self._linked(placed)
        done = self._done_again(placed)
        if done is None:
            return None
        step, op, operands = done
        terms = self._terms(placed, operands)

        def one(i: int, j: int) -> Formula:
            return self._formula(op.at(i, j, *operands, **step.params), step)

        every = filled(placed.height, placed.width, one) if terms > FEW_TERMS else None
        return every or [[one(i, j) for j in range(placed.width)] for i in range(placed.height)]

    def largest(self, placed: Placed, i: int) -> tuple[str, str] | None:
        """Where a step says which column is the largest: the formula of that column's label, and the label now."""
        done = self._done_again(placed)
        if done is None:
            return None
        step, op, operands = done
        found = op.at(i, 0, *operands, **step.params) if placed.width else None
        if not isinstance(found, Place):
            return None
        table = self.tab.matrices[step.of[0]]
        shift = 1 - found.first
        at = xl_rowcol_to_cell(*placed.place(i, 0)) + (f"{shift:+d}" if shift else "")
        value = placed.shown.matrix.values[i, 0] + shift
        known = 1 <= value <= table.width
        return f"INDEX({_labels(table)},1,{at})", table.shown.matrix.cols[int(value) - 1] if known else ""

    def ranked(self, placed: Placed, i: int, rank: int) -> tuple[str, str]:
        """The formulas of the rank-th largest cell of a row and of its column's label."""
        row = f"{xl_rowcol_to_cell(*placed.place(i, 0))}:{xl_rowcol_to_cell(*placed.place(i, placed.width - 1))}"
        largest = f"LARGE({row},{rank})"
        return largest, f"INDEX({_labels(placed)},1,MATCH({largest},{row},0))"

    def _done_again(self, placed: Placed) -> tuple[Step, Operation, list[Operand]] | None:
        """The step, its operation and its operands, where all of them are here; else it can only be numbers."""
        step = placed.shown.step
        op = REGISTRY.get(step.op) if step is not None and not placed.shown.kind else None
        if step is None or op is None or not self.tab.live or any(own not in self.tab.matrices for own in step.of):
            return None  # printed otherwise, an operation from elsewhere, or operands that are not shown
        if step.result.values.size:
            try:
                self._workings.expression(step.name, 0, 0)
            except UNFIT:  # a worksheet may come from elsewhere, with another operation of that name
                return None
        return step, op, [self._operand(own) for own in step.of]

    def _linked(self, placed: Placed) -> list[list[Formula]]:
        link, there = self.tab.links[placed.shown.matrix.name]
        rows: list[list[Formula]] = []
        for i in range(placed.height):
            if i >= link.rows:
                rows.append([None] * placed.width)
                continue
            cells = [f"{quoted(there.tab.name)}!{xl_rowcol_to_cell(*there.place(i, j))}" for j in range(placed.width)]
            rows.append([cell if link.decimals is None else rounding(cell, link.decimals) for cell in cells])
        return rows

    def _formula(self, expression: Expression, step: Step) -> Formula:
        if isinstance(expression, Number):
            return None  # nothing to compute: the id of a word
        text = self._printer.rounded(expression, step.decimals)
        if len(text) >= LONGEST:
            raise LimitError(
                f"the formula of {step.name} has {len(text):,} characters", f"a spreadsheet takes {LONGEST:,}",
                mend=f"leave {step.name} out with ‹keep›, or write ‹format csv›",
            )  # fmt: skip
        return text

    def _operand(self, name: str) -> Operand:
        if name not in self._operands:
            matrix = self.tab.stage.operand(name)
            own = self.tab.matrices[name].shown.matrix.name
            self._operands[name] = Operand(own, matrix.values, rows=matrix.rows, cols=matrix.cols)
        return self._operands[name]

    def _terms(self, placed: Placed, operands: list[Operand]) -> int:
        """How many cells the formulas of a matrix name, at most; an error where there are too many."""
        longest = max((max(operand.shape) for operand in operands), default=1)
        terms = placed.height * placed.width * longest
        if terms > MOST_TERMS:
            raise LimitError(
                f"{placed.shown.matrix.name} is too large for formulas",
                f"it has {placed.height:,}×{placed.width:,} cells of up to {longest:,} terms; {MOST_TERMS:,} is the most",
                mend="choose what is needed with ‹keep›, or write ‹format npz›",
            )
        return terms

    def _address(self, cell: Cell) -> str:
        return str(xl_rowcol_to_cell(*self.tab.matrices[cell.operand.name].place(cell.i, cell.j)))

    def _between(self, first: Cell, last: Cell) -> str:
        return f"{self._address(first)}:{self._address(last)}"


def _labels(placed: Placed) -> str:
    """The labels over a matrix."""
    ends = (xl_rowcol_to_cell(placed.first - 1, LABELS + j, True, True) for j in (0, placed.width - 1))
    return ":".join(ends)


def quoted(sheet: str) -> str:
    """A sheet's name as a formula says it.

    >>> quoted("o'clock")
    "'o''clock'"
    """
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"
