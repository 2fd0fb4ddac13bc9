"""Rotary rates (angle per position) of each pair of columns, scaled for longer texts as Llama 3 and YaRN do."""

from __future__ import annotations

import math

import numpy as np

from tmat.operations.expression import Expression, Number, Operand
from tmat.operations.formula import Symbol, prose
from tmat.operations.operation import Array, Shape, operation
from tmat.operations.selections import Maximum, Minimum


def _between_0_and_1(share: Expression) -> Expression:
    return Minimum((Number(1.0), Maximum((Number(0.0), share))))


def _mixed(rate: Expression, kept: Expression, factor: float) -> Expression:
    """A mean of the rate and the rate / factor, weighted with ``kept``."""
    return rate * (kept + (1.0 - kept) / factor)


@operation("-> 1 *", lambda *, width, base: 1.0 / Number(float(base)) ** (2.0 * Symbol("i") / float(width)))
def rotary_rates(*, width: int, base: float) -> Array:  # -> [1, width/2]
    """The angle by which each pair of columns is rotated per position: 1 / base^(2i/width), i from 0.

    Source: Su et al. 2021, *RoFormer*, eq. 15.

    >>> rotary_rates(width=4, base=10000.0)
    array([[1.  , 0.01]])
    """
    return np.array([[1.0 / math.pow(base, 2.0 * i / width) for i in range(width // 2)]])


@rotary_rates.cell
def _(i: int, j: int, *, width: int, base: float) -> Expression:
    return 1.0 / Number(float(base)) ** (Number(2.0 * j) / float(width))


@rotary_rates.shape
def _(*, width: int, base: float) -> Shape:
    return 1, width // 2


@rotary_rates.labels
def _(*, width: int, base: float) -> tuple[tuple[str], list[str]]:
    return ("rate",), [f"θ{k}" for k in range(1, width // 2 + 1)]


@operation(
    "1 m -> 1 m",
    lambda a, *, factor, low, high, length: prose("fast ", a, f" as they are, slow ones / {factor:g}", written=a),
)
def stretch_by_turns(a: Array, *, factor: float, low: float, high: float, length: float) -> Array:  # [1, m] -> [1, m]
    """Fast rates stay, slow ones are divided by the factor, as in Llama 3: rᵢ·(kᵢ + (1 − kᵢ)/factor).

    kᵢ = (turns − low) / (high − low), limited to 0 … 1; turns = length·rᵢ/2π, in the ``length`` the model was trained on.

    Source: Llama 3.1's code (2024), apply_scaling; transformers' rope type "llama3".

    >>> stretch_by_turns(np.array([[1.0, 0.001]]), factor=8.0, low=1.0, high=4.0, length=100.0)
    array([[1.00e+00, 1.25e-04]])
    """
    kept = np.clip((length * a / (2.0 * math.pi) - low) / (high - low), 0.0, 1.0)
    return np.asarray(a * (kept + (1.0 - kept) / factor))


@stretch_by_turns.cell
def _(i: int, j: int, a: Operand, *, factor: float, low: float, high: float, length: float) -> Expression:
    turns = length * a[i, j] / (2.0 * math.pi)
    return _mixed(a[i, j], _between_0_and_1((turns - low) / (high - low)), factor)


@operation("1 m -> 1 m", lambda a, *, factor, first, last: prose(a, f" / {factor:g}, the first ones less", written=a))
def stretch_by_place(a: Array, *, factor: float, first: float, last: float) -> Array:  # [1, m] -> [1, m]
    """Rates up to pair ``first`` (from 0) stay, from ``last`` on they are divided by the factor, in between partly: YaRN.

    rᵢ·(k + (1 − k)/factor), k = 1 − (i − first)/(last − first), limited to 0 … 1.

    Source: Peng et al. 2024, *YaRN*, §3.2, and its code.

    >>> stretch_by_place(np.array([[1.0, 0.5, 0.25]]), factor=2.0, first=0.0, last=2.0)
    array([[1.   , 0.375, 0.125]])
    """
    places = np.arange(a.shape[1], dtype=np.float64)
    kept = 1.0 - np.clip((places - first) / (last - first), 0.0, 1.0)
    return np.asarray(a * (kept + (1.0 - kept) / factor))


@stretch_by_place.cell
def _(i: int, j: int, a: Operand, *, factor: float, first: float, last: float) -> Expression:
    share = _between_0_and_1((Number(float(j)) - first) / (last - first))
    return _mixed(a[i, j], 1.0 - share, factor)


@operation("1 m -> * m", lambda rates, *, positions, start: Symbol("pos") * rates, by_rows=False)
def angles_at(rates: Array, *, positions: int, start: int) -> Array:  # [1, m] -> [n, m]
    """The angle by which each pair is rotated at each position: θₚᵢ = p·rᵢ.

    >>> angles_at(np.array([[1.0, 0.5]]), positions=2, start=1)
    array([[1. , 0.5],
           [2. , 1. ]])
    """
    return np.arange(start, start + positions, dtype=np.float64)[:, None] * rates


@angles_at.cell
def _(i: int, j: int, rates: Operand, *, positions: int, start: int) -> Expression:
    return Number(float(start + i)) * rates[0, j]


@angles_at.shape
def _(rates: Shape, *, positions: int, start: int) -> Shape:
    return positions, rates[1]


@angles_at.labels
def _(rates: Operand, *, positions: int, start: int) -> tuple[list[str], None]:
    return [str(n) for n in range(start, start + positions)], None
