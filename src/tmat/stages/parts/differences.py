"""Gradients by finite differences: each number is moved a little up and down, and the forward pass computed again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tmat.errors import LimitError
from tmat.operations import REGISTRY
from tmat.progress import working
from tmat.sheet.worksheet import Array
from tmat.stages.parts.graph import Graph, Value

STEP = 1e-3
"""The step h for numbers up to 1, else h·|x|: the five-point formula errs by order h⁴, rounding by 10⁻¹⁶/h."""
MOST = 20_000  # numbers of a matrix


def by_differences(graph: Graph, ends: Mapping[Value, Array], value: Value) -> Array:
    """The gradient of f = Σ end ∘ gradient of end with respect to a matrix, by the five-point formula, without rounding.

    f′(x) ≈ (8·(f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h

    Errors: a matrix of more than 20,000 numbers.
    """
    if value.matrix.values.size > MOST:
        raise LimitError(
            f"{value.name} has {value.matrix.values.size} numbers to be moved",
            f"at most {MOST}",
            mend="choose a smaller matrix: ‹wrt NAME›",
        )
    steps = _steps_between(graph, ends, value)
    result = np.zeros(value.matrix.values.shape)
    with working("moving each number", result.size) as tell:
        for n, place in enumerate(np.ndindex(*result.shape), start=1):
            h = STEP * max(1.0, abs(float(value.matrix.values[place])))
            moved = {}
            for by in (-2, -1, 1, 2):
                changed = value.matrix.values.astype(np.float64)
                changed[place] += by * h
                moved[by] = _objective(steps, ends, value, changed)
            result[place] = (8 * (moved[1] - moved[-1]) - (moved[2] - moved[-2])) / (12 * h)
            tell(n)
    return result


def _steps_between(graph: Graph, ends: Mapping[Value, Array], value: Value) -> list[Value]:
    """The steps that depend on a matrix and lead to an end, in their order."""
    moving = {value}
    for own in graph.values:
        if own is not value and any(operand in moving for operand in own.of):
            moving.add(own)
    towards = set(ends)
    for own in reversed(graph.values):
        if own in towards:
            towards |= {operand for operand in own.of if operand is not None}
    return [own for own in graph.values if own in moving and own in towards and own is not value]


def _objective(steps: list[Value], ends: Mapping[Value, Array], value: Value, changed: Array) -> float:
    """Σ end ∘ gradient of end, with other numbers for one matrix."""
    now = {value: changed}
    with np.errstate(all="ignore"):
        for own in steps:
            assert own.step is not None
            operands = [now.get(one, one.matrix.values) for one in own.of if one is not None]
            now[own] = REGISTRY[own.step.op].evaluate(*operands, **own.step.params)
        found = 0.0
        for end, slope in ends.items():
            numbers = now.get(end, end.matrix.values)
            found += float(np.where(slope == 0.0, 0.0, numbers * slope).sum())
    return found
