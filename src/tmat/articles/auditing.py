"""The audit of an example: each printed step is marked like homework, from the article's own earlier numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tmat.articles.article import Example, Fact, Letters, Need, Printed, Same
from tmat.articles.letters import symbols_of
from tmat.articles.numbers import BLANK, Data
from tmat.articles.running import Done, PartDone, run
from tmat.errors import fold
from tmat.marking.answers import Answer, Answers
from tmat.marking.findings import Certainty, Finding, Kind
from tmat.marking.mark_answers import mark
from tmat.marking.printed import PrintedMatrix
from tmat.marking.verdicts import StepReport, Verdict
from tmat.numbers.claim import Claim
from tmat.sheet.worksheet import Matrix, Worksheet

if TYPE_CHECKING:
    from tmat.operations.operation import Array

Cells = NDArray[np.bool_]
AGREE = 1e-12


@dataclass(slots=True, eq=False)
class Audit:
    """The result for one printed matrix: a state for each of its printed cells."""

    block: str
    name: str
    texts: list[list[str]]
    reproduced: Cells
    follows: Cells
    explained: Cells
    unexplained: Cells
    lacking: tuple[Need, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    right: Array | None = None  # the right numbers, where some are wrong
    printed: Array | None = None
    given: bool = False
    symbols: bool = False
    source: tuple[str, ...] = ()  # the earlier printed matrices that its numbers follow from

    @property
    def size(self) -> int:
        return sum(text != BLANK for row in self.texts for text in row)

    @property
    def claim(self) -> Claim:
        """The precision that the printed digits claim."""
        return Claim() if self.symbols else Claim.infer(self.texts)

    @property
    def good(self) -> bool:
        """Whether every printed number is reproduced."""
        return not self.lacking and not self.explained.any() and not self.unexplained.any()


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """The result of a claim that two matrices are equal: the number of equal cells."""

    same: Same
    equal: int
    size: int


@dataclass(slots=True)
class Count:
    """Counts of the printed numbers by their state."""

    printed: int = 0
    given: int = 0
    reproduced: int = 0
    follows: int = 0
    lacking: int = 0
    slips: Counter[str] = field(default_factory=Counter)
    unexplained: int = 0

    @property
    def explained(self) -> int:
        return sum(self.slips.values())


@dataclass(slots=True, eq=False)
class Audited:
    """An example, run and audited."""

    example: Example
    parts: list[PartDone]
    audits: dict[int, list[Audit]]  # by the id() of the call's result
    agreements: list[Agreement]
    count: Count

    def of(self, done: Done) -> list[Audit]:
        return self.audits.get(id(done), [])


def audit(example: Example, *, corrected: bool = False) -> Audited:
    """Compare every printed number of an example with the step that it should be.

    A step is recomputed from the article's own earlier numbers, slips included, as marking follows a student's work. A wrong
    number counts as explained only where a slip is named surely. ``corrected``: run without the slips, and audit nothing.
    """
    parts = run(example, corrected=corrected)
    audits: dict[int, list[Audit]] = {}
    for done in () if corrected else (done for part in parts for done in part.calls):
        audits[id(done)] = [*_marked(example.data, done), *_facts(example.data, done), *_letters(example.data, done)]
    count = _counted(example, [one for each in audits.values() for one in each])
    return Audited(example, parts, audits, [_agreement(parts, same) for same in example.same], count)


# -- marking


def _marked(data: Data, done: Done) -> Iterator[Audit]:
    """Mark each printed matrix; a second print of a step, and prints of a part of it, are marked in rounds of their own."""
    first: dict[str, Printed] = {}
    again: list[Printed] = []
    parts: list[Printed] = []
    for printed in done.call.prints:
        if printed.block not in data:
            continue
        if data.count(printed.block) < _cells(data, printed.block):
            parts.append(printed)
        elif fold(printed.step) in first:
            again.append(printed)
        else:
            first[fold(printed.step)] = printed
    found: dict[str, tuple[Printed, StepReport | None]] = {}
    rounds = [
        list(first.values()),
        *([*(p for k, p in first.items() if k != fold(one.step)), one] for one in again),
        parts,
    ]
    for n, one_round in enumerate(rounds):
        reports = _reports(data, done, one_round)
        for printed in one_round:
            if n == 0 or printed in again or printed in parts:
                found.setdefault(printed.block, (printed, reports.get(fold(printed.step))))
    sure = {name for _, report in found.values() if report for f in report.findings if f.sure for name in f.names}
    for printed in done.call.prints:
        if printed.block in found:
            one = _audit(data, done, printed, found[printed.block][1], sure)
            one.given = printed.given
            yield one


def _reports(data: Data, done: Done, prints: Sequence[Printed]) -> dict[str, StepReport]:
    """The reports on some printed matrices, marked with the corrected stage as the key."""
    taken = {fold(name.removesuffix(".T")) for name in done.call.given}
    steps = {fold(step.name) for step in done.key.steps} | {fold(name) for name in done.key.given} - taken
    answers = Answers([_answer(data, p) for p in prints if fold(p.step) in steps], done.call.headed)
    if not answers.matrices:
        return {}
    report = mark(answers, Worksheet([done.key]))
    return {fold(step.name): step for step in report.steps}


def _answer(data: Data, printed: Printed) -> Answer:
    texts = data.texts(printed.block, transposed=printed.transposed)
    return Answer(printed.step, data.number(printed.block, transposed=printed.transposed), texts)


def _audit(data: Data, done: Done, printed: Printed, report: StepReport | None, sure: set[str]) -> Audit:
    texts = data.texts(printed.block, transposed=printed.transposed)
    shown = np.array([[text != BLANK for text in row] for row in texts])
    lacking = tuple(need for need in printed.needs if data.count(need.block) < need.size)
    none = np.zeros(shown.shape, dtype=bool)
    values = data.number(printed.block, transposed=printed.transposed)
    made = Audit(
        printed.block, printed.step, texts, none, none.copy(), none.copy(), none.copy(), lacking, printed=values
    )
    if lacking:
        return _without(made, report, shown)
    if report is None:
        made.unexplained = shown
        return made
    cells = report.cells.reshape(shown.shape) if report.cells.size == shown.size else report.cells
    if cells.shape != shown.shape:
        made.unexplained = shown
        return made
    made.reproduced = (cells == int(Verdict.RIGHT)) & shown
    made.follows = (cells == int(Verdict.FOLLOWS)) & shown
    own = _own(done, printed.step)
    if own is not None:
        exactly = PrintedMatrix(values, Claim.infer(texts)).fits(own.reshape(shown.shape))
        made.reproduced &= exactly
        made.follows &= exactly
    made.source = report.follows_from
    made.findings = [_surely(f) for f in report.findings if f.kind is Kind.SLIP and (f.sure or _confirmed(f, sure))]
    for finding in made.findings:
        for place in finding.cells:
            made.explained[np.unravel_index(np.ravel_multi_index(place, report.cells.shape), shown.shape)] = True
    made.explained &= shown & ~made.reproduced & ~made.follows
    made.unexplained = shown & ~made.reproduced & ~made.follows & ~made.explained
    if not made.good:
        made.right = done.key[printed.step].values.reshape(shown.shape)
    return made


def _without(made: Audit, report: StepReport | None, shown: Cells) -> Audit:
    """The audit of a step that cannot be recomputed: only properties that its numbers violate are found."""
    for finding in report.findings if report is not None else []:
        if finding.kind is Kind.PROPERTY:
            made.findings.append(finding)
            for place in finding.cells:
                made.explained[place] = True
    made.explained &= shown
    return made


def _confirmed(finding: Finding, sure: set[str]) -> bool:
    """Whether a slip that is not sure here is sure in another matrix of the stage."""
    return bool(sure & set(finding.names))


def _own(done: Done, name: str) -> Array | None:
    """The step computed from the article's own numbers and roundings; None where it is taken as printed.

    Marking accepts any way of rounding; an article's numbers must be reproduced by its own, to the last digit.
    """
    step = done.stage.step(name)
    return step.values if step is not None else None


def _surely(finding: Finding) -> Finding:
    return replace(finding, certainty=Certainty.SURE)


def _cells(data: Data, block: str) -> int:
    return sum(len(row) for row in data.blocks[block])


# -- what is no step


def _facts(data: Data, done: Done) -> Iterator[Audit]:
    for fact in done.call.facts:
        if fact.block in data:
            yield _fact(data, done, fact)


def _fact(data: Data, done: Done, fact: Fact) -> Audit:
    texts, values = data.texts(fact.block), data.number(fact.block)
    value = fact.value(done.sheet)
    right = (
        PrintedMatrix(values, Claim.infer(texts)).fits(value)
        if value.shape == values.shape
        else np.zeros(values.shape, bool)
    )
    none = np.zeros(values.shape, dtype=bool)
    return Audit(fact.block, fact.name, texts, right, none, none.copy(), ~right, right=value, printed=values)


def _letters(data: Data, done: Done) -> Iterator[Audit]:
    for letters in done.call.letters:
        texts = data.texts(letters.block)
        yield _spelled(letters, texts, symbols_of(done.stage, letters.step, letters.kind, letters.spelled))


def _spelled(letters: Letters, texts: list[list[str]], right: list[list[str]]) -> Audit:
    shape = (len(texts), len(texts[0]))
    same = len(right) == shape[0] and all(len(row) == shape[1] for row in right)
    equal = np.array([[same and right[i][j] == text for j, text in enumerate(row)] for i, row in enumerate(texts)])
    none = np.zeros(shape, dtype=bool)
    return Audit(letters.block, letters.step, texts, equal, none, none.copy(), ~equal, symbols=True)


# -- agreement and counts


def matrix_at(parts: Sequence[PartDone], place: tuple[int, str]) -> Matrix:
    """A matrix of the last stage of a part."""
    return parts[place[0]].calls[-1].stage[place[1]]


def _agreement(parts: Sequence[PartDone], same: Same) -> Agreement:
    this, that = matrix_at(parts, same.this).values, matrix_at(parts, same.that).values
    that = that[: same.rows] if same.rows is not None else that
    if this.shape != that.shape:
        return Agreement(same, 0, this.size)
    return Agreement(same, int(np.isclose(this, that, rtol=AGREE, atol=AGREE).sum()), this.size)


def _counted(example: Example, audits: Sequence[Audit]) -> Count:
    count = Count()
    told = {one.block for one in audits}
    for block in given_blocks(example):
        if block not in told:
            count.given += example.data.count(block)
    for one in audits:
        if one.given and one.good:
            count.given += one.size
            continue
        count.reproduced += int(one.reproduced.sum())
        count.follows += int(one.follows.sum())
        count.unexplained += int(one.unexplained.sum())
        explained = int(one.explained.sum())
        count.lacking += one.size - explained if one.lacking else 0
        left = one.explained.copy()
        for finding in one.findings:
            for place in finding.cells:
                at = np.unravel_index(np.ravel_multi_index(place, _shape_of(one, finding)), left.shape)
                if left[at]:
                    left[at] = False
                    count.slips[" or ".join(finding.names)] += 1
    count.printed = count.given + count.reproduced + count.follows + count.explained + count.lacking + count.unexplained
    return count


def _shape_of(one: Audit, finding: Finding) -> tuple[int, int]:
    height, width = one.explained.shape
    return (height, width) if all(i < height and j < width for i, j in finding.cells) else (width, height)


def given_blocks(example: Example) -> list[str]:
    """The blocks that are data."""
    taken = [block for part in example.parts for call in part.calls for block in call.given.values()]
    taken += [part.source for part in example.parts if part.source]
    return [block for block in dict.fromkeys([*taken, *example.given]) if block in example.data]
