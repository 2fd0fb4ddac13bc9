"""Parts of the working that take one of several: the largest, the one a mask says, a table's row, a limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from tmat.operations.expression import Cell, Expression, Operand


class Maximum(Expression):
    """The largest of its terms: ReLU's max(0, x)."""

    terms: tuple[Expression, ...]

    sign = "max"

    def pick(self, values: Iterable[Any]) -> Any:
        return max(values)

    @property
    def value(self) -> float:
        values = [term.value for term in self.terms]
        return math.nan if any(map(math.isnan, values)) else float(self.pick(values))


class Minimum(Maximum):
    """The smallest of its terms."""

    sign = "min"

    def pick(self, values: Iterable[Any]) -> Any:
        return min(values)


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


class Larger(Expression):
    """Whether few of the terms are larger than its own: fewer than ``limit`` of them, or their sum less than it. 1 or 0."""

    own: Expression
    terms: tuple[Expression, ...]
    limit: float
    summed: bool

    @property
    def amount(self) -> float:
        """How many are larger, or what those sum to."""
        own = self.own.value
        larger = [value for term in self.terms if (value := term.value) > own]
        return math.fsum(larger) if self.summed else float(len(larger))

    @property
    def value(self) -> float:
        return float(self.amount < (self.limit - 1e-12 if self.summed else self.limit))

    @property
    def rule(self) -> str:
        """What must hold, in words."""
        return (
            f"the larger ones sum to less than {self.limit:g}"
            if self.summed
            else f"fewer than {self.limit:g} are larger"
        )


class Beyond(Expression):
    """The first of its terms that is above a draw, the first one called ``first``; the first largest where none is."""

    draw: Expression
    terms: tuple[Expression, ...]
    first: int

    @property
    def value(self) -> float:
        draw, values = self.draw.value, [term.value for term in self.terms]
        top = max(values)
        return float(self.first + min(sum(value <= draw for value in values), sum(value < top for value in values)))


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


def leaves(expression: Expression) -> Iterator[Cell]:
    """The cells of an expression in reading order; of a choice the chosen, of a lookup the found one."""
    match expression:
        case Cell():
            yield expression
        case Choice():
            yield from leaves(expression.test)
            yield from leaves(expression.chosen)
        case Lookup():
            yield from leaves(expression.index)
            yield expression.found
        case _:
            for part in expression.parts:
                yield from leaves(part)
