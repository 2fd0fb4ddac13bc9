"""Parts of the working that take one of several: the largest, the one a mask says, a table's row, a limit."""

from __future__ import annotations

import math

from tmat.operations.expression import Cell, Expression, Operand


class Maximum(Expression):
    """The largest of its terms: ReLU's max(0, x)."""

    terms: tuple[Expression, ...]

    @property
    def value(self) -> float:
        values = [term.value for term in self.terms]
        return math.nan if any(map(math.isnan, values)) else max(values)


class Choice(Expression):
    """One of two, as a mask says: ``then`` where the test is not 0, else ``otherwise``."""

    test: Expression
    then: Expression
    otherwise: Expression

    @property
    def chosen(self) -> Expression:
        return self.then if self.test.value != 0.0 else self.otherwise

    @property
    def value(self) -> float:
        return self.chosen.value


class Lookup(Expression):
    """The cell of a table in the row that a number names; the first row is called ``first``."""

    table: Operand
    index: Expression
    first: int
    j: int

    @property
    def found(self) -> Cell:
        return self.table[round(self.index.value) - self.first, self.j]

    @property
    def value(self) -> float:
        return self.found.value


class Place(Expression):
    """Which of its terms is the largest, the first one called ``first``."""

    terms: tuple[Expression, ...]
    first: int

    @property
    def value(self) -> float:
        values = [term.value for term in self.terms]
        return float(self.first + values.index(max(values)))


class Limit(Expression):
    """A formula with the number it tends to where it cannot be worked out: x·Φ(x) at −∞ tends to 0."""

    inner: Expression
    limit: float

    @property
    def value(self) -> float:
        value = self.inner.value
        return self.limit if math.isnan(value) else value
