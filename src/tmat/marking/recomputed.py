"""Steps recomputed: from the key's numbers and from the writer's own, rounded on the way or carried on unrounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, product
from typing import NamedTuple

import numpy as np

from tmat.errors import InputError
from tmat.marking.findings import Cells, Numbers, Source
from tmat.marking.key import Key, KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.slips import Redo

CANNOT = (InputError, ValueError, IndexError, TypeError)
"""What an operation raises that cannot be done with the numbers that someone wrote."""

MOST = 16
"""Ways to have one matrix that are followed up."""

TRIED = 40
"""Ways to do one step that are tried."""


@dataclass(slots=True, eq=False)
class Ways:
    """The numbers of one matrix that later steps could have been made from, by how they were rounded."""

    first: Array  # the likeliest: as written; where it was not handed in, recomputed and not rounded
    rounded: Array  # recomputed and rounded at each step, as this writer rounds
    carried: Array  # carried on unrounded
    four: Array  # recomputed and rounded to four decimals at each step
    key: Array | None = None
    exact: Array | None = None
    more: list[Array] = field(default_factory=list)

    @classmethod
    def only(cls, values: Array) -> Ways:
        """A single way: the same values however they were rounded."""
        return cls(values, values, values, values)

    def all(self) -> list[Array]:
        """Each in its place, so that matrices rounded alike are taken together; the likeliest first."""
        keys = [way for way in (self.key, self.exact) if way is not None]
        return [self.first, self.rounded, self.carried, *keys, self.four, *self.more]


class Start(NamedTuple):
    """A step from one set of numbers that a mistake could have been made with."""

    step: Redo
    numbers: Numbers


@dataclass(slots=True, eq=False)
class State:
    """The state of one matrix of the key while a submission is marked.

    ``right`` are the ways to have it right (the writer's own numbers where they are right, the key's, …);
    ``theirs`` are the writer's own as they stand.
    """

    due: KeyMatrix
    right: Ways
    theirs: Ways
    printed: PrintedMatrix | None = None
    off: bool = False  # the writer's own numbers differ from the right ones
    void: bool = False  # what was handed in is no attempt: nothing follows from it
    foreign: bool = False  # given, and not this key's; or made of what is
    deep: bool = False  # every way to have it was looked for

    @property
    def unseen(self) -> bool:
        return self.printed is None and not self.due.given

    @property
    def claimed(self) -> int | None:
        """The decimals it shows, where it was handed in."""
        return self.printed.decimals if self.printed is not None else None


class Recomputed:
    """The matrices of a submission in the order of the key; each is settled before a later step is recomputed from it."""

    def __init__(self, key: Key, decimals: int) -> None:
        self.key = key
        self.decimals = decimals  # to which this writer rounds, as far as the answers tell
        self.states = [State(due, Ways.only(due.values), Ways.only(due.values)) for due in key.matrices]

    def operands(self, due: KeyMatrix) -> list[State]:
        return [self.states[index] for index in due.of or ()]

    def sources(self, due: KeyMatrix, numbers: Numbers) -> tuple[Source, ...]:
        """The operands of a step, for a finding to name."""
        return tuple(Source(state.due.stage, state.due.name, numbers) for state in self.operands(due))

    # -- a matrix is settled: what later steps can take of it

    def settle_given(self, state: State) -> None:
        """A given matrix: the key's, or as the writer copied it."""
        state.right = state.theirs = Ways.only(self.key.taken(state.due, state.due.values))
        if state.printed is not None and state.off and not state.void:
            state.theirs = Ways.only(state.printed.values)

    def settle_printed(self, state: State, right: Cells, carried: Sequence[Array]) -> None:
        """A step that was handed in, marked: right cells as written, the others as they should be."""
        assert state.printed is not None
        due, written = state.due, state.printed.values
        whole = bool(right.all())
        own = written if whole else np.where(right, written, self._meant(state))
        taken = self.key.taken(due, own)
        more = list(carried[1:])
        if taken is not own:
            more.append(own)
        if not whole:
            more.append(np.where(right, written, due.values))
        unrounded = carried[0] if carried else taken
        state.right = state.theirs = Ways(taken, taken, unrounded, taken, *self._of_key(due), more)
        if state.off and not state.void:
            taken = self.key.taken(due, written)
            state.theirs = Ways(taken, taken, written, taken)

    def settle_unseen(self, state: State) -> None:
        """A step that was not handed in: recomputed from what was, exactly and rounded as this writer rounds."""
        due, operands = state.due, self.operands(state.due)
        key, exact = self._of_key(due)
        state.right = self._unseen(due, [operand.right for operand in operands])
        state.right.key, state.right.exact = key, exact
        state.theirs = state.right
        state.off = any(operand.off for operand in operands)
        state.foreign = any(operand.foreign for operand in operands)
        if state.off:
            state.theirs = self._unseen(due, [operand.theirs for operand in operands])

    def _of_key(self, due: KeyMatrix) -> tuple[Array, Array]:
        """The key's numbers as later steps take them, and unrounded."""
        key = self.key.taken(due, due.values)
        return key, key if due.exact is None else due.exact

    def _meant(self, state: State) -> Array:
        """The right numbers for the wrong cells, made from the writer's own numbers and rounded as printed."""
        assert state.printed is not None
        recomputed = next(self.rights(state.due), state.due.values)
        if state.printed.claim.decimals is None:
            return recomputed
        rounded = round_half_away(recomputed, state.printed.decimals)
        return recomputed if np.ptp(rounded) == 0 else rounded  # one number throughout is no rounding to go on with

    def _unseen(self, due: KeyMatrix, operands: Sequence[Ways]) -> Ways:
        """The ways to have a step that was not handed in; the key's numbers where it cannot be recomputed."""
        key, _ = self._of_key(due)
        if due.of is None or not operands:
            return Ways.only(key)
        done: dict[tuple[int, ...], Array | None] = {}

        def made(*taken: Array) -> Array | None:
            ids = tuple(map(id, taken))
            if ids not in done:
                done[ids] = self.evaluate(due, taken)
            return done[ids]

        first = made(*(ways.first for ways in operands))
        rounded = made(*(ways.rounded for ways in operands))
        carried = made(*(ways.carried for ways in operands))
        four = made(*(ways.four for ways in operands))
        more: list[Array] = []
        if first is not None:
            finer = (self.decimals, self.decimals + 1, 4, 3)
            more += [round_half_away(first, decimals) for decimals in finer if decimals >= self.decimals]
        for way in (carried, due.exact):
            if way is not None:
                more += [round_half_away(way, decimals) for decimals in (self.decimals, 4)]
        return Ways(
            key if first is None else first,
            key if rounded is None else round_half_away(rounded, self.decimals),
            key if carried is None else carried,
            key if four is None else round_half_away(four, max(self.decimals, 4)),
            more=more,
        )

    def deepen(self, state: State) -> bool:
        """Find every way in which a right matrix could have been had; whether there are more than were known."""
        if state.deep or state.printed is None or state.off or state.due.given:
            return False
        state.deep = True
        known = state.right.all()
        before = len(known)
        for operand in self.operands(state.due):
            self.deepen(operand)
        for way in self.rights(state.due):
            if bool(state.printed.fits(way).all()) and not any(np.array_equal(way, one) for one in known):
                known.append(way)
                state.right.more.append(way)
                if len(known) >= MOST:
                    break
        return len(known) > before

    # -- a step is recomputed

    def evaluate(self, due: KeyMatrix, operands: Sequence[Array]) -> Array | None:
        """The step from these operands, or None where it cannot be done with them."""
        assert due.op is not None
        try:
            with np.errstate(all="ignore"):
                values = due.op.evaluate(*operands, **due.params)
        except CANNOT:
            return None
        return values if values.shape == due.values.shape else None

    def rights(self, due: KeyMatrix) -> Iterator[Array]:
        """The step from right numbers, the likeliest way first: the writer's own, then carried on, then mixtures."""
        return self._all(due, [state.right.all() for state in self.operands(due)])

    def follows(self, due: KeyMatrix) -> Iterator[Array]:
        """The step from the writer's own numbers, wrong ones among them."""
        return self._all(due, [state.theirs.all() for state in self.operands(due)])

    def _all(self, due: KeyMatrix, ways: list[list[Array]]) -> Iterator[Array]:
        if due.of is None:
            return
        for operands in islice(combinations(ways), TRIED):
            values = self.evaluate(due, operands)
            if values is not None:
                yield values

    def starts(self, due: KeyMatrix) -> list[Start]:
        """The step from each set of numbers that a mistake could have started from, the likeliest first."""
        operands = self.operands(due)
        picks: list[tuple[Numbers, Callable[[State], Array]]] = [(Numbers.RIGHT, lambda state: state.right.first)]
        if any(state.off for state in operands):
            picks.append((Numbers.OWN, lambda state: state.theirs.first))
        picks.append((Numbers.KEY, lambda state: self.key.taken(state.due, state.due.values)))
        if any(state.unseen for state in operands):
            picks.append((Numbers.ROUNDED, lambda state: state.right.rounded))
        picks.append((Numbers.EXACT, lambda state: state.due.values if state.due.exact is None else state.due.exact))
        found: list[Start] = []
        for numbers, pick in picks:
            step = self._redo(due, pick)
            if step is not None and step.fits() and not any(_same(step, known.step) for known in found):
                found.append(Start(step, numbers))
        return found

    def _redo(self, due: KeyMatrix, pick: Callable[[State], Array], depth: int = 8) -> Redo | None:
        """The step with the operands picked, and how those were made in turn."""
        if due.op is None or due.of is None:
            return None
        states = self.operands(due)
        operands = tuple(pick(state) for state in states)
        makers = tuple(self._redo(state.due, pick, depth - 1) if depth else None for state in states)
        return Redo(due.op, operands, due.params, due.names, due.name, makers, self.key.widths)


def combinations(ways: list[list[Array]]) -> Iterator[tuple[Array, ...]]:
    """The first way of each operand, then the second of each, …, then every mixture; nothing twice."""
    if not all(ways):
        return
    longest = max(map(len, ways), default=1)
    in_step = (tuple(each[min(n, len(each) - 1)] for each in ways) for n in range(longest))
    mixtures = product(*({id(way): way for way in each}.values() for each in ways))
    seen: set[tuple[int, ...]] = set()
    for operands in chain(in_step, mixtures):
        ids = tuple(map(id, operands))
        if ids not in seen:
            seen.add(ids)
            yield operands


def _same(first: Redo, second: Redo) -> bool:
    """Whether two redos start from the same numbers, all the way back."""
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first.operands, second.operands, strict=True)):
        return False
    return all(
        (a is None) == (b is None) and (a is None or b is None or _same(a, b))
        for a, b in zip(first.makers, second.makers, strict=True)
    )
