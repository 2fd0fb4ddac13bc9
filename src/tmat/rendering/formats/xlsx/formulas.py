"""The formulas of a tab, printed from the expressions of the cells with addresses for the operands."""

from __future__ import annotations

from typing import TypeAlias

from xlsxwriter.utility import xl_rowcol_to_cell

from tmat.errors import LimitError
from tmat.operations import Operation
from tmat.operations.expression import Cell, Expression, Number, Operand
from tmat.operations.printing.spreadsheet import Spreadsheet, rounding
from tmat.operations.products import matmul
from tmat.operations.selections import Place
from tmat.rendering.formats.xlsx.filling import filled
from tmat.rendering.formats.xlsx.tab import Placed, Tab, quoted
from tmat.sheet.worksheet import Step

LONGEST = 8192  # characters of a formula, by Excel's limit
MOST_TERMS = 200_000_000  # references in the formulas of a matrix: a program computes them each time
FEW_TERMS = 5_000  # up to this many, every formula is printed and compared

Formula: TypeAlias = "str | None"


class _PlacedOperand(Operand):
    """An operand with its place on the sheet."""

    __slots__ = ("placed",)

    def __init__(self, name: str, placed: Placed) -> None:
        matrix = placed.shown.matrix
        super().__init__(name, matrix.values, rows=matrix.rows, cols=matrix.cols)
        self.placed = placed


