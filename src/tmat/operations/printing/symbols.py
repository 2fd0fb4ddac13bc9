"""Cells as a letter with indices: ``q₁₁k₃₁ + q₁₂k₃₂``.

>>> from tmat.operations.expression import Operand, total
>>> q, k = Operand("Q", shape=(6, 2)), Operand("K", shape=(6, 2))
>>> Symbols().text(total(q[0, n] * k[2, n] for n in range(2)))
'q₁₁k₃₁ + q₁₂k₃₂'
"""

from __future__ import annotations

from tmat.operations.expression import Cell, Expression
from tmat.operations.printing.printer import Printer
from tmat.operations.printing.text import ATOM, TEXT, Bound, Notation
from tmat.operations.selections import Lookup
from tmat.visible import visible

LETTERS = {
    "scores": "s", "scaled": "s", "weights": "a", "mean": "μ", "std": "σ", "gamma": "γ", "beta": "β", "ids": "id",
    "keep": "d", "angles": "θ", "key_angles": "θ", "slopes": "m",
}  # fmt: skip


def letter_of(name: str) -> str:
    """The lower-case letter for a matrix's cells.

    >>> [letter_of(name) for name in ("Q", "W_Q", "b_1", "PE", "scores2", "layer1.gamma")]
    ['q', 'w', 'b', 'p', 's', 'γ']
    """
    own = name.rpartition(".")[2]
    stem = own.rstrip("0123456789").rstrip("_") or own
    return LETTERS.get(stem) or next((sign.lower() for sign in stem if sign.isalnum()), "m")


class Symbols(Printer):
    """Prints cells as letters with indices; a second matrix with the same letter is written by its name."""

    def __init__(self, notation: Notation = TEXT, *, fold: int | None = None) -> None:
        super().__init__(notation, fold=fold)
        self._letters: dict[str, str] = {}

    def letter(self, name: str) -> str:
        if name not in self._letters:
            letter = letter_of(name)
            self._letters[name] = visible(name) if letter in self._letters.values() else letter
        return self._letters[name]

    def text(self, expression: Expression) -> str:
        self._letters = {}
        return super().text(expression)

    def cell(self, cell: Cell) -> Bound:
        places = (cell.i + 1, cell.j + 1)
        height, width = cell.operand.shape
        indices = places[1:] if height == 1 else places[:1] if width == 1 else places
        return self.notation.symbol(self.letter(cell.operand.name), indices), ATOM

    def lookup(self, e: Lookup) -> Bound:
        if isinstance(e.index, Cell) and e.index.operand.values is None:
            row = self.text(e.index)
            return self.notation.named(self.letter(e.table.name), [row, str(e.j + 1)], row), ATOM
        return self.cell(e.found)

    def times(self, left: Expression, right: Expression) -> str:
        both = isinstance(left, Cell) and isinstance(right, Cell)
        short = all(len(self.letter(c.operand.name)) == 1 for c in (left, right) if isinstance(c, Cell))
        return self.notation.beside if both and short else self.notation.times
