"""How much a match says: what chance could have done, and what an explanation costs.

A wrong number that chance put there lies anywhere between the smallest and the largest of its matrix: to hit
one printed number has the odds of one last place in that range. An explanation is believed when the
numbers that it gets right are worth more than the explanations that were tried, and than choosing the
cells that it holds for. All in natural logarithms.

A number that is only a little wrong is worth less (``near``): rounding, or a mistake of about that
size, would often hit it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log

import numpy as np

from tmat.marking.findings import Cells
from tmat.marking.printed import PrintedMatrix
from tmat.operations.operation import Array

RARITY = (1.0, 2.5, 4.0, 5.5, 7.0)
ENOUGH = 8.0  # e⁻⁸: once in 3,000
SURE = 5.0
HARDLY = 2.0  # below this, numbers a little off would hit too often to name it at all
IN_LINES = 5.0  # the same for lines, of which there are several; for single cells it takes ENOUGH


def choose(n: int, k: int) -> float:
    """ln of the ways to choose k of n.

    >>> round(choose(4, 2), 4)
    1.7918
    """
    if not 0 < k < n:
        return 0.0
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@dataclass(frozen=True, slots=True)
class Score:
    """What an explanation is worth for the cells it holds for."""

    cells: Cells
    worth: float  # against numbers anywhere in the range
    near: float  # against numbers a little off
    whole: bool
    lines: bool = False  # for whole rows or columns


class Evidence:
    """The wrong cells of a matrix and what a match on each of them says."""

    def __init__(self, printed: PrintedMatrix, due: Array, wrong: Cells) -> None:
        self.printed, self.wrong = printed, wrong
        self.count = int(wrong.sum())
        known = np.concatenate([printed.values[printed.finite], due[np.isfinite(due)]])
        spread = float(np.ptp(known)) if known.size else 1.0
        unit = printed.step()
        with np.errstate(all="ignore"):
            off = np.abs(printed.values - due) / unit if due.shape == printed.shape else np.full(unit.shape, np.inf)
        off = np.where(np.isfinite(off), off, spread / unit)
        span = np.maximum(spread / unit, 2.0)
        self.far = np.log(span)
        self.near = np.log1p(1.4 * np.minimum(off, span))
        self._repeats()

    def _repeats(self) -> None:
        """A number that stands in several wrong cells says less each time: once, and a little more."""
        shown = self.printed.values
        self.share = np.ones(shown.shape)
        values, back, counts = np.unique(shown[self.wrong], return_inverse=True, return_counts=True)
        del values
        self.share[self.wrong] = ((1 + np.log(counts)) / counts)[back]

    def place(self, cells: Cells) -> float:
        """ln of the ways in which mistakes could have fallen where these are, lines of them being common."""
        n, m = cells.shape
        k = int(cells.sum())
        best = choose(n * m, k)
        for axis, size in ((1, n), (0, m)):
            lines = cells.any(axis=axis)
            touched = int(lines.sum())
            full = touched * (m if axis else n)
            best = min(best, choose(size, touched) + choose(full, k) + 0.7)
        return best

    def score(self, fits: Cells, cost: float) -> Score | None:
        """The best that can be said for an explanation that fits these cells: of the whole, of lines, of single cells."""
        explained = fits & self.wrong
        if not explained.any():
            return None
        misfits = ~fits & ~self.printed.blank
        missed = int(misfits.sum())
        if missed == 0:
            return self._scored(explained, self.place(self.wrong) if self.count < fits.size else 0.0, cost, True)
        hit = int(explained.sum())
        found = [self._scored(explained, self._chosen(explained, choose(hit + missed, hit)), cost, False)]
        for axis in (1, 0):
            lines = np.atleast_1d(~misfits.any(axis=axis) & explained.any(axis=axis))
            count = int(lines.sum())
            if count:
                inside = explained & (lines[:, None] if axis else lines[None, :])
                found.append(self._scored(inside, self._chosen(inside, choose(lines.size, count)), cost, False, True))
        return max(found, key=lambda score: score.worth)

    def _chosen(self, cells: Cells, price: float) -> float:
        """What choosing the cells costs; that all wrong cells are among them, and no other, counts for it."""
        k = int(cells.sum())
        if k == self.count:
            return min(self.place(cells) - price, 0.0) - 0.7
        return -max(price, choose(self.count, k)) - 0.7

    def _scored(self, cells: Cells, place: float, cost: float, whole: bool, lines: bool = False) -> Score:
        far = float((self.far * self.share)[cells].sum())
        near = float((np.minimum(self.near, self.far) * self.share)[cells].sum())
        return Score(cells, far + place - cost, near + place - cost, whole, lines)


def cost_of(rare: int, among: int = 1) -> float:
    """What an explanation costs: the rarer the more, and the more of its kind were tried."""
    return RARITY[min(rare, len(RARITY) - 1)] + 1.2 * max(rare - len(RARITY) + 1, 0) + log(max(among, 1))
