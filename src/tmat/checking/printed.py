"""A matrix as somebody printed it: its numbers, the precision they claim, and what agrees with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tmat.operations.operation import Array
from tmat.precision import Claim, round_half_away
from tmat.precision.claim import FULL_RELATIVE, NOISE, SLACK

Cells = NDArray[np.bool_]


class Printed:
    """Printed numbers; ``fits`` holds any number of matrices against them at once.

    A cell fits when the true number in the printed format is what stands there, a tie either way.
    """

    def __init__(
        self, values: Array, claim: Claim, *, atol: float | None = None, rtol: float | None = None
    ) -> None:
        self.values = np.asarray(values, dtype=np.float64)
        self.claim = claim
        self.atol, self.rtol = atol, rtol
        self.finite = np.isfinite(self.values)
        self.blank: Cells = np.isnan(self.values)
        self.unit = claim._own_places(self.values)  # the last place that each number claims

    @property
    def shape(self) -> tuple[int, int]:
        return (int(self.values.shape[0]), int(self.values.shape[1]))

    @property
    def decimals(self) -> int:
        """The decimals claimed, or about as many where significant digits are."""
        if self.claim.decimals is not None:
            return self.claim.decimals
        units = self.unit[self.unit > 0]
        return int(-np.floor(np.log10(np.median(units)))) if units.size else 12

    def fits(self, true: Array) -> Cells:
        """Cell by cell, for one matrix or a stack of them."""
        shown = self.values
        with np.errstate(all="ignore"):
            if self.atol is not None or self.rtol is not None:
                room = (self.atol or 0.0) + (self.rtol or 0.0) * np.abs(true)
                near = np.abs(true - shown) <= room + NOISE
            else:
                unit = self._unit(true)
                slack = np.where(self.unit == 0, FULL_RELATIVE, SLACK)
                near = np.abs(true - shown) <= unit * (0.5 + FULL_RELATIVE) + np.abs(true) * slack + NOISE
            return np.asarray((near & self.finite) | ((shown == true) & ~self.finite))

    def _unit(self, true: Array) -> Array:
        if self.claim.significant is None:
            return self.unit
        size = np.abs(true)
        place = np.where((size > 0) & np.isfinite(size), np.floor(np.log10(np.where(size > 0, size, 1.0))), 0.0)
        theirs = np.where((size > 0) & np.isfinite(size), 10.0 ** (place - self.claim.significant + 1), self.unit)
        return np.minimum(theirs, np.where(self.unit > 0, self.unit, theirs))

    def step(self) -> Array:
        """The distance between two numbers that could be printed side by side, never 0."""
        size = np.where(self.finite, np.abs(self.values), 1.0)
        if self.atol is not None or self.rtol is not None:
            return np.maximum(2 * ((self.atol or 0.0) + (self.rtol or 0.0) * size), 1e-12)
        return np.where(self.unit > 0, self.unit, np.maximum(size * 2 * FULL_RELATIVE, 1e-14))

    def rounded(self, decimals: int) -> Array:
        return round_half_away(self.values, decimals)
