"""Expressions taken apart and put together: the same kind of other parts, and the cells it all comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.operations.expression import (
    Call,
    Cell,
    Difference,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
)
from tmat.operations.selections import Choice, Limit, Lookup, Maximum, Place


def rebuilt(expression: Expression, parts: Sequence[Expression]) -> Expression:
    """The same kind of expression made of other parts, as many as it had."""
    match expression:
        case Sum():
            return Sum(tuple(parts))
        case Product():
            return Product(tuple(parts))
        case Maximum():
            return Maximum(tuple(parts))
        case Place(first=first):
            return Place(tuple(parts), first)
        case Call(function=function):
            return Call(function, parts[0])
        case Lookup(table=table, first=first, j=j):
            return Lookup(table, parts[0], first, j)
        case Limit(limit=limit):
            return Limit(parts[0], limit)
        case Negative():
            return Negative(parts[0])
        case Difference():
            return Difference(*parts)
        case Quotient():
            return Quotient(*parts)
        case Power():
            return Power(*parts)
        case Choice():
            return Choice(*parts)
    return expression


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
