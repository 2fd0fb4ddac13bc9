"""Labels of rows and columns as references, so that a changed or newly predicted word changes everywhere."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from tmat.rendering.formats.xlsx.tab import Placed, Tab, quoted
from tmat.rendering.layout.drawer import named

ROWS, COLS = 0, 1


class Labels:
    """The formulas of a tab's labels; None for a label that is text."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._seen: dict[tuple[str, ...], tuple[Placed, int]] = {}

    def of(self, placed: Placed) -> tuple[list[str | None], list[str | None]]:
        """The formulas of the row labels and of the column labels; call it for matrices from top to bottom."""
        matrix = placed.shown.matrix
        formulas = [self._side(placed, side, labels) for side, labels in ((ROWS, matrix.rows), (COLS, matrix.cols))]
        for side, labels in ((ROWS, matrix.rows), (COLS, matrix.cols)):
            self._seen.setdefault(labels, (placed, side))
        return formulas[ROWS], formulas[COLS]

    def repeated(self, name: str, side: int, labels: tuple[str, ...]) -> list[str | None]:
        """The formulas of the labels of an operand that is repeated; ``side``: the one where the labels are in the original."""
        return self._references(self.tab.matrices[name], side, labels)

    def _side(self, placed: Placed, side: int, labels: tuple[str, ...]) -> list[str | None]:
        no_formulas: list[str | None] = [None] * len(labels)
        if not self.tab.live or not _are_words(labels):
            return no_formulas
        matrix = placed.shown.matrix
        if matrix.name in self.tab.links:
            link, there = self.tab.links[matrix.name]
            count = link.rows if side == ROWS else len(labels)
            return [_at(there, side, n, self.tab) if n < count else None for n in range(len(labels))]
        step = placed.shown.step
        if side == ROWS and self.tab.fed_back is not None and step is not None and not step.of:
            ids, predicted = self.tab.fed_back  # of the words so far, and the one after them
            last = len(labels) - 1
            return [
                _at(ids, ROWS, n, self.tab) if n < last else _address(predicted, predicted.word(0), self.tab)
                for n in range(len(labels))
            ]
        source = self._source(placed, side, labels)
        return no_formulas if source is None else self._references(*source, labels)

    def _references(self, source: Placed, side: int, labels: tuple[str, ...]) -> list[str | None]:
        are_words = _are_words(labels)
        return [_at(source, side, n, self.tab) if are_words else None for n in range(len(labels))]

    def _source(self, placed: Placed, side: int, labels: tuple[str, ...]) -> tuple[Placed, int] | None:
        """The matrix and side that labels come from: the operand that the operation takes them from, or a matrix above with the same."""
        step = placed.shown.step
        op = self.tab.calculation.steps.get(step.name) if step is not None else None
        if step is None or op is None:
            return self._seen.get(labels)
        source = op.source_of(side, len(step.of))
        if source is None:
            return None
        operand = self.tab.matrices[step.of[source[0]]]
        matrix = operand.shown.matrix
        return (operand, source[1]) if (matrix.rows, matrix.cols)[source[1]] == labels else None


def _are_words(labels: tuple[str, ...]) -> bool:
    """Whether labels are words, and none is empty or looks like an error of a spreadsheet."""
    return named(labels) and all(label and not label.startswith("#") for label in labels)


def _at(placed: Placed, side: int, n: int, here: Tab) -> str:
    row, column = (placed.first + n, placed.left - 1) if side == ROWS else (placed.first - 1, placed.left + n)
    return _address(placed, (row, column), here)


def _address(placed: Placed, place: tuple[int, int], here: Tab) -> str:
    cell = str(xl_rowcol_to_cell(*place, row_abs=True, col_abs=True))
    return cell if placed.tab is here else f"{quoted(placed.tab.name)}!{cell}"
