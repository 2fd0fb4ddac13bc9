"""The numbers of a stage in named cells, so that they can be changed: d_k, ε, the decimals of a rounding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tmat.operations import REGISTRY, Operation
from tmat.operations.expression import Expression, Number, Operand
from tmat.operations.formula import Words
from tmat.operations.printing.spreadsheet import Named
from tmat.rendering.page import Shown
from tmat.rendering.writer import UNFIT
from tmat.sheet.worksheet import Stage, Step
from tmat.workings import Workings

PARAMETERS = {"d": "d_k", "epsilon": "ε", "temperature": "temperature", "by": "divisor", "base": "base"}
DECIMALS, USED = "decimals", "used"  # rounding of a step's result, and rounding of it where later steps use it
LONGEST = 40  # characters of a step's name in the name of a cell


@dataclass(slots=True)
class Calculation:
    """The steps of a stage that are formulas, and the named cells that they use."""

    steps: dict[str, Operation] = field(default_factory=dict)
    cells: dict[str, float] = field(default_factory=dict)  # name -> number, in the order of the rows
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def params(self, step: Step) -> dict[str, Any]:
        """The step's parameters, those that have a named cell as Named."""
        names = {key: self._names.get((step.name, key)) for key in step.params}
        return {key: Named(name, self.cells[name]) if (name := names[key]) else x for key, x in step.params.items()}

    def decimals(self, step: Step) -> str | None:
        return self._names.get((step.name, DECIMALS))

    def used(self, step: Step) -> str | None:
        return self._names.get((step.name, USED))

    def formula(self, step: Step) -> str | None:
        """The step's formula with the names of its cells in it: scores / √d_k; None if it uses none."""
        names = {key: Words(name) for key in step.params if (name := self._names.get((step.name, key)))}
        try:
            return self.steps[step.name].formula_text(step.of, {**step.params, **names}) if names else None
        except ValueError:  # the formula computes another number from it, such as 1 − p for dropout
            return None

    def rounding(self, step: Step) -> str | None:
        """The note that names the cell with the decimals; None if it is not rounded."""
        if (name := self.decimals(step)) is not None:
            return f"rounded: {name}"
        if (name := self.used(step)) is not None:
            return f"exact; rounded for the next step: {name}"
        return None


def calculation(stage: Stage, shown: Iterable[Shown]) -> Calculation:
    """The formulas and named cells of a stage; a number that several steps share is in one cell.

    The most common number has the plain name, others have the step's name too: decimals, decimals_weights.
    """
    by_name = {matrix.matrix.name: matrix for matrix in shown}
    result = Calculation()
    uses_by_name: dict[str, list[tuple[str, str, float]]] = {}
    for step, op, cell in _computable(stage, by_name):
        result.steps[step.name] = op
        for plain_name, key, number in _numbers(step, op, stage, cell):
            uses_by_name.setdefault(plain_name, []).append((step.name, key, number))
    for plain_name, uses in uses_by_name.items():
        usual = Counter(number for *_, number in uses).most_common(1)[0][0]
        for step_name, key, number in uses:
            name = plain_name if number == usual else _free(f"{plain_name}_{step_name}", number, result.cells)
            result.cells[name] = number
            result._names[step_name, key] = name
    return result


def _computable(stage: Stage, by_name: dict[str, Shown]) -> Iterator[tuple[Step, Operation, Expression | None]]:
    """The steps whose operation is known and whose operands are shown, each with the expression of its first cell."""
    workings = Workings(stage)
    for step in stage.steps:
        op = REGISTRY.get(step.op)
        if (
            op is None
            or step.name not in by_name
            or by_name[step.name].kind
            or any(operand not in by_name for operand in step.of)
        ):
            continue  # unknown operation, corrected step, or operands that are not shown
        first = None
        if step.result.values.size:
            try:
                first = workings.expression(step.name, 0, 0)
            except UNFIT:  # a foreign worksheet may have another operation of that name
                continue
        yield step, op, first


def _numbers(step: Step, op: Operation, stage: Stage, first: Expression | None) -> Iterator[tuple[str, str, float]]:
    """The numbers that the formulas of a step take from named cells: the name, the parameter, the number."""
    if first is None:
        return
    for key in step.params.keys() & PARAMETERS.keys():
        number = step.params[key]
        if isinstance(number, int | float):
            operands = [Operand(name, stage.operand(name).values) for name in step.of]
            named = Named(PARAMETERS[key], number)
            if named.name in _named(op.at(0, 0, *operands, **{**step.params, key: named})):
                yield named.name, key, float(number)
    if step.decimals is not None:
        yield DECIMALS, DECIMALS, float(step.decimals)
    if step.used is not None:
        yield DECIMALS, USED, float(step.used)


def _named(expression: Expression) -> set[str]:
    number = expression.number if isinstance(expression, Number) else None
    names = {number.name} if isinstance(number, Named) else set()
    return names.union(*map(_named, expression.parts))


def _free(wanted: str, number: float, cells: dict[str, float]) -> str:
    """A valid name of a cell that has not been given to another number; case does not count."""
    base = name = re.sub(r"\W", "_", wanted)[:LONGEST]
    folded = {other.casefold(): value for other, value in cells.items()}
    n = 2
    while folded.get(name.casefold(), number) != number:
        name, n = f"{base}_{n}", n + 1
    return name
