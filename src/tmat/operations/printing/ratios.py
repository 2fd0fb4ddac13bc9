"""An expression in decimals as an exact ratio, where it is one."""

from __future__ import annotations

import math
from fractions import Fraction

from tmat.operations.expression import (
    Call,
    Cell,
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from tmat.operations.selections import Choice, Limit, Lookup, Maximum

LARGEST_POWER = 64  # an exponent beyond it makes numbers that nobody writes


def ratio(expression: Expression) -> Fraction | None:
    """The ratio an expression comes to; None where it is irrational, infinite or a choice of places.

    >>> from tmat.operations.expression import Number, total
    >>> ratio(total(map(Number, (0.1, 0.2, -0.3)))), ratio(Number(2.5) * 0.83)
    (Fraction(0, 1), Fraction(83, 40))
    """
    match expression:
        case Number() | Cell() | Lookup():
            value = expression.value
            return Fraction(repr(value)) if math.isfinite(value) else None
        case Choice():
            return ratio(expression.chosen)
        case Limit():
            return ratio(expression.inner)
        case Sum() | Difference() | Negative() | Product() | Quotient() | Power() | Maximum() | Call():
            parts = [ratio(part) for part in expression.parts]
            known = [part for part in parts if part is not None]
            return _together(expression, known) if len(known) == len(parts) else None
    return None


def _together(expression: Expression, parts: list[Fraction]) -> Fraction | None:
    match expression:
        case Sum():
            return sum(parts, Fraction(0))
        case Difference():
            return parts[0] - parts[1]
        case Negative():
            return -parts[0]
        case Product():
            return math.prod(parts, start=Fraction(1))
        case Maximum():
            return max(parts)
        case Quotient():
            return parts[0] / parts[1] if parts[1] else None
        case Power():
            power = parts[1]
            base = _root(parts[0], power.denominator) if 0 <= power <= LARGEST_POWER else None
            return None if base is None else base**power.numerator
        case Call(function="sqrt"):
            return _root(parts[0], 2)
    return None


def _root(power: Fraction, degree: int) -> Fraction | None:
    """The root of a degree, where it is a ratio: of 10000 it is 100, and of degree 4 it is 10."""
    if degree == 1:
        return power
    if power < 0 or degree > LARGEST_POWER:
        return None
    try:
        root = Fraction(_whole_root(power.numerator, degree), _whole_root(power.denominator, degree))
    except OverflowError:
        return None
    return root if root**degree == power else None


def _whole_root(whole: int, degree: int) -> int:
    """The whole number nearest to a root, or close to it."""
    return math.isqrt(whole) if degree == 2 else round(whole ** (1 / degree))
