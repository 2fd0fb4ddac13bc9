"""Expressions that select one of several values: the largest, a masked or unmasked one, a table's row, a limit."""

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
    """``then`` where ``test`` is not 0, else ``otherwise``."""

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
    """1 where fewer than ``limit`` of the terms are larger than ``own`` (``summed``: where those sum to less), else 0."""

    own: Expression
    terms: tuple[Expression, ...]
    limit: float
    summed: bool

    @property
    def amount(self) -> float:
        """How many terms are larger, or their sum."""
        own = self.own.value
        larger = [value for term in self.terms if (value := term.value) > own]
        return math.fsum(larger) if self.summed else float(len(larger))

    @property
    def value(self) -> float:
        return float(self.amount < (self.limit - 1e-12 if self.summed else self.limit))

    @property
    def rule(self) -> str:
        """The condition in words."""
        return (
            f"the larger ones sum to less than {self.limit:g}"
            if self.summed
            else f"fewer than {self.limit:g} are larger"
        )


class Beyond(Expression):
    """The number of the first term above ``draw``, counted from ``first``; where none is, that of the first largest."""

    draw: Expression
    terms: tuple[Expression, ...]
    first: int

    @property
    def value(self) -> float:
        draw, values = self.draw.value, [term.value for term in self.terms]
        top = max(values)
        return float(self.first + min(sum(value <= draw for value in values), sum(value < top for value in values)))


class Lookup(Expression):
    """A cell of a table: column ``j`` of row ``index``, rows counted from ``first``."""

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
    """The number of the largest term, counted from ``first``: argmax."""

    terms: tuple[Expression, ...]
    first: int

    @property
    def value(self) -> float:
        values = [term.value for term in self.terms]
        return float(self.first + values.index(max(values)))


class Limit(Expression):
    """An expression, or its limit where it evaluates to NaN: x·Φ(x) tends to 0 at −∞."""

    inner: Expression
    limit: float

    @property
    def value(self) -> float:
        value = self.inner.value
        return self.limit if math.isnan(value) else value


def leaves(expression: Expression) -> Iterator[Cell]:
    """The cells that an expression depends on, in reading order: of a Choice only the chosen branch, of a Lookup the cell found."""
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
