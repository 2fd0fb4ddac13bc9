"""Log-likelihood that a match between a candidate and the printed numbers is not chance.

A wrong number that came about by chance lies anywhere between the smallest and the largest of its matrix. The
probability that it agrees with a candidate is one last place in that range. A candidate is believed when its
matches are worth more than it costs: how many candidates were tried, how rare they are, and the ways to
choose the cells that it holds for. All in natural logarithms.

A match on a number that is only a little wrong is worth less (``near``): rounding, or any error of about that
size, would often agree too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log

import numpy as np

from tmat.marking.findings import Cells, Extent
from tmat.marking.printed import PrintedMatrix
from tmat.operations.operation import Array

RARITY = (1.0, 2.5, 4.0, 5.5, 7.0)
ENOUGH = 8.0  # e⁻⁸: once in 3,000
SURE = 5.0
NEAR_ENOUGH = {Extent.MATRIX: 2.0, Extent.ROWS: 5.0, Extent.COLUMNS: 5.0, Extent.CELLS: ENOUGH}
"""Below this, numbers near the right ones would match too often to name it at all."""


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
    """The score of a candidate for the cells that it explains."""

    cells: Cells
    worth: float  # against chance numbers anywhere in the range
    near: float  # against chance numbers near the right ones
    extent: Extent  # the matrix, or the rows or columns, of which it fits every cell; else single cells


class Evidence:
    """The log-likelihood of a match on each wrong cell of a matrix."""

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
        """Weights for repeated numbers: one in several wrong cells counts a little more than once, not once for each."""
        shown = self.printed.values
        self.share = np.ones(shown.shape)
        _, back, counts = np.unique(shown[self.wrong], return_inverse=True, return_counts=True)
        self.share[self.wrong] = ((1 + np.log(counts)) / counts)[back]

    def ways(self, cells: Cells) -> float:
        """ln of the number of ways to choose cells like these; whole rows and columns are common, so they have fewer."""
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
        """The best score of a candidate that fits these cells: for the whole matrix, for whole lines, or for single cells."""
        explained = fits & self.wrong
        if not explained.any():
            return None
        misfits = ~fits & ~self.printed.blank
        missed = int(misfits.sum())
        if missed == 0:
            ways = self.ways(self.wrong) if self.count < fits.size else 0.0
            return self._scored(explained, ways, cost, Extent.MATRIX)
        hit = int(explained.sum())
        found = [self._scored(explained, self._chosen(explained, choose(hit + missed, hit)), cost, Extent.CELLS)]
        for axis, extent in ((1, Extent.ROWS), (0, Extent.COLUMNS)):
            lines = np.atleast_1d(~misfits.any(axis=axis) & explained.any(axis=axis))
            count = int(lines.sum())
            if count:
                inside = explained & (lines[:, None] if axis else lines[None, :])
                found.append(self._scored(inside, self._chosen(inside, choose(lines.size, count)), cost, extent))
        return max(found, key=lambda score: score.worth)

    def _chosen(self, cells: Cells, price: float) -> float:
        """The cost of choosing the cells; less where they are exactly the wrong ones."""
        k = int(cells.sum())
        if k == self.count:
            return min(self.ways(cells) - price, 0.0) - 0.7
        return -max(price, choose(self.count, k)) - 0.7

    def _scored(self, cells: Cells, chosen: float, cost: float, extent: Extent) -> Score:
        far = float((self.far * self.share)[cells].sum())
        near = float((np.minimum(self.near, self.far) * self.share)[cells].sum())
        return Score(cells, far + chosen - cost, near + chosen - cost, extent)


def cost_of(rare: int, among: int = 1) -> float:
    """The prior cost of a candidate: higher for a rare one, and for one of many that were tried."""
    return RARITY[min(rare, len(RARITY) - 1)] + 1.2 * max(rare - len(RARITY) + 1, 0) + log(max(among, 1))
