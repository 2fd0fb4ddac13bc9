"""A printed matrix: its numbers, the precision that they claim, and which true numbers agree with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from tmat.marking.findings import Cells
from tmat.numbers.claim import FULL_RELATIVE, NOISE, SLACK, Claim
from tmat.numbers.rounding import digits_of
from tmat.operations.operation import Array

MOST_PLACES = 10  # that a number may print beyond its matrix's format
NOT_A_NUMBER = ("nan", "+nan", "-nan", "#num!", "#div/0!")  # as programs print what is no number
SINGLE = 1e-6  # of a number: what single precision makes of a short decimal is that decimal


class PrintedMatrix:
    """Printed numbers; ``fits`` compares them with any number of matrices at once.

    A cell fits when the true number in the printed format is what stands there, a tie either way. ``texts`` are the
    numbers as typed, where they were: zeros at the end count, and NaN that was typed is an answer, not a blank.
    """

    def __init__(
        self,
        values: Array,
        claim: Claim,
        texts: Sequence[Sequence[str]] | None = None,
        *,
        atol: float | None = None,
        rtol: float | None = None,
        asked: int | None = None,
    ) -> None:
        self.asked = asked  # the decimals that are due, however few were typed
        self.values = np.asarray(values, dtype=np.float64)
        self.claim = claim
        self.atol, self.rtol = atol, rtol
        self.finite = np.isfinite(self.values)
        self.blank: Cells = np.isnan(self.values)
        if texts is not None and self.blank.any():
            self.blank &= ~np.array([[text.strip().lower() in NOT_A_NUMBER for text in row] for row in texts])
        formats = [Claim(decimals=claim.decimals)] if claim.decimals is not None else []
        if claim.significant is not None:
            formats.append(Claim(significant=claim.significant))
        formats = formats or [claim]
        self._formats = [(one, self._places(one)) for one in formats]
        if texts is not None and claim.decimals is not None:
            self._formats = [(one, self._typed(unit, texts, claim.decimals)) for one, unit in self._formats]
        self.unit = np.minimum.reduce([unit for _, unit in self._formats])  # the last place a number claims
        self._slack = np.where(self.unit == 0, FULL_RELATIVE, SLACK)
        self._all_finite = bool(self.finite.all())

    def _places(self, claim: Claim) -> Array:
        """The last place of each number; one that prints more than the format has claims its own."""
        unit = claim.places(self.values)
        if self.asked is not None:
            unit = np.minimum(unit, 10.0**-self.asked)
        if claim == Claim():
            return unit
        shown = np.where(self.finite, self.values, 0.0)
        for _ in range(MOST_PLACES):
            with np.errstate(all="ignore"):
                count = shown / np.where(unit > 0, unit, 1.0)
                more = (unit > 0) & (np.abs(count - np.rint(count)) > SINGLE * np.maximum(np.abs(count), 1.0))
            if not more.any():
                return unit
            unit = np.where(more, unit / 10, unit)
        return np.where(more, 0.0, unit)

    def _typed(self, unit: Array, texts: Sequence[Sequence[str]], decimals: int) -> Array:
        """The last place of each number, where more decimals are typed than the format has those: 0.990 claims three."""
        found = unit.copy()
        for i, row in enumerate(texts):
            for j, text in enumerate(row):
                places = len(text.strip().partition(".")[2])
                if places > decimals and digits_of(text) is not None and "e" not in text.lower():
                    found[i, j] = min(found[i, j], 10.0**-places)
        return found

    @property
    def shape(self) -> tuple[int, int]:
        return (int(self.values.shape[0]), int(self.values.shape[1]))

    @property
    def decimals(self) -> int:
        """The decimals claimed, or about as many where significant digits are."""
        if self.claim.decimals is not None:
            return max(self.claim.decimals, self.asked or 0)
        units = self.unit[self.unit > 0]
        return int(-np.floor(np.median(np.log10(units)))) if units.size else 12

    def fits(self, true: Array) -> Cells:
        """Cell by cell, for one matrix or a stack of them."""
        shown = self.values
        room: Array | float
        with np.errstate(all="ignore"):
            if self.atol is not None or self.rtol is not None:
                place, room = np.asarray(self.atol or 0.0), np.asarray(self.rtol or 0.0)
            else:
                places = [
                    unit if claim.significant is None else self._nearer(true, unit, claim.significant)
                    for claim, unit in self._formats
                ]
                place, room = reduce(np.maximum, places) * (0.5 + FULL_RELATIVE), self._slack
            off = np.abs(true - shown) - np.abs(true) * room
            near: Cells = off <= place + NOISE  # what is not finite is NaN here
            if self._all_finite:
                return near
            same = (shown == true) | (np.isnan(shown) & np.isnan(true) & ~self.blank)
            return np.asarray((near & self.finite) | (same & ~self.finite))

    def too_short(self, true: Array) -> Cells:
        """The cells that agree in the decimals that were typed, where more are asked."""
        by_claim = self.atol is None and self.rtol is None and bool((self.unit >= self.claim.places(self.values)).all())
        if self.asked is None or by_claim:
            return np.zeros(self.shape, dtype=bool)
        return PrintedMatrix(self.values, self.claim).fits(true) & ~self.fits(true)

    def fits_cell(self, place: tuple[int, int], true: Array) -> Cells:
        """Whether each of some numbers would be printed as one cell is."""
        here = (slice(place[0], place[0] + 1), slice(place[1], place[1] + 1))
        one = PrintedMatrix(self.values[here], self.claim, atol=self.atol, rtol=self.rtol, asked=self.asked)
        one.unit, one._slack = self.unit[here], self._slack[here]
        one._formats = [(claim, unit[here]) for claim, unit in self._formats]
        return one.fits(true.reshape(-1, 1, 1)).reshape(-1)

    @staticmethod
    def _nearer(true: Array, unit: Array, digits: int) -> Array:
        """The last place by the true number, where it is smaller: 9.999999 is not 10.00000."""
        size = np.abs(true)
        counted = (size > 0) & np.isfinite(size)
        place = np.floor(np.log10(np.where(counted, size, 1.0)))
        return np.minimum(np.where(counted, 10.0 ** (place - digits + 1), np.inf), np.where(unit > 0, unit, np.inf))

    def step(self) -> Array:
        """The distance between two numbers that could be printed side by side, never 0."""
        size = np.where(self.finite, np.abs(self.values), 1.0)
        if self.atol is not None or self.rtol is not None:
            with np.errstate(over="ignore"):
                return np.maximum(2 * ((self.atol or 0.0) + (self.rtol or 0.0) * size), 1e-12)
        return np.where(self.unit > 0, self.unit, np.maximum(size * 2 * FULL_RELATIVE, 1e-14))
