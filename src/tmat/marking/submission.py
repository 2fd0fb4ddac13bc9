"""Marking one submission: each step recomputed, a verdict for each cell, the mistakes named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np

from tmat.errors import InputError
from tmat.marking.agreement import following_cells, right_cells
from tmat.marking.answers import Answer, Answers
from tmat.marking.attempts import is_attempt, is_copy, only_work_counts
from tmat.marking.candidate_order import HABITS, again, habit_again, tiers
from tmat.marking.columns import on_its_side
from tmat.marking.explaining import Explaining
from tmat.marking.findings import Cells, Extent, Finding, Kind, Note, Remark
from tmat.marking.folded import unfolded
from tmat.marking.impossible import property_of
from tmat.marking.key import Key, KeyMatrix
from tmat.marking.misread import MISREAD
from tmat.marking.options import Options
from tmat.marking.pairing import Pairing, unread
from tmat.marking.points import award
from tmat.marking.printed import PrintedMatrix
from tmat.marking.programs.marking import mark_program, of_program
from tmat.marking.recomputed import Recomputed
from tmat.marking.rounding_room import within_reach, within_rounding
from tmat.marking.states import Again, State, Ways, as_right, as_theirs
from tmat.marking.verdicts import GIVEN, Reading, Report, StepReport, Verdict, worst
from tmat.numbers import round_half_away
from tmat.numbers.claim import same

MOST_FOLLOW = 3  # times as many cells follow as are left: no slip of a whole matrix made those


@np.errstate(all="ignore")  # a number of 308 digits is wrong, not an alarm
def mark_submission(answers: Answers, key: Key, options: Options) -> Report:
    """The marking of one submission against a key, step by step.

    A cell is right when the key's number, or the step recomputed from the writer's own right
    numbers, is what was printed; it follows when the step from their own wrong numbers is. What is
    left is explained by slips, the likeliest that chance would not have brought about.

    Errors: a key without steps, answers without matrices.
    """
    if not key.steps:
        raise InputError("the key has no steps to mark by", mend="make one with a stage: tmat attention … > key.json")
    if not answers.matrices:
        raise InputError(f"no answers in {answers.origin}", "expected matrices, each with its name")
    if options.columns:
        answers = answers.transposed()
    key = unfolded(key, answers)
    if key.printed is None:
        return _marked(answers, key, options)
    quick = [_marked(answers, each, replace(options, slips=False)) for each in (key, key.printed)]
    as_printed = quick[1].wrong_cells < quick[0].wrong_cells
    report = _marked(answers, key.printed if as_printed else key, options)
    named = {each.name for each in quick[0].unknown}  # what only the corrected sheet has is no unknown name
    report.unknown = [each for each in report.unknown if each.name in named]
    report.remarks.append(Note(Remark.AS_PRINTED if as_printed else Remark.AS_CORRECTED))
    return report


def _marked(answers: Answers, key: Key, options: Options) -> Report:
    if of_program(answers, options):
        return mark_program(answers, key, options)
    return Marking(key, answers, options).report()


class Marking:
    """One submission under way."""

    def __init__(self, key: Key, answers: Answers, options: Options) -> None:
        self.key, self.options, self.origin = key, options, answers.origin
        self.pairing = Pairing(key, answers)
        self.remarks: list[Note] = []  # on the whole of it
        self.unknown = [*self.pairing.unknown, *unread(answers)]
        self.readings = [Reading(each.name, how, each.where) for each in answers for how in each.notes]
        answered = self.pairing.answers.items()
        pairs = [(key.matrices[index], self._printed(key.matrices[index], answer)) for index, answer in answered]
        self.pairs = pairs  # each matrix that is due with the one that was handed in, as it was read
        self.recomputed = Recomputed(key, {printed.decimals for due, printed in pairs if _rounded(due, printed)})
        for due, printed in pairs:
            self.recomputed.states[due.index].printed = printed
        self.habits: dict[str, str] = {}  # the step in which each was found first
        self.nameless: set[int] = set()  # the steps that are wrong by no slip that is known, or made of these

    def report(self) -> Report:
        steps: list[StepReport] = []
        for state in self.recomputed.states:
            if not state.due.given:
                told = self._step(state)
                if state.printed is not None or (state.due.stage, state.due.name) not in self.key.unasked:
                    steps.append(told)
            else:
                if state.printed is not None:
                    steps.append(self._given(state, state.printed))
                self.recomputed.settle_given(state)
        self.remarks += only_work_counts(self.recomputed.states, steps)
        fine = all(step.verdict in (Verdict.RIGHT, Verdict.MISSING) for step in steps)
        if not fine and on_its_side([(due.values, printed) for due, printed in self.pairs]):
            self.remarks.insert(0, Note(Remark.UPRIGHT if self.options.columns else Remark.ON_ITS_SIDE))
        report = Report(self.origin, steps, self.unknown, self.remarks, readings=self.readings)
        if self.options.only:
            report.keep(self.options.only)
        award(report, self.options)
        return report

    def _printed(self, due: KeyMatrix, answer: Answer) -> PrintedMatrix:
        values, claim, shape = answer.placed(due.rows, due.cols), answer.claim, due.values.shape
        texts = answer.texts if np.array_equal(values, answer.values, equal_nan=True) else None  # rows in their order
        if values.shape != shape and 1 in shape and values.shape == shape[::-1]:
            values = values.T  # a row for a column: there is only one way to mean it
            texts = None if texts is None else list(zip(*texts, strict=True))
        asked = None if due.given else self.options.asked(due.decimals)
        return PrintedMatrix(values, claim, texts, atol=self.options.atol, rtol=self.options.rtol, asked=asked)

    # -- what was given

    def _given(self, state: State, printed: PrintedMatrix) -> StepReport:
        """A given matrix that was handed in too: whether it was copied rightly."""
        report, due = _blank_report(state), state.due
        if printed.shape != due.values.shape:
            state.printed, state.void = None, True
            _set(report, Verdict.SHAPE)
        else:
            right = printed.fits(due.values)
            state.off = not right.all()
            state.foreign = state.void = not is_copy(printed.values, due.values, right)
            report.cells[~right] = int(Verdict.WRONG)
            report.verdict = Verdict(int(report.cells.max(initial=0)))
            if state.off:
                report.notes.append(Note(Remark.FOREIGN if state.foreign else Remark.NOT_COPIED, (due.name,)))
        report.counts = state.off
        return report

    # -- a step

    def _step(self, state: State) -> StepReport:
        report = _blank_report(state)
        due, printed = state.due, state.printed
        if due.index in self.pairing.read_as:
            report.notes.append(Note(Remark.READ_AS, (self.pairing.read_as[due.index],)))
        if printed is None or printed.blank.all():
            state.printed = None
            _set(report, Verdict.MISSING)
            self.recomputed.settle_unseen(state)
            return report
        if printed.shape != due.values.shape:
            return self._misshapen(state, printed, report)
        right, base, way = right_cells(self.recomputed, due, printed)
        report.cells[printed.blank] = int(Verdict.MISSING)
        slips: list[Again] = []
        foreign = tuple(operand.due.name for operand in self.recomputed.operands(due) if operand.foreign)
        if not (right | printed.blank).all():
            if foreign:
                report.cells[~printed.blank] = int(Verdict.WRONG)
                report.notes.append(Note(Remark.ON_FOREIGN, foreign))
                state.foreign = True
            else:
                slips = self._wrong(due, printed, report, right, base)
        state.off = bool((report.cells != int(Verdict.RIGHT)).any())
        report.verdict = worst(report.cells)
        if state.off:
            on_void = state.foreign or any(one.remark is Remark.ON_NO_ATTEMPT for one in report.notes)
            state.void = on_void or not is_attempt(printed.values, due.values, report)
            if state.void and not on_void:
                report.notes.append(Note(Remark.NO_ATTEMPT))
        if printed.blank.any():
            report.notes.append(Note(Remark.BLANK, count=int(printed.blank.sum())))
        if report.count(Verdict.WRONG) or (state.off and not self.nameless.isdisjoint(due.of or ())):
            self.nameless.add(due.index)
        self.recomputed.settle_printed(state, right, way, slips)
        return report

    def _wrong(
        self, due: KeyMatrix, printed: PrintedMatrix, report: StepReport, right: Cells, base: Cells
    ) -> list[Again]:
        """Verdicts for what is not right: follows, a slip, close, or wrong. What redoes the slips."""
        near = cache(partial(within_rounding, due, self.recomputed, printed))
        slips: list[Again] = []
        left = ~right & ~printed.blank
        report.cells[left] = int(Verdict.WRONG)
        habit = habit_again(self.recomputed, due, printed, self.habits) if self.habits else None
        if habit is not None:
            report.cells[left] = int(Verdict.FOLLOWS)
            report.notes.append(Note(Remark.HABIT, (self.habits[habit.mistake.name],)))
            return [again(self.recomputed, due, habit)]
        following = following_cells(self.recomputed, due, printed, left)
        if following is not None and (following & left).any():
            self._follow(report, due, following & left)
            left = left & ~following
        short = printed.too_short(due.values) & left
        if short.any():
            report.notes.append(Note(Remark.TOO_SHORT, count=int(short.sum()), decimals=printed.asked))
            left = left & ~short
        if left.any() and self._on_no_attempt(due, printed, left, report):
            return slips
        if left.any() and following is not None and 2 * int((near(as_theirs) & left).sum()) > int(left.sum()):
            if self.nameless.isdisjoint(due.of or ()):
                self._close(report, near(as_theirs) & left)  # causes come before effects
            else:  # what it was made from is known no better than it was written
                self._follow(report, due, near(as_theirs) & left)
            return slips
        if left.any() and self.options.slips:
            followed = None if following is None else report.count(Verdict.FOLLOWS)
            findings, left, slips = self._explained(due, printed, left, base, followed, partial(near, as_right))
            self._found(due, report, findings)
        if left.any():
            close = near(as_right) if following is None else near(as_right) | near(as_theirs)
            self._close(report, close & left)
            left = left & ~close
        if left.any() and (found := property_of(due, self.recomputed, printed, left)) is not None:
            report.findings.append(found)
        return slips

    def _explained(
        self,
        due: KeyMatrix,
        printed: PrintedMatrix,
        left: Cells,
        base: Cells,
        followed: int | None,
        room: Callable[[], Cells],
    ) -> tuple[list[Finding], Cells, list[Again]]:
        """The findings that explain wrong cells, the cells left unexplained, and what redoes the slips.

        ``followed``: how many other cells follow from the writer's own wrong numbers, where there are such. ``room``: the
        cells that rounding alone could account for.
        """
        base = base if followed is None else base | ~left
        starts = self.recomputed.starts(due)
        explaining = Explaining(printed, due.values, ~left, base, lambda numbers: self.recomputed.sources(due, numbers))
        findings, rest = explaining.run(
            tiers(self.recomputed, due, printed, starts), starts, self.recomputed.more_starts(due, starts), room
        )
        if followed is not None:
            whole = any(one.extent is Extent.MATRIX and one.kind is not Kind.CLOSE for one in findings)
            if whole and followed >= MOST_FOLLOW * int(left.sum()):
                return [], left, []
            rounded = not rest.any() and all(one.kind is Kind.CLOSE for one in findings)
            if not (whole or rounded) and self._follows_roughly(due, printed, left):
                return [], left, []  # a part of it agrees with any rounding
        return findings, rest, [again(self.recomputed, due, candidate) for candidate in explaining.chosen]

    def _off(self, due: KeyMatrix) -> tuple[str, ...]:
        """The operands that differ from the right ones; those that were handed in where there are such."""
        off = [operand for operand in self.recomputed.operands(due) if operand.off]
        names = [o.due.name for o in off if o.printed is not None] or [o.due.name for o in off]
        return tuple(dict.fromkeys(names))

    def _follows_roughly(self, due: KeyMatrix, printed: PrintedMatrix, left: Cells) -> bool:
        """Whether rounding the writer's own numbers, and what was left out, could account for most of what is left."""
        way = next(self.recomputed.all(due, as_theirs))
        near = within_reach(due, self.recomputed, printed, as_theirs, way)
        return 2 * int((near & left).sum()) > int(left.sum())

    def _found(self, due: KeyMatrix, report: StepReport, findings: list[Finding]) -> None:
        """Mark what was found, and keep what is charged once: habits, and numbers that were misread."""
        report.findings += findings
        for finding in findings:
            for cell in finding.cells:
                report.cells[cell] = int(Verdict.CLOSE if finding.kind is Kind.CLOSE else Verdict.SLIP)
            if finding.names[0] in HABITS and finding.extent is Extent.MATRIX:
                self.habits.setdefault(finding.names[0], due.label)
            if finding.names[0] == MISREAD and finding.sure:
                self.recomputed.misread(due, finding.mistakes[0].details)

    def _follow(self, report: StepReport, due: KeyMatrix, cells: Cells) -> None:
        """Mark the cells that follow from the writer's own wrong numbers."""
        if not report.count(Verdict.FOLLOWS):
            report.notes.append(Note(Remark.FOLLOWS, self._off(due)))
        report.cells[cells] = int(Verdict.FOLLOWS)

    def _close(self, report: StepReport, close: Cells) -> None:
        """Mark the cells within what rounding the numbers before could do."""
        if close.any():
            report.cells[close] = int(Verdict.CLOSE)
            report.notes.append(Note(Remark.ROUNDING, count=int(close.sum())))

    def _on_no_attempt(self, due: KeyMatrix, printed: PrintedMatrix, left: Cells, report: StepReport) -> bool:
        """Whether the step is right only for an earlier matrix that was no attempt; that earns nothing."""
        void = {
            id(operand): Ways(operand.printed.values)
            for operand in self.recomputed.operands(due)
            if operand.void and operand.printed is not None and operand.printed.shape == operand.due.values.shape
        }
        if not void:
            return False

        def as_written(state: State) -> Ways:
            return void.get(id(state), state.right)

        values = next(self.recomputed.all(due, as_written), None)
        if values is None:
            return False
        near = within_rounding(due, self.recomputed, printed, as_written, odds=1.0)
        if not (printed.fits(values) | near | ~left).all():
            return False
        names = (operand.due.name for operand in self.recomputed.operands(due) if id(operand) in void)
        report.notes.append(Note(Remark.ON_NO_ATTEMPT, tuple(names)))
        return True

    # -- the wrong shape

    def _misshapen(self, state: State, printed: PrintedMatrix, report: StepReport) -> StepReport:
        """A matrix of another shape: the slip that yields all of it, if there is one."""
        due = state.due
        _set(report, Verdict.SHAPE)
        report.notes.append(Note(Remark.SHAPE, (due.name,), shapes=(printed.shape, due.values.shape)))
        if self.options.slips:
            starts = self.recomputed.starts(due)
            nothing = np.zeros(printed.shape, dtype=bool)
            sources = partial(self.recomputed.sources, due)
            explaining = Explaining(printed, np.full(printed.shape, np.nan), nothing, nothing, sources)
            findings, _ = explaining.run(tiers(self.recomputed, due, printed, starts), [])
            for finding in findings:
                if finding.extent is Extent.MATRIX:
                    finding.cells = ()  # those of the key are others
                    report.findings.append(finding)
                    _set(report, Verdict.SLIP)
        self.recomputed.settle_unseen(state)
        state.off = state.void = True
        return report


def _rounded(due: KeyMatrix, printed: PrintedMatrix) -> bool:
    """Whether what is printed tells how its writer rounds: not where the true numbers have no more digits."""
    true = due.values if due.exact is None else due.exact
    return not due.given and not same(round_half_away(true, printed.decimals), true)


def _blank_report(state: State) -> StepReport:
    due, printed = state.due, state.printed
    return StepReport(
        due.stage, due.name, due.label, due.op.name if due.op else GIVEN, Verdict.RIGHT,
        np.zeros(due.values.shape, dtype=np.int8), rows=due.rows, cols=due.cols,
        printed=None if printed is None else printed.values, due=due.values,
        precision="" if printed is None else str(printed.claim), asked=None if printed is None else printed.asked,
    )  # fmt: skip


def _set(report: StepReport, verdict: Verdict) -> None:
    """One verdict for a whole step."""
    report.verdict = verdict
    report.cells[:] = int(verdict)
