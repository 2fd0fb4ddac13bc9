"""Numbers as text, as tables show them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from tmat.numbers.rounding import digits_of, round_half_away

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
