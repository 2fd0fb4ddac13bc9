"""A number traced back: the cells it was computed from, and theirs, up to the given matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tmat.errors import expect
from tmat.operations.expression import Cell, Expression
from tmat.operations.printing.labels import Labels
from tmat.operations.selections import leaves
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import visible
from tmat.workings.cell import Workings


@dataclass(slots=True, repr=False)
class Trace:
    """A cell and the cells it was computed from (``children``).

    ``formula`` tells how, ``origin`` where a given cell came from; ``above`` counts the cells that are in the tree
    already, ``folded`` those left out because there are too many.
    """

    stage: str
    name: str
    i: int
    j: int
    label: str
    value: float
    formula: str = ""
    origin: str = ""
    children: list[Trace] = field(default_factory=list)
    above: int = 0
    folded: int = 0

    def __repr__(self) -> str:
        """The tree, a line per cell, children indented."""
        head = " = ".join(part for part in (self.label, self.formula, f"{self.value:.12g}") if part)
        below = [f"  {line}" for child in self.children for line in repr(child).splitlines()]
        return "\n".join([visible(head), *below])

    def __iter__(self) -> Iterator[Trace]:
        """The cell and all cells below it, in reading order."""
        yield self
        for child in self.children:
            yield from child


def trace(sheet: Worksheet, stage: str, name: str, i: int, j: int, depth: int = 2, *, fold: int | None = None) -> Trace:
    """Trace cell (i, j), counted from 0, back through ``depth`` steps; depth 1: the cells it is computed from.

    Where a stage was given a matrix of an earlier stage, the tree continues there. A cell that comes again is not
    repeated. ``fold`` is the most cells shown under one.

    Errors: no such stage, matrix or cell.
    """
    expect(sheet, Worksheet, "trace takes a worksheet, then the name of a stage and of its matrix")
    Workings(sheet[stage]).cell(name, i, j)  # raises the error for a wrong place
    return _Follower(sheet, sheet[stage].id, fold).follow(sheet[stage], name, i, j, depth)


class _Follower:
    def __init__(self, sheet: Worksheet, home: str, fold: int | None) -> None:
        self.sheet, self.home, self.fold = sheet, home, fold
        self.seen: set[tuple[str, str, int, int]] = set()
        self.workings: dict[str, Workings] = {}
        self.sources: dict[tuple[str, str], tuple[Stage, str] | None] = {}

    def follow(self, stage: Stage, name: str, i: int, j: int, depth: int) -> Trace:
        made = self.workings.setdefault(stage.id, Workings(stage))
        own = made.operand(name)[i, j]
        label = Labels().text(own)
        value = own.value if self.seen else float(stage[name].values[i, j])  # the first cell as its table shows it
        node = Trace(stage.id, name, i, j, self._placed(stage, label), value)
        self.seen.add((stage.id, name, i, j))
        expression = made.expression(name, i, j)
        if expression is None:
            self._onward(node, stage, depth)
            return node
        node.formula = Labels().text(expression)
        if depth > 0:
            self._children(node, stage, expression, depth)
        return node

    def _children(self, node: Trace, stage: Stage, expression: Expression, depth: int) -> None:
        fresh = []
        for cell in _distinct(expression):
            if (stage.id, cell.operand.name, cell.i, cell.j) in self.seen:
                node.above += 1
            else:
                fresh.append(cell)
        if self.fold is not None and len(fresh) > self.fold:
            node.folded = len(fresh) - self.fold
            fresh = fresh[: self.fold]
        for cell in fresh:  # all of them before any of their own, so that "above" is true of those that come again
            self.seen.add((stage.id, cell.operand.name, cell.i, cell.j))
        node.children = [self.follow(stage, cell.operand.name, cell.i, cell.j, depth - 1) for cell in fresh]

    def _onward(self, node: Trace, stage: Stage, depth: int) -> None:
        """A given cell: traced into the stage that made it, else its origin."""
        matrix = stage[node.name]
        source = self._source(stage, node.name, matrix)
        if source is None:
            node.origin = matrix.origin or "given"
            return
        earlier, output = source
        node.formula = self._placed(earlier, Labels().text(_cell(earlier, output, node.i, node.j)))
        if (earlier.id, output, node.i, node.j) in self.seen:
            node.above += 1
        elif depth > 0:
            node.children = [self.follow(earlier, output, node.i, node.j, depth - 1)]

    def _source(self, stage: Stage, name: str, matrix: Matrix) -> tuple[Stage, str] | None:
        key = (stage.id, name)
        if key not in self.sources:
            self.sources[key] = self._search(stage, matrix)
        return self.sources[key]

    def _search(self, stage: Stage, matrix: Matrix) -> tuple[Stage, str] | None:
        before = self.sheet.stages[: next(n for n, s in enumerate(self.sheet.stages) if s is stage)]
        named = [earlier for earlier in before if earlier.id == matrix.origin]
        for earlier in named:  # a backward stage is given steps of the forward stages
            name = matrix.name.removeprefix(f"{earlier.id}.")
            if name in earlier and np.array_equal(earlier.operand(name).values, matrix.values):
                return earlier, name
        for earlier in (*named, *reversed(before)):
            if earlier.output and np.array_equal(earlier.result.values, matrix.values):
                return earlier, earlier.output
        return None

    def _placed(self, stage: Stage, label: str) -> str:
        return label if stage.id == self.home else f"{stage.id}.{label}"


def _cell(stage: Stage, name: str, i: int, j: int) -> Cell:
    return Workings(stage).operand(name)[i, j]


def _distinct(expression: Expression) -> list[Cell]:
    found: dict[tuple[str, int, int], Cell] = {}
    for cell in leaves(expression):
        found.setdefault((cell.operand.name, cell.i, cell.j), cell)
    return list(found.values())
