"""The workings on a page: of the requested cells, else of the first cell of every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tmat.errors import TmatError
from tmat.operations.printing.text import TEXT, Notation
from tmat.rendering.layout.look import Look
from tmat.rendering.page import FOLD, is_blank
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.workings import Working, Workings, cells

UNFIT = (TmatError, LookupError, TypeError, ValueError, ArithmeticError, AssertionError, AttributeError)
"""The errors of a working whose operation, operands or parameters are not known here; it is then not shown."""

Places: TypeAlias = dict[str, dict[str, list[tuple[int, int]]]] | None


def requested_cells(sheet: Worksheet, look: Look) -> Places:
    """The cells that ``work`` names, by stage and matrix; None if it is not set: then first cells are shown.

    Errors: a stage, a matrix or a label that the worksheet does not have.
    """
    if look.work is None:
        return None
    cells_of: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for text in look.work:
        for stage, name, i, j in cells(sheet, text):
            cells_of.setdefault(stage.id, {}).setdefault(name, []).append((i, j))
    return cells_of


class Worked:
    """The workings of a stage on a page."""

    def __init__(self, stage: Stage, look: Look, places: Places, notation: Notation = TEXT) -> None:
        self.stage = stage
        self._places = None if places is None else places.get(stage.id, {})
        self._corrected = stage.remarks.corrections if stage.remarks else {}
        self._workings = Workings(stage, digits=look.digits, fold=FOLD, notation=notation)

    def of(self, name: str) -> list[Working]:
        """The workings below a matrix; none for a blank or a corrected one."""
        places: Sequence[tuple[int, int]]
        if self._places is None:
            step = self.stage.step(name)
            places = [(0, 0)] if step is not None and step.result.values.size else []
        else:
            places = self._places.get(name, [])
        workings = (self.cell(name, i, j) for i, j in places)
        return [working for working in workings if working is not None]

    def cell(self, name: str, i: int, j: int) -> Working | None:
        """The working of a cell; None if it would give an answer away, or its step was corrected or is not known here."""
        if is_blank(self.stage[name]) or name in self._corrected:
            return None
        try:
            return self._workings.cell(name, i, j)
        except UNFIT:
            return None
