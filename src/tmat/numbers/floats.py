"""The types of floating-point numbers that programs compute in, and how far each is from exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FloatType:
    """A type: its unit roundoff u, that of the sums behind its products, and its smallest positive number.

    Sums of half-precision numbers are carried in single precision by every kernel in use; the result is rounded once.
    ``products`` is the roundoff of a product's operands, where a kernel shortens them first (TF32 keeps 10 bits).
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
