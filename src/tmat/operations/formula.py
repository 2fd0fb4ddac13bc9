"""A formula over whole matrices: what stands above a step, as a tree of the same kinds as the working of a cell.

An operation states it as a function of its operands and parameters, ``lambda q, k: q @ k.T``. Cell by cell are ``+``,
``-``, ``*`` and ``/``, as in NumPy. What is said in words ("mean of X's rows") is a Prose, which knows how it is typeset.

>>> q, k = MatrixSymbol("Q", 0), MatrixSymbol("K", 1)
>>> [symbol.name for symbol in matrices(q @ k.T)]
['Q', 'K']
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tmat.operations.expression import Expression


class Whole(Expression):
    """A part of a formula over whole matrices: there is no one number that it comes to."""

    @property
    def value(self) -> float:
        return math.nan


class Symbol(Whole):
    """Something by its name: the pos of an encoding."""

    name: str


class MatrixSymbol(Symbol):
    """Operand ``n`` as a whole, by its name."""

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
    """Every row of the one plus every row of the other."""

    left: Expression
    right: Expression


class RowSums(Whole):
    matrix: Expression


class SideBySide(Whole):
    matrices: tuple[Expression, ...]


class Selection(Whole):
    """A part of a matrix: its rows that another matrix names, or its rows and columns by number."""

    matrix: Expression
    places: tuple[Expression, ...]


class Places(Whole):
    """From first to last, both counted from 1; all of them where neither is said."""

    first: int | None
    last: int | None


ALL = Places(None, None)


class Words(Whole):
    """Words that stand upright."""

    text: str


class Prose(Whole):
    """A formula said in words on a line of text, and written with signs where mathematics is typeset."""

    said: tuple[Expression, ...]
    written: Expression


def prose(*said: Expression | str, written: Expression) -> Prose:
    """Words and the matrices they speak of: ``prose("mean of ", x, "'s rows", written=Call("mean", x))``."""
    return Prose(tuple(Words(part) if isinstance(part, str) else part for part in said), written)


def matrices(expression: Expression) -> Iterator[MatrixSymbol]:
    """The operands in reading order; of prose those that the words speak of."""
    if isinstance(expression, MatrixSymbol):
        yield expression
    for part in expression.said if isinstance(expression, Prose) else expression.parts:
        yield from matrices(part)
