"""Remarks on lines of a working: the mask's cell, the id looked up, why 0/0 is 0."""

from __future__ import annotations

import math

from tmat.numbers import format_number
from tmat.operations.expression import Cell, Expression, Quotient
from tmat.operations.printing.labels import Labels, label_at
from tmat.operations.selections import Beyond, Choice, Larger, Limit, Lookup, Place


def chosen(expression: Expression) -> str:
    """Why these numbers were taken: the mask's cell, the id looked up; empty where nothing was selected."""
    if isinstance(expression, Choice) and isinstance(expression.test, Cell):
        return _equation(expression.test)
    if isinstance(expression, Lookup) and isinstance(expression.index, Cell):
        return _equation(expression.index)
    if isinstance(expression, Choice) and isinstance(expression.test, Larger):
        return _ranked(expression.test)
    if isinstance(expression, Beyond) and isinstance(expression.draw, Cell):
        return _equation(expression.draw)
    return ""


def _ranked(test: Larger) -> str:
    amount, limit = (format_number(round(number, 4)) for number in (test.amount, test.limit))
    if test.summed:
        return f"the larger ones sum to {amount}, {'less than' if test.value else 'not less than'} {limit}"
    return f"{amount} {'is' if test.amount == 1 else 'are'} larger, {'fewer than' if test.value else 'not fewer than'} {limit}"


def _equation(cell: Cell) -> str:
    return f"{Labels().text(cell)} = {format_number(cell.value).replace('-', '−')}"


def settled(expression: Expression) -> str:
    """Why this is the result: 0 / 0 counts as 0, the word with the largest number; empty where that is plain."""
    if isinstance(expression, Place):
        return _largest(expression)
    if isinstance(expression, Beyond):
        return _range(expression)
    if isinstance(expression, Limit):
        inner = expression.inner.value
        return f"its limit, as −∞·0 is no number: {expression.limit:g}" if math.isnan(inner) else ""
    if isinstance(expression, Quotient):
        exponents = expression.exponents
        if exponents is not None:
            lost = all(exponent.value == -math.inf for exponent in exponents[1])
            return "all are −∞: there is no weight to give" if lost else ""
        return "0 / 0 counts as 0 here" if expression.top.value == expression.bottom.value == 0.0 else ""
    return ""


def _largest(place: Place) -> str:
    values = [term.value for term in place.terms]
    term = place.terms[values.index(max(values))]
    counted = f"counted from {place.first}"
    return f"{label_at(term.operand.cols, term.j)}, {counted}" if isinstance(term, Cell) else counted


def _range(found: Beyond) -> str:
    """The word that a draw selects, and its range of cumulative sums."""
    place = round(found.value) - found.first
    term = found.terms[place]
    begins = found.terms[place - 1].value if place else 0.0
    span = f"{format_number(begins, 4)} to {format_number(term.value, 4)}"
    counted = f"counted from {found.first}"
    return (
        f"{label_at(term.operand.cols, term.j)}, {span}, {counted}" if isinstance(term, Cell) else f"{span}, {counted}"
    )
