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
            whole = parts[1].denominator == 1 and 0 <= parts[1] <= LARGEST_POWER
            return parts[0] ** int(parts[1]) if whole else None
        case Call(function="sqrt"):
            return _root(parts[0])
    return None


def _root(square: Fraction) -> Fraction | None:
    if square < 0:
        return None
    root = Fraction(math.isqrt(square.numerator), math.isqrt(square.denominator))
    return root if root * root == square else None
