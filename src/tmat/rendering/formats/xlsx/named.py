"""The numbers of a stage that stand in cells with names, so that they can be changed: d_k, ε, the decimals of a rounding."""

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
from tmat.rendering.worked import UNFIT
from tmat.sheet.worksheet import Stage, Step
from tmat.workings import Workings

PARAMETERS = {"d": "d_k", "epsilon": "ε", "temperature": "temperature", "by": "divisor", "base": "base"}
DECIMALS, USED = "decimals", "used"  # of a step's result, and of what later steps take of it
LONGEST = 40  # characters of a step's name in the name of a cell


@dataclass(slots=True)
class Calculation:
    """Which steps of a stage are formulas, and the cells with names that they take numbers from."""

    steps: dict[str, Operation] = field(default_factory=dict)
    cells: dict[str, float] = field(default_factory=dict)  # name -> number, in the order of the rows
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def params(self, step: Step) -> dict[str, Any]:
        """The step's parameters, those with a cell by its name."""
        own = {key: self._names.get((step.name, key)) for key in step.params}
        return {key: Named(name, self.cells[name]) if (name := own[key]) else x for key, x in step.params.items()}

    def decimals(self, step: Step) -> str | None:
        return self._names.get((step.name, DECIMALS))

    def used(self, step: Step) -> str | None:
        return self._names.get((step.name, USED))

    def formula(self, step: Step) -> str | None:
        """The step's formula with the names of the cells in it: scores / √d_k; None where it takes no number from one."""
        own = {key: Words(name) for key in step.params if (name := self._names.get((step.name, key)))}
        try:
            return self.steps[step.name].formula_text(step.of, {**step.params, **own}) if own else None
        except ValueError:  # the formula works out another number of it, as dropout does 1 − p
            return None

    def rounding(self, step: Step) -> str | None:
        """Which cell says to how many decimals; None where it is not rounded."""
        if (name := self.decimals(step)) is not None:
            return f"rounded: {name}"
        if (name := self.used(step)) is not None:
            return f"exact; rounded for the next step: {name}"
        return None


def calculation(stage: Stage, shown: Iterable[Shown]) -> Calculation:
    """What can be calculated again of a stage; a number that several steps take alike stands in one cell.

    What most of them take is called by itself, what others take with the name of the step: decimals, decimals_weights.
    """
    here = {one.matrix.name: one for one in shown}
    made = Calculation()
    wanted: dict[str, list[tuple[str, str, float]]] = {}
    for step, op, cell in _again(stage, here):
        made.steps[step.name] = op
        for own, key, number in _numbers(step, op, stage, cell):
            wanted.setdefault(own, []).append((step.name, key, number))
    for own, uses in wanted.items():
        usual = Counter(number for *_, number in uses).most_common(1)[0][0]
        for step_name, key, number in uses:
            name = own if number == usual else _free(f"{own}_{step_name}", number, made.cells)
            made.cells[name] = number
            made._names[step_name, key] = name
    return made


def _again(stage: Stage, here: dict[str, Shown]) -> Iterator[tuple[Step, Operation, Expression | None]]:
    """The steps whose operation is known here and whose operands are shown, each with its first cell."""
    workings = Workings(stage)
    for step in stage.steps:
        op = REGISTRY.get(step.op)
        if op is None or step.name not in here or here[step.name].kind or any(own not in here for own in step.of):
            continue  # an operation from elsewhere, printed otherwise, or operands that are not shown
        first = None
        if step.result.values.size:
            try:
                first = workings.expression(step.name, 0, 0)
            except UNFIT:  # a worksheet may come from elsewhere, with another operation of that name
                continue
        yield step, op, first


def _numbers(step: Step, op: Operation, stage: Stage, first: Expression | None) -> Iterator[tuple[str, str, float]]:
    """The numbers that the formulas of a step take from cells: the name, the parameter, the number."""
    if first is None:
        return
    for key in step.params.keys() & PARAMETERS.keys():
        number = step.params[key]
        if isinstance(number, int | float):
            operands = [Operand(own, stage.operand(own).values) for own in step.of]
            own = Named(PARAMETERS[key], number)
            if own.name in _named(op.at(0, 0, *operands, **{**step.params, key: own})):
                yield own.name, key, float(number)
    if step.decimals is not None:
        yield DECIMALS, DECIMALS, float(step.decimals)
    if step.used is not None:
        yield DECIMALS, USED, float(step.used)


def _named(expression: Expression) -> set[str]:
    own = {expression.number.name} if isinstance(expression, Number) and isinstance(expression.number, Named) else set()
    return own.union(*map(_named, expression.parts))


def _free(wanted: str, number: float, taken: dict[str, float]) -> str:
    """A name that a cell may have, unlike others of another number, but for case."""
    base = name = re.sub(r"\W", "_", wanted)[:LONGEST]
    folded = {other.casefold(): value for other, value in taken.items()}
    n = 2
    while folded.get(name.casefold(), number) != number:
        name, n = f"{base}_{n}", n + 1
    return name
