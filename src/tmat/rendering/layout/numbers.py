"""The numbers of a matrix as texts: one form for all of them, so that they align on the point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain

import numpy as np

from tmat.numbers import format_number, round_half_away, round_significant, shown_decimals
from tmat.numbers.rounding import digits_of
from tmat.sheet.remarks import Correction, Mask
from tmat.sheet.worksheet import Array

DIGITS = 15  # of a float, that are those of the decimal it prints as however many are asked for
LONGEST = 15  # digits of a number beyond which an exponent reads better
SMALLEST = 1e-5  # a matrix with nothing larger is shown with exponents
SAME = "·"  # in a matrix of right numbers: as printed
ODD = {math.inf: "∞", -math.inf: "−∞"}


def texts(values: Array, digits: int | None = None, most: int = 4, hidden: Mask | None = None) -> list[list[str]]:
    """The numbers of a matrix with the same decimals: as many as the longest needs, at most ``most``.

    Whole numbers have no point. Very large and very small numbers take an exponent. ``digits`` sets the decimals.
    What a mask hid is a bare 0, as no 0 beside it is: it is nothing, where 0.0000 may be a small number rounded.

    >>> texts(np.array([[1.5, 0.25], [-2.0, -np.inf]]))
    [['1.50', '0.25'], ['-2.00', '−∞']]
    >>> texts(np.array([[1.5e-12, 0.0]]))
    [['1.5e-12', '0']]
    >>> texts(np.array([[0.1]]), 17)
    [['0.10000000000000000']]
    >>> texts(np.array([[0.0, 1.0, 0.0]]), hidden=np.array([[False, False, True]]))
    [['0.0', '1.0', '0']]
    >>> texts(np.array([[0.2, 0.8, 0.0]]), 0, hidden=np.array([[False, False, True]]))
    [['0.', '1.', '0']]
    """
    shown = _texts(values, digits, most)
    if hidden is None:
        return shown
    pairs = [list(zip(*pair, strict=True)) for pair in zip(shown, hidden.tolist(), strict=True)]
    if digits is None and ("0", False) in chain.from_iterable(pairs):
        return texts(values, 1, most, hidden)
    point = "." if digits == 0 else ""
    return [["0" if nothing else text + point for text, nothing in row] for row in pairs]


def _texts(values: Array, digits: int | None, most: int) -> list[list[str]]:
    finite = values[np.isfinite(values)]
    peak = float(np.abs(finite).max(initial=0.0))
    if digits is not None:
        decimals = digits
        hopeless = 0.0 < peak < 0.5 * 10.0**-digits
    else:
        decimals = _decimals(finite, peak, most)
        hopeless = 0.0 < peak < SMALLEST
    if hopeless or (peak >= 1.0 and math.log10(peak) + 1 + decimals > max(LONGEST, decimals + 1)):
        return _with_exponents(values, finite, digits)
    if peak and math.log10(peak) + 1 + decimals > DIGITS:
        return [[format_number(x, decimals) for x in row] for row in values.tolist()]
    rounded = round_half_away(values, decimals) + 0.0  # + 0.0: no -0.00
    if len(finite) == values.size:
        return [[f"{x:.{decimals}f}" for x in row] for row in rounded.tolist()]
    return [[f"{x:.{decimals}f}" if math.isfinite(x) else ODD.get(x, "NaN") for x in row] for row in rounded.tolist()]


def corrected(found: Correction) -> list[list[str]]:
    """The right numbers of a correction, a dot where the printed one is right already."""
    assert found.right is not None
    right = texts(found.right, found.decimals)
    return [
        [text if wrong else SAME for text, wrong in zip(*row, strict=True)]
        for row in zip(right, found.wrong.tolist(), strict=True)
    ]


def _decimals(finite: Array, peak: float, most: int) -> int:
    """Decimals a matrix needs; where all of it is small, enough for three digits of the largest."""
    if 0.0 < peak < 0.01:
        most = max(most, 2 - math.floor(math.log10(peak)))
    if most > 0 and not np.array_equal(round_half_away(finite, most - 1), finite):
        return most  # the usual case, found at once
    return shown_decimals(finite, most)


def _with_exponents(values: Array, finite: Array, digits: int | None) -> list[list[str]]:
    places = digits
    if places is None:
        sample = finite.tolist()
        places = next((n for n in range(3) if all(float(f"{x:.{n}e}") == x for x in sample)), 3)
    return [[_exponent(x, places) for x in row] for row in round_significant(values, places + 1).tolist()]


def _exponent(x: float, places: int) -> str:
    """
    >>> _exponent(-1.25e-7, 2), _exponent(1.1e200, 20)
    ('-1.25e-7', '1.10000000000000000000e200')
    """
    printed = digits_of(repr(x))
    if printed is None:
        return ODD.get(x, "NaN")
    if not printed.digits:
        return "0"
    digits = printed.digits[: places + 1].ljust(places + 1, "0")
    point = "." if places else ""
    power = printed.exponent + len(printed.digits) - 1
    return f"{'-' if printed.negative else ''}{digits[0]}{point}{digits[1:]}e{power}"


def aligned(rows: list[list[str]]) -> list[list[str]]:
    """The columns of these rows of texts, each aligned on the point; what has no number stands at the right.

    >>> aligned([["1.5e-12", "9"], ["0", "10"], ["−∞", "8"]])
    [['1.5e-12', '0      ', '     −∞'], [' 9', '10', ' 8']]
    """
    return [_aligned(column) for column in zip(*rows, strict=True)]


def _aligned(column: Sequence[str]) -> list[str]:
    if "e" not in "".join(column):
        width = max(map(len, column), default=0)
        return [text.rjust(width) for text in column]
    before = max((_head(text) for text in column if text[-1:].isdigit()), default=0)
    after = max((len(text) - _head(text) for text in column if text[-1:].isdigit()), default=0)
    width = max(before + after, *map(len, column))
    placed = []
    for text in column:
        if text[-1:].isdigit():
            text = (" " * (before - _head(text)) + text).ljust(before + after)
        placed.append(text.rjust(width))
    return placed


def _head(text: str) -> int:
    """How much of a number stands before its point."""
    for mark in ".e":
        if mark in text:
            return text.index(mark)
    return len(text)
