"""The exact value of an expression as a fraction, where it is rational."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from tmat.operations import expression as ex
from tmat.operations.selections import Choice, Limit, Lookup, Maximum

LARGEST_POWER = 64  # the largest exponent that is multiplied out

Exact = TypeVar("Exact", Decimal, Fraction)


def combined(e: ex.Expression, parts: list[Exact], zero: Exact) -> Exact | None:
    """The value of a sum, difference, negation or product of these numbers; None for other kinds of expressions."""
    match e:
        case ex.Sum():
            return sum(parts, zero)
        case ex.Difference():
            return parts[0] - parts[1]
        case ex.Negative():
            return -parts[0]
        case ex.Product():
            return math.prod(parts, start=zero + 1)
    return None


def ratio(expression: ex.Expression) -> Fraction | None:
    """The value as a fraction; None where it is irrational or infinite, or one of argmax and its like.

    >>> from tmat.operations.expression import Number, total
    >>> ratio(total(map(Number, (0.1, 0.2, -0.3)))), ratio(Number(2.5) * 0.83)
    (Fraction(0, 1), Fraction(83, 40))
    """
    match expression:
        case ex.Number() | ex.Cell() | Lookup():
            value = expression.value
            return Fraction(repr(value)) if math.isfinite(value) else None
        case Choice():
            return ratio(expression.chosen)
        case Limit():
            return ratio(expression.inner)
        case (
            ex.Sum()
            | ex.Difference()
            | ex.Negative()
            | ex.Product()
            | ex.Quotient()
            | ex.Power()
            | Maximum()
            | ex.Call()
        ):
            parts = [ratio(part) for part in expression.parts]
            known = [part for part in parts if part is not None]
            return _together(expression, known) if len(known) == len(parts) else None
    return None


def _together(expression: ex.Expression, parts: list[Fraction]) -> Fraction | None:
    match expression:
        case Maximum():
            chosen: Fraction = expression.pick(parts)
            return chosen
        case ex.Quotient():
            return parts[0] / parts[1] if parts[1] else None
        case ex.Power():
            power = parts[1]
            base = _root(parts[0], power.denominator) if 0 <= power <= LARGEST_POWER else None
            return None if base is None else base**power.numerator
        case ex.Call(function="sqrt"):
            return _root(parts[0], 2)
    return combined(expression, parts, Fraction(0))


def _root(power: Fraction, degree: int) -> Fraction | None:
    """The root of a degree, where it is rational: √10000 is 100, the fourth root 10."""
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
    """A whole number close to the root; the caller checks it."""
    return math.isqrt(whole) if degree == 2 else round(whole ** (1 / degree))
