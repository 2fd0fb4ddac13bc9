"""Which type a program computed numbers in, read off the numbers."""

from __future__ import annotations

import numpy as np

from tmat.numbers.claim import Claim
from tmat.numbers.floats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatType
from tmat.numbers.rounding import Array

SHORT = 3  # bits behind the point that a number worked by hand may well have: 0.125


def computed_in(values: Array) -> FloatType | None:
    """The type that a program computed numbers in, by the narrowest that holds them all; None for short decimals.

    A number of chance fits a type of 11 bits once in 10¹²; short decimals were written by a person.

    >>> computed_in(np.array([0.1, 2.25])) is None
    True
    >>> computed_in(np.array([1 / 3, 0.1])).name, computed_in(np.array([0.333251953125])).name
    ('float64', 'float16')
    """
    numbers = np.unique(np.abs(values[np.isfinite(values)]))
    if not numbers.size or (np.modf(numbers * 2.0**SHORT)[0] == 0).all():
        return None
    for kind in (BFLOAT16, FLOAT16):
        if (_rounded(numbers, kind) == numbers).all():
            return kind
    if Claim.of_floats(numbers).decimals is not None:
        return None
    return FLOAT32 if (_rounded(numbers, FLOAT32) == numbers).all() else FLOAT64


def _rounded(numbers: Array, kind: FloatType) -> Array:
    """Numbers in the mantissa of a type, whatever their exponent."""
    fraction, exponent = np.frexp(numbers)
    return np.ldexp(np.rint(fraction / kind.roundoff) * kind.roundoff, exponent)
