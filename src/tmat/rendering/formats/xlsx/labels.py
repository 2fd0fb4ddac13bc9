"""What the labels of rows and columns refer to, so that a word which is changed, or predicted anew, is changed everywhere."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from tmat.rendering.formats.xlsx.tab import Placed, Tab, quoted
from tmat.rendering.layout.drawer import named

ROWS, COLS = 0, 1


class Labels:
    """The formulas of a tab's labels; None where a label is a text."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._seen: dict[tuple[str, ...], tuple[Placed, int]] = {}

    def of(self, placed: Placed) -> tuple[list[str | None], list[str | None]]:
        """Those of the rows and of the columns; matrices are asked for from above."""
        matrix = placed.shown.matrix
        found = [self._side(placed, side, own) for side, own in ((ROWS, matrix.rows), (COLS, matrix.cols))]
        for side, own in ((ROWS, matrix.rows), (COLS, matrix.cols)):
            self._seen.setdefault(own, (placed, side))
        return found[ROWS], found[COLS]

    def again(self, name: str, side: int, labels: tuple[str, ...]) -> list[str | None]:
        """Those of a side of an operand that stands on the tab for the second time, ``side`` where it stands first."""
        return self._referring(self.tab.matrices[name], side, labels)

    def _side(self, placed: Placed, side: int, labels: tuple[str, ...]) -> list[str | None]:
        none: list[str | None] = [None] * len(labels)
        if not self.tab.live or not _words(labels):
            return none
        matrix = placed.shown.matrix
        if matrix.name in self.tab.links:
            link, there = self.tab.links[matrix.name]
            count = link.rows if side == ROWS else len(labels)
            return [_at(there, side, n, self.tab) if n < count else None for n in range(len(labels))]
        if side == ROWS and self.tab.said is not None and placed.shown.step is not None and not placed.shown.step.of:
            before, predicted = self.tab.said  # the words so far, and the one that came of them
            last = len(labels) - 1
            return [
                _at(before, ROWS, n, self.tab) if n < last else _there(predicted, predicted.word(0), self.tab)
                for n in range(len(labels))
            ]
        source = self._source(placed, side, labels)
        return none if source is None else self._referring(*source, labels)

    def _referring(self, there: Placed, side: int, labels: tuple[str, ...]) -> list[str | None]:
        words = _words(labels)
        return [_at(there, side, n, self.tab) if words else None for n in range(len(labels))]

    def _source(self, placed: Placed, side: int, labels: tuple[str, ...]) -> tuple[Placed, int] | None:
        """The matrix that the labels come from: the operand that the operation takes them of, or one above with the same."""
        step = placed.shown.step
        op = self.tab.calculation.steps.get(step.name) if step is not None else None
        if step is None or op is None:
            return self._seen.get(labels)
        found = op.source_of(side, len(step.of))
        if found is None:
            return None
        operand = self.tab.matrices[step.of[found[0]]]
        matrix = operand.shown.matrix
        return (operand, found[1]) if (matrix.rows, matrix.cols)[found[1]] == labels else None


def _words(labels: tuple[str, ...]) -> bool:
    """Whether labels say more than a count, and none would be taken for no result of a formula, or for an error."""
    return named(labels) and all(label and not label.startswith("#") for label in labels)


def _at(placed: Placed, side: int, n: int, here: Tab) -> str:
    row, column = (placed.first + n, placed.left - 1) if side == ROWS else (placed.first - 1, placed.left + n)
    return _there(placed, (row, column), here)


def _there(placed: Placed, place: tuple[int, int], here: Tab) -> str:
    cell = str(xl_rowcol_to_cell(*place, row_abs=True, col_abs=True))
    return cell if placed.tab is here else f"{quoted(placed.tab.name)}!{cell}"
