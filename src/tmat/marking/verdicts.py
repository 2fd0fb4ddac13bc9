"""What marking finds, as data: a verdict for each cell and step, and what explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tmat.operations.operation import Array
from tmat.visible import visible


class Verdict(IntEnum):
    """What can be said of a cell, or of a step: the worst of its cells."""

    RIGHT = 0
    FOLLOWS = 1  # wrong, but right given the writer's own earlier numbers
    CLOSE = 2  # off by rounding at an earlier step
    SLIP = 3  # wrong in a way that has a name
    WRONG = 4
    SHAPE = 5  # not the rows and columns that are due
    MISSING = 6

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(slots=True)
class Finding:
    """One thing that explains some cells.

    ``kind`` is "slip", "close" (a rounding), or "property" (the numbers cannot be what they are
    said to be, whatever they are). ``names`` holds more than one where several explain the same
    cells equally well; ``sure`` is False where chance could have made the match.
    """

    kind: str
    names: tuple[str, ...]
    sentence: str
    mend: str
    cells: tuple[tuple[int, int], ...]
    sure: bool = True
    whole: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "names": list(self.names),
            "sure": self.sure,
            "sentence": self.sentence,
            "mend": self.mend,
            "cells": [[i + 1, j + 1] for i, j in self.cells],
        }


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
    notes: list[str] = field(default_factory=list)
    rows: Sequence[str] = ()
    cols: Sequence[str] = ()
    printed: Array | None = None
    due: Array | None = None
    precision: str = ""
    points: float = 0.0
    earned: float = 0.0
    counts: bool = True  # whether the step bears on "all right"

    @property
    def size(self) -> int:
        return int(self.cells.size)

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
    def sentence(self) -> str:
        """The step in a line: what explains it, or what can be said."""
        parts = [finding.sentence for finding in self.findings]
        return "; ".join([*parts, *self.notes])

    def as_dict(self, *, reveal: bool = False) -> dict[str, Any]:
        """The step as plain data; the right values only where they are to be revealed."""
        result: dict[str, Any] = {
            "stage": self.stage,
            "step": self.name,
            "op": self.op,
            "verdict": self.verdict.word,
            "right": self.right,
            "of": self.size,
            "counts": {v.word: n for v in Verdict if (n := self.count(v))},
            "precision": self.precision,
            "points": self.points,
            "earned": self.earned,
            "findings": [finding.as_dict() for finding in self.findings],
            "notes": list(self.notes),
        }
        if self.verdict not in (Verdict.RIGHT, Verdict.MISSING, Verdict.SHAPE):
            result["cells"] = [[Verdict(int(v)).word for v in row] for row in self.cells]
        if reveal and self.due is not None:
            result["values"] = _plain(self.due)
        return result


@dataclass(slots=True)
class Unknown:
    """A name in the answers that the key has no step for, with the nearest it has."""

    name: str
    nearest: str | None
    where: str = ""

    @property
    def sentence(self) -> str:
        said = f"the key has no step '{visible(self.name)}'"
        if self.nearest:
            said += f": did you mean {self.nearest}?"
        return said + (f" ({self.where})" if self.where else "")


@dataclass(slots=True)
class Report:
    """The marking of one submission."""

    origin: str
    steps: list[StepReport]
    unknown: list[Unknown] = field(default_factory=list)
    points: float = 0.0
    earned: float = 0.0

    @property
    def all_right(self) -> bool:
        """Every step that counts is there and right, and nothing is there that the key does not know."""
        counted = [step for step in self.steps if step.counts]
        return bool(counted) and not self.unknown and all(step.verdict is Verdict.RIGHT for step in counted)

    @property
    def first_wrong(self) -> StepReport | None:
        """The first step that went wrong of itself."""
        return next(
            (s for s in self.steps if s.verdict in (Verdict.CLOSE, Verdict.SLIP, Verdict.WRONG, Verdict.SHAPE)), None
        )

    @property
    def exit_code(self) -> int:
        return 0 if self.all_right else 1

    def __getitem__(self, name: str) -> StepReport:
        from tmat.errors import InputError, fold

        for step in self.steps:
            if fold(name) in (fold(step.label), fold(step.name), fold(f"{step.stage}.{step.name}")):
                return step
        raise InputError(f"no step '{name}' in this report", f"it has {', '.join(s.label for s in self.steps)}")

    def as_dict(self, *, reveal: bool = False) -> dict[str, Any]:
        """The report as plain data, ready for JSON."""
        first = self.first_wrong
        return {
            "submission": self.origin,
            "all_right": self.all_right,
            "points": self.points,
            "earned": self.earned,
            "first_wrong": first.label if first else None,
            "steps": [step.as_dict(reveal=reveal) for step in self.steps],
            "unknown": [{"name": u.name, "nearest": u.nearest} for u in self.unknown],
        }


def _plain(values: Array) -> list[list[float | str]]:
    """Numbers that strict JSON can hold: the infinities and NaN by name."""
    names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return [[names.get(repr(float(x)), float(x)) for x in row] for row in values]
