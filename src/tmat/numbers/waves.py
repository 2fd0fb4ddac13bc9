"""Sines and cosines of position / base^(e/d), to full precision however large the position is.

Of position / base^(e/d) modulo 2π, a double has few digits left where the position is in the millions. So the turns per
position are computed to 128 binary places, and multiplied by positions as whole numbers, which wrap around as angles do.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tmat.numbers import steady

Array = NDArray[Any]

BITS = 128  # of a turn
LIMB = np.uint64(32)
GUARD = 64  # further bits, as they are multiplied by the first position
DIGITS = 75  # decimal digits of a rate below 1
EIGHTH = 1 << (BITS - 3)
MASK = np.uint64((1 << 32) - 1)
BEHIND = np.uint64((1 << 62) - 1)
PIECE = 1 << 14  # angles worked on at once, so that they stay in the processor's cache


def sines(
    start: int, count: int, base: float, powers: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """sin and cos of (start + i) / base^(e/d), a row for each i and a column for each (e, d), to 1e-15 of their values.

    >>> sine, cosine = sines(10**6, 1, 10.0, [(0, 1)])
    >>> sine, cosine
    (array([[-0.3499935]]), array([[0.93675213]]))
    """
    rates = [_rate(base, e, d) for e, d in powers]
    plain = np.array([float(rate) for rate in rates])
    turns = [_bits(rate, start) for rate in rates]
    once, begun = (
        np.array([_limbs(own[n]) for own in turns], dtype=np.uint64).T.reshape(-1, 1, len(powers)) for n in (0, 1)
    )
    sine, cosine = np.empty((2, count, len(powers)))
    rows = max(1, PIECE // max(1, len(powers)))
    for first in range(0, count, rows):
        steps = np.arange(first, min(first + rows, count), dtype=np.uint64)[:, None]
        quarters, rest = _within_an_eighth(once, begun, steps)
        near = (start + steps.astype(np.float64)) * plain
        little = np.abs(near) < np.pi / 4  # less than an eighth of a turn: nothing to reduce
        rest[little], quarters[little] = near[little], 0
        sine[first : first + rows], cosine[first : first + rows] = _waves(quarters, rest)
    return sine, cosine


def _within_an_eighth(once: Array, begun: Array, steps: Array) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Quarters of a turn, 0 to 3, and the remaining angle, −π/4 to π/4."""
    carry: Array = np.zeros((1, 1), dtype=np.uint64)
    parts = []
    for limb, own in zip(once, begun, strict=True):  # the lowest first; the sum stays below 2^64
        total = limb * steps
        total += own
        total += carry
        parts.append(total & MASK)
        carry = total >> LIMB
    low, high = (parts[n] | parts[n + 1] << LIMB for n in (0, 2))
    behind = (high & BEHIND).astype(np.int64) - (1 << 61)
    return high >> np.uint64(62), (behind * 2.0**-64 + low * 2.0**-128) * (2 * np.pi)


def _waves(quarters: NDArray[np.uint64], rest: NDArray[np.float64]) -> tuple[Array, Array]:
    sine, cosine = steady.sin(rest), steady.cos(rest)
    turned = (quarters & np.uint64(1)).astype(bool)
    sine, cosine = np.where(turned, cosine, sine), np.where(turned, sine, cosine)
    return np.where(quarters > 1, 0.0 - sine, sine), np.where((quarters == 1) | (quarters == 2), 0.0 - cosine, cosine)


def _rate(base: float, e: int, d: int) -> Decimal:
    """The angle that one position adds, base^(−e/d)."""
    size = e * abs(Decimal(repr(base)).adjusted() + 1) // d
    context = Context(prec=DIGITS + size)
    return context.exp(context.multiply(_logarithm(base, context.prec), context.divide(Decimal(-e), d)))


@cache
def _logarithm(base: float, digits: int) -> Decimal:
    return Context(prec=digits).ln(Decimal(repr(base)))


def _bits(rate: Decimal, start: int) -> tuple[int, int]:
    """The turns per position, and those of the first position plus an eighth, in units of 2^−BITS turns."""
    context = Context(prec=DIGITS + max(0, rate.adjusted()))
    turns = context.divide(rate, context.multiply(pi(context.prec), Decimal(2)))
    whole = int(context.to_integral_value(context.multiply(turns, Decimal(1 << (BITS + GUARD)))))
    return (whole >> GUARD) % (1 << BITS), ((start * whole >> GUARD) + EIGHTH) % (1 << BITS)


@cache
def pi(digits: int) -> Decimal:
    """π to so many digits and some more, by Machin's formula: 16·atan(1/5) − 4·atan(1/239)."""
    unit = 10 ** (digits + 10)

    def atan_of_one_over(n: int) -> int:
        term = unit // n
        total: int = term
        k, sign = 1, 1
        while term:
            term //= n * n
            k, sign = k + 2, -sign
            total += sign * term // k
        return total

    return Decimal(16 * atan_of_one_over(5) - 4 * atan_of_one_over(239)).scaleb(
        -(digits + 10), Context(prec=digits + 11)
    )


def _limbs(number: int) -> list[int]:
    return [number >> shift & int(MASK) for shift in range(0, BITS, 32)]
