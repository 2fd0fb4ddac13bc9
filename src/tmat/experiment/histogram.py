"""Histograms in equal bins, which can be merged to any width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FINE = 240  # bins kept; its many divisors are the numbers of bins that can be drawn


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of numbers in equal bins from low to high, and how many lie outside."""

    low: float
    high: float
    counts: tuple[int, ...]
    outside: int = 0

    @classmethod
    def of(cls, numbers: NDArray[np.float64], low: float, high: float) -> Histogram:
        """The histogram of numbers between two bounds, in 240 parts.

        >>> Histogram.of(np.array([-1.0, 0.1, 0.2, 3.0]), -1, 1).merged(2)
        Histogram(low=-1, high=1, counts=(1, 2), outside=1)
        """
        counts = np.histogram(numbers, bins=FINE, range=(low, high))[0]
        return cls(low, high, tuple(counts.tolist()), int(numbers.size - counts.sum()))

    def merged(self, most: int) -> Histogram:
        """The histogram in at most ``most`` bins: a divisor of their present number."""
        have = len(self.counts)
        parts = next(n for n in range(max(min(most, have), 1), 0, -1) if have % n == 0)
        each = have // parts
        counts = tuple(sum(self.counts[n * each : (n + 1) * each]) for n in range(parts))
        return Histogram(self.low, self.high, counts, self.outside)
