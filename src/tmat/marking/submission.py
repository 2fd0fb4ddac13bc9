"""Marking one submission: each step done again, a verdict for each cell, the mistakes named."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.marking.answers import Answer, Answers, is_attempt
from tmat.marking.candidate_order import tiers
from tmat.marking.explaining import Explaining
from tmat.marking.impossible import property_of
from tmat.marking.key import Plan, Planned
from tmat.marking.options import Options
from tmat.marking.pairing import Matched
from tmat.marking.points import award
from tmat.marking.printed import Cells, Printed
from tmat.marking.recomputed import Line, Sources
from tmat.marking.rounding_room import within_rounding
from tmat.marking.verdicts import Finding, Report, StepReport, Verdict
from tmat.operations.operation import Array
from tmat.sheet.worksheet import Worksheet

USUAL_DECIMALS = 2
MOSTLY = 0.75  # of the cells: a way of rounding that fits so many is the writer's


@np.errstate(all="ignore")  # a number of 308 digits is wrong, not an alarm
def mark(key: Worksheet | Plan, answers: Answers, options: Options | None = None) -> Report:
    """The marking of one submission against a key, step by step.

    A cell is right when the key's number, or the step done again from the writer's own right
    numbers, is what was printed; it follows when the step from their own wrong numbers is. What is
    left is explained by slips, the likeliest that chance would not have brought about.

    Errors: a key without steps, answers without matrices.

    >>> from tmat.stages.attention import attention
    >>> key = attention([[1.0, 2.0], [3.0, 4.0]], weights=False)
    >>> report = mark(key, Answers.of({"scores": [[5, 11], [11, 25]], "scaled": [[2.5, 5.5], [5.5, 12.5]]}))
    >>> [(step.name, step.verdict.word) for step in report.steps]
    [('scores', 'right'), ('scaled', 'slip'), ('weights', 'missing'), ('Z', 'missing')]
    >>> report["scaled"].findings[0].sentence
    'divided by 2 itself, not by its root'
    """
    plan = key if isinstance(key, Plan) else Plan(key)
    if not plan.steps:
        raise InputError("the key has no steps to mark by", mend="make one with a stage: tmat attention … > key.json")
    if not answers.matrices:
        raise InputError(f"no answers in {answers.origin}", "expected matrices, each with its name")
    return Marking(plan, answers, options or Options()).report()


def mark_self(sheet: Worksheet, options: Options | None = None, origin: str = "worksheet") -> Report:
    """A worksheet held against itself: each step done again from its own operands."""
    plan = Plan(sheet)
    for line in plan.steps:
        if line.of is not None and line.again is not None:
            line.values = line.again
    return mark(plan, Answers.of_worksheet(sheet, origin, given=False), options)


class Marking:
    """One submission under way."""

    def __init__(self, plan: Plan, answers: Answers, options: Options) -> None:
        self.plan, self.options, self.origin = plan, options, answers.origin
        self.matched = Matched(plan, answers)
        printed = {place: self._printed(place, answer) for place, answer in self.matched.by_place.items()}
        shown = [p.decimals for place, p in printed.items() if not plan.lines[place].given]
        self.sources = Sources(plan, min(shown, default=USUAL_DECIMALS))
        for place, matrix in printed.items():
            self.sources.lines[place].printed = matrix

    def report(self) -> Report:
        steps: list[StepReport] = []
        for line in self.sources.lines:
            if line.planned.given:
                report = self._given(line)
                if report is not None:
                    steps.append(report)
            else:
                steps.append(self._step(line))
        report_ = Report(self.origin, steps, self.matched.unknown)
        award(report_, self.options)
        return report_

    def _printed(self, place: int, answer: Answer) -> Printed:
        values, claim = answer.values, answer.claim
        due = self.plan.lines[place].values
        if values.shape != due.shape and 1 in due.shape and values.shape == due.shape[::-1]:
            values = values.T  # a row for a column: there is only one way to mean it
        return Printed(values, claim, atol=self.options.atol, rtol=self.options.rtol)

    # -- what was given

    def _given(self, line: Line) -> StepReport | None:
        """A given matrix that was handed in too: whether it was copied rightly."""
        report = None
        if line.printed is not None:
            report = self._blank_report(line)
            due = line.planned.values
            if line.printed.shape != due.shape:
                line.printed, line.void = None, True
                report.verdict = Verdict.SHAPE
                report.cells[:] = int(Verdict.SHAPE)
            else:
                right = line.printed.fits(due)
                line.off = not right.all()
                line.void = not is_attempt(line.printed.values, due)
                report.cells[~right] = int(Verdict.WRONG)
                report.verdict = Verdict(int(report.cells.max(initial=0)))
                if line.off:
                    report.notes.append(f"{line.planned.name} is given: it was not copied as it stands")
            report.counts = line.off
        self.sources.settle_given(line)
        return report

    def _blank_report(self, line: Line) -> StepReport:
        planned = line.planned
        return StepReport(
            planned.stage, planned.name, planned.label, planned.op.name if planned.op else "given", Verdict.RIGHT,
            np.zeros(planned.values.shape, dtype=np.int8), rows=planned.rows, cols=planned.cols,
            printed=None if line.printed is None else line.printed.values, due=planned.values,
            precision="" if line.printed is None else str(line.printed.claim),
        )  # fmt: skip

    # -- a step

    def _step(self, line: Line) -> StepReport:
        report = self._blank_report(line)
        planned, printed = line.planned, line.printed
        if printed is None or printed.blank.all():
            line.printed = None
            report.verdict = Verdict.MISSING
            report.cells[:] = int(Verdict.MISSING)
            self.sources.settle_unseen(line)
            return report
        if printed.shape != planned.values.shape:
            return self._misshapen(line, report)
        right, base, carried = self._right(planned, printed)
        verdicts = report.cells
        verdicts[printed.blank] = int(Verdict.MISSING)
        if not (right | printed.blank).all():
            self._wrong(line, report, right, base)
        line.off = bool((verdicts != int(Verdict.RIGHT)).any())
        line.void = not is_attempt(printed.values, planned.values)
        report.verdict = Verdict(int(verdicts.max(initial=0)))
        if line.off and line.void:
            report.notes.append("no attempt: nothing that follows from it is counted")
        if printed.blank.any():
            line.off = True
            report.verdict = _worst(verdicts)
            report.notes.append(f"{int(printed.blank.sum())} left blank")
        self.sources.settle_printed(line, right, carried)
        return report

    def _right(self, planned: Planned, printed: Printed) -> tuple[Cells, Cells, list[Array]]:
        """The cells that are right, those right by one way of rounding alone, and the unrounded numbers behind."""
        blank = printed.blank
        fits = printed.fits(planned.values)
        if (fits | blank).all():
            unrounded = planned.again if planned.again is not None else planned.values
            carried = [unrounded]
            own = next(self.sources.rights(planned), None)
            if own is not None and (printed.fits(own) | blank).all():
                carried = [own, unrounded]
            return fits, fits, carried
        right, base = fits, fits
        for n, way in enumerate(self._ways(planned)):
            own_fits = printed.fits(way)
            if n == 0:
                right = right | own_fits
                base = own_fits if own_fits.sum() > base.sum() + max(2, base.size // 10) else base
            elif (own_fits | blank).mean() >= MOSTLY:
                right = right | own_fits
            if (own_fits | blank).all():
                return own_fits | fits, own_fits, [way]
            if (right | blank).all():
                return right, right, [way]
        return right, base, []

    def _ways(self, planned: Planned) -> Iterator[Array]:
        """The right ways to do a step, the likelier first; looking further back only where they do not do."""
        yield from self.sources.rights(planned)
        if planned.exact is not None:
            yield planned.exact
        if planned.again is not None:
            yield planned.again
        found = [self.sources.deepen(operand) for operand in self.sources.operands(planned)]  # all of them
        if any(found):
            yield from self.sources.rights(planned)

    def _wrong(self, line: Line, report: StepReport, right: Cells, base: Cells) -> None:
        """Verdicts for what is not right: follows, a slip, close, or wrong."""
        planned, printed = line.planned, line.printed
        assert printed is not None
        verdicts = report.cells
        left = ~right & ~printed.blank
        verdicts[left] = int(Verdict.WRONG)
        following = self._follows(planned, printed, left)
        if following is not None:
            verdicts[following & left] = int(Verdict.FOLLOWS)
            report.notes += self._follow_note(planned, following & left)
            left = left & ~following
        if left.any() and self._on_no_attempt(planned, printed, left, report):
            return
        if left.any() and self.options.slips:
            known = ~left
            steps = self.sources.redos(planned)
            explaining = Explaining(printed, planned.values, known, base | ~left if following is not None else base)
            findings, left = explaining.run(
                tiers(self.sources, planned, printed, steps),
                steps,
                lambda: within_rounding(planned, self.sources, printed),
            )
            self._settle_findings(report, findings, verdicts)
        if left.any():
            left = self._close(line, report, left)
        if left.any():
            found = property_of(planned, self.sources, printed, left)
            if found is not None:
                report.findings.append(found)

    def _settle_findings(self, report: StepReport, findings: list[Finding], verdicts: NDArray[np.int8]) -> None:
        for finding in findings:
            verdict = Verdict.CLOSE if finding.kind == "close" else Verdict.SLIP
            for place in finding.cells:
                verdicts[place] = int(verdict)
        report.findings += findings

    def _follows(self, planned: Planned, printed: Printed, left: Cells) -> Cells | None:
        """The cells that are right given the writer's own wrong numbers."""
        if not any(operand.off for operand in self.sources.operands(planned)):
            return None
        found: Cells | None = None
        for n, way in enumerate(self.sources.follows(planned)):
            fits = printed.fits(way)
            if n == 0:
                found = fits
            elif found is not None and (fits & left).sum() > max((found & left).sum(), MOSTLY * left.sum() - 1):
                found = found | fits
            if found is not None and (found | ~left).all():
                break
        return found

    def _follow_note(self, planned: Planned, cells: Cells) -> list[str]:
        if not cells.any():
            return []
        off = [o for o in self.sources.operands(planned) if o.off]
        names = [o.planned.name for o in off if o.printed is not None] or [o.planned.name for o in off]
        return [f"follows from your {' and '.join(dict.fromkeys(names))}"]

    def _close(self, line: Line, report: StepReport, left: Cells) -> Cells:
        """Cells within what rounding the numbers before could do."""
        assert line.printed is not None
        room = within_rounding(line.planned, self.sources, line.printed) & left
        if room.any():
            report.cells[room] = int(Verdict.CLOSE)
            count = int(room.sum())
            report.notes.append(
                f"{count} cell{'' if count == 1 else 's'} off by rounding before this step: keep more decimals on the way"
            )
        return left & ~room

    def _on_no_attempt(self, planned: Planned, printed: Printed, left: Cells, report: StepReport) -> bool:
        """Whether the step is right for an earlier matrix that was no attempt: that buys nothing."""
        operands = self.sources.operands(planned)
        void = [o for o in operands if o.void and o.printed is not None and o.printed.shape == o.planned.values.shape]
        if not void:
            return False
        taken = [o.printed.values if o in void and o.printed is not None else o.right[0] for o in operands]
        again = self.sources.evaluate(planned, taken)
        if again is None or not (printed.fits(again) | ~left).all():
            return False
        report.notes.append(f"built on {' and '.join(o.planned.name for o in void)}, which was no attempt")
        return True

    # -- the wrong shape

    def _misshapen(self, line: Line, report: StepReport) -> StepReport:
        planned, printed = line.planned, line.printed
        assert printed is not None
        due = "×".join(map(str, planned.values.shape))
        got = "×".join(map(str, printed.shape))
        report.verdict = Verdict.SHAPE
        report.cells[:] = int(Verdict.SHAPE)
        report.notes.append(f"{planned.name} is {got}, {due} is due")
        if self.options.slips:
            nothing = np.zeros(printed.shape, dtype=bool)
            steps = self.sources.redos(planned)
            explaining = Explaining(printed, np.full(printed.shape, np.nan), nothing)
            findings, _ = explaining.run(tiers(self.sources, planned, printed, steps), [])
            whole = [f for f in findings if f.whole]
            for finding in whole:
                finding.cells = ()
            report.findings += whole
            if whole:
                report.verdict = Verdict.SLIP
                report.cells[:] = int(Verdict.SLIP)
        line.off = line.void = True
        self.sources.settle_unseen(line)
        line.off = True
        return report


def _worst(verdicts: NDArray[np.int8]) -> Verdict:
    """The worst verdict of a step that has blanks: missing only where nothing else is wrong."""
    filled = verdicts[verdicts != int(Verdict.MISSING)]
    worst = Verdict(int(filled.max(initial=0)))
    return Verdict.MISSING if worst is Verdict.RIGHT else worst
