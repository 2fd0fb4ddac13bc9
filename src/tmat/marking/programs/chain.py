"""The steps of a key as a program does them: exact numbers, and how far a correct program may be from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tmat.marking.findings import Cells
from tmat.marking.key import CANNOT, Key, KeyMatrix
from tmat.numbers.floats import FloatType
from tmat.operations.bounds import CONFIDENCE, Inexact, forward_error
from tmat.operations.operation import Array

Rows: TypeAlias = NDArray[np.intp] | None
"""Some rows of a matrix; None for all of them."""


class Held:
    """Numbers of a matrix, the deviation of a correct program's numbers from them, and which rows these are.

    The deviation may be a function that is called when it is first asked for: most bugs are ruled out without it.
    """

    __slots__ = ("_errors", "rows", "values")

    def __init__(self, values: Array, errors: Array | Callable[[], Array], rows: Rows = None) -> None:
        self.values, self._errors, self.rows = values, errors, rows

    @property
    def errors(self) -> Array:
        if not isinstance(self._errors, np.ndarray):
            self._errors = self._errors()
        return self._errors

    def instead(self, values: Array) -> Held:
        """Other numbers with the same deviation."""
        return Held(values, lambda: self.errors, self.rows)

    def at(self, rows: Rows) -> Held:
        """The same at some rows of the whole."""
        if rows is None or self.rows is not None:
            return self
        return Held(self.values[rows], lambda: self.errors[rows], rows)


def agrees(actual: Array, held: Held, stored: Array) -> Cells:
    """Whether numbers are what a correct program could have: within its deviation and what storing them lost."""
    with np.errstate(all="ignore"):
        near = np.abs(actual - held.values) <= CONFIDENCE * np.hypot(held.errors, stored)
        same = (actual == held.values) | (np.isnan(actual) & np.isnan(held.values))
    return np.asarray(same | (near & np.isfinite(actual)))


Changed: TypeAlias = Callable[[KeyMatrix, dict[int, Held]], Held | None]


class Chain:
    """The matrices of a key from some that are fixed: those given, and those that were handed in."""

    def __init__(
        self, key: Key, kind: FloatType, fixed: Mapping[int, Held], values: Sequence[Array | None] = ()
    ) -> None:
        self.key, self.kind, self.fixed = key, kind, fixed
        self._values: list[Array | None] = list(values) or [None] * len(key.matrices)
        self._before: dict[int, list[int]] = {}
        self._whole: dict[int, Held] = {}  # of the last that was asked for
        self._ways: dict[tuple[frozenset[int], int], list[tuple[int, list[int]]]] = {}
        self._by_rows: dict[int, list[bool]] = {}
        for index, held in fixed.items():
            self._values[index] = held.values

    def values(self, index: int) -> Array:
        """The exact numbers of a matrix; what it needs is computed first."""
        for each in [*self.before(index), index]:
            if self._values[each] is None:
                self._values[each] = self._evaluate(self.key.matrices[each])
        found = self._values[index]
        assert found is not None
        return found

    @property
    def known(self) -> list[Array | None]:
        """The exact numbers that are computed already."""
        return self._values

    def _evaluate(self, matrix: KeyMatrix) -> Array:
        operands = [found for n in matrix.of or () if (found := self._values[n]) is not None]
        if matrix.op is None or matrix.of is None or len(operands) < len(matrix.of):
            return matrix.values
        return matrix.op(*operands, **matrix.params)

    def before(self, target: int) -> list[int]:
        """The steps that a matrix is made from and that are not fixed, in the order of the key, itself left out."""
        if target not in self._before:
            found: set[int] = set()
            waiting = list(self.key.matrices[target].of or ())
            while waiting:
                index = waiting.pop()
                if index not in found and index not in self.fixed:
                    found.add(index)
                    waiting += self.key.matrices[index].of or ()
            self._before[target] = sorted(found)
        return self._before[target]

    # -- rows

    def needed(self, target: int, rows: Rows) -> dict[int, Rows]:
        """The rows of each matrix that some rows of a target are made from."""
        needs: dict[int, Rows] = {target: rows}
        for index in [target, *reversed(self.before(target))]:
            matrix = self.key.matrices[index]
            for n, operand in enumerate(matrix.of or ()):
                own = needs[index] if self.row_by_row(matrix, n) else None
                needs[operand] = own if operand not in needs else (own if needs[operand] is own else None)
        return needs

    def row_by_row(self, matrix: KeyMatrix, operand: int) -> bool:
        """Whether row i of a step needs only row i of an operand."""
        if matrix.index not in self._by_rows:
            op = matrix.op
            assert op is not None and matrix.of is not None
            axes = op.axes_of(len(matrix.of))
            self._by_rows[matrix.index] = [op.by_rows and rows == op.result[0] for rows, _ in axes]
        return self._by_rows[matrix.index][operand]

    # -- forward

    def held(self, target: int, rows: Rows = None) -> dict[int, Held]:
        """A target and what it is made from, each at the rows that it needs."""
        needs = self.needed(target, rows)
        held: dict[int, Held] = {}
        for index in sorted(needs):
            values = self.values(index)
            own = needs[index]
            if index in self.fixed:
                held[index] = self.fixed[index].at(own)
            else:
                shown = values if own is None else values[own]
                held[index] = Held(shown, partial(self.errors, self.key.matrices[index], held, shown, own), own)
        return held

    def whole(self, target: int) -> Held:
        """A whole matrix and its deviation; those that it is made from are let go as soon as they are used."""
        if target not in self._whole:
            self._whole = {target: Held(self.values(target), self._deviation(target))}
        return self._whole[target]

    def _deviation(self, target: int) -> Array:
        last = self._last([*self.before(target), target])
        held: dict[int, Held] = {}
        for index in [*self.before(target), target]:
            matrix = self.key.matrices[index]
            for operand in matrix.of or ():
                if operand in self.fixed:
                    held[operand] = self.fixed[operand]
            values = self.values(index)
            held[index] = Held(values, self.errors(matrix, held, values, None))
            for operand in matrix.of or ():
                if last[operand] == index:
                    held.pop(operand, None)
        return held[target].errors

    def _last(self, path: Sequence[int]) -> dict[int, int]:
        """The last of some steps that is made from each matrix."""
        return {operand: index for index in path for operand in self.key.matrices[index].of or ()}

    def errors(self, matrix: KeyMatrix, held: Mapping[int, Held], values: Array, rows: Rows) -> Array:
        """The deviation of a step, from that of its operands."""
        if matrix.op is None or matrix.of is None:
            return np.abs(values) * self.kind.roundoff + self.kind.smallest
        operands = [self._operand(matrix, n, held, rows) for n in range(len(matrix.of))]
        return forward_error(
            Inexact(
                matrix.op, [o.values for o in operands], [o.errors for o in operands], values, self.kind, matrix.params
            )
        )

    def _operand(self, matrix: KeyMatrix, n: int, held: Mapping[int, Held], rows: Rows) -> Held:
        assert matrix.of is not None
        operand = held[matrix.of[n]]
        return operand.at(rows) if self.row_by_row(matrix, n) else operand

    def after(self, starts: Iterable[int], target: int) -> list[int]:
        """The steps from some matrices on to a target, in order, the target last; a start that is fixed is none of them."""
        return [index for index, _ in self._way(frozenset(starts), target)]

    def _way(self, starts: frozenset[int], target: int) -> list[tuple[int, list[int]]]:
        """The same, and with each what is not needed after it; a change may look at all that was changed before it."""
        if (starts, target) not in self._ways:
            reached, latest = set(starts), max(starts)
            path = []
            for index in [*self.before(target), target]:
                if index in reached or not reached.isdisjoint(self.key.matrices[index].of or ()):
                    reached.add(index)
                    path.append(index)
            gone: dict[int, list[int]] = {index: [] for index in path}
            for operand, last in self._last(path).items():
                if operand in gone:
                    gone[max(last, latest)].append(operand)
            self._ways[starts, target] = list(gone.items())
        return self._ways[starts, target]

    def redone(
        self, starts: Collection[int], target: int, held: Mapping[int, Held], change: Changed,
        seen: Callable[[int, Held], None] | None = None,
    ) -> Held | None:  # fmt: skip
        """A target where some steps were done otherwise; None where the change cannot be made.

        ``change`` gets each start and the numbers that were changed before it, and answers what stands there
        instead; ``seen`` is told of each matrix that is changed.
        """
        now: dict[int, Held] = {}
        mixed = dict(held)
        with np.errstate(all="ignore"):
            for index, gone in self._way(frozenset(starts), target):
                matrix, base = self.key.matrices[index], held[index]
                found = change(matrix, now) if index in starts else self.again(matrix, mixed, base)
                if found is None or found.values.shape != base.values.shape:
                    return None
                now[index] = mixed[index] = found
                if seen is not None:
                    seen(index, found)
                for operand in gone:
                    del now[operand], mixed[operand]
        return now.get(target)

    def again(self, matrix: KeyMatrix, held: Mapping[int, Held], base: Held) -> Held | None:
        """A step from other numbers, at the rows that are held of it; None where it cannot be done with them."""
        assert matrix.of is not None
        values = _evaluated(matrix, [self._operand(matrix, n, held, base.rows).values for n in range(len(matrix.of))])
        if values is None:
            return None
        errors = partial(self.errors, matrix, {n: held[n] for n in matrix.of}, values, base.rows)
        return Held(values, errors, base.rows)

    def numbers(
        self, starts: Collection[int], target: int, held: Mapping[int, Held], changes: Sequence[Changed]
    ) -> list[Array | None]:
        """The numbers of a target for each of several changes of the same steps, without deviations.

        Small steps cost by the call: where row i needs only row i, all changes are one tall matrix.
        """
        left = [*range(len(changes))]
        now: dict[int, Array] = {}  # [change, row, column]
        with np.errstate(all="ignore"):
            for index, gone in self._way(frozenset(starts), target):
                matrix, base = self.key.matrices[index], held[index]
                found: Sequence[Array | None]
                if index in starts:
                    made = [changes[k](matrix, _one_of(now, held, n)) for n, k in enumerate(left)]
                    found = [None if each is None else each.values for each in made]
                else:
                    found = self._each(matrix, now, held, base, len(left))
                fits = [n for n, each in enumerate(found) if each is not None and each.shape == base.values.shape]
                if not fits:
                    return [None] * len(changes)
                if len(fits) < len(left):
                    left, now = [left[n] for n in fits], {operand: a[fits] for operand, a in now.items()}
                now[index] = np.array([found[n] for n in fits])
                for operand in gone:
                    del now[operand]
        ends = dict(zip(left, now[target], strict=True))
        return [ends.get(k) for k in range(len(changes))]

    def _each(
        self, matrix: KeyMatrix, now: Mapping[int, Array], held: Mapping[int, Held], base: Held, count: int
    ) -> Sequence[Array | None]:
        """A step for each of several changes: at once, where its rows do not mix, else one after the other."""
        assert matrix.op is not None and matrix.of is not None
        own = [self.row_by_row(matrix, n) for n in range(len(matrix.of))]
        operands = []
        for index, by_row in zip(matrix.of, own, strict=True):
            values = now.get(index, held[index].values)
            few = by_row and base.rows is not None and held[index].rows is None
            operands.append(values[..., base.rows, :] if few else values)
        changed = [index in now for index in matrix.of]
        if not matrix.op.counts and all(own[n] for n, each in enumerate(changed) if each):
            tall = [
                a.reshape(-1, a.shape[-1]) if each else np.tile(a, (count, 1)) if by_row else a
                for a, each, by_row in zip(operands, changed, own, strict=True)
            ]
            whole = _evaluated(matrix, tall)
            if whole is not None and whole.shape == (count * base.values.shape[0], base.values.shape[1]):
                return [*whole.reshape(count, *base.values.shape)]
        return [
            _evaluated(matrix, [a[n] if each else a for a, each in zip(operands, changed, strict=True)])
            for n in range(count)
        ]


def _evaluated(matrix: KeyMatrix, operands: Sequence[Array]) -> Array | None:
    """A step of other operands; None where it cannot be done with them."""
    assert matrix.op is not None
    try:
        return matrix.op(*operands, **matrix.params)
    except CANNOT:
        return None


def _one_of(now: Mapping[int, Array], held: Mapping[int, Held], n: int) -> dict[int, Held]:
    """What one of several changes made, with the deviations of the right numbers."""
    return {index: held[index].instead(values[n]) for index, values in now.items()}
