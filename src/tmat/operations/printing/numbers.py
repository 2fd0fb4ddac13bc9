"""The working in numbers: every cell as its table shows it, and what the parts come to.

A printer of numbers also knows whether it told the whole truth: a number cut to the decimals shown
makes the line an approximation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tmat.numbers import format_number, shown_decimals
from tmat.operations.expression import Cell, Expression, Number, Operand
from tmat.operations.parts import rebuilt
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.ratios import worth
from tmat.operations.printing.text import LOOSE, PRODUCT, TEXT, Bound, Notation
from tmat.operations.selections import Choice, Limit, Lookup

EXACT = 1e-12  # relative: what arithmetic in floats loses is no untruth
LARGE = 1e7  # beyond it a number that is not whole is written with a power of ten
PLACES = 5  # decimals of a number written with a power of ten


class Numbers(Printer):
    """``3.88·3.28 + 3.80·3.11``; ``exact`` says after ``text`` whether nothing was cut off."""

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
        self._decimals = decimals or (lambda operand: shown_decimals(_known(operand), most))
        self._shared = 0  # the decimals of the parts that were worked out

    def text(self, expression: Expression) -> str:
        self.exact = True
        return super().text(expression)

    def cell(self, cell: Cell) -> Bound:
        return self.shown(cell.value, self._decimals(cell.operand))

    def shown(self, value: float, decimals: int) -> Bound:
        """A number with so many decimals, or with a power of ten where those would hide it."""
        text = format_number(value, decimals)
        if value != 0.0 and math.isfinite(value):
            hidden = float(text) == 0.0 and decimals > 0
            long = abs(value) >= LARGE and not (decimals == 0 and abs(value) < 1e15)
            if hidden or long:
                return self._scientific(value)
            self.exact &= _same(float(text), value)
        return self.signed(text)

    def _scientific(self, value: float) -> Bound:
        mantissa, _, exponent = f"{value:.{PLACES}e}".partition("e")
        short = mantissa.rstrip("0").rstrip(".")
        self.exact &= _same(float(f"{short}e{exponent}"), value)
        text = self.notation.scientific(short.replace("-", "−"), int(exponent))
        return text, LOOSE if value < 0.0 else PRODUCT

    def choice(self, e: Choice) -> Bound:
        return self._bound(e.chosen)

    # -- one level worked out

    def share(self, decimals: int) -> None:
        """The decimals of numbers worked out from now on."""
        self._shared = decimals

    def worked(self, expression: Expression) -> str:
        """The expression with its parts worked out: the terms of a sum, top and bottom of a quotient."""
        self.exact = True
        inner = expression
        while isinstance(inner, Choice | Limit):
            inner = inner.chosen if isinstance(inner, Choice) else inner.inner
        values = [worth(part) for part in inner.parts if not _atomic(part)]
        self._shared = shared_decimals(values, self.most)
        return self._bound(rebuilt(inner, [p if _atomic(p) else Worked(worth(p)) for p in inner.parts]))[0]

    def number(self, number: Number) -> Bound:
        if isinstance(number, Worked):
            return self.shown(number.number, self._shared)
        return super().number(number)


class Worked(Number):
    """A number that a part came to."""

    __slots__ = ()


def shared_decimals(values: list[float], most: int) -> int:
    """The decimals that numbers worked out need, what floats lose left aside, at most ``most``.

    >>> shared_decimals([0.1 * 3, 2.0], 4), shared_decimals([1 / 3], 4)
    (1, 4)
    """
    plain = [value for value in values if math.isfinite(value) and abs(value) < LARGE]
    return shown_decimals([float(f"{value:.12g}") for value in plain], most) if plain else 0


def _atomic(expression: Expression) -> bool:
    return isinstance(expression, Number | Cell | Lookup)


def _same(shown: float, value: float) -> bool:
    return abs(shown - value) <= EXACT * abs(value)


def _known(operand: Operand) -> NDArray[np.floating]:
    assert operand.values is not None, f"{operand.name} has no numbers"
    return operand.values
