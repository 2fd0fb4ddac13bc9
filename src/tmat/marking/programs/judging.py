"""Marking what a program computed: each matrix that was handed in is right, follows, has a bug with a name, or is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tmat.marking.attempts import is_copy, only_work_counts
from tmat.marking.findings import Cells, Finding, Note, Remark
from tmat.marking.key import Key, KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.marking.programs.chain import Chain, Held, agrees
from tmat.marking.programs.dropped import dropout_in
from tmat.marking.programs.search import Search
from tmat.marking.programs.slipped import GIVEN_OUT
from tmat.marking.states import State, Ways
from tmat.marking.verdicts import GIVEN, StepReport, Verdict
from tmat.numbers.claim import Claim
from tmat.numbers.floats import FLOAT32, TF32, FloatType
from tmat.numbers.steady import quickly
from tmat.operations.bounds import CONFIDENCE
from tmat.operations.operation import Array


@dataclass(frozen=True, slots=True, eq=False)
class Dumped:
    """A matrix as a program wrote it, and the type that it computed in."""

    values: Array
    type: FloatType

    @property
    def stored(self) -> Array:
        """What storing the numbers lost, of each."""
        return np.asarray(np.where(np.isfinite(self.values), np.abs(self.values), 0.0) * self.type.roundoff)


class Judging:
    """The matrices of one program, in the order of the key."""

    def __init__(self, key: Key, dumped: Mapping[int, Dumped], *, slips: bool = True) -> None:
        self.key, self.dumped, self.slips = key, dumped, slips
        self.kind = max((each.type for each in dumped.values()), key=lambda kind: kind.roundoff)
        exact = [matrix.values if matrix.exact is None else matrix.exact for matrix in key.matrices]
        given = {m.index: self._copied(m) for m in key.matrices if m.given}
        self.due = Chain(key, self.kind, given, exact)
        self.fixed = dict(given)  # and what was handed in, as far as it was judged
        self.off: set[int] = set()  # what was handed in and is not right
        self.strange: set[int] = set()  # of these, what is mostly wrong, and by no known bug

    def _copied(self, matrix: KeyMatrix) -> Held:
        """A given matrix: the key's, rounded to the type that the program computes in."""
        values = matrix.values
        return Held(values, np.where(np.isfinite(values), np.abs(values), 0.0) * self.kind.roundoff)

    def reports(self, *, whole: bool = False) -> list[StepReport]:
        """What was handed in; ``whole`` also lists the steps that were not."""
        found = []
        for matrix in self.key.matrices:
            dumped = self.dumped.get(matrix.index)
            if dumped is not None:
                found.append(self._judged(matrix, dumped))
            elif whole and not matrix.given:
                found.append(_report(matrix, Verdict.MISSING))
        return found

    def only_work(self, steps: Sequence[StepReport]) -> list[Note]:
        """Nothing of ``steps`` counts that a blind writer would have as well, where something is wrong; what is to be said of it."""
        if not self.off:
            return []
        states: list[State] = []
        for matrix in self.key.matrices:
            state = State(matrix, Ways(matrix.values), Ways(matrix.values))
            dumped = self.dumped.get(matrix.index)
            if dumped is None:
                state.off = any(states[n].off for n in matrix.of or ())
            else:
                state.printed = PrintedMatrix(dumped.values, Claim(), rtol=2 * dumped.type.roundoff)
                state.off = matrix.index in self.off
                same_shape = dumped.values.shape == matrix.values.shape
                state.foreign = matrix.given and not (same_shape and self._is_copy(matrix, dumped))
            states.append(state)
        return only_work_counts(states, steps)

    def _judged(self, matrix: KeyMatrix, dumped: Dumped) -> StepReport:
        report = _report(matrix, Verdict.RIGHT)
        report.printed, report.precision = dumped.values, dumped.type.name
        if dumped.values.shape != matrix.values.shape:
            report.verdict = Verdict.SHAPE
            report.cells[:] = int(Verdict.SHAPE)
            report.notes.append(Note(Remark.SHAPE, (matrix.name,), shapes=(dumped.values.shape, matrix.values.shape)))
            return report
        if matrix.given:
            self._given(matrix, dumped, report)
        else:
            self._step(matrix, dumped, report)
        if not matrix.given:  # what was given is the key's: numbers that rest on others count for nothing
            self.fixed[matrix.index] = Held(dumped.values, dumped.stored)
        if report.verdict is not Verdict.RIGHT:
            self.off.add(matrix.index)
        if report.verdict is Verdict.WRONG and 2 * report.right < report.size:
            self.strange.add(matrix.index)
        return report

    def _given(self, matrix: KeyMatrix, dumped: Dumped, report: StepReport) -> None:
        same = agrees(dumped.values, self.due.fixed[matrix.index], dumped.stored)
        report.cells[~same] = int(Verdict.WRONG)
        report.verdict = Verdict.RIGHT if same.all() else Verdict.WRONG
        report.counts = not same.all()
        if not same.all():
            report.notes.append(Note(Remark.NOT_COPIED, (matrix.name,)))

    def _step(self, matrix: KeyMatrix, dumped: Dumped, report: StepReport) -> None:
        if np.array_equal(dumped.values, matrix.values, equal_nan=True) or self._agrees(matrix, dumped, self.due):
            return  # what the key itself holds is right, however it was rounded on the way
        handed = len(self.fixed) > len(self.due.fixed)
        own = Chain(self.key, self.kind, self.fixed) if handed else self.due
        sources = [index for index in self._sources(matrix) if index in self.off]
        if handed and self._agrees(matrix, dumped, own):
            if sources:
                rests = any(index in self.strange for index in sources)
                names = tuple(self.key.matrices[index].name for index in sources)
                report.notes.append(Note(Remark.RESTS if rests else Remark.FOLLOWS, names))
                report.verdict = Verdict.WRONG if rests else Verdict.FOLLOWS
                report.cells[:] = int(report.verdict)
            return
        self._wrong(matrix, dumped, own, report)

    def _is_copy(self, matrix: KeyMatrix, dumped: Dumped) -> bool:
        right = agrees(dumped.values, self.due.fixed[matrix.index], dumped.stored)
        return is_copy(dumped.values, matrix.values, right)

    def _sources(self, matrix: KeyMatrix) -> list[int]:
        """The matrices that were handed in and that a step was made from, directly or by hidden steps."""
        chain = Chain(self.key, self.kind, self.fixed)
        made = [matrix.index, *chain.before(matrix.index)]
        return sorted({n for index in made for n in self.key.matrices[index].of or () if n in self.dumped})

    def _agrees(self, matrix: KeyMatrix, dumped: Dumped, chain: Chain) -> bool:
        """Whether a correct program could have these numbers."""
        return bool(agrees(dumped.values, chain.whole(matrix.index), dumped.stored).all())

    def _wrong(self, matrix: KeyMatrix, dumped: Dumped, chain: Chain, report: StepReport) -> None:
        """Numbers that a correct program would not have: of a bug, of a kernel that shortens its products, or wrong."""
        held = chain.whole(matrix.index)
        wrong = ~agrees(dumped.values, held, dumped.stored)
        finding = self._bug(matrix, dumped, chain, wrong) if self.slips else None
        short = Chain(self.key, TF32, chain.fixed, chain.known)
        if finding is None and dumped.type is FLOAT32 and self._agrees(matrix, dumped, short):
            report.notes.append(Note(Remark.SHORT_PRODUCTS))
            return
        report.cells[wrong] = int(Verdict.WRONG if finding is None else Verdict.SLIP)
        report.findings += [] if finding is None else [finding]
        report.verdict = Verdict(int(report.cells.max(initial=0)))
        report.notes.append(_differs(matrix, dumped, held, wrong))
        if finding is None and self.slips:
            report.notes += _halving(self.key, chain, matrix)

    @staticmethod
    def _bug(matrix: KeyMatrix, dumped: Dumped, chain: Chain, wrong: Cells) -> Finding | None:
        held = chain.whole(matrix.index)
        with quickly(), np.errstate(all="ignore"):
            dropped = dropout_in(matrix.name, dumped.values, held, dumped.stored, wrong)
            return dropped or Search(chain, matrix.index, dumped.values, dumped.stored, wrong).run()


