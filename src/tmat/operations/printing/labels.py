"""Cells as the matrix's name and labels, sums with Σ and a running index: ``Σ Q[When, k] · K[play, k]``."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.operations.expression import Cell, Expression, Operand, Sum
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.text import ATOM, LOOSE, QUOTIENT, SUM, TEXT, Bound, Notation
from tmat.operations.selections import Lookup
from tmat.operations.series import Run, common, runs
from tmat.visible import visible

LETTERS = ("k", "n", "t", "u", "v", "k′")


def label_at(labels: Sequence[str], n: int) -> str:
    """Label ``n`` as it is written in a cell's name: ``the#2`` for the second "the", in quotes where necessary.

    >>> [label_at(["the", "game", "the", ","], n) for n in range(4)]
    ['the', 'game', 'the#2', '","']
    """
    if n >= len(labels):
        return str(n + 1)
    label = labels[n]
    before = sum(other == label for other in labels[:n])
    text = visible(label)
    if not text or text != text.strip() or text == "*" or any(mark in text for mark in ',[]"'):
        text = f'"{text}"'
    return f"{text}#{before + 1}" if before else text


def cell_label(operand: Operand, i: int, j: int) -> list[str]:
    """The labels that name a cell: row and column, or one of them where the matrix has a single row or column.

    >>> cell_label(Operand("mean", shape=(2, 1), rows=["When", "you"], cols=["mean"]), 1, 0)
    ['you']
    """
    if operand.height == 1:
        return [label_at(operand.cols, j)]
    if operand.width == 1:
        return [label_at(operand.rows, i)]
    return [label_at(operand.rows, i), label_at(operand.cols, j)]


class Labels(Printer):
    """Prints the formula of a cell: ``Σ Q[When, k] · K[play, k]``."""

    def __init__(self, notation: Notation = TEXT, *, fold: int | None = None) -> None:
        super().__init__(notation, fold=fold)
        self._running = LETTERS[0]

    def cell(self, cell: Cell) -> Bound:
        places = cell_label(cell.operand, cell.i, cell.j)
        return self.notation.named(visible(cell.operand.name), places, ""), ATOM

    def lookup(self, e: Lookup) -> Bound:
        if isinstance(e.index, Cell) and e.index.operand.values is None:
            places = [self.text(e.index), label_at(e.table.cols, e.j)]
            return self.notation.named(visible(e.table.name), places, places[0]), ATOM
        return self.cell(e.found)

    def run(self, run: Run) -> Bound:
        places = cell_label(run.operand, run.i or 0, run.j or 0)
        letter = self.notation.letter(self._running)
        places[-1 if run.is_row else 0] = letter
        return self.notation.named(visible(run.operand.name), places, letter), ATOM

    def times(self, left: Expression, right: Expression) -> str:
        return self.notation.spaced_times

    def sum(self, e: Sum) -> Bound:
        whole = self._series("sum", e.terms)
        if whole is not None:
            return whole
        if len(e.terms) > 2:  # a bias after the products
            most = self._series("sum", e.terms[:-1])
            if most is not None:
                return self.notation.plus.join((most[0], self.at(e.terms[-1], QUOTIENT))), SUM
        return super().sum(e)

    def among(self, function: str, terms: Sequence[Expression]) -> Bound:
        return self._series(function, terms) or super().among(function, terms)

    def _series(self, function: str, terms: Sequence[Expression]) -> Bound | None:
        term = common(terms)
        if term is None:
            return None
        labels = {label for run in runs(term) for label in (*run.operand.rows, *run.operand.cols)}
        self._running = next((letter for letter in LETTERS if letter not in labels), LETTERS[-1])
        level = QUOTIENT if function == "sum" else LOOSE
        return self.notation.series(function, self.notation.letter(self._running), self.at(term, level))
