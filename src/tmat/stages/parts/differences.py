"""Gradients by differences: a little more and a little less of each number, and what comes of it at the end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tmat.errors import LimitError
from tmat.operations import REGISTRY
from tmat.progress import working
from tmat.sheet.worksheet import Array
from tmat.stages.parts.graph import Graph, Value

STEP = 1e-3
"""Of a number of size 1: five points leave an error of its fourth power, and rounding one of 10⁻¹⁶ over it."""
MOST = 20_000  # numbers to be moved


def differences(graph: Graph, ends: Mapping[Value, Array], value: Value) -> Array:
    """How the sum of ends ∘ their gradients moves with each number of a matrix, nothing being rounded on the way.

    By five points: (8·(f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h.

    Errors: more numbers than anyone waits for.
    """
    if value.matrix.values.size > MOST:
        raise LimitError(
            f"{value.name} has {value.matrix.values.size} numbers to be moved",
            f"at most {MOST}",
            mend="choose a smaller matrix: ‹wrt NAME›",
        )
    line = _line(graph, ends, value)
    result = np.zeros(value.matrix.values.shape)
    with working("moving each number", result.size) as tell:
        for n, place in enumerate(np.ndindex(*result.shape), start=1):
            h = STEP * max(1.0, abs(float(value.matrix.values[place])))
            moved = {}
            for by in (-2, -1, 1, 2):
                changed = value.matrix.values.astype(np.float64)
                changed[place] += by * h
                moved[by] = _worth(line, ends, value, changed)
            result[place] = (8 * (moved[1] - moved[-1]) - (moved[2] - moved[-2])) / (12 * h)
            tell(n)
    return result


def _line(graph: Graph, ends: Mapping[Value, Array], value: Value) -> list[Value]:
    """The steps that move with a matrix and lead to an end, in their order."""
    moving = {value}
    for own in graph.values:
        if own is not value and any(operand in moving for operand in own.of):
            moving.add(own)
    towards = set(ends)
    for own in reversed(graph.values):
        if own in towards:
            towards |= {operand for operand in own.of if operand is not None}
    return [own for own in graph.values if own in moving and own in towards and own is not value]


def _worth(line: list[Value], ends: Mapping[Value, Array], value: Value, changed: Array) -> float:
    now = {value: changed}
    with np.errstate(all="ignore"):
        for own in line:
            assert own.step is not None
            operands = [now.get(one, one.matrix.values) for one in own.of if one is not None]
            now[own] = REGISTRY[own.step.op].evaluate(*operands, **own.step.params)
        found = 0.0
        for end, slope in ends.items():
            numbers = now.get(end, end.matrix.values)
            found += float(np.where(slope == 0.0, 0.0, numbers * slope).sum())
    return found
