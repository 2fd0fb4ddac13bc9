"""Which slips explain the wrong cells: the fewest and likeliest that chance would not have brought about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tmat.marking.candidates import Candidate
from tmat.marking.likelihood import ENOUGH, HARDLY, IN_LINES, SURE, Evidence, Score, choose, cost_of
from tmat.marking.printed import Cells, Printed
from tmat.marking.verdicts import Finding
from tmat.operations.operation import Array
from tmat.operations.slips import Redo
from tmat.operations.slips.cells import CellSlip, cell_slips

Tier = Callable[[], Iterable[Candidate]]

FEW = 2  # wrong cells among which chance is real
MOST_NAMED = 3
ROUNDS = 6  # explanations of one matrix
TIE = 2.0
ONE_BY_ONE = 40  # wrong cells that are looked at one by one
BATCH = 1 << 20  # cells of the candidates looked at together
LARGE = 1 << 12  # cells of a matrix in which chance hits some


@dataclass(slots=True, eq=False)
class _Held:
    """A candidate and where it fits."""

    candidate: Candidate
    fits: Cells
    cost: float


class Explaining:
    """The search for what explains a matrix's wrong cells."""

    def __init__(self, printed: Printed, due: Array, right: Cells, base: Cells | None = None) -> None:
        self.printed, self.due = printed, due
        self.wrong: Cells = ~right & ~printed.blank
        self.base = right if base is None else base  # right by one way of rounding alone
        self.held: list[_Held] = []
        self._known: set[tuple[str, bytes]] = set()

    def run(
        self, tiers: Sequence[Tier], steps: Sequence[Redo], room: Callable[[], Cells] | None = None
    ) -> tuple[list[Finding], Cells]:
        """The findings, and the cells that none explains; tiers are tried in turn until all is explained.

        ``room`` says which cells rounding alone could account for: those are not looked at one by one.
        """
        findings: list[Finding] = []
        left = self.wrong
        few = int(self.wrong.sum()) <= FEW
        for tier in tiers:
            self._hold(tier())
            findings, left = self._cover()
            if not left.any() and not few and all(finding.sure for finding in findings):
                return findings, left
        if left.any() and int(left.sum()) <= ONE_BY_ONE:
            loose = left & ~room() if room is not None else left
            if loose.any():
                more, unexplained = self._one_by_one(loose, steps, few=int(left.sum()) <= FEW)
                findings += more
                left = unexplained | (left & ~loose)
        return findings, left

    # -- candidates

    def _hold(self, found: Iterable[Candidate]) -> None:
        """Keep the candidates that fit wrong cells, looked at by the batch."""
        cells = max(self.wrong.size, 1)
        batch: list[Candidate] = []
        for candidate in found:
            if candidate.values.shape == self.printed.shape:
                batch.append(candidate)
            if len(batch) * cells >= BATCH:
                self._hold_batch(batch)
                batch = []
        if batch:
            self._hold_batch(batch)

    def _hold_batch(self, batch: Sequence[Candidate]) -> None:
        with np.errstate(all="ignore"):
            fits = self.printed.fits(np.stack([candidate.values for candidate in batch]))
        hits = (fits & self.wrong).any(axis=(1, 2))
        large = self.wrong.size > LARGE
        for n in map(int, np.nonzero(hits)[0]):
            candidate, own = batch[n], fits[n].copy()
            cost = cost_of(candidate.rare, candidate.among)
            if large:  # where chance alone hits some cells, only what may come to something is kept
                score = self.evidence.score(own, cost)
                if score is None or score.worth < 0.0:
                    continue
            key = (f"{candidate.name}: {candidate.said}", own.tobytes())
            if key not in self._known:
                self._known.add(key)
                self.held.append(_Held(candidate, own, cost))

    @cached_property
    def evidence(self) -> Evidence:
        """What a match says before anything is explained."""
        return Evidence(self.printed, self.due, self.wrong)

    # -- the fewest that explain the most

    def _cover(self) -> tuple[list[Finding], Cells]:
        findings: list[Finding] = []
        chosen: list[_Held] = []
        left = self.wrong.copy()
        for _ in range(ROUNDS):
            if not left.any():
                break
            evidence = Evidence(self.printed, self.due, left)
            scored = [
                (score, held)
                for held in self.held
                if (score := evidence.score(held.fits | (self.wrong & ~left), held.cost)) is not None
            ]
            if not scored:
                break
            best = max(scored, key=lambda pair: pair[0].worth)
            few = int(self.wrong.sum()) <= FEW
            if best[0].worth < (0.0 if few else ENOUGH):
                break
            if not few and best[0].near < (HARDLY if best[0].whole else IN_LINES if best[0].lines else ENOUGH):
                break  # what is a little off is hit too often
            if few and not best[0].whole:
                break  # single cells are weighed with the slips of single cells
            findings.append(self._finding(best[0], best[1], scored, few=few))
            chosen.append(best[1])
            left = left & ~best[0].cells
        return _simpler_first(findings, chosen), left

    def _finding(self, score: Score, held: _Held, scored: Sequence[tuple[Score, _Held]], *, few: bool) -> Finding:
        first = held.candidate
        names, said = [first.name], [first.said]
        equal = sorted(
            (
                (other, rival)
                for other, rival in scored
                if other.worth >= score.worth - TIE and np.array_equal(other.cells, score.cells)
            ),
            key=lambda pair: -pair[0].worth,
        )
        for _, rival in equal:
            candidate = rival.candidate
            known = candidate.name in names or candidate.said in said
            if candidate.name == "another-matrix" and np.array_equal(candidate.values, first.values, equal_nan=True):
                continue  # the step's own slip says it better
            if len(names) < MOST_NAMED and not known and ("+" not in candidate.name or "+" in first.name):
                names.append(candidate.name)
                said.append(candidate.said)
        whole = score.whole and bool((score.cells == self.wrong).all())
        cells = (held.fits & ~self.base & ~self.printed.blank) if whole else score.cells
        sure = not few and score.near >= SURE
        places = tuple((int(i), int(j)) for i, j in np.argwhere(cells))
        text = ", or ".join(said)
        return Finding(
            first.kind, tuple(names), text if sure else f"perhaps {text}", first.mend, places, sure, score.whole
        )

    # -- single cells

    def _one_by_one(self, left: Cells, steps: Sequence[Redo], *, few: bool) -> tuple[list[Finding], Cells]:
        evidence = Evidence(self.printed, self.due, left)
        places = [(int(i), int(j)) for i, j in np.argwhere(left)]
        by_cell = {place: self._of_cell(place, steps, evidence) for place in places}
        left = left.copy()
        if few:
            together = self._together(left, evidence, by_cell)
            if together is not None:
                return [together], left & False
            findings = []
            for place, found in by_cell.items():
                near = [pair for pair in found if pair[0] > 0][:MOST_NAMED]
                if near:
                    findings.append(self._perhaps(place, near))
                    left[place] = False
            return _joined(findings), left
        return self._groups(by_cell, evidence, left)

    def _together(
        self, left: Cells, evidence: Evidence, by_cell: dict[tuple[int, int], list[tuple[float, CellSlip]]]
    ) -> Finding | None:
        """One explanation of both cells, where it says more than one for each."""
        if len(by_cell) < 2:
            return None
        done = self.wrong & ~left
        scored = [
            (score, held)
            for held in self.held
            if (score := evidence.score(held.fits | done, held.cost)) is not None and (score.cells == left).all()
        ]
        if not scored:
            return None
        best = max(scored, key=lambda pair: pair[0].worth)
        apart = sum(found[0][0] if found else 0.0 for found in by_cell.values())
        return self._finding(*best, scored, few=True) if best[0].worth > max(apart, 0.0) else None

    def _of_cell(
        self, place: tuple[int, int], steps: Sequence[Redo], evidence: Evidence
    ) -> list[tuple[float, CellSlip]]:
        """The slips that make this cell's number, by worth, one of a name."""
        i, j = place
        far = float(evidence.far[place])
        best: dict[str, tuple[float, CellSlip]] = {}
        found: list[CellSlip] = []
        for n, step in enumerate(steps[:2]):
            right = self.due if n == 0 else step()
            if right.shape == self.printed.shape:
                found += cell_slips(step, right, i, j, self._decimals(place))
        for held in self.held:
            if held.fits[place]:
                c = held.candidate
                among = max(int((~held.fits & ~self.printed.blank).sum()), 1)
                found.append(CellSlip(c.name, float("nan"), c.said, c.mend, c.among * among, c.rare))
        fits = self.printed.fits_cell(place, np.array([slip.value for slip in found]))
        for slip, fit in zip(found, fits, strict=True):
            if fit or np.isnan(slip.value):
                worth = far - cost_of(slip.rare, slip.among)
                if slip.name not in best or worth > best[slip.name][0]:
                    best[slip.name] = (worth, slip)
        return sorted(best.values(), key=lambda pair: -pair[0])

    def _decimals(self, place: tuple[int, int]) -> int:
        """The decimals that a cell shows, at least those of its matrix."""
        unit = float(self.printed.unit[place])
        return max(self.printed.decimals, round(-np.log10(unit)) if unit > 0 else 0)

    def _perhaps(self, place: tuple[int, int], near: Sequence[tuple[float, CellSlip]]) -> Finding:
        slips = [slip for _, slip in near]
        text = ", or ".join(slip.said for slip in slips)
        return Finding("slip", tuple(slip.name for slip in slips), f"perhaps {text}", slips[0].mend, (place,), False)

    def _groups(
        self, by_cell: dict[tuple[int, int], list[tuple[float, CellSlip]]], evidence: Evidence, left: Cells
    ) -> tuple[list[Finding], Cells]:
        """The same slip in several cells, where it is too often to be chance."""
        findings: list[Finding] = []
        names = dict.fromkeys(slip.name for found in by_cell.values() for _, slip in found)
        for name in names:
            cells = {
                place: pair
                for place, found in by_cell.items()
                for pair in found
                if pair[1].name == name and left[place]
            }
            if not cells:
                continue
            worth = sum(float(min(evidence.far[p], evidence.near[p]) * evidence.share[p]) for p in cells)
            worth -= sum(float(np.log(pair[1].among)) for pair in cells.values())
            worth -= choose(len(by_cell), len(cells)) + cost_of(next(iter(cells.values()))[1].rare)
            if worth < ENOUGH + 2.0:
                continue
            slip = next(iter(cells.values()))[1]
            findings.append(Finding("slip", (name,), slip.said, slip.mend, tuple(cells), True))
            for place in cells:
                left[place] = False
        return findings, left


def _simpler_first(findings: list[Finding], chosen: Sequence[_Held]) -> list[Finding]:
    """Where a slip and the same slip together with another are both found, each cell has the simpler one."""
    for double in findings:
        parts = double.names[0].split("+")
        for simple, held in zip(findings, chosen, strict=True):
            if len(parts) > 1 and simple.names[0] in parts:
                moved = tuple(cell for cell in double.cells if held.fits[cell])
                simple.cells = tuple(sorted({*simple.cells, *moved}))
                double.cells = tuple(cell for cell in double.cells if cell not in moved)
    kept = [finding for finding in findings if finding.cells or len(finding.names[0].split("+")) == 1]
    return sorted(kept, key=lambda finding: "+" in finding.names[0]) if len(kept) > 1 else kept


def _joined(findings: list[Finding]) -> list[Finding]:
    """Two cells with one and the same explanation are one finding."""
    joined: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        known = joined.setdefault((*finding.names, finding.sentence), finding)
        if known is not finding:
            known.cells += finding.cells
    return list(joined.values())
