"""The bugs a program can have: each slip of each hidden step, in one head or in all alike, in one layer or in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from tmat.marking.findings import Mistake, Scope
from tmat.marking.key import KeyMatrix
from tmat.marking.programs.chain import Chain, Held, Rows
from tmat.operations.operation import Array
from tmat.operations.slips import EVERYWHERE, Redo, Slip, Variant
from tmat.sheet.names import stem

MAKERS = 6  # steps before a step that its slips may look at
MASKED = -1e9  # what programs write for −∞
PLAIN = ("transposed", "sign")  # of the slips that any step can have, those that a program makes


@dataclass(slots=True, eq=False)
class Done:
    """The numbers that one bug yields in one step, and how rare it is."""

    held: Held
    mistake: Mistake
    rare: int


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

    @property
    def label(self) -> str:
        return self.mistake.label


class Bugs:
    """The bugs that can lie in the steps before a target."""

    def __init__(self, chain: Chain, target: int, rows: Rows, held: dict[int, Held]) -> None:
        self.chain, self.target, self.rows, self.held = chain, target, rows, held
        self.steps = [index for index in [*chain.before(target), target] if chain.key.matrices[index].of]
        self._known: dict[tuple[int, int], list[Done]] = {}
        self._redone: dict[int, Redo] = {}

    @cached_property
    def whole(self) -> Bugs:
        """The same in all rows."""
        return self if self.rows is None else Bugs(self.chain, self.target, None, self.chain.held(self.target))

    def wide(self) -> Iterator[Bug]:
        """Bugs in all the steps that one line of code computes: a program that errs in one head errs in all."""
        return self._in(self._wide)

    def narrow(self) -> Iterator[Bug]:
        """Bugs in some of these steps: in one layer, in one head."""
        return self._in(self._narrow)

    def _in(self, groups: Sequence[tuple[int, ...]]) -> Iterator[Bug]:
        for starts in groups:
            first = self.chain.key.matrices[starts[0]]
            for source in range(self._sources(first)):
                for number, done in enumerate(self.done(first, source)):
                    made = partial(_again, done.mistake, source, number)
                    yield Bug(starts, done.mistake, done.rare, self._scope(starts), made)

    @cached_property
    def _wide(self) -> list[tuple[int, ...]]:
        return self._grouped(lambda matrix: role(matrix.stage))

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

    # -- one step

    def done(self, matrix: KeyMatrix, source: int, now: dict[int, Held] | None = None) -> list[Done]:
        """What one source yields in one step, at the rows that are needed."""
        changed = any(operand in (now or {}) for operand in matrix.of or ())
        known = self._known.get((matrix.index, source))
        if known is not None and not changed:
            return known
        found = self._yielded(self.redo(matrix, now or {}), matrix, source)
        if not changed:
            self._known[matrix.index, source] = found
        return found

    def _sources(self, matrix: KeyMatrix) -> int:
        return len(self._slips(matrix)) + 2

    @staticmethod
    def _slips(matrix: KeyMatrix) -> list[Slip]:
        assert matrix.op is not None
        return [*matrix.op.slips, *(slip for slip in EVERYWHERE if slip.name in PLAIN)]

    def _yielded(self, redo: Redo, matrix: KeyMatrix, source: int) -> list[Done]:
        slips = self._slips(matrix)
        base = self.held[matrix.index]
        found: list[Done] = []
        for made, rare, values in self._variants(redo, matrix, source, slips):
            if values.shape == matrix.values.shape:
                for each in _as_programs_mask(values):
                    shown = each if base.rows is None else each[base.rows]
                    found.append(Done(Held(shown, _errors(shown, base, self.chain), base.rows), made, rare))
        return found

    def _variants(
        self, redo: Redo, matrix: KeyMatrix, source: int, slips: Sequence[Slip]
    ) -> Iterator[tuple[Mistake, int, Array]]:
        if source < len(slips):
            slip = slips[source]
            for variant in slip.variants(redo):
                yield _mistake(slip, redo, variant), slip.rare + variant.rare, variant.values
        elif source == len(slips):
            yield from self._other_weights(redo, matrix)
        else:
            yield from _turned(redo)

    def _other_weights(self, redo: Redo, matrix: KeyMatrix) -> Iterator[tuple[Mistake, int, Array]]:
        """The step with another given matrix of the same shape: W_K for W_V, or another layer's own."""
        key = self.chain.key
        for n, operand in enumerate(matrix.of or ()):
            own = key.matrices[operand]
            if not own.given:
                continue
            for other in key.matrices:
                fits = other.given and other is not own and other.values.shape == own.values.shape
                near = other.stage == own.stage or stem(other.name) == stem(own.name)
                if fits and near and not np.array_equal(other.values, own.values):
                    name = other.name if other.stage == own.stage else f"{other.stage}.{other.name}"
                    details = {"other": name, "due": redo.names[n]}
                    made = Mistake(
                        "another-operand", "{other} taken in place of {due}", "take {due}", redo.result, redo.names,
                        redo.params, details,
                    )  # fmt: skip
                    yield made, 1, redo.taking(n, self.chain.values(other.index), name)()

    def redo(self, matrix: KeyMatrix, now: dict[int, Held]) -> Redo:
        """The step from whole operands, and how those were made."""
        if now.keys() & {*self.chain.before(matrix.index)}:
            return self._redo(matrix, now, MAKERS)
        if matrix.index not in self._redone:
            self._redone[matrix.index] = self._redo(matrix, {}, MAKERS)
        return self._redone[matrix.index]

    def _redo(self, matrix: KeyMatrix, now: dict[int, Held], depth: int) -> Redo:
        assert matrix.op is not None and matrix.of is not None
        operands = tuple(now[n].values if n in now else self.chain.values(n) for n in matrix.of)
        makers = tuple(
            self._redo(maker, now, depth - 1) if depth and (maker := self.chain.key.matrices[n]).of else None
            for n in matrix.of
        )
        return Redo(matrix.op, operands, matrix.params, matrix.names, matrix.name, makers, self.chain.key.widths)


