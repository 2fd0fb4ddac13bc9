"""A class at a glance: which slip is most common in which step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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


@dataclass(slots=True)
class Summary:
    """The marks and the slips of a class."""

    submissions: int = 0
    all_right: int = 0
    failed: list[str] = field(default_factory=list)
    steps: dict[str, StepSummary] = field(default_factory=dict)
    earned: list[float] = field(default_factory=list)
    points: float = 0.0

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


def summary(marked: Iterable[Marked]) -> Summary:
    """The summary of a class; each submission counts once for a slip in a step."""
    whole = Summary()
    for one in marked:
        whole.submissions += 1
        if isinstance(one, Failure):
            whole.failed.append(one.origin)
            continue
        whole.all_right += one.all_right
        whole.earned.append(one.earned)
        whole.points = max(whole.points, one.points)
        for step in one.steps:
            if step.given and step.verdict is Verdict.RIGHT:
                continue
            _count(whole.steps.setdefault(step.label, StepSummary(step.label)), step)
    return whole


def _count(known: StepSummary, step: StepReport) -> None:
    known.verdicts[step.verdict.word] += 1
    for name in {finding.names[0]: None for finding in step.findings}:
        finding = next(f for f in step.findings if f.names[0] == name)
        known.slips[name] += 1
        if finding.sure or name not in known.sentences:
            known.sentences[name] = sentence(finding)  # "perhaps" in as far as none is sure
