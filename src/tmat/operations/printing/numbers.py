"""Expressions in numbers: each cell as its table shows it, or the values of the parts.

The printer also records whether every number is exact: a rounded one makes the line an approximation.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from tmat.numbers import shown_decimals
from tmat.operations.expression import Cell, Expression, Number, Operand
from tmat.operations.printing.precise import decimal_of, exactly_is, precise
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.text import LOOSE, PRODUCT, TEXT, Bound, Notation
from tmat.operations.selections import Choice, Limit, Lookup

LARGE = Decimal("1e7")  # from here on a number that is not whole is written with a power of ten
LONGEST = Decimal("1e15")  # from here on every number is
PLACES = 5  # decimals of a number with a power of ten, unless more are asked for
ZERO = Decimal(0)


class Numbers(Printer):
    """Prints ``3.88·3.28 + 3.80·3.11``; ``exact`` tells after ``text`` whether no number was rounded.

    ``most`` is the most decimals; ``finer`` adds to them, for a line whose rounded numbers would not give the next line.
    """

    def __init__(
        self,
        notation: Notation = TEXT,
        *,
        fold: int | None = None,
        decimals: Callable[[Operand], int] | None = None,
        most: int = 4,
    ) -> None:
        super().__init__(notation, fold=fold)
        self.exact = True
        self.most = most
        self.finer = 0
        self._decimals = decimals
        self._known: dict[tuple[Operand, int], int] = {}
        self._shared = 0  # decimals of the parts' values

    def text(self, expression: Expression) -> str:
        self.exact = True
        return super().text(expression)

    def cell(self, cell: Cell) -> Bound:
        return self.shown(decimal_of(cell.value), self._decimals_of(cell.operand))

    def read(self, cell: Cell) -> Decimal:
        """A cell's number as the line prints it."""
        return printed(decimal_of(cell.value), self._decimals_of(cell.operand), self.finer)

    def _decimals_of(self, operand: Operand) -> int:
        key = operand, self.finer
        if key not in self._known:
            if self._decimals is not None and not self.finer:
                self._known[key] = self._decimals(operand)
            else:
                self._known[key] = shown_decimals(_values(operand), self.most + self.finer)
        return self._known[key]

    def shown(self, value: Decimal, decimals: int) -> Bound:
        """A number with these decimals, or with a power of ten where it is too large or small for them."""
        own = printed(value, decimals, self.finer)
        if value == value:  # not NaN
            self.exact &= own == value
        if not own.is_finite():
            return self.signed("NaN" if own.is_nan() else "∞" if own > 0 else "−∞")
        if _plain(value, decimals, self.finer):
            text = f"{own if own else abs(own):.{0 if _whole(value) else max(decimals, 0)}f}"
            return self.signed(text)
        power = own.adjusted()
        short = f"{own.scaleb(-power):f}"
        short = short.rstrip("0").rstrip(".") if "." in short else short
        text = self.notation.scientific(short.replace("-", "−"), power)
        return text, LOOSE if own < 0 else PRODUCT

    def choice(self, e: Choice) -> Bound:
        return self._bound(e.chosen)

    # -- the values of the parts

    def share(self, decimals: int) -> None:
        """Set the decimals of the parts' values."""
        self._shared = decimals

    def worked(self, expression: Expression) -> tuple[str, Expression, bool]:
        """The expression with the values of its parts: the terms of a sum, top and bottom of a quotient.

        Returns its text, the expression of the numbers as printed, and whether all of them are exact.
        """
        self.exact = True
        inner = expression
        while isinstance(inner, Choice | Limit):
            inner = inner.chosen if isinstance(inner, Choice) else inner.inner
        values = {n: precise(part) for n, part in enumerate(inner.parts) if not _atomic(part)}
        self._shared = shared_decimals(list(values.values()), self.most + self.finer)
        shown = {n: printed(value, self._shared, self.finer) for n, value in values.items()}
        exact = all(exactly_is(inner.parts[n], value) for n, value in shown.items())
        text = self._bound(inner.of_parts([Worked(values[n]) if n in values else p for n, p in enumerate(inner.parts)]))
        line = inner.of_parts([Worked(shown.get(n, precise(p, self.read))) for n, p in enumerate(inner.parts)])
        return text[0], line, exact and self.exact

    def number(self, number: Number) -> Bound:
        if isinstance(number, Worked):
            return self.shown(number.worth, self._shared)
        return super().number(number)


class Worked(Number):
    """The value of a part, to sixty digits."""

    __slots__ = ()

    def __init__(self, worth: Decimal) -> None:
        self.number = worth  # type: ignore[assignment]

    @property
    def worth(self) -> Decimal:
        value: object = self.number
        assert isinstance(value, Decimal)
        return value

    @property
    def value(self) -> float:
        return float(self.number)


def printed(value: Decimal, decimals: int, finer: int = 0) -> Decimal:
    """A value rounded as it is printed: to these decimals, or to a few digits before a power of ten.

    >>> printed(Decimal("0.1235"), 3), printed(Decimal("75077370.00"), 4), printed(Decimal("0.00001234567"), 4)
    (Decimal('0.124'), Decimal('75077370'), Decimal('0.0000123457'))
    """
    if not value.is_finite():
        return value
    if _whole(value):
        decimals = 0
    if _plain(value, decimals, finer):
        return _rounded(value, decimals)
    return Context(prec=max(PLACES + finer, decimals) + 1, rounding=ROUND_HALF_UP).plus(value)


def at_place(value: Decimal, own: Decimal) -> Decimal:
    """A value rounded to the last place of a printed number."""
    exponent = own.as_tuple().exponent
    return _rounded(value, -exponent) if value.is_finite() and isinstance(exponent, int) else value


def _rounded(value: Decimal, decimals: int) -> Decimal:
    with localcontext(Context(prec=1200, rounding=ROUND_HALF_UP)):
        return value.quantize(ZERO.scaleb(-decimals)) if abs(value.adjusted()) < 1000 or decimals < 1000 else value


def _whole(value: Decimal) -> bool:
    return LARGE <= abs(value) < LONGEST and value == value.to_integral_value()


def _plain(value: Decimal, decimals: int, finer: int) -> bool:
    """Whether a number is written without a power of ten; a large one only where no decimals are asked for."""
    if not value:
        return True
    if abs(value) >= LARGE:
        enough = decimals <= 0 and (not finer or value.adjusted() >= PLACES + finer)
        return abs(value) < LONGEST and (_whole(value) or enough)
    return decimals <= 0 or abs(value) * 2 >= Decimal(1).scaleb(-decimals)


def shared_decimals(values: list[Decimal], most: int) -> int:
    """The decimals that these numbers need, at most ``most``.

    >>> shared_decimals([Decimal("0.30"), Decimal(2)], 4), shared_decimals([Decimal(1) / 3], 4)
    (1, 4)
    """
    needed = 0
    for value in values:
        if value and value.is_finite() and abs(value) < LARGE:
            exponent = value.normalize(Context(prec=100)).as_tuple().exponent
            needed = max(needed, -exponent if isinstance(exponent, int) else 0)
    return min(needed, most)


def _atomic(expression: Expression) -> bool:
    return isinstance(expression, Number | Cell | Lookup)


def _values(operand: Operand) -> NDArray[np.floating]:
    assert operand.values is not None, f"{operand.name} has no numbers"
    return operand.values
