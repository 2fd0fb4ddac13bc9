"""Mistakes in single cells: a sign, a decimal point, one product of a sum; and the candidates that happen to fit there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

import numpy as np

from tmat.marking.candidates import Candidate, Fit, Make, OtherMatrices
from tmat.marking.findings import Cell, Cells, Certainty, Finding, Kind, Mistake, Numbers, Sourced, cells_of
from tmat.marking.likelihood import CONTRADICTED, ENOUGH, Evidence, choose, cost_of, nearly_all
from tmat.marking.printed import PrintedMatrix
from tmat.marking.states import Start
from tmat.operations.operation import Array
from tmat.operations.slips import Redo
from tmat.operations.slips.cells import TO_ONE, CellSlip, cell_slips

MOST_NAMED = 3  # mistakes that one finding names


LEAST = log(4)
"""Worth of a mistake in one cell that is named with a perhaps.

Of 3,000 sheets with one invented number 15 had a mistake of so much by chance.
"""


SURE_OF_ONE = 4.0
"""Worth of a mistake in one cell that is named surely.

Of 4,534 invented numbers 72 had a mistake of worth 0 or more by chance, and about e times fewer for each unit more: 2 of
worth 4, which is less than one in a thousand; 3.5 would be as many as that.
"""


PLAIN = 10.0
"""A number that came about otherwise is 0, 1 or −1 about once in so many."""


ELSEWHERE = 100.0
"""Rules that are not on the list bring a number of the matrix to another cell about once in so many; to one cell alone a tenth as often."""


class OfCell(NamedTuple):
    """A mistake that yields the number of one cell, and its log-likelihood."""

    worth: float
    mistake: Mistake
    among: int
    rare: int
    numbers: Numbers
    make: Make | None  # makes it again, from other numbers
    against: int = 0  # other cells of which it speaks too, and wrongly

    @property
    def sort(self) -> tuple[object, ...]:
        """What is equal where it is the same mistake in two cells: what was done to the whole matrix is done in one way."""
        return (self.mistake.label, self.mistake.tells if self.against else ())


@dataclass(slots=True, eq=False)
class SingleCells:
    """The cells of a matrix that are looked at one by one, and the mistakes that make each, by worth."""

    evidence: Evidence
    sources: Sourced
    by_cell: Mapping[Cell, Sequence[OfCell]]
    telling: Mapping[Cell, float]  # −ln of the chance that another number would stand in each cell
    chosen: list[Candidate] = field(default_factory=list)  # behind the findings

    @classmethod
    def of(
        cls,
        printed: PrintedMatrix,
        due: Array,
        left: Cells,
        starts: Sequence[Start],
        fits: Sequence[Fit],
        sources: Sourced,
        strange: int,
    ) -> SingleCells:
        """Every mistake that makes one of the cells that are left; none is looked for once more than ``strange`` have none."""
        evidence = Evidence(printed, due, left)
        found: dict[Cell, list[OfCell]] = {}
        telling: dict[Cell, float] = {}
        for cell in cells_of(left):
            near = telling[cell] = min(
                float(evidence.near[cell]), _unusual(printed, due, cell, ELSEWHERE * (10 if left.sum() == 1 else 1))
            )
            mistakes = [*_of_slips(printed, due, cell, starts, near), *_of_fits(printed, cell, fits, near)]
            best: dict[str, OfCell] = {}  # one of a name
            for one in mistakes:
                name = one.mistake.label
                if name not in best or one.worth > best[name].worth:
                    best[name] = one
            found[cell] = sorted(best.values(), key=lambda one: -one.worth)
            strange -= not best
            if strange < 0:
                return cls(evidence, sources, {}, {})
        return cls(evidence, sources, found, telling)

    @property
    def worth(self) -> float:
        """The summed worth of the likeliest mistake of each cell."""
        return sum(found[0].worth if found else 0.0 for found in self.by_cell.values())

    def likeliest(self) -> list[Finding]:
        """The likeliest mistakes of each cell; cells with the same ones are one finding.

        A cell that has none was wrong in a way that is not on the list, which the others may be as well.
        """
        joined: dict[tuple[object, ...], Finding] = {}
        strange = sum(not found or found[0].worth <= LEAST for found in self.by_cell.values())
        for cell, found in self.by_cell.items():
            near = [one for one in found if one.worth > LEAST + CONTRADICTED * strange][:MOST_NAMED]
            if near:
                sure = _is_sure(found)
                near = near[:1] if sure else near
                certainty = Certainty.SURE if sure else Certainty.PERHAPS
                same = tuple((one.mistake.label, one.mistake.tells, sure) for one in near)
                joined.setdefault(same, self._finding(near, certainty)).cells += (cell,)
        return list(joined.values())

    def repeated(self) -> list[Finding]:
        """The same mistake in several cells, where it is too often to be chance."""
        findings: list[Finding] = []
        done: set[Cell] = set()
        for sort in dict.fromkeys(one.sort for found in self.by_cell.values() for one in found):
            cells = {
                cell: one
                for cell, found in self.by_cell.items()
                for one in found
                if one.sort == sort and cell not in done
            }
            if not all(nearly_all(len(cells), one.against) for one in cells.values()):
                continue
            if cells and self._worth_together(cells) >= ENOUGH + 2.0:
                first = next(iter(cells.values()))
                findings.append(self._finding([first], Certainty.SURE, tuple(cells)))
                done.update(cells)
        return findings

    def _finding(self, found: Sequence[OfCell], certainty: Certainty, cells: tuple[Cell, ...] = ()) -> Finding:
        mistakes = tuple(one.mistake for one in found)
        first = found[0]
        self.chosen.append(
            Candidate(np.empty((0, 0)), first.mistake, first.rare, first.among, numbers=first.numbers, make=first.make)
        )
        return Finding(Kind.SLIP, mistakes, cells, certainty, made_from=self.sources(found[0].numbers))

    def _worth_together(self, cells: Mapping[Cell, OfCell]) -> float:
        evidence = self.evidence
        worth = sum(self.telling[cell] * float(evidence.share[cell]) for cell in cells)
        worth -= sum(float(np.log(one.among)) for one in cells.values())
        return worth - choose(len(self.by_cell), len(cells)) - cost_of(next(iter(cells.values())).rare)


def _unusual(printed: PrintedMatrix, due: Array, cell: Cell, elsewhere: float) -> float:
    """−ln of how usual a number is: 0, 1 and −1 come about in many ways, and so does one that another cell holds."""
    value = float(printed.values[cell])
    usual = [log(PLAIN)] if value in (0.0, 1.0, -1.0) else []
    if due.shape == printed.shape:
        same = (np.abs(due - value) <= 0.5 * float(printed.unit[cell])) | (due == value)  # −∞ as well
        times = int(same.sum())
        usual += [log(due.size / times) if times > 1 else log(elsewhere)] if times else []
    return min(usual, default=float("inf"))


def _is_sure(found: Sequence[OfCell]) -> bool:
    """Whether the first mistake beats chance and every other one by so much."""
    others = max((one.worth for one in found[1:]), default=0.0)
    return found[0].worth - max(others, 0.0) >= SURE_OF_ONE


def _of_slips(printed: PrintedMatrix, due: Array, cell: Cell, starts: Sequence[Start], near: float) -> list[OfCell]:
    """The slips of a single cell that would be printed as it is."""
    made: list[tuple[CellSlip, Start]] = []
    for n, start in enumerate(starts):
        right = due if n == 0 else start.step()
        if right.shape == printed.shape:
            made += [(slip, start) for slip in cell_slips(start.step, right, *cell, _decimals(printed, cell))]
    fits = printed.fits_cell(cell, np.array([slip.value for slip, _ in made]))

    def make(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        right = step()
        for slip in cell_slips(step, right, *cell, _decimals(printed, cell)):
            values = np.full(right.shape, np.nan)
            values[cell] = slip.value
            yield Candidate(values, _mistake(slip, step), slip.rare, slip.among)

    return [
        OfCell(near - _cost(slip), _mistake(slip, start.step), slip.among, slip.rare, start.numbers, make)
        for (slip, start), fit in zip(made, fits, strict=True)
        if fit
    ]


def _cost(slip: CellSlip) -> float:
    """The prior cost of a slip; a share which makes its row sum to 1 is likelier than not: few other errors are so small."""
    return -LEAST if slip.name == TO_ONE else cost_of(slip.rare, slip.among)


def _of_fits(printed: PrintedMatrix, cell: Cell, fits: Sequence[Fit], near: float) -> list[OfCell]:
    """The candidates that fit the cell; the more cells of the matrix they miss, the less each says."""
    found = []
    for fit in fits:
        if fit.cells[cell]:
            candidate = fit.candidate
            against = int((~fit.cells & ~printed.blank).sum())
            among = candidate.among * max(against, 1)
            worth = near - cost_of(candidate.rare, among) - CONTRADICTED  # it speaks for more cells
            found.append(
                OfCell(worth, candidate.mistake, among, candidate.rare, candidate.numbers, candidate.make, against)
            )
    return found


def _mistake(slip: CellSlip, step: Redo) -> Mistake:
    return Mistake(slip.name, slip.said, slip.mend, step.result, step.names, step.params, slip.details)


def _decimals(printed: PrintedMatrix, cell: Cell) -> int:
    """The decimals that a cell shows, at least those of its matrix."""
    unit = float(printed.unit[cell])
    return max(printed.decimals, round(-np.log10(unit)) if unit > 0 else 0)
