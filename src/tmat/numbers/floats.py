"""The floating-point types that programs compute in, their rounding errors, and which of them numbers were computed in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tmat.numbers.claim import Claim
from tmat.numbers.rounding import Array


@dataclass(frozen=True, slots=True)
class FloatType:
    """A type: its unit roundoff u, that of the sums in matrix products, and its smallest positive number.

    Kernels add up half-precision products in single precision and round the result once.
    ``products`` is the roundoff of a product's operands, where a kernel rounds them first (TF32 keeps 10 bits).
    """

    name: str
    roundoff: float
    sums: float
    smallest: float
    products: float = 0.0


FLOAT64 = FloatType("float64", 2.0**-53, 2.0**-53, 2.0**-1074)
FLOAT32 = FloatType("float32", 2.0**-24, 2.0**-24, 2.0**-149)
FLOAT16 = FloatType("float16", 2.0**-11, 2.0**-24, 2.0**-24)
BFLOAT16 = FloatType("bfloat16", 2.0**-8, 2.0**-24, 2.0**-133)
TF32 = FloatType("TF32", 2.0**-24, 2.0**-24, 2.0**-149, products=2.0**-11)

FLOAT_TYPES = {each.name: each for each in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}
"""The types by the names that NumPy and torch give them; TF32 is a way to multiply float32, not a type of its own."""


SHORT = 3  # binary places that a number computed by hand may well have: 0.125


def computed_in(values: Array) -> FloatType | None:
    """The narrowest type that holds all of these numbers; None for short decimals, which a person wrote.

    A random double fits a mantissa of 11 bits once in 10¹².

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
    """Numbers rounded to the mantissa of a type, whatever their exponent."""
    fraction, exponent = np.frexp(numbers)
    return np.ldexp(np.rint(fraction / kind.roundoff) * kind.roundoff, exponent)
