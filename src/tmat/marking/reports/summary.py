"""A class at a glance: which slip is most common in which step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tmat.marking.many import Failure, Marked
from tmat.marking.reports.words import sentence
from tmat.marking.verdicts import StepReport, Verdict


@dataclass(slots=True)
class StepSummary:
    """One step over all submissions: verdicts, and its slips, the most common first."""

    name: str
    verdicts: Counter[str] = field(default_factory=Counter)
    slips: Counter[str] = field(default_factory=Counter)
    sentences: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def add(self, step: StepReport) -> None:
        """Count a submission's step; each slip once, and as perhaps made while nobody surely made it."""
        self.verdicts[step.verdict.word] += 1
        for finding in {finding.names[0]: finding for finding in reversed(step.findings)}.values():
            name = finding.names[0]
            self.slips[name] += 1
            if name not in self.sentences or (finding.sure and name in self.unsure):
                self.sentences[name] = sentence(finding)
                (self.unsure.discard if finding.sure else self.unsure.add)(name)


@dataclass(slots=True)
class Summary:
    """The marks and the slips of a class."""

    submissions: int = 0
    all_right: int = 0
    failed: list[str] = field(default_factory=list)
    steps: dict[str, StepSummary] = field(default_factory=dict)
    earned: list[float] = field(default_factory=list)
    points: float = 0.0

    def add(self, one: Marked) -> None:
        """Count a submission."""
        self.submissions += 1
        if isinstance(one, Failure):
            self.failed.append(one.origin)
            return
        self.all_right += one.all_right
        self.earned.append(one.earned)
        self.points = max(self.points, one.points)
        for step in one.steps:
            if not step.given or step.verdict is not Verdict.RIGHT:
                self.steps.setdefault(step.label, StepSummary(step.label)).add(step)

    @property
    def mean(self) -> float | None:
        """The mean of the points earned."""
        return round(sum(self.earned) / len(self.earned), 2) if self.earned else None

    def slips(self) -> list[tuple[str, str, int, str]]:
        """(step, slip, how many submissions, what happened), the most common first."""
        found = [
            (step.name, slip, count, step.sentences[slip])
            for step in self.steps.values()
            for slip, count in step.slips.items()
        ]
        order = list(self.steps)
        return sorted(found, key=lambda entry: (-entry[2], order.index(entry[0]), entry[1]))

    def as_dict(self) -> dict[str, Any]:
        return {
            "submissions": self.submissions,
            "all_right": self.all_right,
            "failed": self.failed,
            "mean": self.mean,
            "points": self.points,
            "steps": [
                {"step": step.name, "verdicts": dict(step.verdicts), "slips": dict(step.slips.most_common())}
                for step in self.steps.values()
            ],
            "slips": [
                {"step": step, "slip": slip, "submissions": count, "sentence": said}
                for step, slip, count, said in self.slips()
            ],
        }
