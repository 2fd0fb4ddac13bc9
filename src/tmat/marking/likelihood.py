"""Log-likelihood that a match between a candidate and the printed numbers is not chance.

The candidate competes with "none of these": numbers that came about in a way that is not on the list. A cell that
agrees is worth −ln of the chance that it would have agreed anyway: by the numbers that it could have held (anywhere in
the range of its matrix, or no farther off than it is), and by the share of the other candidates that agree with it
too. A cell that every mechanism makes alike is worth nothing, however many such cells there are. A mechanism speaks for
its whole scope: each cell in it that holds another number is a contradiction, and has to be another error.

All in natural logarithms. What is left after its prior cost, the choice of its scope and its contradictions is its
worth: ln of the odds against "none of these".
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import lgamma, log

import numpy as np

from tmat.marking.findings import Cells, Extent
from tmat.marking.printed import PrintedMatrix
from tmat.operations.operation import Array

RARITY = (1.0, 2.5, 4.0, 5.5, 7.0)
MECHANISMS = 60  # about as many are tried for a step: what looking elsewhere costs
SURE = log(1000 * MECHANISMS)  # a thousand to one
ENOUGH = log(10 * MECHANISMS)  # ten to one: perhaps
PRIORS = 2  # to one: what all slips together have for them before a number is looked at
SURE_IN_ALL = log(1000 * PRIORS)  # of a mechanism that no cell of the matrix contradicts: it was sought in no part
ENOUGH_IN_ALL = log(10 * PRIORS)
CONTRADICTED = 3.0  # one cell in twenty is wrong for a reason of its own: −ln 0.05
MOST_CONTRADICTED = 0.1  # of the cells that agree: beyond that it was another mechanism


def nearly_all(explained: int, left: int) -> bool:
    """Whether so many cells are explained that those left are errors of their own, and no sign of another mechanism.

    >>> nearly_all(20, 2), nearly_all(20, 3)
    (True, False)
    """
    return left <= MOST_CONTRADICTED * explained


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
    """The worth of a candidate for the cells that it explains."""

    cells: Cells
    worth: float
    extent: Extent  # the matrix, or the rows or columns, of which it fits every cell; else single cells


class Evidence:
    """The log-likelihood of a match on each wrong cell of a matrix.

    ``agreeing`` counts, for each cell, the candidates of the ``tried`` ones that agree with it.
    """

    def __init__(self, printed: PrintedMatrix, due: Array, wrong: Cells) -> None:
        self.printed, self.due = printed, due
        known = np.concatenate([printed.values[printed.finite], due[np.isfinite(due)]])
        spread = float(np.ptp(known)) if known.size else 1.0
        unit = apart(printed, due)
        with np.errstate(all="ignore"):
            off = np.abs(printed.values - due) / unit if due.shape == printed.shape else np.full(unit.shape, np.inf)
        off = np.where(np.isfinite(off), off, spread / unit)
        span = np.maximum(spread / unit, 2.0)
        self.far = np.log(span)  # a number anywhere in the range
        self.near = np.minimum(np.log1p(1.4 * np.minimum(off, span)), self.far)  # or no farther off, on either side
        self.chance = np.exp(-self.near)
        self.shares = self._shares()
        self._tell(wrong, None, 0)

    def of(self, wrong: Cells, agreeing: Array | None = None, tried: int = 0) -> Evidence:
        """The same of fewer wrong cells, and after so many candidates were tried."""
        other = copy(self)
        other._tell(wrong, agreeing, tried)
        return other

    def _tell(self, wrong: Cells, agreeing: Array | None, tried: int) -> None:
        self.wrong, self.count = wrong, int(wrong.sum())
        self.agreeing, self.tried = agreeing, max(tried, MECHANISMS)
        self._repeats()
        self._worth: dict[int, Array] = {}

    def bits(self, alike: int = 0) -> Array:
        """What each cell is worth for a candidate; ``alike`` of the others make the very same cells and are no others.

        −ln (agreeing/tried + chance), chance = e^−near.
        """
        if self.agreeing is None:
            return np.asarray(self.near)
        others = np.maximum(self.agreeing - 1 - alike, 0) / self.tried
        return np.asarray(np.maximum(-np.log(others + self.chance), 0.0))

    def _repeats(self) -> None:
        """Weights for repeated numbers: one in several wrong cells counts a little more than once, not once for each."""
        shown = self.printed.values
        self.share = np.ones(shown.shape)
        _, back, counts = np.unique(shown[self.wrong], return_inverse=True, return_counts=True)
        self.share[self.wrong] = ((1 + np.log(counts)) / counts)[back]
        if self.shares:
            wrong = np.maximum(self.wrong.sum(axis=1, keepdims=True), 1)
            self.share *= np.maximum(wrong - 1, 0.5) / wrong  # the last of them in a row is what the others leave

    def _shares(self) -> bool:
        """Whether the rows are shares of 1, in what is due and in what is printed."""
        shown, unit = self.printed.values, self.printed.step()
        if self.due.shape != shown.shape or not (self.printed.finite.all() and np.isfinite(self.due).all()):
            return False
        room = 0.51 * unit.sum(axis=1)
        return bool((np.abs(shown.sum(axis=1) - 1) <= room).all() and (np.abs(self.due.sum(axis=1) - 1) <= room).all())

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

    def score(self, fits: Cells, near: Cells, cost: float, alike: int = 0) -> Score | None:
        """The best score of a candidate that fits these cells: for the whole matrix, for whole lines, or for most cells.

        Cells that it is ``near`` are no contradiction, as long as they are not more than those it fits.
        """
        explained = fits & self.wrong
        if not explained.any():
            return None
        if alike not in self._worth:
            self._worth[alike] = self.bits(alike) * self.share
        worth = self._worth[alike]
        misfits = ~fits & ~self.printed.blank
        missed = int(misfits.sum())
        whole = float(worth[explained].sum()) - cost
        if missed == 0:
            ways = self.ways(self.wrong) if self.count < fits.size else 0.0
            return Score(explained, whole + ways, Extent.MATRIX)
        found = []
        count, nearly = int(explained.sum()), int((misfits & near).sum())
        if nearly <= count and nearly_all(count + nearly, missed - nearly):
            found.append(Score(explained, whole - CONTRADICTED * (missed - nearly), Extent.CELLS))
        for axis, extent in ((1, Extent.ROWS), (0, Extent.COLUMNS)):
            lines = np.atleast_1d(~misfits.any(axis=axis) & explained.any(axis=axis))
            count = int(lines.sum())
            if count:
                inside = explained & (lines[:, None] if axis else lines[None, :])
                chosen = self._chosen(inside, choose(lines.size, count))
                found.append(Score(inside, float(worth[inside].sum()) + chosen - cost, extent))
        return max(found, key=lambda score: score.worth, default=None)

    def _chosen(self, cells: Cells, price: float) -> float:
        """The cost of choosing the lines; less where they hold exactly the wrong cells."""
        k = int(cells.sum())
        if k == self.count:
            return min(self.ways(cells) - price, 0.0) - 0.7
        return -max(price, choose(self.count, k)) - 0.7


def apart(printed: PrintedMatrix, due: Array) -> Array:
    """How far apart the numbers are that could stand in each cell.

    Where all that is due has fewer decimals than are printed, as products of whole numbers have, a guess has as few.
    """
    unit, known = printed.step(), due[np.isfinite(due)]
    for place in 10.0 ** -np.arange(max(printed.decimals, 0)):
        if (np.abs(known - np.rint(known / place) * place) < 1e-9).all():
            values = np.where(printed.finite, printed.values, 0.0)
            return np.where(np.abs(values - np.rint(values / place) * place) < 1e-9, np.maximum(place, unit), unit)
    return unit


def cost_of(rare: int, among: int = 1) -> float:
    """The prior cost of a candidate: higher for a rare one, and for one of many that were tried."""
    return RARITY[min(rare, len(RARITY) - 1)] + 1.2 * max(rare - len(RARITY) + 1, 0) + log(max(among, 1))
