"""Exact arithmetic on matrices of decimals: whole numbers over a common divisor, divided once at the end.

2.5·0.83 is 2.075, but the nearest doubles multiply to 2.0749999999999997, which rounds to 2.07. So where every
operand is a matrix of short decimals, an operation works on 25 and 83 instead, over 10 and 100. Whole numbers below
2^53 are exact in doubles, in whatever order a BLAS adds them, and the one division at the end is rounded correctly:
the result is the double that prints as the decimal computed by hand. What cancels on paper is 0.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tmat.numbers.rounding import digits_of

Array: TypeAlias = NDArray[Any]
Ratio: TypeAlias = tuple[int, int]

MOST = 1e15  # the largest whole number: a decimal of so many units is what its nearest double prints as
SMALL = 1 << 16  # the most multiplications that are done on Python's integers, which have no limit


class TooLong(ArithmeticError):
    """The whole numbers would be too large to be exact."""


class Irrational(ArithmeticError):
    """The result is irrational."""


class Exact:
    """A matrix of ratios: whole numbers ``top``, none larger than ``most``, over ``bottom``.

    >>> (Exact(np.array([[25.0]]), 10, 25) * Exact(np.array([[83.0]]), 100, 83)).floats()
    array([[2.075]])
    """

    def __init__(self, top: Array, bottom: int, most: float) -> None:
        if top.dtype != object and not (most <= MOST and _is_float(bottom)):
            raise TooLong
        self.top, self.bottom, self.most = top, bottom, most

    @property
    def shape(self) -> tuple[int, ...]:
        return self.top.shape

    @property
    def T(self) -> Exact:
        return Exact(self.top.T, self.bottom, self.most)

    def floats(self) -> Array:
        """Each number as the float nearest to it."""
        return _over(self.top, self.bottom)

    def over(self, other: Exact) -> Array:
        """Cell by cell over another matrix, as floats; 0 over 0 is 0."""
        own, others = self._aligned(other)
        return _over(own.top, others.top)

    def __add__(self, other: Exact | float) -> Exact:
        own, others = self._aligned(other if isinstance(other, Exact) else self._number(other))
        return Exact(own.top + others.top, own.bottom, own.most + others.most)

    def __sub__(self, other: Exact) -> Exact:
        return self + Exact(-other.top, other.bottom, other.most)

    def __mul__(self, other: Exact | float) -> Exact:
        if not isinstance(other, Exact):
            return self._times(*decimal(other))
        return Exact(self.top * other.top, self.bottom * other.bottom, self.most * other.most)

    def __truediv__(self, other: float | Ratio) -> Exact:
        top, bottom = other if isinstance(other, tuple) else decimal(other)
        if top == 0:
            raise TooLong
        return self._times(bottom if top > 0 else -bottom, abs(top))

    def __matmul__(self, other: Exact) -> Exact:
        n, k = self.top.shape
        most = k * self.most * other.most
        if most > MOST:  # a closer bound: few rows have only large numbers
            most = float(np.abs(self.top).sum(axis=1).max(initial=0)) * other.most
        if self.top.dtype == object and n * k * other.top.shape[1] > SMALL:
            raise TooLong
        return Exact(self.top @ other.top, self.bottom * other.bottom, most)

    def row_sums(self) -> Exact:
        """The sum of each row, [n, m] -> [n, 1]."""
        return Exact(self.top.sum(axis=1, keepdims=True), self.bottom, self.most * self.top.shape[1])

    def product(self) -> Exact:
        """The product of all numbers, [n, m] -> [1, 1].

        >>> Exact(np.array([[5.0], [4.0]]), 10, 5).product().floats()
        array([[0.2]])
        """
        count = self.top.size
        most = self.most**count if count * math.log10(max(self.most, 1.0)) < 300 else math.inf
        return Exact(np.array([[self.top.prod()]], dtype=self.top.dtype), self.bottom**count, most)

    def roots(self) -> Exact:
        """The root of each number: exact where it is rational, else rounded once."""
        if self.top.dtype == object:
            raise Irrational
        times = _to_square(self.bottom)
        square = self._times(times, 1)
        return Exact(np.sqrt(square.top), math.isqrt(self.bottom * times), square.most)

    def unlimited(self) -> Exact:
        """The same in Python's integers, which have no limit but are slow."""
        if self.top.size > SMALL:
            raise TooLong
        top = np.array([int(x) for x in self.top.ravel().tolist()], dtype=object).reshape(self.top.shape)
        return Exact(top, self.bottom, self.most)

    def _aligned(self, other: Exact) -> tuple[Exact, Exact]:
        """Both with a common divisor."""
        bottom = math.lcm(self.bottom, other.bottom)
        return self._with(bottom), other._with(bottom)

    def _with(self, bottom: int) -> Exact:
        factor = bottom // self.bottom
        return self if factor == 1 else Exact(self.top * self._own(factor), bottom, self.most * factor)

    def _times(self, top: int, bottom: int) -> Exact:
        own = self.top if top == 1 else self.top * self._own(top)
        return Exact(own, self.bottom * bottom, self.most * abs(float(top)))

    def _own(self, whole: int) -> float:
        """A whole number in the type of this matrix's cells."""
        if self.top.dtype == object:
            return whole
        if not _is_float(whole):
            raise TooLong
        return float(whole)

    def _number(self, number: float) -> Exact:
        """A number as a matrix of one cell."""
        top, bottom = decimal(number)
        return Exact(np.array([[self._own(top)]], dtype=self.top.dtype), bottom, abs(float(top)))


def root(number: float) -> Ratio:
    """The square root of a decimal as a ratio of whole numbers. Raises Irrational where it is none.

    >>> root(6.25)
    (5, 2)
    """
    top, bottom = decimal(number)
    found = math.isqrt(max(top, 0)), math.isqrt(bottom)
    if found[0] ** 2 != top or found[1] ** 2 != bottom:
        raise Irrational
    return found


def decimal(number: float) -> Ratio:
    """The decimal that a float prints as, in lowest terms.

    >>> decimal(0.75)
    (3, 4)
    """
    printed = digits_of(repr(float(number)))
    if printed is None:
        raise TooLong
    top = int(printed.digits or "0") * 10 ** max(printed.exponent, 0)
    bottom = 10 ** max(-printed.exponent, 0)
    common = math.gcd(top, bottom)
    return (-top if printed.negative else top) // common, bottom // common


def _over(top: Array, bottom: Array | int) -> Array:
    if top.dtype == object:
        try:
            return np.asarray(top / bottom, dtype=np.float64)  # Python rounds a ratio of whole numbers once
        except ArithmeticError:
            raise TooLong from None
    if isinstance(bottom, int):
        over = np.divide(top, float(bottom), out=top if top.flags.writeable else None)
        over += 0.0  # −0.0 is 0
        return over
    return np.where(top == 0.0, 0.0, top / bottom)


def _is_float(whole: int) -> bool:
    return whole.bit_length() < 1000 and int(float(whole)) == whole


def _to_square(whole: int) -> int:
    """The smallest factor that makes a number a square.

    >>> _to_square(300), _to_square(16)
    (3, 1)
    """
    rest, times, factor = whole, 1, 2
    while factor * factor <= rest:
        count = 0
        while rest % factor == 0:
            rest, count = rest // factor, count + 1
        times *= factor if count % 2 else 1
        factor += 1
    return times * rest
