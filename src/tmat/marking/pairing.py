"""Which answer belongs to which step: by name, case and underscores forgiven, by stage where it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tmat.engine.declaration import said_otherwise
from tmat.errors import fold, nearest
from tmat.marking.answers import Answer
from tmat.marking.key import Plan
from tmat.marking.verdicts import Unknown


class Matched:
    """The answers by the place of their step, and what belongs nowhere."""

    def __init__(self, plan: Plan, answers: Iterable[Answer]) -> None:
        self.by_place: dict[int, Answer] = {}
        self.unknown: list[Unknown] = []
        self._lines = plan.lines
        last = -1
        for answer in answers:
            place = self._place(answer, last)
            if place is None:
                self._miss(answer)
            else:
                self.by_place[place] = answer
                last = place

    def _place(self, answer: Answer, last: int) -> int | None:
        stage, name = answer.stage, answer.name
        if stage is None and "." in name:
            stage, _, name = name.rpartition(".")
        wanted = fold(re.sub(r"\s*\(.*\)$", "", name))
        for sought in dict.fromkeys((wanted, _usual(wanted))):
            found = [line for line in self._lines if fold(line.name) == sought]
            if stage is not None:
                its = [line for line in found if fold(line.stage) == fold(stage)]
                found = its or [line for line in found if _same_stage(stage, line.stage)]
            steps = [line for line in found if not line.given] or found
            free = [line for line in steps if line.place not in self.by_place]
            if free:
                return next((line.place for line in free if line.place > last), free[0].place)
        return None

    def _miss(self, answer: Answer) -> None:
        if answer.given:
            return  # what flowed from one stage to the next, a residual or a context, is held once, where it was made
        if answer.stage is not None and any(fold(answer.name) == fold(line.name) for line in self._lines):
            return
        known = [line.label for line in self._lines if not line.given]
        near = nearest(answer.name, known) or nearest(answer.name, [line.label for line in self._lines])
        self.unknown.append(Unknown(answer.name, near[0] if near else None, answer.where))


def _usual(name: str) -> str:
    stem = name.rstrip("0123456789")
    return said_otherwise().get(stem, stem) + name[len(stem) :]


def _same_stage(said: str, stage: str) -> bool:
    return fold(said) == fold(stage) or fold(stage).endswith("." + fold(said))