class Formulas:
    """The formulas of the cells of a tab; None for a cell that is a number."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        calculation = tab.calculation
        used = {step.name: name for step in tab.stage.steps if (name := calculation.used(step)) is not None}
        self._printer = Spreadsheet(self._address, self._between, taken=used)

    def of(self, placed: Placed) -> list[list[Formula]] | None:
        """The formulas of a matrix, without the =; None if all its cells are numbers."""
        name = placed.shown.matrix.name
        if self.tab.live and name in self.tab.links:
            return self._linked(placed)
        recomputed = self._recomputed(placed)
        if recomputed is None:
            return None
        step, op, operands = recomputed
        if not step.of and "words" in step.params:
            return self._ids(placed)
        beside = self.tab.beside.get(step.name)
        if beside is not None:
            operands[:2] = [
                _PlacedOperand(name, operand)
                for name, operand in zip(step.of, (beside.left, beside.right), strict=False)
            ]
            op = matmul if beside.transposed else op
        terms = self._terms(placed, operands)
        params = self.tab.calculation.params(step)

        def formula(i: int, j: int) -> Formula:
            return self._formula(op.at(i, j, *operands, **params), step)

        formulas = filled(placed.height, placed.width, formula, each=terms <= FEW_TERMS)
        return formulas or [[formula(i, j) for j in range(placed.width)] for i in range(placed.height)]

    def largest(self, placed: Placed, i: int) -> tuple[str, str] | None:
        """For a step that gives the largest column: the formula of that column's label, and the label."""
        recomputed = self._recomputed(placed)
        if recomputed is None:
            return None
        step, op, operands = recomputed
        place = op.at(i, 0, *operands, **step.params) if placed.width else None
        if not isinstance(place, Place):
            return None
        table = self.tab.matrices[step.of[0]]
        shift = 1 - place.first
        address = xl_rowcol_to_cell(*placed.place(i, 0)) + (f"{shift:+d}" if shift else "")
        value = placed.shown.matrix.values[i, 0] + shift
        known = 1 <= value <= table.width
        return f"INDEX({_labels(table)},1,{address})", table.shown.matrix.cols[int(value) - 1] if known else ""

    def ranked(self, placed: Placed, i: int, rank: int) -> tuple[str, str]:
        """The formulas of the rank-th largest cell of a row and of its column's label."""
        row = f"{xl_rowcol_to_cell(*placed.place(i, 0))}:{xl_rowcol_to_cell(*placed.place(i, placed.width - 1))}"
        largest = f"LARGE({row},{rank})"
        return largest, f"INDEX({_labels(placed)},1,MATCH({largest},{row},0))"

    def _ids(self, placed: Placed) -> list[list[Formula]] | None:
        """The ids of words: the position of each in the table that they look up; that of <unk> if it is not there."""
        lookup = next((step for step in self.tab.stage.steps if placed.shown.name in step.of), None)
        first = lookup.params.get("first") if lookup is not None else None
        if lookup is None or lookup.name not in self.tab.calculation.steps or not isinstance(first, int):
            return None
        table = self.tab.matrices[lookup.of[1]]
        fold, stand_in = self.tab.unknown
        key = str if fold == "keep" else str.lower
        words = [key(word) for word in table.shown.matrix.rows]
        line = f"{self._label(table, 0)}:{self._label(table, table.height - 1)}"
        shift = f"{first - 1:+d}" if first != 1 else ""
        rows: list[list[Formula]] = []
        for i, (word, id) in enumerate(zip(placed.shown.matrix.rows, placed.shown.matrix.values[:, 0], strict=True)):
            label = self._label(placed, i)
            same = f"EXACT({line},{label})" if fold == "keep" else f"EXACT(LOWER({line}),LOWER({label}))"
            text = f"SUMPRODUCT(MATCH(TRUE,{same},0)){shift}"
            found = [n + first for n, other in enumerate(words) if other == key(word)]
            if stand_in is not None:
                text, found = f"IFERROR({text},{stand_in})", found or [stand_in]
            rows.append([text if found[:1] == [id] else None])
        return rows

    def _label(self, placed: Placed, i: int) -> str:
        return str(xl_rowcol_to_cell(placed.first + i, placed.left - 1, row_abs=True, col_abs=True))

    def _recomputed(self, placed: Placed) -> tuple[Step, Operation, list[Operand]] | None:
        """The step, its operation and its operands, if the operands are on the tab; else the matrix is numbers."""
        step = placed.shown.step
        op = self.tab.calculation.steps.get(step.name) if step is not None else None
        if step is None or op is None:
            return None
        operands: list[Operand] = [_PlacedOperand(name, self.tab.matrices[name]) for name in step.of]
        return step, op, operands

    def repeated(self, copy: Placed, of: str, *, transposed: bool) -> list[list[Formula]]:
        """The formulas of an operand that is repeated beside a product: references to the original."""
        original = self.tab.matrices[of]
        places = [[(j, i) if transposed else (i, j) for j in range(copy.width)] for i in range(copy.height)]
        return [[str(xl_rowcol_to_cell(*original.place(*place))) for place in row] for row in places]

    def _linked(self, placed: Placed) -> list[list[Formula]]:
        link, linked = self.tab.links[placed.shown.matrix.name]
        decimals: int | str | None = None
        if link.rounded:
            step = linked.shown.step
            assert step is not None
            cell_name = linked.tab.calculation.used(step)
            decimals = step.used if cell_name is None else f"{quoted(linked.tab.name)}!{cell_name}"
        rows: list[list[Formula]] = []
        for i in range(placed.height):
            if i >= link.rows:
                rows.append([None] * placed.width)
                continue
            cells = [f"{quoted(linked.tab.name)}!{xl_rowcol_to_cell(*linked.place(i, j))}" for j in range(placed.width)]
            rows.append([cell if decimals is None else rounding(cell, decimals) for cell in cells])
        return rows

    def _formula(self, expression: Expression, step: Step) -> Formula:
        if isinstance(expression, Number):
            return None  # a constant
        text = self._printer.rounded(expression, self.tab.calculation.decimals(step))
        if len(text) >= LONGEST:
            raise LimitError(
                f"the formula of {step.name} has {len(text):,} characters", f"a spreadsheet takes {LONGEST:,}",
                mend=f"leave {step.name} out with ‹keep›, or write ‹format csv›",
            )  # fmt: skip
        return text

    def _terms(self, placed: Placed, operands: list[Operand]) -> int:
        """How many references the formulas of a matrix have, at most. Errors: too many."""
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
        assert isinstance(cell.operand, _PlacedOperand)
        return str(xl_rowcol_to_cell(*cell.operand.placed.place(cell.i, cell.j)))

    def _between(self, first: Cell, last: Cell) -> str:
        return f"{self._address(first)}:{self._address(last)}"


def _labels(placed: Placed) -> str:
    """The range of the column labels of a matrix."""
    ends = (xl_rowcol_to_cell(placed.first - 1, placed.left + j, True, True) for j in (0, placed.width - 1))
    return ":".join(ends)
