"""Which mistakes explain the wrong cells of a matrix: the fewest and likeliest that are not matches by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TypeAlias

import numpy as np

from tmat.marking.candidates import Candidate, Fit
from tmat.marking.findings import Cells, Certainty, Extent, Finding, Kind, Mistake, Sourced, cells_of
from tmat.marking.likelihood import (
    ENOUGH,
    ENOUGH_IN_ALL,
    MOST_CONTRADICTED,
    SURE,
    SURE_IN_ALL,
    Evidence,
    Score,
    cost_of,
    nearly_all,
)
from tmat.marking.printed import PrintedMatrix
from tmat.marking.single_cells import MOST_NAMED, SingleCells
from tmat.marking.states import Start
from tmat.operations.operation import Array

Tier: TypeAlias = Callable[[], Iterable[Candidate]]

FEW = 2  # wrong cells among which chance is real
ROUNDS = 6  # explanations of one matrix
NEAR = 2.0
"""Last places by which rounding on the way moves a number, where it was done in a way that is not tried."""
MOST_NEARLY = 3  # times as many cells agree as nearly do, or another mechanism that makes numbers like these may be it
TIE = 2.0
ONE_BY_ONE = 40  # wrong cells that are looked at one by one
ORIGINS = 2  # sets of numbers that single cells are made from, of each sort
BATCH = 1 << 20  # cells of the candidates looked at together
COPIED = "another-matrix"
LARGE = 1 << 12  # cells of a matrix in which chance hits some


class Explaining:
    """The search for what explains a matrix's wrong cells."""

    def __init__(
        self,
        printed: PrintedMatrix,
        due: Array,
        right: Cells,
        base: Cells | None = None,
        sources: Sourced = lambda _: (),
    ) -> None:
        self.printed, self.due, self.sources = printed, due, sources
        self.wrong: Cells = ~right & ~printed.blank
        self.few = int(self.wrong.sum()) <= FEW
        self.base = right if base is None else base  # right by one way of rounding alone
        self.fits: list[Fit] = []
        self.chosen: list[Candidate] = []  # behind the findings
        self._known: set[tuple[object, ...]] = set()
        self._tried = self._tier = 0
        self._agreeing = np.zeros(self.wrong.shape)  # how many candidates fit each cell
        self._alike: Counter[bytes] = Counter()  # how many fit the very same wrong cells

    def run(
        self,
        tiers: Sequence[Tier],
        starts: Sequence[Start],
        more: Iterable[Start] = (),
        room: Callable[[], Cells] | None = None,
    ) -> tuple[list[Finding], Cells]:
        """The findings, and the cells that none explains; tiers are tried in turn until all is explained.

        Single cells are made from the first ``starts``, and from those of them or of ``more`` that make all the right
        cells. ``room`` says which cells rounding alone could account for: those are not looked at one by one.
        """
        findings: list[Finding] = []
        left = self.wrong
        for tier in tiers:
            self._try(tier())
            self._tier += 1
            findings, left = self._cover()
            whole = self._tier > 1 or all(
                finding.extent is Extent.MATRIX for finding in findings
            )  # else other numbers may
            if not left.any() and not self.few and whole and all(finding.sure for finding in findings):
                return findings, left
        if left.any() and int(left.sum()) <= ONE_BY_ONE:
            loose = left & ~room() if room is not None else left
            if loose.any():
                alike = islice(filter(self._makes_the_right_cells, chain(starts, more)), ORIGINS)
                single = self._one_by_one(loose, [*starts[:ORIGINS], *alike], few=int(left.sum()) <= FEW)
                findings += single
                left = left.copy()
                for finding in single:
                    left[tuple(zip(*finding.cells, strict=True))] = False
        return findings, left

    # -- candidates

    def _try(self, found: Iterable[Candidate]) -> None:
        """Keep the candidates that fit wrong cells; they are compared with the printed numbers in batches."""
        cells, shape = max(self.wrong.size, 1), self.printed.shape
        batch: list[Candidate] = []
        for candidate in found:
            if candidate.values.shape == shape:
                batch.append(candidate)
            if len(batch) * cells >= BATCH:
                self._try_batch(batch)
                batch = []
        if batch:
            self._try_batch(batch)

    def _try_batch(self, batch: Sequence[Candidate]) -> None:
        with np.errstate(all="ignore"):
            stack = np.concatenate([candidate.values for candidate in batch]).reshape(len(batch), *self.printed.shape)
            fits = self.printed.fits(stack)
            near = ~fits & self._near(stack)
        hits = (fits & self.wrong).any(axis=(1, 2))
        self._tried += sum(not candidate.again for candidate in batch)
        large = self.wrong.size > LARGE
        for n in map(int, np.nonzero(hits)[0]):
            candidate, cells = batch[n], fits[n].copy()
            if candidate.again and not (cells | self.printed.blank).all():
                continue  # a part of the matrix may be right so rounded: only the whole of it tells a slip from that
            cost = cost_of(candidate.rare, candidate.among)
            if large:  # where chance alone hits some cells, only what may come to something is kept
                score = self.evidence.score(cells, near[n], cost)
                if score is None or score.worth < 0.0:
                    continue
            key = (candidate.mistake.label, candidate.mistake.tells, cells.tobytes())
            if key not in self._known:
                self._known.add(key)
                if not candidate.again:
                    self._agreeing += cells
                    self._alike[(cells & self.wrong).tobytes()] += 1
                self.fits.append(Fit(candidate, cells, near[n].copy(), cost, self._tier))

    def _near(self, values: Array) -> Cells:
        """Where numbers are so near to what is printed that rounding on the way could do it, and far from what is due."""
        if self.due.shape != self.printed.shape:
            return np.zeros(values.shape, dtype=bool)
        room = NEAR * self.printed.step()
        return np.asarray((np.abs(values - self.printed.values) <= room) & (np.abs(values - self.due) > 2 * room))

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence of a match before anything is explained."""
        return Evidence(self.printed, self.due, self.wrong)

    # -- the fewest that explain the most

    def _cover(self) -> tuple[list[Finding], Cells]:
        """Explain the wrong cells by the likeliest candidate, what is left by the next, and so on."""
        findings: list[Finding] = []
        chosen: list[Fit] = []
        left = self.wrong.copy()
        for _ in range(ROUNDS):
            if not left.any():
                break
            evidence = Evidence(self.printed, self.due, left, self._agreeing, self._tried)
            scored = self._scored(evidence, self.wrong & ~left)
            if not scored:
                break
            best, _ = max(scored, key=lambda pair: pair[0].worth)
            if not self._believed(best):
                break
            equal = [pair for pair in scored if _as_good(pair[0], best)]
            score, fit = _own_first(max(equal, key=lambda pair: (-pair[1].tier, pair[0].worth)), equal)
            findings.append(self._finding(score, fit, scored, few=self.few))
            chosen.append(fit)
            left = left & ~score.cells
        if not self.few and not self._enough(findings, chosen):
            return [], self.wrong
        self.chosen = [fit.candidate for fit in chosen]
        return _simpler_first(findings, chosen), left

    def _enough(self, findings: Sequence[Finding], chosen: Sequence[Fit]) -> bool:
        """Whether the first finding explains so much that what it leaves says nothing against it.

        What made the rest is not known, and may have made the whole: rules that are on no list agree with a listed one in
        some rows again and again. But where a row is right that the slip would have made wrong, the rows were not worked
        alike, and two of them or more stand for themselves if they are the most of what is wrong.
        """
        if not findings:
            return False
        first, fit = findings[0], chosen[0]
        explained = len(first.cells)
        left = int(self.wrong.sum()) - explained
        if first.extent is Extent.CELLS:
            nearly = int((fit.near & self.wrong).sum())
            explained, left = explained + nearly, left - nearly
        if nearly_all(explained, left):
            return True
        rows = len({i for i, _ in first.cells})
        not_alike = ~self.wrong.any(axis=1) & ~(fit.cells | self.printed.blank).all(axis=1)
        by_rows = first.extent is Extent.ROWS and first.kind is not Kind.CLOSE  # one rounds throughout
        return by_rows and rows > 1 and explained > left and bool(not_alike.any())

    def _scored(self, evidence: Evidence, done: Cells) -> list[tuple[Score, Fit]]:
        """The score of each candidate for the cells that are left; explained cells count as fitting."""
        return [
            (score, fit)
            for fit in self.fits
            if (
                score := evidence.score(
                    fit.cells | done, fit.near, fit.cost, self._alike[(fit.cells & self.wrong).tobytes()] - 1
                )
            )
            is not None
        ]

    def _believed(self, score: Score) -> bool:
        """Whether a match is worth naming."""
        if self.few:  # single cells are weighed with the slips of single cells
            return score.worth >= ENOUGH_IN_ALL and score.extent is Extent.MATRIX
        return score.worth >= (ENOUGH_IN_ALL if score.extent is Extent.MATRIX else ENOUGH)

    def _finding(self, score: Score, fit: Fit, scored: Sequence[tuple[Score, Fit]], *, few: bool) -> Finding:
        first = fit.candidate
        whole = score.extent is Extent.MATRIX and bool((score.cells == self.wrong).all())
        cells = (fit.cells & ~self.base & ~self.printed.blank) if whole else score.cells
        nearly = int((fit.near & self.wrong).sum()) if score.extent is Extent.CELLS else 0
        agrees = MOST_NEARLY * nearly <= int(score.cells.sum())
        sure = not few and agrees and score.worth >= (SURE_IN_ALL if score.extent is Extent.MATRIX else SURE)
        return Finding(
            first.kind,
            (first.mistake, *_rivals(first, score, scored)),
            cells_of(cells),
            Certainty.SURE if sure else Certainty.PERHAPS,
            score.extent,
            self.sources(first.numbers),
        )

    # -- single cells

    def _makes_the_right_cells(self, start: Start) -> bool:
        values = start.step()
        return values.shape == self.wrong.shape and bool(
            (self.printed.fits(values) | self.wrong | self.printed.blank).all()
        )

    def _one_by_one(self, left: Cells, starts: Sequence[Start], *, few: bool) -> list[Finding]:
        """Mistakes in single cells: among few cells the likeliest, among many those that come again and again."""
        count = int(left.sum())
        strange = count if few else int(MOST_CONTRADICTED * count)
        cells = SingleCells.of(self.printed, self.due, left, starts, self.fits, self.sources, strange)
        together = self._together(left, cells) if few else None
        if together is not None:
            return [together]
        found = cells.likeliest() if few else cells.repeated()
        explained = sum(len(finding.cells) for finding in found)
        if not few and not nearly_all(explained, count - explained):
            return []
        self.chosen += cells.chosen
        return found

    def _together(self, left: Cells, cells: SingleCells) -> Finding | None:
        """One explanation of both cells, where it says more than one for each."""
        if len(cells.by_cell) < 2:
            return None
        scored = [pair for pair in self._scored(cells.evidence, self.wrong & ~left) if (pair[0].cells == left).all()]
        if not scored:
            return None
        score, fit = max(scored, key=lambda pair: pair[0].worth)
        return self._finding(score, fit, scored, few=True) if score.worth > max(cells.worth, ENOUGH_IN_ALL) else None


def _as_good(one: Score, other: Score) -> bool:
    """Whether one explains the same cells about as well as the other."""
    return one.worth >= other.worth - TIE and np.array_equal(one.cells, other.cells)


def _own_first(best: tuple[Score, Fit], equal: Sequence[tuple[Score, Fit]]) -> tuple[Score, Fit]:
    """The best; where it is a copy, a slip of the step itself that makes the very same numbers says it better."""
    copy = best[1].candidate
    own = (pair for pair in equal if pair[1].candidate.mistake.label != COPIED and _same(pair[1].candidate, copy))
    return next(own, best) if copy.mistake.label == COPIED else best


def _same(one: Candidate, other: Candidate) -> bool:
    return np.array_equal(one.values, other.values, equal_nan=True)


def _rivals(first: Candidate, score: Score, scored: Sequence[tuple[Score, Fit]]) -> list[Mistake]:
    """The mistakes that explain the same cells about as well as the first, the likeliest first."""
    rivals: list[Mistake] = []
    equal = [pair for pair in scored if _as_good(pair[0], score)]
    for _, rival in sorted(equal, key=lambda pair: -pair[0].worth):
        candidate, mistake = rival.candidate, rival.candidate.mistake
        named = [first.mistake, *rivals]
        if any(mistake.label == known.label or mistake.tells == known.tells for known in named):
            continue
        if COPIED in (mistake.label, first.mistake.label) and _same(candidate, first):
            continue  # two words for it
        if len(named) < MOST_NAMED and (len(mistake.parts) == 1 or len(first.mistake.parts) > 1):
            rivals.append(mistake)
    return rivals


def _simpler_first(findings: list[Finding], chosen: Sequence[Fit]) -> list[Finding]:
    """Where a slip and the same slip together with another are both found, each cell has the simpler one."""
    for double in findings:
        parts = double.mistakes[0].parts
        for simple, fit in zip(findings, chosen, strict=True):
            if len(parts) > 1 and simple.names[0] in parts:
                moved = tuple(cell for cell in double.cells if fit.cells[cell])
                simple.cells = tuple(sorted({*simple.cells, *moved}))
                double.cells = tuple(cell for cell in double.cells if cell not in moved)
    kept = [finding for finding in findings if finding.cells or len(finding.mistakes[0].parts) == 1]
    return sorted(kept, key=lambda finding: len(finding.mistakes[0].parts) > 1) if len(kept) > 1 else kept
