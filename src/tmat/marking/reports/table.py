"""A report as rows of words, one a step; whoever draws them adds the colour."""

from __future__ import annotations

from dataclasses import dataclass

from tmat.marking.reports.words import mends, sentences, standing
from tmat.marking.verdicts import Report, StepReport, Verdict
from tmat.numbers import format_number
from tmat.numbers.claim import Claim


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its name, how many cells count as right, the verdict, and what there is to say, a line each."""

    name: str
    count: str
    verdict: Verdict
    said: tuple[str, ...]
    points: str
    revealed: tuple[str, ...] = ()


def rows(report: Report, *, reveal: bool = False) -> list[Row]:
    """A report's rows in the order of the key; the right values only under ``reveal``."""
    found = []
    for step in report.steps:
        said = list(sentences(step))
        points = f"{step.earned:g} of {step.points:g}" if step.points else ""
        shown = revealed(step) if reveal else ()
        found.append(Row(step.label, standing(step), step.verdict, (*said, *dict.fromkeys(mends(step))), points, shown))
    return found


def worth_a_line(step: StepReport) -> bool:
    """Whether there is something to say of a step: not of a given matrix that is as the key has it."""
    return not (step.given and step.verdict in (Verdict.RIGHT, Verdict.MISSING))


def revealed(step: StepReport) -> tuple[str, ...]:
    """The right numbers of a step that is not right, a line a row, in the precision of the answer."""
    if step.verdict in (Verdict.RIGHT, Verdict.FOLLOWS) or step.due is None:
        return ()
    decimals = Claim.of_floats(step.due if step.printed is None else step.printed).decimals
    if step.printed is None:
        decimals = 4 if decimals is None else min(decimals, 4)
    return tuple(" ".join(format_number(float(x), decimals) for x in row) for row in step.due)


def last_line(report: Report) -> str:
    """The report in one line: all right, or the first step that went wrong, and the points."""
    points = f"{report.earned:g} of {report.points:g} points"
    first = report.first_wrong
    if report.all_right:
        return f"all right: {points}"
    if first is not None:
        return f"first wrong: {first.label}; {points}"
    missing = [step.label for step in report.steps if step.verdict is Verdict.MISSING and step.counts]
    if missing:
        return f"missing: {', '.join(missing)}; {points}"
    return points
