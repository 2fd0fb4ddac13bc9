"""Whether someone worked on this key: what a blind writer would have right by chance is no evidence, and earns nothing.

A blind writer types constants, numbers by chance, or works on from made-up ones. How many cells of a step such a writer
would have right follows from the step's spread and from the last place that was typed; the chances of all steps are
joined by Fisher's method (Statistical Methods for Research Workers, 1932, § 21.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import acos, atanh, comb, erfc, exp, log, pi, sqrt
from typing import TypeAlias

import numpy as np

from tmat.marking.findings import Cells, Extent, Kind, Note, Remark
from tmat.marking.key import KeyMatrix
from tmat.marking.likelihood import apart
from tmat.marking.printed import PrintedMatrix
from tmat.marking.states import State
from tmat.marking.verdicts import StepReport, Verdict, worst
from tmat.operations.operation import Array

BLIND = 0.02
"""A sheet that a blind writer would have made so well twice in a hundred is taken for work: such writers earn 2 % at most."""

ALONE = 0.05  # the chance below which one step counts, on a sheet that is not taken for work
NAMED = 1e-4  # the chance that a sure name is false
LIKE = 0.5  # of the cells: so many agree, beyond chance, where a matrix was copied with mistakes
ONE_NUMBER = 0.75  # of the cells: where so many hold one number, a matrix is as good as constant
EXACT = 1e-9
LARGEST = 1e100  # whose square is a number
PRODUCTS = ("matmul", "matmul_transposed", "linear", "add", "subtract")  # where 0 and 1 are numbers like others
COPIED = ("another-matrix", "another-matrix-transposed")
HandedIn: TypeAlias = tuple[StepReport, KeyMatrix, PrintedMatrix]
"""A step, what is due and what was written."""


def is_copy(values: Array, given: Array, right: Cells) -> bool:
    """Whether a given matrix is the key's, with mistakes, on its side or in another order.

    Cells that agree by chance are left out of the count (Cohen's κ, 1960): of zeros and ones half of them agree, and they
    are the same numbers in some order.
    """
    by_chance = float(np.mean([np.mean(values == number) for number in given.flat]))
    ordered = np.sort(values, axis=None), np.sort(given, axis=None)
    if by_chance < LIKE / 2 and values.shape == given.shape and np.allclose(*ordered):
        return True
    return bool(right.mean() - by_chance >= LIKE * (1.0 - by_chance)) or _same_lines(values, given)


def _same_lines(values: Array, given: Array) -> bool:
    """Whether the rows or the columns are the same in some order, as they stand or on their side."""
    known = sorted(map(tuple, given.tolist())), sorted(map(tuple, given.T.tolist()))
    return any(sorted(map(tuple, own.tolist())) in known for own in (values, values.T))


def is_attempt(values: Array, due: Array, report: StepReport) -> bool:
    """Whether a wrong step is an attempt: a slip with a name is one, with a perhaps only where it explains the whole step.

    A matrix that is nearly all one number is none, unless the right one is so, too.
    """
    if _is_named(report, perhaps=True):
        return True
    if values.shape != due.shape or np.isnan(values).all():
        return False
    return _commonest(values) < ONE_NUMBER or _commonest(due) >= ONE_NUMBER or values.size < 2


def is_explained(report: StepReport, givens: set[str]) -> bool:
    """Whether what is wrong in a step has a name; a copy of another step explains nothing, as that one may be wrong itself."""
    copies = [f.mistakes[0].details.get("other") for f in report.findings if f.names[0] in COPIED]
    return not report.count(Verdict.WRONG) and all(name in givens for name in copies)


def _is_named(report: StepReport, *, perhaps: bool = False) -> bool:
    slips = (f for f in report.findings if f.kind is Kind.SLIP and f.names[0] not in COPIED)
    return any(f.sure or (perhaps and f.extent is Extent.MATRIX) for f in slips)


def _commonest(values: Array) -> float:
    """The share of the commonest number."""
    known = values[~np.isnan(values)]
    return float(np.unique(known, return_counts=True)[1].max() / known.size) if known.size else 1.0


def _worked_out(state: State) -> bool:
    """Whether the right numbers of a matrix, which is more than one number, were used and not handed in."""
    return state.unseen and not state.off and bool(np.ptp(state.due.values) > 0)


class Grounds:
    """What the steps of a sheet rest on, by their places in the key; ``reports`` are of what was handed in."""

    def __init__(self, states: Sequence[State], reports: Mapping[int, StepReport]) -> None:
        self.states = states
        givens = {state.due.name for state in states if state.due.given}
        off = {s.due.index for s in states if (s.foreign if s.due.given else s.off)}
        nameless = {n for n, report in reports.items() if not (report.given or is_explained(report, givens))}
        # some are right all the same: the norm of two numbers is 1 and −1 whatever goes in
        self.wrong = self._led_to(off)
        self.unexplained = self._led_to(nameless)
        # what needs right numbers that were not handed in
        self.telling = {s.due.index for s in states if any(map(_worked_out, (states[n] for n in s.due.of or ())))}
        self.right = self._right(reports)  # right, and all before it

    def _led_to(self, starts: set[int]) -> set[int]:
        """The steps that are made of these, or of what is made of them."""
        found: set[int] = set()
        for state in self.states:
            if not (starts | found).isdisjoint(state.due.of or ()):
                found.add(state.due.index)
        return found

    def _right(self, reports: Mapping[int, StepReport]) -> set[int]:
        found: set[int] = set()
        for state in self.states:
            report = reports.get(state.due.index)
            own = not state.foreign if state.due.given else report is not None and report.verdict is Verdict.RIGHT
            if own and found.issuperset(state.due.of or ()):
                found.add(state.due.index)
        return found

    def _first(self, index: int) -> set[int]:
        """Of a step and those before it, the ones made of given matrices alone."""
        found: set[int] = set()
        reached, waiting = {index}, [index]
        while waiting:
            last = waiting.pop()
            before = {n for n in self.states[last].due.of or () if not self.states[n].due.given}
            if not before:
                found.add(last)
            waiting += before - reached
            reached |= before
        return found

    def made_of_right(self, due: KeyMatrix) -> bool:
        """Whether all the first steps before it are right, and one of them is more than one number throughout."""
        first = self._first(due.index)
        return first <= self.right and any(np.ptp(self.states[n].due.values) > 0 for n in first)


class Sheet:
    """The steps that were handed in, and the chance that a blind writer would have had so many of their cells right.

    After a wrong step, cells that are right are no evidence of work, and cells that follow are. Where what is wrong has no
    name, these are evidence only in a step that needs right numbers which were not handed in, and named slips are none.
    """

    def __init__(self, steps: Sequence[HandedIn], grounds: Grounds) -> None:
        self.grounds = grounds
        self.usual = int(np.median([printed.decimals for _, _, printed in steps])) if steps else 0
        self.worked = False
        self.chances: dict[int, float] = {}  # of all steps where it is not worked
        for n, (report, due, printed) in enumerate(steps, start=1):
            self.chances[id(report)] = self._chance(report, due, printed)
            told = [chance for chance in self.chances.values() if chance < 1.0]
            self.worked = _joined(told, len(told) + len(steps) - n) < BLIND
            if self.worked:
                break  # whatever the others are

    def _chance(self, report: StepReport, due: KeyMatrix, printed: PrintedMatrix) -> float:
        if due.index in self.grounds.unexplained - self.grounds.telling:
            return 1.0
        if _is_named(report) and due.index not in self.grounds.unexplained:
            return NAMED
        return _chance(report, due, printed, wrong_before=due.index in self.grounds.wrong)

    def counts(self, report: StepReport, due: KeyMatrix, printed: PrintedMatrix) -> bool:
        """Whether the right cells of a step count though the sheet shows no work: it is exact, no chance, or right as all before it."""
        exact = bool((np.abs(printed.values - due.values) <= EXACT)[printed.finite].all()) and not printed.blank.any()
        exact = exact and report.verdict is Verdict.RIGHT and due.index not in self.grounds.wrong
        return exact or due.index in self.grounds.right or self.chances[id(report)] < ALONE

    def says_nothing(self, due: KeyMatrix, printed: PrintedMatrix) -> bool:
        """Whether one number throughout was typed where it is due only because so few decimals were."""
        constant = printed.values.size > 1 and bool((printed.values == printed.values.flat[0]).all())
        if not constant or printed.decimals >= self.usual:
            return False
        finer = np.round(due.values, min(self.usual, 12))
        return bool((finer != finer.flat[0]).any())


def _joined(chances: list[float], count: int) -> float:
    """Fisher's method: the chance that so many independent chances have so small a product; those not named are 1."""
    total = -sum(map(log, chances))
    term, tail = 1.0, 0.0
    for n in range(count):
        tail += term
        term *= total / (n + 1)
    return tail * exp(-total) if chances else 1.0


def _chance(report: StepReport, due: KeyMatrix, printed: PrintedMatrix, *, wrong_before: bool) -> float:
    """The chance that a blind writer has so many cells of a step right, or so much like the right ones; 1 where it says nothing.

    Where steps before it are wrong, that so many other cells follow from them.
    """
    finite = due.values[np.isfinite(due.values)]
    spread = float(np.ptp(finite)) if finite.size else 0.0
    if spread == 0.0:
        return 1.0
    unit = apart(printed, due.values)
    told, obvious = np.isfinite(due.values) & ~printed.blank, _obvious(due, unit)
    ways = [printed.fits(way) for way in (due.values, due.unrounded, due.exact) if way is not None]
    hits: Cells = np.any([*ways, report.cells == int(Verdict.RIGHT)], axis=0)
    if wrong_before:
        told, hits = told & ~hits, report.cells == int(Verdict.FOLLOWS)
    place = float(np.median(unit[told])) if told.any() else 1.0
    guessed = place / (spread + place)
    if _is_bound(due):
        told &= ~obvious
        guessed = max(guessed, _alike(due.values[told], place))
    else:
        guessed = max(guessed, _by_chance(printed.values[told], due.values[told], place))
    chance = _binomial(int(hits[told].sum()), int(told.sum()), guessed)
    if wrong_before or report.count(Verdict.FOLLOWS) or due.op is None or due.op.name.startswith("softmax"):
        return chance
    likeness = _likeness(printed.values, due.values, place)
    return chance if likeness == 1.0 else min(1.0, 2 * min(chance, likeness))


def _by_chance(values: Array, due: Array, place: float) -> float:
    """The share of the cells that would agree if what is written stood in other places.

    What has the right numbers, but not where, is blind.
    """
    if due.size < 2:
        return 0.0
    own, right = np.rint(values / place), np.rint(due / place)
    times = [
        dict(zip(*map(np.ndarray.tolist, np.unique(all_, return_counts=True)), strict=True)) for all_ in (own, right)
    ]
    pairs = sum(count * times[1].get(number, 0) for number, count in times[0].items())
    return float((pairs - (own == right).sum()) / (due.size**2 - due.size))


def _is_bound(due: KeyMatrix) -> bool:
    """Whether a rule makes 0, 1 and −1 of most numbers: a mask and a softmax do, a norm of two numbers and a ReLU."""
    return due.op is None or due.op.name not in PRODUCTS


def _obvious(due: KeyMatrix, unit: Array) -> Cells:
    """Cells that a blind writer may have right: 0, 1 and −1, and the equal shares of a softmax."""
    guesses = [0.0, 1.0, -1.0]
    if due.op is not None and due.op.name.startswith("softmax"):
        guesses += [1 / n for n in range(2, due.values.shape[1] + 1)]
    with np.errstate(invalid="ignore"):
        near: Cells = np.any([np.abs(due.values - guess) <= 0.5 * unit for guess in guesses], axis=0)
    return near


def _alike(values: Array, place: float) -> float:
    """The share of the other cells that are printed alike, for the commonest number."""
    if values.size < 2:
        return 0.0
    return float((np.unique(np.rint(values / place), return_counts=True)[1].max() - 1) / (values.size - 1))


def _binomial(hits: int, count: int, p: float) -> float:
    """The chance of so many hits or more, of so many just half: what joins to others has no steps (Lancaster 1949)."""
    if hits == 0 or p >= 1.0:
        return 1.0
    if count > 400:  # a normal deviate, where the terms would overflow
        deviate = (hits - 0.5 - count * p) / sqrt(count * p * (1 - p))
        return max(0.5 * erfc(deviate / sqrt(2)), 1e-300)
    at = [comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(hits, count + 1)]
    return min(1.0, max(sum(at) - at[0] / 2, 1e-300))


def _likeness(values: Array, due: Array, place: float) -> float:
    """The chance that blind numbers correlate so closely with the right ones.

    Rows, or columns, are often alike, so it is counted as that of no more numbers than the longer line has. Of three
    numbers the angle between them is uniform; of more, Fisher's z is normal. Numbers with few places to stand in are
    alike more often.
    """
    axis = 0 if due.shape[0] >= due.shape[1] else 1
    known = due.shape[axis]
    by_chance: float = (place / (float(np.ptp(due)) + place)) ** (known - 1)
    if (
        known < 3
        or by_chance > ALONE
        or not (np.isfinite(values) & np.isfinite(due)).all()
        or np.abs(values).max() > LARGEST
    ):
        return 1.0
    own, right = (matrix - matrix.mean(axis=axis, keepdims=True) for matrix in (values, due))
    size = float(np.linalg.norm(own) * np.linalg.norm(right))
    r = min(max(float((own * right).sum()) / size if size > 0 else 0.0, 0.0), 0.999999)
    chance = acos(r) / pi if known == 3 else 0.5 * erfc(atanh(r) * sqrt(known - 3) / sqrt(2))
    return float(max(chance, by_chance))


# -- what of a whole sheet counts


def only_work_counts(states: Sequence[State], steps: Sequence[StepReport]) -> list[Note]:
    """Nothing counts that a blind writer would have as well; what is to be said of the whole."""
    by_name = {(step.stage, step.name): step for step in steps}
    reports = {s.due.index: by_name[s.due.stage, s.due.name] for s in states if (s.due.stage, s.due.name) in by_name}
    handed_in: list[HandedIn] = [
        (reports[state.due.index], state.due, state.printed)
        for state in states
        if not state.due.given and state.printed is not None and state.printed.shape == state.due.values.shape
    ]
    sheet = Sheet(handed_in, Grounds(states, reports))
    blind = [_strip(sheet, *one) for one in handed_in]
    foreign = tuple(state.due.name for state in states if state.due.given and state.foreign)
    if foreign:
        return [Note(Remark.FOREIGN, foreign)]
    return [Note(Remark.BLIND)] if any(blind) else []


def _strip(sheet: Sheet, report: StepReport, due: KeyMatrix, printed: PrintedMatrix) -> bool:
    """Call wrong what does not count of a step; True where that is so because nothing shows work."""
    wide = sheet.says_nothing(due, printed)
    counted = report.cells <= int(Verdict.CLOSE)
    if not wide and (sheet.worked or sheet.grounds.made_of_right(due)):
        return False
    if not wide and sheet.counts(report, due, printed):
        counted &= report.cells != int(Verdict.RIGHT)
    if counted.any():
        report.cells[counted] = int(Verdict.WRONG)
        kept = (one for one in report.notes if one.remark is not Remark.FOLLOWS)
        report.notes = [Note(Remark.TOO_WIDE if wide else Remark.NO_WORK), *kept]
    report.verdict = worst(report.cells)
    return bool(counted.any()) and not wide
