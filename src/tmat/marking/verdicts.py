"""The result of marking: a verdict for each cell and each step, and the findings that explain it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, fold
from tmat.marking.findings import Finding, Note, Remark
from tmat.operations.operation import Array
from tmat.visible import visible

GIVEN = "given"
"""The operation of a matrix that no step made."""


class Verdict(IntEnum):
    """The verdict on a cell; that on a step is the worst of its cells."""

    RIGHT = 0
    FOLLOWS = 1  # wrong, but right given the writer's own earlier numbers
    CLOSE = 2  # off by rounding at an earlier step
    SLIP = 3  # explained by a mistake that has a name
    WRONG = 4
    SHAPE = 5  # not the rows and columns that are due
    MISSING = 6

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(slots=True)
class StepReport:
    """The marking of one step; ``cells`` holds a Verdict each, in the shape of the key."""

    stage: str
    name: str
    label: str
    op: str
    verdict: Verdict
    cells: NDArray[np.int8]
    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: Sequence[str] = ()
    cols: Sequence[str] = ()
    printed: Array | None = None
    due: Array | None = None
    precision: str = ""
    asked: int | None = None  # the decimals that were due at least
    points: float = 0.0
    earned: float = 0.0
    counts: bool = True  # whether the step bears on "all right"

    @property
    def given(self) -> bool:
        """Whether it is no step, but a given matrix that was handed in too."""
        return self.op == GIVEN

    @property
    def size(self) -> int:
        return int(self.cells.size)

    @property
    def passed(self) -> bool:
        """Whether it earns all that it is worth: it is right, or follows where that counts in full."""
        return self.verdict is Verdict.RIGHT or (self.verdict is Verdict.FOLLOWS and self.earned == self.points)

    def called(self, name: str) -> bool:
        """Whether a name means this step: alone or after its stage, case and underscores forgiven."""
        return fold(name) in (fold(self.label), fold(self.name), fold(f"{self.stage}.{self.name}"))

    def count(self, *verdicts: Verdict) -> int:
        return sum(int(np.count_nonzero(self.cells == int(v))) for v in verdicts)

    @property
    def right(self) -> int:
        return self.count(Verdict.RIGHT)

    @property
    def first_wrong(self) -> tuple[int, int] | None:
        """The first cell, in reading order, that is neither right nor follows."""
        places = np.argwhere(self.cells >= int(Verdict.CLOSE))
        return (int(places[0][0]), int(places[0][1])) if places.size else None

    @property
    def follows_from(self) -> tuple[str, ...]:
        """The writer's own earlier matrices that its cells follow from."""
        return tuple(name for note in self.notes if note.remark is Remark.FOLLOWS for name in note.matrices)


@dataclass(slots=True)
class Unknown:
    """A name in the answers that the key has no step for, with the nearest it has."""

    name: str
    nearest: str | None
    where: str = ""
    why: str = ""  # what kept it from being read


@dataclass(frozen=True, slots=True)
class Reading:
    """How the reader took a matrix of the answers, where that is not plain: decimal commas, an ordinal before each row."""

    name: str
    how: str
    where: str = ""


@dataclass(slots=True, repr=False)
class Report:
    """The marking of one submission."""

    origin: str
    steps: list[StepReport]
    unknown: list[Unknown] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)  # on the whole of it
    readings: list[Reading] = field(default_factory=list, kw_only=True)
    points: float = 0.0
    earned: float = 0.0

    def __repr__(self) -> str:
        return "\n".join(
            [visible(self.origin), *(f"  {visible(step.label)}: {step.verdict.word}" for step in self.steps)]
        )

    @property
    def wrong_cells(self) -> int:
        """How many of the numbers that were handed in are not right."""
        return sum(step.size - step.right for step in self.steps if step.verdict is not Verdict.MISSING)

    @property
    def all_right(self) -> bool:
        """Whether every step that counts is right, and every name in the answers is known."""
        counted = [step for step in self.steps if step.counts]
        return bool(counted) and not self.unknown and all(step.verdict is Verdict.RIGHT for step in counted)

    @property
    def first_wrong(self) -> StepReport | None:
        """The first step that is wrong in itself and does not just follow from an earlier one."""
        return next(
            (s for s in self.steps if s.verdict in (Verdict.CLOSE, Verdict.SLIP, Verdict.WRONG, Verdict.SHAPE)), None
        )

    @property
    def exit_code(self) -> int:
        return 0 if self.all_right else 1

    def keep(self, names: Sequence[str]) -> None:
        """Keep the steps of these names alone; names that the key does not know are told only where one of these is missing."""
        for name in names:
            self[name]
        self.steps = [step for step in self.steps if any(step.called(name) for name in names)]
        missing = any(step.verdict is Verdict.MISSING for step in self.steps)
        self.unknown = [each for each in self.unknown if each.why or missing]

    def __getitem__(self, name: str) -> StepReport:
        for step in self.steps:
            if step.called(name):
                return step
        raise InputError(f"no step '{name}' in this report", f"it has {', '.join(s.label for s in self.steps)}")


def worst(cells: NDArray[np.int8]) -> Verdict:
    """The worst verdict of a step's cells: missing only where nothing else is wrong."""
    filled = cells[cells != int(Verdict.MISSING)]
    worst = Verdict(int(filled.max(initial=0)))
    return Verdict.MISSING if worst is Verdict.RIGHT and filled.size < cells.size else worst
