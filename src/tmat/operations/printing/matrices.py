"""Formulas over whole matrices, each by its name: ``(X − mean) / √(std² + 0.00001)``.

>>> from tmat.operations.formula import MatrixSymbol
>>> q, k = MatrixSymbol("Q", 0), MatrixSymbol("K", 1)
>>> Matrices().text(q @ k.T)
'Q·Kᵀ'
"""

from __future__ import annotations

from tmat.operations.expression import Call, Expression, Number, Quotient
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
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.text import ATOM, CAPTION, LOOSE, POWER, PRODUCT, QUOTIENT, SUM, Bound, Notation
from tmat.operations.selections import Choice


class Matrices(Printer):
    """Prints formulas over whole matrices: ``Q·Kᵀ``."""

    def __init__(self, notation: Notation = CAPTION) -> None:
        super().__init__(notation)

    def times(self, left: Expression, right: Expression) -> str:
        letter = isinstance(right, Symbol) or (isinstance(right, Call) and right.function == "floor")
        if not isinstance(right, MatrixSymbol) and letter and isinstance(left, Number):
            return self.notation.beside
        both = any(matrices(left)) and any(matrices(right))
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
            case Prose(said=said):
                return self._said(said) if self.notation.spoken else self._bound(e.written)
        return super()._bound(e)

    def _said(self, said: tuple[Expression, ...]) -> Bound:
        return "".join(self.at(part, LOOSE) for part in said), ATOM if len(said) == 1 else LOOSE