def _again(
    mistake: Mistake, source: int, number: int, bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]
) -> Held | None:
    """The same slip in another step, or in the same with other operands."""
    found = bugs.done(matrix, source, now)
    same = [n for n, each in enumerate(found) if each.mistake.tells == mistake.tells]
    if same and number not in same:
        number = same[0]
    return found[number].held if number < len(found) else None


def _as_programs_mask(values: Array) -> Iterator[Array]:
    """Numbers as they are; where a whole row is masked, also with a large number for −∞, which weighs all alike."""
    yield values
    if np.isneginf(values).all(axis=1).any():
        yield np.where(np.isneginf(values), MASKED, values)


def role(stage: str) -> str:
    """A stage's name without its number: attention-2 does what attention does.

    >>> role("attention-2"), role("addnorm")
    ('attention', 'addnorm')
    """
    return stage.rstrip("0123456789").rstrip("-")


def _mistake(slip: Slip, redo: Redo, variant: Variant) -> Mistake:
    name, said, mend = variant.name or slip.name, variant.said or slip.said, variant.mend or slip.mend
    return Mistake(name, said, mend, redo.result, redo.names, redo.params, variant.details)


def _turned(redo: Redo) -> Iterator[tuple[Mistake, int, Array]]:
    """The step with one square operand transposed: a torch Linear's weight, say."""
    for n, name in enumerate(redo.names):
        values = redo.operands[n]
        if values.shape[0] == values.shape[1] and not np.array_equal(values, values.T):
            made = Mistake(
                "operand-transposed", "{operand} transposed first", "take {operand} as it stands", redo.result,
                redo.names, redo.params, {"operand": name},
            )  # fmt: skip
            yield made, 1, redo.taking(n, values.T)()


def _errors(values: Array, base: Held, chain: Chain) -> Array:
    """The deviation of numbers that a bug made: that of the right ones, as much larger as the numbers are."""
    with np.errstate(all="ignore"):
        own, right = (_size(a) for a in (values, base.values))
        grown = max(own / right, 1.0) if right > 0 and np.isfinite(own) else 1.0
        finite = np.isfinite(base.errors)
        typical = float(np.sqrt(np.mean(np.square(base.errors[finite])))) if finite.any() else 0.0
        found = grown * np.maximum(np.where(finite, base.errors, typical), typical)
    computed = np.isfinite(values) & (values != MASKED)
    return np.asarray(found + chain.kind.roundoff * np.where(computed, np.abs(values), 0.0))


def _size(a: Array) -> float:
    """The root of the mean square of what is finite and no mask."""
    numbers = a[np.isfinite(a) & (a != MASKED)]
    return float(np.sqrt(np.mean(np.square(numbers)))) if numbers.size else 0.0
