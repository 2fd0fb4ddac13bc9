"""The value of an expression to sixty digits, of the exact cells or of the cells as a line prints them."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, getcontext, localcontext
from fractions import Fraction
from typing import TypeAlias

from tmat.numbers.waves import pi
from tmat.operations.expression import Call, Cell, Difference, Expression, Number, Power, Quotient, Sum
from tmat.operations.printing.ratios import LARGEST_POWER, combined, ratio
from tmat.operations.selections import Beyond, Choice, Larger, Limit, Lookup, Maximum, Place

Read: TypeAlias = Callable[[Cell], Decimal]

DIGITS = 60
KEPT = 40  # digits that a sum must keep when its terms cancel; else the terms are computed to more digits
FEWEST = 5  # with the most digits: fewer that are left are rounding noise, and the sum is 0
MOST_DIGITS = 600
FAR = 30  # above it erfc's asymptotic series gives all digits
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)


def decimal_of(value: float) -> Decimal:
    """The decimal that a float prints with.

    >>> decimal_of(0.1)
    Decimal('0.1')
    """
    return Decimal(repr(float(value)))


def cell_value(cell: Cell) -> Decimal:
    return decimal_of(cell.value)


def precise(expression: Expression, read: Read = cell_value) -> Decimal:
    """The value of an expression, ``read`` giving the values of its cells.

    >>> from tmat.operations.expression import sqrt
    >>> f"{precise(sqrt(2.0)):.30f}"
    '1.414213562373095048801688724210'
    """
    with localcontext(_context()):
        return +_worth(expression, read)


def exactly_is(expression: Expression, printed: Decimal) -> bool:
    """Whether the value of an expression is exactly a printed number."""
    with localcontext(_context()) as context:
        value = +_worth(expression, cell_value)
        if not context.flags[Inexact]:
            return value == printed or (value.is_nan() and printed.is_nan())
    exact = ratio(expression)
    return exact is not None and printed.is_finite() and exact == Fraction(printed)


def _context(digits: int = DIGITS) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_UP, traps=[], Emin=-999_999_999, Emax=999_999_999)


def _worth(e: Expression, read: Read) -> Decimal:
    match e:
        case Cell():
            return read(e)
        case Number(number=number):
            return number if isinstance(number, Decimal) else _pi() if number == math.pi else decimal_of(number)
        case Lookup():
            return read(e.found)
        case Choice():
            return _worth(e.chosen, read)
        case Limit(inner=inner, limit=limit):
            value = _worth(inner, read)
            return decimal_of(limit) if value.is_nan() else value
        case Quotient():
            return _quotient(e, read)
        case Sum(terms=(Number(number=1.0), Call(function=function, argument=argument))) if function in BESIDE_ONE:
            return BESIDE_ONE[function](_worth(argument, read))
        case Larger():
            return decimal_of(e.value)
        case Beyond(draw=draw, terms=terms, first=first):
            drawn, ends = _worth(draw, read), [_worth(term, read) for term in terms]
            return Decimal(first + min(sum(end <= drawn for end in ends), sum(end < max(ends) for end in ends)))
        case Place(terms=terms, first=first):
            values = [_worth(term, read) for term in terms]
            return Decimal(first + values.index(max(values)))
    parts = [_worth(part, read) for part in e.parts]
    match e:
        case Power():
            return _power(parts[0], parts[1])
        case Maximum():
            chosen: Decimal = next((part for part in parts if part.is_nan()), None) or e.pick(parts)
            return chosen
        case Call(function=function):
            return FUNCTIONS[function](parts[0])
    found = combined(e, parts, ZERO)
    assert found is not None, type(e).__name__
    return _all_digits(e, read, found, parts) if isinstance(e, Sum | Difference) else found


def _all_digits(e: Expression, read: Read, found: Decimal, parts: list[Decimal]) -> Decimal:
    """A sum whose terms cancel, from more digits of each term; 0 where it stays below their rounding error."""
    context = getcontext()
    if not (context.flags[Inexact] and found.is_finite() and any(parts)):
        return found
    noise = max(part.adjusted() for part in parts if part) - context.prec
    if found and found.adjusted() - noise >= KEPT:
        return found
    if context.prec > MOST_DIGITS:
        return found if found and found.adjusted() - noise >= FEWEST else ZERO
    with localcontext(_context(context.prec * 2)) as finer:
        terms = [_worth(part, read) for part in e.parts]
        more = combined(e, terms, ZERO)
        assert more is not None
        return _all_digits(e, read, more, terms) if finer.flags[Inexact] else more


def _quotient(e: Quotient, read: Read) -> Decimal:
    exponents = e.exponents
    if exponents is not None and any(other.value == math.inf for other in exponents[1]):
        return decimal_of(e.value)
    top = _worth(e.top, read)
    flags = getcontext().flags
    lost = flags[Inexact]
    bottom = _worth(e.bottom, read)
    if bottom.is_finite() and bottom and (not top or top.is_infinite()):
        flags[Inexact] = lost  # 0 and ∞ are exact, whatever they are divided by
    if not bottom:
        return top if not top or top.is_nan() else Decimal("Infinity").copy_sign(top)
    return top / bottom


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if exponent == exponent.to_integral_value() and 0 <= exponent <= LARGEST_POWER:
        return math.prod([base] * int(exponent), start=ONE)
    return base**exponent


def _pi() -> Decimal:
    """π rounded to the context, which flags it as inexact."""
    return +pi(getcontext().prec)


def _exp(x: Decimal) -> Decimal:
    return x.exp() if x else ONE


def _sine(x: Decimal) -> Decimal:
    if not x or not x.is_finite():
        return x * ZERO
    return _wave(x, x % (2 * _pi()), 1)


def _cosine(x: Decimal) -> Decimal:
    if not x or not x.is_finite():
        return x * ZERO + ONE
    return _wave(x, ONE, 0)


def _wave(x: Decimal, first: Decimal, k: int) -> Decimal:
    x = x % (2 * _pi())
    term = total = first
    while abs(term) > Decimal(10) ** -getcontext().prec:
        term = -term * x * x / ((k + 1) * (k + 2))
        k += 2
        total += term
    return total


def _tanh(x: Decimal) -> Decimal:
    if x.is_infinite():
        return ONE.copy_sign(x)
    if not x:
        return x
    doubled = (-2 * abs(x)).exp()
    return ((1 - doubled) / (1 + doubled)).copy_sign(x)


def _one_and_tanh(x: Decimal) -> Decimal:
    """1 + tanh x, to full precision where tanh is close to −1."""
    return TWO / (1 + (-2 * x).exp())


def _erf(x: Decimal) -> Decimal:
    if not x or x.is_nan():
        return x
    if abs(x) > 1:
        return (1 - _erfc(abs(x))).copy_sign(x)
    return _erf_series(x)


def _one_and_erf(x: Decimal) -> Decimal:
    """1 + erf x, to full precision where erf is close to −1."""
    return _erfc(-x) if x < -1 else ONE + _erf(x)


def _erfc(x: Decimal) -> Decimal:
    """1 − erf x, for x above 1."""
    if x.is_infinite():
        return ZERO
    if x <= FAR:
        # more digits, as 1 − erf is about e^−x² = 10^−0.43x²
        with localcontext(_context(DIGITS + 10 + int(x * x / 2))):
            value = 1 - _erf_series(x)
        return +value
    term = total = ONE
    k = 0
    while abs(term) > Decimal(10) ** -DIGITS:  # the terms shrink until k is x²
        k += 1
        term = -term * (2 * k - 1) / (2 * x * x)
        total += term
    return (-x * x).exp() / (x * _pi().sqrt()) * total


def _erf_series(x: Decimal) -> Decimal:
    """erf by its Taylor series, with more digits for terms of up to e^x²."""
    digits = getcontext().prec
    with localcontext(_context(digits + 5 + int(x * x / 2))):
        term = total = x
        k = 0
        while abs(term) > Decimal(10) ** -(digits + 5):
            k += 1
            term = -term * x * x / k
            total += term / (2 * k + 1)
        value = 2 * total / _pi().sqrt()
    return +value


FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": _exp,
    "ln": lambda x: x.ln() if x >= 0 else Decimal("NaN"),
    "sin": _sine,
    "cos": _cosine,
    "tanh": _tanh,
    "erf": _erf,
    "sqrt": Decimal.sqrt,
}

BESIDE_ONE: dict[str, Callable[[Decimal], Decimal]] = {"tanh": _one_and_tanh, "erf": _one_and_erf}
