"""Rounding half away from zero and truncation, decided on the decimal that a float prints as; numbers as tables show them.

The fast path needs no text. A decimal n/10^d of at most 15 digits is what its nearest double prints
as, so a float that prints as more than that decimal is a greater float: comparing with the nearest
double of the tie, (10n + 5)/10^(d+1), decides as the printed digits would. Both that double and the
result come from one division of exact whole numbers, hence are correctly rounded. Longer numbers
(sixteen digits and more) and other float types go by their text.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tmat.errors import InputError

Array: TypeAlias = NDArray[np.floating]

EXACT_POWER = 22  # 10^22 is the largest power of ten that a double holds exactly
CERTAIN = 1e14  # fewer units of the last place than this are compared exactly
LOWEST, HIGHEST = -330, 310  # powers of ten beyond both ends of the doubles


def round_half_away(values: ArrayLike, decimals: int) -> Array:
    """Each number rounded to these decimals, halves away from zero: 2.675 → 2.68, −2.5 → −3.

    sign(x) · ⌊|x|·10^d + 1/2⌋ / 10^d, with x the decimal that the float prints as; the result is the float
    nearest to that decimal, never −0.0. Any shape and float type, kept; negative decimals round to
    tens, hundreds, …; infinities and NaN stay. The input is not changed.

    >>> round_half_away(np.array([2.675, 0.125, -2.5, -0.001]), 2)
    array([ 2.68,  0.13, -2.5 ,  0.  ])
    >>> round_half_away(np.array([1250.0, -1249.0]), -2)
    array([ 1300., -1200.])
    """
    return _to_places(values, decimals, half_away=True)


def truncate(values: ArrayLike, decimals: int) -> Array:
    """Each number cut off after these decimals, toward zero.

    sign(x) · ⌊|x|·10^d⌋ / 10^d, with x the decimal that the float prints as. Shapes, types and limits
    as in `round_half_away`.

    >>> truncate(np.array([2.679, -0.296, 0.29]), 2)
    array([ 2.67, -0.29,  0.29])
    """
    return _to_places(values, decimals, half_away=False)


def round_significant(values: ArrayLike, digits: int) -> Array:
    """Each number rounded to this many significant digits, halves away from zero: 9.9996 to four is 10.

    The decimals kept are digits − 1 − ⌊log₁₀|x|⌋, cell by cell. Raises InputError where digits < 1.

    >>> round_significant(np.array([23.817212, 8.0629042, 0.00123456]), 4)
    array([2.382e+01, 8.063e+00, 1.235e-03])
    """
    if digits < 1:
        raise InputError(
            f"cannot round to {digits} significant digits",
            "a number has one significant digit or more",
            mend="try 1 or more",
        )
    given = _floats(values)
    array = given.reshape(-1)
    result = array + array.dtype.type(0)
    counted = np.isfinite(array) & (array != 0)
    places = leading_place(array[counted])
    cells = array[counted]
    for place in np.unique(places):
        chosen = places == place
        cells[chosen] = round_half_away(cells[chosen], digits - 1 - int(place))
    result[counted] = cells
    return result.reshape(given.shape)


def leading_place(values: ArrayLike) -> NDArray[np.int64]:
    """The power of ten of each number's first digit, ⌊log₁₀|x|⌋ of the printed decimal; x finite, not 0.

    >>> leading_place(np.array([23.8, 8.06, 0.001, 1000.0]))
    array([ 1,  0, -3,  3])
    """
    size = np.abs(_floats(values))
    powers = powers_of_ten(size.dtype.char)
    place = np.floor(np.log10(size)).astype(np.int64)
    # The logarithm may be off in its last bit at a power of ten; the comparison corrects it.
    place -= size < powers[place - LOWEST]
    place += size >= powers[place + 1 - LOWEST]
    return place


@cache
def powers_of_ten(kind: str = "d") -> Array:
    """The floats nearest to 10^LOWEST … 10^HIGHEST."""
    with np.errstate(over="ignore", under="ignore"):
        return np.array([float(f"1e{n}") for n in range(LOWEST, HIGHEST + 1)]).astype(kind)


def _floats(values: ArrayLike) -> Array:
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _to_places(values: ArrayLike, decimals: int, *, half_away: bool) -> Array:
    given = _floats(values)
    array = given.reshape(-1)
    kind = array.dtype.type
    size = np.abs(array)
    if kind is np.float64 and 0 <= decimals < EXACT_POWER and (size < CERTAIN / 10.0**decimals).all():
        result, _ = _compared(size, size * 10.0**decimals, decimals, half_away)
        return (np.copysign(result, array) + 0.0).reshape(given.shape)
    if kind in (np.float64, np.float32) and -EXACT_POWER <= decimals < EXACT_POWER:
        result, sure = _by_comparison(size, decimals, half_away)
    else:
        result, sure = size.copy(), np.zeros(array.shape, dtype=bool)
    settled = ~np.isfinite(size)
    if decimals >= 0:
        settled |= size == np.floor(size)
    result[settled] = size[settled]
    for index in np.nonzero(~(sure | settled))[0]:
        result[index] = _by_text(size[index], decimals, half_away)
    return (np.copysign(result, array) + kind(0)).reshape(given.shape)  # −0.0 + 0 is 0.0


def _by_comparison(size: Array, decimals: int, half_away: bool) -> tuple[Array, NDArray[np.bool_]]:
    """The rounded sizes, and where they are certain: fifteen digits or fewer (six in float32)."""
    single = size.dtype == np.float32
    double = size.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        count = double * 10.0**decimals if decimals >= 0 else double / 10.0**-decimals
        sure = count < (1e5 if single else CERTAIN)
        count[~sure] = 0.0
        exact, mark = _compared(size, count, decimals, half_away)
        if not single:
            return exact, sure
        # In float32 the mark is the nearest float32. Rounding it to a double first rounds twice, which is
        # wrong only where the double is a midpoint of two float32: those go by their text.
        sure &= ~(_is_midpoint(mark) | _is_midpoint(exact))
        return exact.astype(np.float32), sure


def _compared(size: Array, count: Array, decimals: int, half_away: bool) -> tuple[Array, Array]:
    """Sizes rounded, as doubles, and the marks that they were compared with, in their own type.

    ``count``, the sizes in units of the last place, may be off in its last bit, hence on the wrong side of a whole number:
    comparing with the mark corrects it.
    """
    if half_away:
        count = np.floor(count)
        mark = _over_power(10 * count + 5, decimals + 1)
        kept = count + (size >= mark.astype(size.dtype, copy=False))
    else:
        count = np.rint(count)
        mark = _over_power(count, decimals)
        kept = count - (mark.astype(size.dtype, copy=False) > size)
    return _over_power(kept, decimals), mark


def _over_power(whole: Array, decimals: int) -> Array:
    """whole / 10^decimals, rounded once."""
    return whole / 10.0**decimals if decimals >= 0 else whole * 10.0**-decimals


def _is_midpoint(double: Array) -> NDArray[np.bool_]:
    """Whether a double is halfway between two float32: of its 29 further bits only the first is set."""
    return np.asarray((double.view(np.int64) & 0x1FFFFFFF) == 0x10000000)


def _by_text(size: np.floating, decimals: int, half_away: bool) -> np.floating:
    text = repr(float(size)) if size.dtype == np.float64 else str(size)
    printed = digits_of(text)
    assert printed is not None, text
    if printed.exponent >= -decimals:
        return size
    return size.dtype.type(f"{printed.kept(decimals, half_away=half_away)}e{-decimals}")


LARGEST_EXPONENT = 100_000  # far beyond any float; numbers with a larger one are not read


class Digits(NamedTuple):
    """A decimal as printed: digits · 10^exponent; leading zeros are dropped, trailing ones kept."""

    negative: bool
    digits: str
    exponent: int

    def kept(self, decimals: int, *, half_away: bool) -> int:
        """The decimal in units of 10^-decimals, rounded half away from zero or cut off.

        >>> digits_of("2.675").kept(2, half_away=True), digits_of("2.675").kept(2, half_away=False)
        (268, 267)
        """
        drop = -decimals - self.exponent
        if drop <= 0:
            return int(self.digits + "0" * -drop or "0")
        head = int(self.digits[:-drop] or "0")
        up = half_away and drop <= len(self.digits) and self.digits[-drop] >= "5"
        return head + up


def digits_of(text: str) -> Digits | None:
    """The digits of a number as typed or printed; None where the text is no finite decimal number.

    >>> digits_of("−0.360")
    Digits(negative=True, digits='360', exponent=-3)
    >>> digits_of("1.2E+05")
    Digits(negative=False, digits='12', exponent=4)
    >>> digits_of("-∞") is None
    True
    """
    negative, digits, fraction = _plain_digits(text)
    if digits.isdigit() and digits.isascii():  # as most are
        return Digits(negative, digits.lstrip("0"), -len(fraction))
    mantissa, mark, power = text.strip().replace("−", "-").replace("E", "e").partition("e")
    negative, digits, fraction = _plain_digits(mantissa)
    if not (digits.isascii() and digits.isdigit()):
        return None
    exponent = 0
    if mark:
        if not power.isascii() or not power.lstrip("+-").isdigit() or len(power) > 8:
            return None
        try:
            exponent = int(power)
        except ValueError:  # 1e+-5
            return None
        if abs(exponent) > LARGEST_EXPONENT:
            return None
    return Digits(negative, digits.lstrip("0"), exponent - len(fraction))


def _plain_digits(text: str) -> tuple[bool, str, str]:
    """Whether a minus stands first, the digits without their point, and those behind it."""
    whole, _, fraction = (text[1:] if text[:1] in ("-", "+") else text).partition(".")
    return text[:1] == "-", whole + fraction, fraction


LONGEST_PLAIN = 21  # digits before the point; a longer number is written with an exponent
SMALLEST_PLAIN = 1e-9


def format_number(x: float, decimals: int | None = None) -> str:
    """A number with fixed decimals, rounded half away from zero; without decimals, its shortest form.

    Never -0.00; infinities are ∞ and −∞. The shortest form has an exponent below 10⁻⁹ and from 10²¹ on.

    >>> format_number(2.675, 2), format_number(-0.001, 2), format_number(3.0, 0), format_number(-math.inf)
    ('2.68', '0.00', '3', '−∞')
    >>> format_number(0.00001), format_number(3.0), format_number(1250, -2)
    ('0.00001', '3', '1300')
    """
    x = float(x)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    text = repr(x)
    printed = digits_of(text)
    assert printed is not None, text
    if decimals is None:
        if x != 0 and not SMALLEST_PLAIN <= abs(x) < 10.0**LONGEST_PLAIN:
            return text
        digits = printed.digits.rstrip("0")
        decimals = max(0, -printed.exponent - (len(printed.digits) - len(digits))) if digits else 0
    kept = printed.kept(decimals, half_away=True)
    sign = "-" if printed.negative and kept else ""
    if decimals <= 0:
        return f"{sign}{kept * 10**-decimals}"
    padded = str(kept).rjust(decimals + 1, "0")
    return f"{sign}{padded[:-decimals]}.{padded[-decimals:]}"


def shown_decimals(values: ArrayLike, most: int = 4) -> int:
    """How many decimals a matrix needs: those of its longest number, at most ``most``; 0 for whole numbers.

    >>> shown_decimals(np.array([1.0, 0.0])), shown_decimals(np.array([0.5, 0.25])), shown_decimals([1 / 3])
    (0, 2, 4)
    """
    array = np.asarray(values)
    if array.dtype.kind != "f":
        return 0
    finite = array[np.isfinite(array)]
    for decimals in range(most):
        if np.array_equal(round_half_away(finite, decimals), finite):
            return decimals
    return most


def decimals_said(count: int) -> str:
    """A number of decimals in words.

    >>> decimals_said(1), decimals_said(0)
    ('1 decimal', 'whole numbers')
    """
    return "whole numbers" if count == 0 else f"{count} decimal{'' if count == 1 else 's'}"