def _report(matrix: KeyMatrix, verdict: Verdict) -> StepReport:
    return StepReport(
        matrix.stage, matrix.name, matrix.label, matrix.op.name if matrix.op else GIVEN, verdict,
        np.full(matrix.values.shape, int(verdict), dtype=np.int8), rows=matrix.rows, cols=matrix.cols, due=matrix.values,
    )  # fmt: skip


def _halving(key: Key, chain: Chain, matrix: KeyMatrix) -> list[Note]:
    """The step to hand in next where nothing explains a matrix: weights of its own stage, else half way to what is known."""
    hidden = [key.matrices[index] for index in chain.before(matrix.index)]
    given_out = [step for step in hidden if step.stage == matrix.stage and step.op and step.op.name in GIVEN_OUT]
    ends = [step for step, after in zip(hidden, [*hidden[1:], matrix], strict=False) if step.stage != after.stage]
    choice = given_out[:1] or ends[len(ends) // 2 :][:1] or hidden[len(hidden) // 2 :][:1]
    return [Note(Remark.HAND_IN, (step.label,)) for step in choice]


def _differs(matrix: KeyMatrix, dumped: Dumped, held: Held, wrong: Cells) -> Note:
    """How much is wrong: how many cells, the largest difference, and what the type allows there."""
    with np.errstate(all="ignore"):
        off = np.where(wrong, np.abs(dumped.values - held.values), -1.0)
        room = CONFIDENCE * np.hypot(held.errors, dumped.stored)
    off = np.where(np.isnan(off), np.inf, off)
    i, j = divmod(int(np.argmax(off)), off.shape[1])
    return Note(
        Remark.DIFFERS, (matrix.name, dumped.type.name), int(wrong.sum()), most=float(off[i, j]),
        allowed=float(room[i, j]), cell=(i, j),
    )  # fmt: skip
