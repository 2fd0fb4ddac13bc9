"""The derivative of a cell's expression, by the rules of calculus on the tree: what the backward rule of an operation must give.

Nothing here knows of operations: sums, products, quotients, powers and a handful of functions.
"""

from __future__ import annotations

import math
from functools import reduce

from tmat.operations.expression import (
    Call,
    Cell,
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    exp,
    sqrt,
)  # fmt: skip
from tmat.operations.selections import Choice, Limit, Lookup, Maximum, Place

At = tuple[str, int, int]
Slopes = dict[At, Expression]


def slopes(e: Expression) -> Slopes:
    """∂e/∂cell for every cell in it, each an expression again."""
    match e:
        case Number() | Place():  # which is the largest does not move with a little of any
            return {}
        case Cell():
            return {(e.operand.name, e.i, e.j): Number(1.0)}
        case Lookup():
            return slopes(e.found)
        case Choice():
            return slopes(e.chosen)
        case Limit(inner=inner):
            return slopes(inner)
        case Maximum(terms=terms):
            return slopes(max(terms, key=lambda term: term.value))
        case Sum(terms=terms):
            return _together(*(slopes(term) for term in terms))
        case Difference(left=left, right=right):
            return _together(slopes(left), _times(Number(-1.0), slopes(right)))
        case Negative(inner=inner):
            return _times(Number(-1.0), slopes(inner))
        case Product(factors=factors):
            others = [[f for k, f in enumerate(factors) if k != n] for n in range(len(factors))]
            return _together(
                *(
                    _times(reduce(lambda a, b: a * b, rest, Number(1.0)), slopes(f))
                    for f, rest in zip(factors, others, strict=True)
                )
            )
        case Quotient(top=top, bottom=bottom):
            return _together(_times(1.0 / bottom, slopes(top)), _times(-(e / bottom), slopes(bottom)))
        case Power(base=base, exponent=Number() as power):
            return _times(power * base ** (power.number - 1.0), slopes(base))
        case Power(base=Number() as base, exponent=exponent):
            return _times(math.log(base.number) * e, slopes(exponent))
        case Call(function=function, argument=argument):
            return _times(_outer(function, argument), slopes(argument))
    raise TypeError(f"no derivative of {type(e).__name__}")


def _outer(function: str, x: Expression) -> Expression:
    match function:
        case "exp":
            return exp(x)
        case "ln":
            return 1.0 / x
        case "sin":
            return Call("cos", x)
        case "cos":
            return -Call("sin", x)
        case "tanh":
            return 1.0 - Call("tanh", x) ** 2.0
        case "sqrt":
            return 1.0 / (2.0 * sqrt(x))
        case "erf":
            return 2.0 / sqrt(math.pi) * exp(-(x**2.0))
    raise TypeError(f"no derivative of {function}")


def _times(factor: Expression, own: Slopes) -> Slopes:
    return {place: factor * slope for place, slope in own.items()}


def _together(*each: Slopes) -> Slopes:
    found: Slopes = {}
    for own in each:
        for place, slope in own.items():
            found[place] = found[place] + slope if place in found else slope
    return found
