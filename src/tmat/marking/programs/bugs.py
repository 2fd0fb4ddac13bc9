"""The bugs a program can have: each slip of each hidden step, in one head or in all alike, in one layer or in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain as chained
from typing import TypeAlias

from tmat.marking.findings import Mistake, Scope
from tmat.marking.key import KeyMatrix
from tmat.marking.programs.chain import Chain, Held, Rows
from tmat.marking.programs.places import places, role
from tmat.marking.programs.slipped import Slipped, done_again
from tmat.sheet.names import stem

Made: TypeAlias = "Callable[[Bugs, KeyMatrix, dict[int, Held]], Held | None]"
"""A step with a bug in it, some of what it is made from being changed already."""


@dataclass(frozen=True, slots=True, eq=False)
class Bug:
    """One mistake, made in some steps alike."""

    starts: tuple[int, ...]
    mistake: Mistake
    rare: int
    scope: Scope
    made: Made
    source: int | None = None  # of its slip, by number
    whole: bool = False  # it needs all rows of all steps

    @property
    def label(self) -> str:
        return self.mistake.label


class Bugs:
    """The bugs that can lie in the steps before a target."""

    def __init__(self, chain: Chain, target: int, rows: Rows, by_rows: dict[object, bool] | None = None) -> None:
        self.chain, self.target, self.rows = chain, target, rows
        self.slipped = Slipped(chain, target, rows, {} if by_rows is None else by_rows)
        self.steps = [index for index in [*chain.before(target), target] if done_again(chain.key.matrices[index])]

    @property
    def held(self) -> dict[int, Held]:
        """The target and what it is made from, right, each at the rows that it needs."""
        return self.slipped.held

    @cached_property
    def whole(self) -> Bugs:
        """The same in all rows."""
        return self if self.rows is None else self.at(None)

    def at(self, rows: Rows) -> Bugs:
        """The same at other rows."""
        return Bugs(self.chain, self.target, rows, self.slipped.by_rows)

    def wide(self) -> Iterator[Bug]:
        """Bugs in all the steps that one line of code computes: a program that errs in one head errs in all."""
        return self._in(self._wide)

    def narrow(self) -> Iterator[Bug]:
        """Bugs in some of these steps: in one layer, in one head."""
        return self._in(self._narrow)

    def _in(self, groups: Sequence[tuple[int, ...]]) -> Iterator[Bug]:
        for starts in groups:
            first = self.chain.key.matrices[starts[0]]
            for source in range(self.slipped.sources(first)):
                for number, done in enumerate(self.slipped.done(first, source)):
                    made = partial(_again, done.mistake, source, number)
                    yield Bug(starts, done.mistake, done.rare, self._scope(starts), made, source)

    @cached_property
    def _wide(self) -> list[tuple[int, ...]]:
        place = places(self.chain.key)
        parts = self._grouped(lambda m: role(m.stage)), self._grouped(lambda m: place.get(m.stage, m.stage))
        return [*dict.fromkeys(chained(*parts))]

    @cached_property
    def _narrow(self) -> list[tuple[int, ...]]:
        wide = {*self._wide}
        return [
            group
            for group in [*self._grouped(lambda m: m.stage), *self._grouped(lambda m: m.index)]
            if group not in wide
        ]

    def _grouped(self, part: Callable[[KeyMatrix], object]) -> list[tuple[int, ...]]:
        """The steps of one line of code each, in one part of the sheet each; the most steps first."""
        found: dict[tuple[int, ...], None] = {}
        for line in (self._operation, self._inputs, self._name):
            groups: dict[object, list[int]] = {}
            for index in self.steps:
                matrix = self.chain.key.matrices[index]
                groups.setdefault((line(matrix), part(matrix)), []).append(index)
            found |= dict.fromkeys(map(tuple, groups.values()))
        return list(found)

    def _operation(self, matrix: KeyMatrix) -> object:
        """A function that is called wherever an operation is needed: to project, to cut into heads, to norm."""
        assert matrix.op is not None
        return matrix.op.name, tuple(self.chain.key.matrices[n].given for n in (matrix.of or ())[1:])

    def _inputs(self, matrix: KeyMatrix) -> object:
        """Q, K and V of one input."""
        return self._operation(matrix), (matrix.of or ())[:1]

    def _name(self, matrix: KeyMatrix) -> object:
        """One step of every head."""
        return self._operation(matrix), stem(matrix.name), matrix.values.shape[1]

    def _scope(self, starts: tuple[int, ...]) -> Scope:
        if len(starts) == 1:
            return Scope.STEP
        matrices = [self.chain.key.matrices[index] for index in starts]
        if len({matrix.stage for matrix in matrices}) > 1:
            return Scope.LAYERS
        return Scope.HEADS if len({stem(matrix.name) for matrix in matrices}) == 1 else Scope.STEPS


def _again(
    mistake: Mistake, source: int, number: int, bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]
) -> Held | None:
    return bugs.slipped.again(mistake, source, number, matrix, now)
