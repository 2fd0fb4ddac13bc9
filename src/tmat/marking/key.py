"""A key made ready for marking: every matrix of its worksheet in order, each step knowing where its operands are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tmat.errors import fold
from tmat.operations.operation import REGISTRY, Array, Operation
from tmat.sheet.worksheet import Matrix, Stage, Worksheet


@dataclass(slots=True, eq=False)
class Planned:
    """One matrix of the key: given, or a step with its operation and the places of its operands."""

    place: int
    stage: str
    name: str
    values: Array
    rows: Sequence[str]
    cols: Sequence[str]
    op: Operation | None = None
    of: tuple[int, ...] | None = ()  # None: an operand is not in the key, so the step cannot be done again
    names: tuple[str, ...] = ()  # of the operands, as the step's own stage calls them
    params: dict[str, Any] = field(default_factory=dict)
    used: int | None = None
    label: str = ""
    exact: Array | None = None  # the step done without any rounding on the way
    again: Array | None = None  # the step done again from the key's own operands, not rounded

    @property
    def given(self) -> bool:
        return self.op is None


class Plan:
    """The matrices of a key in order."""

    def __init__(self, key: Worksheet) -> None:
        self.lines: list[Planned] = []
        for stage in key.stages:
            self._stage(stage)
        self._label()
        for line in self.lines:
            self._exact(line)
        self.widths = self._widths()

    @property
    def steps(self) -> list[Planned]:
        return [line for line in self.lines if not line.given]

    def taken(self, line: Planned, values: Array) -> Array:
        """Values as later steps take them."""
        from tmat.numbers import round_half_away

        return values if line.used is None else round_half_away(values, line.used)

    def _stage(self, stage: Stage) -> None:
        places: dict[str, int] = {}
        for name, matrix in stage.given.items():
            flowed = self._flowed(name, matrix)
            if flowed is not None:
                places[fold(name)] = flowed
            else:
                places[fold(name)] = self._add(stage.id, name, matrix)
        for step in stage.steps:
            places_of = [places.get(fold(name)) for name in step.of]
            known = None if None in places_of else tuple(p for p in places_of if p is not None)
            op = REGISTRY.get(step.op)
            place = self._add(stage.id, step.name, step.result)
            line = self.lines[place]
            line.op, line.of, line.names = op, known, tuple(step.of)
            line.params, line.used = dict(step.params), step.used
            if op is None:  # an operation of another version: its numbers can be compared, not done again
                line.op, line.of = REGISTRY["identity"], None
            places[fold(step.name)] = place

    def _add(self, stage: str, name: str, matrix: Matrix) -> int:
        values = np.asarray(matrix.values, dtype=np.float64)
        self.lines.append(Planned(len(self.lines), stage, name, values, matrix.rows, matrix.cols))
        return len(self.lines) - 1

    def _flowed(self, name: str, matrix: Matrix) -> int | None:
        """The earlier matrix that a given one is, number for number: one of its name, else the last."""
        equal = [
            line
            for line in self.lines
            if line.values.shape == matrix.values.shape
            and np.array_equal(self.taken(line, line.values), matrix.values, equal_nan=True)
        ]
        own = [line for line in equal if fold(line.name) == fold(name)]
        return (own or equal)[-1].place if equal else None

    def _label(self) -> None:
        """Names that are clear: with the stage where two stages have the name."""
        counts = Counter(fold(line.name) for line in self.lines if not line.given)
        for line in self.lines:
            line.label = f"{line.stage}.{line.name}" if counts[fold(line.name)] > 1 else line.name

    def _exact(self, line: Planned) -> None:
        if line.op is None or line.of is None:
            line.exact = line.again = line.values
            return
        operands = [self.lines[p] for p in line.of]
        try:
            with np.errstate(all="ignore"):
                line.again = line.op.evaluate(*(self.taken(o, o.values) for o in operands), **line.params)
                line.exact = line.op.evaluate(
                    *(o.values if o.exact is None else o.exact for o in operands), **line.params
                )
        except (ValueError, IndexError, TypeError):
            line.again = None
        if line.again is None or line.again.shape != line.values.shape:
            line.exact = line.again = line.values
            line.of = None

    def _widths(self) -> tuple[int, ...]:
        """The widths on the page, the commonest mix-ups first."""
        found = [
            int(line.values.shape[1])
            for name in ("Q", "K", "X", "V", "Q1", "E", "context")
            for line in self.lines
            if line.name == name
        ]
        found += [int(line.values.shape[0]) for line in self.lines if line.name in ("X", "Q", "Q1")]
        return tuple(dict.fromkeys(w for w in found if w > 0))
