"""Expressions taken apart and put together: the same kind of other parts, and the cells it all comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.operations.expression import Cell, Expression
from tmat.operations.selections import Choice, Lookup


def rebuilt(expression: Expression, parts: Sequence[Expression]) -> Expression:
    """The same kind of expression made of other parts, as many as it had."""
    if not parts:
        return expression
    others = iter(parts)

    def other(value: object) -> object:
        if isinstance(value, Expression):
            return next(others)
        return tuple(next(others) for _ in value) if isinstance(value, tuple) else value

    return type(expression)(*map(other, vars(expression).values()))


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
