"""Formulas over whole matrices, as expression trees: the formula that is printed above a step.

An operation states it as a function of its operands and parameters, ``lambda q, k: q @ k.T``. ``+``, ``-``, ``*`` and
``/`` go cell by cell, as in NumPy. What plain text says in words ("mean of X's rows") is a Prose, with its own typeset form.

>>> q, k = MatrixSymbol("Q", 0), MatrixSymbol("K", 1)
>>> [symbol.name for symbol in matrices(q @ k.T)]
['Q', 'K']
"""

from __future__ import annotations

import math

from tmat.operations.expression import Expression


class Whole(Expression):
    """A node over whole matrices: it has no single number as its value."""

    @property
    def value(self) -> float:
        return math.nan


class Symbol(Whole):
    """A variable by its name, such as pos in a positional encoding."""

    name: str


class MatrixSymbol(Symbol):
    """Operand ``n``, a whole matrix, by its name."""

    n: int

    @property
    def T(self) -> Transposed:
        return Transposed(self)

    def __matmul__(self, other: Expression) -> MatrixProduct:
        return MatrixProduct(self, other)

    def __getitem__(self, places: Expression | tuple[Expression, ...]) -> Selection:
        return Selection(self, places if isinstance(places, tuple) else (places,))


class Transposed(Whole):
    inner: Expression


class MatrixProduct(Whole):
    left: Expression
    right: Expression


class OuterSum(Whole):
    """Every row of one matrix plus every row of another."""

    left: Expression
    right: Expression


class RowSums(Whole):
    matrix: Expression


class SideBySide(Whole):
    matrices: tuple[Expression, ...]


class Selection(Whole):
    """Part of a matrix: the rows whose numbers another matrix holds, or rows and columns by number."""

    matrix: Expression
    places: tuple[Expression, ...]


class Places(Whole):
    """Rows or columns ``first`` to ``last``, counted from 1; None: all of them."""

    first: int | None
    last: int | None


ALL = Places(None, None)


class Words(Whole):
    """Words, set upright."""

    text: str


class Prose(Whole):
    """A formula in words (``spoken``) for plain text, and in signs (``written``) where mathematics is typeset."""

    spoken: tuple[Expression, ...]
    written: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The words and the matrices among them."""
        return self.spoken


def prose(*spoken: Expression | str, written: Expression) -> Prose:
    """A Prose of words and matrices: ``prose("mean of ", x, "'s rows", written=Call("mean", x))``."""
    return Prose(tuple(Words(part) if isinstance(part, str) else part for part in spoken), written)


def matrices(expression: Expression) -> list[MatrixSymbol]:
    """The matrices in a formula, in reading order; of a Prose those among its words."""
    return [node for node in expression.nodes() if isinstance(node, MatrixSymbol)]
