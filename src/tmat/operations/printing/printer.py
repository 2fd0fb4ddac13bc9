"""The base of all printers: it walks an expression, puts in brackets where precedence asks for them and folds long sums.

A subclass says how cells look: ``q₁₁`` (Symbols), ``Q[When, k]`` (Labels), ``3.88`` (Numbers), or prints whole matrices
(Matrices, below). The notation says how operators are written: plain text, LaTeX, MathML, Typst, a spreadsheet's formula.

>>> from tmat.operations.formula import MatrixSymbol
>>> q, k = MatrixSymbol("Q", 0), MatrixSymbol("K", 1)
>>> Matrices().text(q @ k.T)
'Q·Kᵀ'
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tmat.numbers import format_number
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
from tmat.operations.formula import (
    MatrixProduct,
    MatrixSymbol,
    OuterSum,
    Places,
    Prose,
    RowSums,
    Selection,
    SideBySide,
    Symbol,
    Transposed,
    Words,
    matrices,
)
from tmat.operations.printing.text import ATOM, CAPTION, LOOSE, POWER, PRODUCT, QUOTIENT, SUM, TEXT, Bound, Notation
from tmat.operations.selections import Beyond, Choice, Larger, Limit, Lookup, Maximum, Place
from tmat.operations.series import Run


class Printer:
    """Prints expressions; ``fold`` is the most terms of a sum that are shown, None for all."""

    def __init__(self, notation: Notation = TEXT, *, fold: int | None = None) -> None:
        self.notation = notation
        self.fold = fold

    def text(self, expression: Expression) -> str:
        return self._bound(expression)[0]

    def at(self, expression: Expression, level: int) -> str:
        """The text of a part, in brackets where its precedence is below the level."""
        text, own = self._bound(expression)
        return text if own >= level else self.notation.brackets(text)

    # -- the leaves, which subclasses print

    def number(self, number: Number) -> Bound:
        """A constant of the formula, in its shortest exact form."""
        if number.number == math.pi:
            return self.notation.number("π"), ATOM
        return self.signed(format_number(number.number))

    def cell(self, cell: Cell) -> Bound:
        """A cell of a matrix."""
        raise TypeError(f"{type(self).__name__} prints no cells")

    def run(self, run: Run) -> Bound:
        """A row or column with a running index: its first cell, where a subclass does not write the index."""
        return self.cell(run.first)

    def times(self, left: Expression, right: Expression) -> str:
        return self.notation.times

    def signed(self, text: str) -> Bound:
        """A number with the sign −; a negative one has the lowest precedence, so that it gets brackets."""
        own = text.replace("-", "−")
        if "e" in own:
            mantissa, _, exponent = own.partition("e")
            power = int(exponent.replace("−", "-"))
            return self.notation.scientific(mantissa, power), LOOSE if own.startswith("−") else PRODUCT
        return self.notation.number(own), LOOSE if own.startswith("−") else ATOM

    # -- the kinds of expression

    def _bound(self, e: Expression) -> Bound:  # noqa: C901, PLR0912 - one table: one line per kind of expression
        match e:
            case Number():
                return self.number(e)
            case Cell():
                return self.cell(e)
            case Run():
                return self.run(e)
            case Sum():
                return self.sum(e)
            case Product():
                return self.product(e)
            case Difference(left=left, right=right):
                return f"{self.at(left, QUOTIENT)}{self.notation.minus}{self.at(right, QUOTIENT)}", SUM
            case Negative(inner=inner):
                return self.notation.negative(self.at(inner, PRODUCT)), LOOSE
            case Quotient(top=top, bottom=bottom):
                return self.notation.quotient(self.at, top, bottom)
            case Power(base=base, exponent=exponent):
                return self.notation.power(self.at, base, exponent)
            case Call(function=function, argument=argument):
                return self.notation.call(self.at, function, argument)
            case Maximum(terms=terms):
                return self.among(e.sign, terms)
            case Beyond(draw=draw, terms=terms):
                return self.beyond(draw, terms)
            case Larger():
                return self.notation.words(e.rule), ATOM
            case Place(terms=terms):
                return self.among("argmax", terms)
            case Choice():
                return self.choice(e)
            case Lookup():
                return self.lookup(e)
            case Limit(inner=inner):
                return self._bound(inner)
        raise TypeError(f"no printing of {type(e).__name__}")  # pragma: no cover

    def sum(self, e: Sum) -> Bound:
        if not e.terms:
            return self.number(Number(0.0))
        if len(e.terms) == 1:
            return self._bound(e.terms[0])
        return self.notation.plus.join(self.folded(e.terms, QUOTIENT)), SUM

    def product(self, e: Product) -> Bound:
        factors = list(_factors(e))
        text = self.at(factors[0], POWER)
        for left, right in pairwise(factors):
            text += self.times(left, right) + self.at(right, POWER)
        return text, PRODUCT

    def among(self, function: str, terms: Sequence[Expression]) -> Bound:
        return self.notation.among(function, self.folded(terms, LOOSE))

    def beyond(self, draw: Expression, terms: Sequence[Expression]) -> Bound:
        """The first of the terms that is above a draw."""
        first, *others = self.folded(terms, LOOSE)
        return self.notation.among("first", [self.at(draw, SUM) + self.notation.below + first, *others])

    def choice(self, e: Choice) -> Bound:
        return self.notation.choice(self.at, e)

    def lookup(self, e: Lookup) -> Bound:
        return self.cell(e.found)

    def folded(self, terms: Sequence[Expression], level: int) -> list[str]:
        """The terms; where there are too many, the first ones, how many are left out, and the last."""
        if self.fold is None or len(terms) <= max(self.fold, 3) + 1:  # to leave out a single term saves no room
            return [self.at(term, level) for term in terms]
        head = max(self.fold - 1, 2)
        shown = [self.at(term, level) for term in terms[:head]]
        return [*shown, self.notation.more(len(terms) - head - 1), self.at(terms[-1], level)]


def _factors(e: Product) -> list[Expression]:
    """The factors; a first factor that is a product itself gives its own."""
    first, *others = e.factors
    return [*(_factors(first) if isinstance(first, Product) else [first]), *others]


class Matrices(Printer):
    """Prints formulas over whole matrices: ``Q·Kᵀ``."""

    def __init__(self, notation: Notation = CAPTION) -> None:
        super().__init__(notation)

    def times(self, left: Expression, right: Expression) -> str:
        letter = isinstance(right, Symbol) or (isinstance(right, Call) and right.function == "floor")
        if not isinstance(right, MatrixSymbol) and letter and isinstance(left, Number):
            return self.notation.beside
        both = matrices(left) and matrices(right)
        return self.notation.hadamard if both else self.notation.times

    def choice(self, e: Choice) -> Bound:
        return self.notation.masked(self.at, e)

    def _bound(self, e: Expression) -> Bound:
        match e:
            case Symbol(name=name):
                return self.notation.name(name), ATOM
            case Words(text=text):
                return self.notation.words(text), ATOM
            case Places():
                return self.notation.places(e), ATOM
            case Selection():
                return self.notation.selection(self.at, e), ATOM
            case SideBySide(matrices=parts):
                return self.notation.side_by_side([self.at(one, LOOSE) for one in parts]), ATOM
            case RowSums(matrix=matrix):
                return self.notation.series("sum", self.notation.letter("k"), self.at(matrix, PRODUCT))
            case Transposed(inner=inner):
                return self.notation.transposed(self.at, inner)
            case MatrixProduct(left=left, right=right):
                between = self.notation.beside_each_other(left, right)
                return self.at(left, PRODUCT) + between + self.at(right, POWER), PRODUCT
            case OuterSum(left=left, right=right):
                return self.at(left, QUOTIENT) + self.notation.outer + self.at(right, QUOTIENT), SUM
            case Quotient(top=top, bottom=bottom):
                return self.at(top, PRODUCT) + self.notation.slash + self.at(bottom, POWER), QUOTIENT
            case Prose(spoken=spoken):
                return self._spoken(spoken) if self.notation.spoken else self._bound(e.written)
        return super()._bound(e)

    def _spoken(self, spoken: tuple[Expression, ...]) -> Bound:
        return "".join(self.at(part, LOOSE) for part in spoken), ATOM if len(spoken) == 1 else LOOSE
