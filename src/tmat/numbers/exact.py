"""Exact arithmetic on matrices of decimals: whole numbers over a common divisor, divided once at the end.

2.5·0.83 is 2.075, but the nearest doubles multiply to 2.0749999999999997, which rounds to 2.07. So where every
operand is a matrix of short decimals, an operation works on 25 and 83 instead, over 10 and 100. Whole numbers below
2^53 are exact in doubles, in whatever order a BLAS adds them, and the one division at the end is rounded correctly:
the result is the double that prints as the decimal computed by hand. What cancels on paper is 0.

``exactly`` and ``exactly_by_cell`` are the decorators that make a function of matrices exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tmat.numbers.rounding import digits_of
from tmat.numbers.steady import quick

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
        return self if factor == 1 else Exact(self.top * self._in_cells(factor), bottom, self.most * factor)

    def _times(self, top: int, bottom: int) -> Exact:
        own = self.top if top == 1 else self.top * self._in_cells(top)
        return Exact(own, self.bottom * bottom, self.most * abs(float(top)))

    def _in_cells(self, whole: int) -> float:
        """A whole number in the type of this matrix's cells."""
        if self.top.dtype == object:
            return whole
        if not _is_float(whole):
            raise TooLong
        return float(whole)

    def _number(self, number: float) -> Exact:
        """A number as a matrix of one cell."""
        top, bottom = decimal(number)
        return Exact(np.array([[self._in_cells(top)]], dtype=self.top.dtype), bottom, abs(float(top)))


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


P = ParamSpec("P")

LONGEST = {np.dtype(np.float64): 15, np.dtype(np.float32): 7}  # the most digits of a short decimal
FINEST = 22  # the most decimals: a double holds no larger power of ten exactly
SAMPLE = 8  # numbers looked at first, to reject a matrix of long numbers at once
CACHED = 1 << 13  # the most bytes of a matrix whose decimals are cached
KNOWN = 256  # how many matrices are cached
MIXED = 1 << 12  # the most cells of a matrix that is worked on cell by cell
PIECE = 1 << 14  # numbers worked on at once, so that they stay in the processor's cache


def exact(array: Array) -> Exact | None:
    """A matrix as exact decimals; None where a number has too many digits or is not finite.

    >>> exact(np.array([[0.1, 2.25]])).bottom, exact(np.array([[1 / 3]]))
    (100, None)
    """
    kind = array.dtype
    if kind not in LONGEST:
        return None
    if array.nbytes <= CACHED:
        return _known(np.ascontiguousarray(array).tobytes(), kind, array.shape)
    return _found(array)


@lru_cache(maxsize=KNOWN)
def _known(content: bytes, kind: np.dtype[Any], shape: tuple[int, ...]) -> Exact | None:
    """The decimals of a small matrix, cached by its numbers, as marking uses the same operands again and again."""
    found = _found(np.frombuffer(content, kind).reshape(shape))
    if found is not None:
        found.top.flags.writeable = False
    return found


def _found(array: Array) -> Exact | None:
    kind = array.dtype
    places = _places(array[:SAMPLE, :1]) if array.size else 0
    while places is not None:
        top, most, wrong = _counted(array, 10.0**places)
        if not most <= 10.0 ** LONGEST[kind]:
            return None
        if wrong is None:
            return Exact(top, 10**places, most)
        more = _places(wrong)
        places = more if more is not None and more > places else None
    return None


def _counted(array: Array, power: float) -> tuple[Array, float, Array | None]:
    """Each number in units of 1/power, the largest count, and some numbers that are no whole number of units."""
    top = np.empty(array.shape)
    most = 0.0
    rows = max(1, PIECE // max(1, array.shape[1]))
    for start in range(0, len(array) if array.size else 0, rows):
        given, own = array[start : start + rows], top[start : start + rows]
        np.multiply(given, power, out=own)
        np.rint(own, out=own)
        wrong = (own / power).astype(array.dtype, copy=False) != given
        if wrong.any():
            return top, most, given[wrong][:SAMPLE, None]
        most = max(most, float(np.abs(own).max()))
    return top, most, None


def _places(numbers: Array) -> int | None:
    """The most decimals with which these numbers print; None where one has too many digits."""
    places = 0
    for number in numbers.ravel().tolist() if numbers.dtype == np.float64 else numbers.ravel():
        mantissa, _, power = str(number).partition("e")
        whole, _, part = mantissa.partition(".")
        part = part.rstrip("0")
        if len((whole + part).lstrip("-0")) > LONGEST[numbers.dtype]:
            return None
        places = max(places, len(part) - int(power or 0))
    return places if places <= FINEST else None


def exactly(evaluate: Callable[P, Array]) -> Callable[P, Array]:
    """Make a function of matrices exact where all of them hold short decimals; otherwise it gets floats.

    The function must work on ``Exact`` matrices and on arrays.
    """
    floats: Callable[..., Array] = evaluate
    return _made(evaluate, lambda arrays, params: floats(*arrays, **params))


def exactly_by_cell(evaluate: Callable[P, Array]) -> Callable[P, Array]:
    """The same for a function that works cell by cell: a −∞ or a long number leaves the other cells exact."""
    plain: Callable[..., Array] = evaluate

    def mixed(arrays: Sequence[Array], params: dict[str, Any]) -> Array:
        floats = plain(*arrays, **params)
        if any(not 0 < array.size <= MIXED for array in arrays):
            return floats
        short = [_short(array) for array in arrays]
        cells = np.logical_and.reduce(np.broadcast_arrays(*short))
        if not cells.any():
            return floats
        filled = [np.where(own, array, array.dtype.type(0)) for own, array in zip(short, arrays, strict=True)]
        found = _worked(evaluate, filled, params)
        return floats if found is None else np.where(cells, found, floats)

    return _made(evaluate, mixed)


def _made(evaluate: Callable[P, Array], otherwise: Callable[..., Array]) -> Callable[P, Array]:
    """The function applied to decimals where all operands have them, else ``otherwise``."""

    @wraps(evaluate)
    def evaluated(*arrays: Any, **params: Any) -> Any:
        if quick() or any(isinstance(array, Exact) for array in arrays):  # Exact, where another such function calls it
            return evaluate(*arrays, **params)
        with np.errstate(all="ignore"):
            found = _worked(evaluate, arrays, params)
            return otherwise(arrays, params) if found is None else found

    return evaluated


def _worked(evaluate: Any, arrays: Sequence[Array], params: dict[str, Any]) -> Array | None:
    """The function applied to the matrices' decimals; None where it cannot be computed exactly."""
    decimals: list[Exact] = []
    for array in arrays:
        own = exact(array)
        if own is None:
            return None
        decimals.append(own)
    for numbers in (decimals, map(Exact.unlimited, decimals)):
        try:
            result = evaluate(*numbers, **params)
            result = result.floats() if isinstance(result, Exact) else result
            return np.asarray(result.astype(np.result_type(*arrays), copy=False))
        except (TooLong, OverflowError):
            continue
        except Irrational:
            break
    return None


def _short(array: Array) -> NDArray[np.bool_]:
    """Which cells are short decimals."""
    most = LONGEST.get(array.dtype, 0)
    size = np.abs(array.astype(np.float64))
    place = np.clip(np.nan_to_num(np.floor(np.log10(size))), most - 1 - FINEST, most - 1)
    power = 10.0 ** (most - 1 - place)
    units = np.rint(size * power)
    own = (units / power).astype(array.dtype) == np.abs(array)
    return np.asarray(np.isfinite(array) & (units <= 10.0**most) & own)
