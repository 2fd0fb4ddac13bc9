"""Terms that differ only in an index: a₁₁b₁₁ + a₁₂b₂₁ + … is Σ of one term with a running index."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tmat.operations.expression import Call, Cell, Expression, Number, Operand
from tmat.operations.selections import Beyond, Larger, Limit, Lookup, Place


@dataclass(frozen=True, slots=True, eq=False)
class Run(Expression):
    """A whole row (``j`` is None) or column (``i`` is None) of an operand: a cell with a running index."""

    operand: Operand
    i: int | None
    j: int | None

    @property
    def value(self) -> float:
        """NaN: there is no single number."""
        return math.nan

    @property
    def first(self) -> Cell:
        return self.operand[self.i or 0, self.j or 0]

    @property
    def last(self) -> Cell:
        i = self.operand.height - 1 if self.i is None else self.i
        j = self.operand.width - 1 if self.j is None else self.j
        return self.operand[i, j]

    @property
    def is_row(self) -> bool:
        return self.j is None


def common(terms: Sequence[Expression]) -> Expression | None:
    """The term that all of these are for some value of a running index, with Runs in place of the cells that move.

    None where they differ in anything else, where no index runs over a whole row or column, and for fewer than two terms.

    >>> from tmat.operations.expression import Operand
    >>> a = Operand("A", shape=(2, 3))
    >>> run = common(a.row(1))
    >>> run.i, run.j
    (1, None)
    """
    if len(terms) < 2:
        return None
    found = _common(terms)
    return found if found is not None and any(runs(found)) else None


def runs(expression: Expression) -> Iterator[Run]:
    """The Runs of a term, in reading order."""
    if isinstance(expression, Run):
        yield expression
    for part in expression.parts:
        yield from runs(part)


def _common(terms: Sequence[Expression]) -> Expression | None:
    first = terms[0]
    kind = type(first)
    if any(type(term) is not kind for term in terms):
        return None
    if isinstance(first, Cell):
        return _line([term for term in terms if isinstance(term, Cell)])
    if isinstance(first, Number):
        return first if all(term == first for term in terms) else None
    if isinstance(first, Lookup | Place | Beyond | Larger | Run):
        return None
    if isinstance(first, Call) and any(isinstance(t, Call) and t.function != first.function for t in terms):
        return None
    if isinstance(first, Limit) and any(isinstance(t, Limit) and t.limit != first.limit for t in terms):
        return None
    if len({len(term.parts) for term in terms}) != 1:
        return None
    parts = [_common(column) for column in zip(*(term.parts for term in terms), strict=True)]
    whole = [part for part in parts if part is not None]
    return first.of_parts(whole) if len(whole) == len(parts) else None


def _line(cells: Sequence[Cell]) -> Cell | Run | None:
    operand, i, j = cells[0].operand, cells[0].i, cells[0].j
    if any(cell.operand is not operand for cell in cells):
        return None
    same_row = all(cell.i == i for cell in cells)
    same_column = all(cell.j == j for cell in cells)
    if same_row and same_column:
        return cells[0]
    if same_row and [cell.j for cell in cells] == list(range(operand.width)):
        return Run(operand, i, None)
    if same_column and [cell.i for cell in cells] == list(range(operand.height)):
        return Run(operand, None, j)
    return None
