"""The workings that a page shows: of the cells asked for, else of the first cell of every step."""

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
"""What the working of a step comes to whose operation, operands or parameters are not ours: there is none to show."""

Places: TypeAlias = dict[str, dict[str, list[tuple[int, int]]]] | None


def asked(sheet: Worksheet, look: Look) -> Places:
    """The cells that ``work`` names, by stage and matrix; None where it names none and the first ones will do.

    Errors: a stage, a matrix or a label that the worksheet does not have.
    """
    if look.work is None:
        return None
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for text in look.work:
        for stage, name, i, j in cells(sheet, text):
            found.setdefault(stage.id, {}).setdefault(name, []).append((i, j))
    return found


class Worked:
    """The workings of a stage as a page needs them."""

    def __init__(self, stage: Stage, look: Look, places: Places, notation: Notation = TEXT) -> None:
        self.stage = stage
        self._places = None if places is None else places.get(stage.id, {})
        self._corrected = stage.remarks.corrections if stage.remarks else {}
        self._workings = Workings(stage, digits=look.digits, fold=FOLD, notation=notation)

    def of(self, name: str) -> list[Working]:
        """The workings to show below a matrix: none of one that is to be filled in or is not what it should be."""
        places: Sequence[tuple[int, int]]
        if self._places is None:
            step = self.stage.step(name)
            places = [(0, 0)] if step is not None and step.result.values.size else []
        else:
            places = self._places.get(name, [])
        found = (self.cell(name, i, j) for i, j in places)
        return [working for working in found if working is not None]

    def cell(self, name: str, i: int, j: int) -> Working | None:
        """The working of one cell; None where it would give an answer away or not come out, or nothing is known of it."""
        if is_blank(self.stage[name]) or name in self._corrected:
            return None
        try:
            return self._workings.cell(name, i, j)
        except UNFIT:
            return None
