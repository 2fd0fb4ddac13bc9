"""The saturation of softmax for a row of scores: its largest weight, and the norm of its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tmat.errors import InputError

Array = NDArray[np.float64]

NOTICED = 1e-6  # a weight above this is counted


@dataclass(frozen=True, slots=True)
class Saturation:
    """Four statistics of the softmax weights of a row; for several rows, the median of each.

    ``largest``: the largest weight. ``noticed``: how many weights are above 10⁻⁶. ``entropy``: −Σ wᵢ ln wᵢ,
    from 0 (all weight on one key) to ln n (equal weights). ``gradient``: the Frobenius norm of softmax's Jacobian,
    ∂wᵢ/∂sⱼ = wᵢ(δᵢⱼ − wⱼ), an upper bound of the factor by which a gradient passes to the scores; 0 with all weight on one key.
    """

    keys: int
    largest: float
    noticed: float
    entropy: float
    gradient: float


def saturation(scores: ArrayLike) -> Saturation:
    """The saturation of softmax over each row of scores; for several rows, the median of each statistic.

    ``scores`` is [n] or [rows, n]. With w = softmax(s), the squared Frobenius norm of the Jacobian
    diag(w) − wwᵀ is Σᵢ wᵢ²·((1 − wᵢ)² + Σⱼ≠ᵢ wⱼ²). For the largest weight 1 − w is the sum of the other weights, not a
    subtraction, so that even a gradient of 10⁻³⁰ is accurate.

    Errors: no scores.

    >>> alike = saturation([0.0, 0.0, 0.0, 0.0])
    >>> alike.largest, round(alike.entropy, 4), round(alike.gradient, 4)
    (0.25, 1.3863, 0.433)
    >>> saturation([100.0, 0.0]).gradient < 1e-40
    True
    """
    rows = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    if rows.size == 0:
        raise InputError("softmax of no scores", "expected at least one row of at least one number")
    count, keys = rows.shape
    every = np.arange(count)
    largest = rows.argmax(axis=1)
    shifted = rows - rows.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    others = powers.copy()
    others[every, largest] = 0.0
    rest = others.sum(axis=1)  # of e^(s − max): the largest adds exactly 1
    total = 1.0 + rest
    weights = powers / total[:, None]
    squares = weights**2
    left = 1.0 - weights
    left[every, largest] = rest / total
    beside = squares.sum(axis=1, keepdims=True) - squares
    beside[every, largest] = ((others / total[:, None]) ** 2).sum(axis=1)
    gradient = np.sqrt((squares * (left**2 + np.maximum(beside, 0.0))).sum(axis=1))
    logarithms = shifted - np.log1p(rest)[:, None]
    entropy = -np.where(weights > 0.0, weights * logarithms, 0.0).sum(axis=1)
    return Saturation(
        keys=keys,
        largest=float(np.median(weights.max(axis=1))),
        noticed=float(np.median((weights > NOTICED).sum(axis=1))),
        entropy=float(np.median(entropy)) + 0.0,  # + 0.0: no -0.0
        gradient=float(np.median(gradient)),
    )
