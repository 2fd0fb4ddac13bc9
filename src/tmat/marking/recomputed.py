"""Steps recomputed: from the key's numbers and from the writer's own, rounded on the way or carried on unrounded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from tmat.marking.choices import choices, picks
from tmat.marking.findings import Cells, Numbers, Source
from tmat.marking.key import CANNOT, Key, KeyMatrix
from tmat.marking.states import CARRIES, UNROUNDED, WRITTEN, Again, Pick, Side, Start, State, Ways, as_right, as_theirs
from tmat.numbers import round_half_away
from tmat.numbers.claim import same
from tmat.numbers.steady import quick
from tmat.operations.operation import Array
from tmat.operations.slips import Redo

MOST_UNSEEN = 64
"""The most ways to have a matrix that was not handed in, those of CARRIES among them."""

FEW = 24
"""Ways to do a step that was not handed in whose results are rounded to find more."""

TRIED = 120
"""The most ways to do one step that are tried."""

SMALL, KEPT = 1 << 14, 1000
"""A step's numbers are kept, as they are asked for again and again: of operands of so many bytes at most; so many steps at most."""

USUAL_DECIMALS = 2

DEEPEST = 8
"""How many steps back a slip may look at how a step was made: from the output of many heads to the projections."""


class Recomputed:
    """The matrices of a submission in the order of the key; each is settled before a later step is recomputed from it."""

    def __init__(self, key: Key, shown: Collection[int]) -> None:
        self.key = key
        self.shown = shown  # the decimals of the matrices that tell how their writer rounds
        self.decimals = min(shown, default=USUAL_DECIMALS)
        self.levels: dict[int, int | None] = {}  # the decimals with which matrices were carried on, where a step told
        self._evaluated: dict[tuple[object, ...], Array | None] = {}
        self.states = [State(due, Ways(due.values), Ways(due.values)) for due in key.matrices]

    def operands(self, due: KeyMatrix) -> list[State]:
        return [self.states[index] for index in due.of or ()]

    def sources(self, due: KeyMatrix, numbers: Numbers) -> tuple[Source, ...]:
        """The operands of a step, for a finding to name."""
        return tuple(Source(state.due.stage, state.due.name, numbers) for state in self.operands(due))

    # -- a matrix is settled: what later steps can take of it

    def settle_given(self, state: State) -> None:
        """A given matrix: the key's, or as the writer copied it."""
        state.right = state.theirs = Ways(self.key.taken(state.due, state.due.values))
        state.exact = True
        if state.printed is not None and state.off and not state.void:
            state.theirs = Ways(state.printed.values)

    def misread(self, due: KeyMatrix, told: Mapping[str, Any]) -> None:
        """One number of a given matrix, which was not handed in, was misread in a step: it may be so in later ones.

        ``told``: the details of that mistake; where it may have been read as several, each is a way.
        """
        for state in self.operands(due):
            if state.due.name == told["operand"] and state.due.given and state.printed is None:
                found = []
                for value in told["readings"]:
                    values = state.due.values.copy()
                    values[told["row"] - 1, told["column"] - 1] = value
                    found.append(values)
                state.theirs, state.off = Ways(found[0]), True
                state.theirs.more += found[1:]

    def settle_printed(self, state: State, right: Cells, way: Array | None, slips: Sequence[Again]) -> None:
        """A step that was handed in, marked: right cells as written, the others as they should be.

        ``way`` are the unrounded numbers that all of it agrees with, where there are such; ``slips`` redo the
        slips that were found in it.
        """
        assert state.printed is not None
        due, written = state.due, state.printed.values
        whole = bool(right.all())
        state.exact = self._exact(state, as_right, written)
        own = written if whole else np.where(right, written, self._meant(state))
        first = self.key.taken(due, own)
        state.right = state.theirs = self._ways(state, first, ~right, as_right, ())
        if way is not None:
            state.right.more.append(way)
        if first is not own:
            state.right.more.append(own)
        if not whole:
            state.right.more.append(np.where(right, written, due.values))
        if state.off and not state.void:
            mine = self.key.taken(due, written)
            nowhere = np.zeros(written.shape, dtype=bool)
            state.exact = self._exact(state, as_theirs, written)
            state.theirs = self._ways(state, mine, nowhere, as_theirs, slips)
            state.theirs.more.append(written)

    def settle_unseen(self, state: State) -> None:
        """A step that was not handed in: recomputed from what was, exactly and rounded as this writer rounds."""
        state.right = state.theirs = self._unseen(state.due, as_right)
        first = state.right.first
        state.exact = self._exact(state, as_right, round_half_away(first, self.decimals))
        state.off = any(operand.off for operand in self.operands(state.due))
        state.foreign = any(operand.foreign for operand in self.operands(state.due))
        if state.off:
            state.theirs = self._unseen(state.due, as_theirs)

    def _ways(self, state: State, first: Array, anyway: Cells, side: Side, slips: Sequence[Again]) -> Ways:
        """The ways to have a matrix that was handed in: as written, and the unrounded numbers behind that.

        These are the step's numbers, or those of the slips found in it: in each cell the ones that agree with it, of
        several those that agree with the most cells; where none do, what is written. In the cells ``anyway`` they need
        not agree.
        """
        assert state.printed is not None
        due, printed = state.due, state.printed

        def behind(pick: Pick, carry: int) -> Array:
            fitting = []
            for values, written in (again(pick, carry) for again in slips):
                if values is not None:
                    fits = printed.fits(values if written is None else written) | anyway
                    fitting.append((int(fits.sum()), fits, values))
            if all(count < first.size for count, *_ in fitting):
                operands = [pick(operand) for operand in self.operands(due)]
                step = None if due.of is None else self.evaluate(due, operands)
                if step is not None:
                    fits = printed.fits(step) | anyway
                    fitting.insert(0, (int(fits.sum()), fits, step))
            own = first
            for _, fits, values in sorted(fitting, key=lambda one: one[0]):
                own = np.where(fits, values, own)
            return own

        def carried() -> Iterator[Array]:
            known = {_content(first): first}
            yield first
            for n, carry in enumerate(CARRIES[1:], start=1):
                own = behind(lambda operand, n=n: side(operand).carried(n), n)  # type: ignore[misc]
                decimals = carry(printed.decimals)
                own = own if decimals is None else round_half_away(own, decimals)
                yield _once(known, self.key.taken(due, own))
            yield from (_once(known, way) for way in self._of_key(due))

        return Ways(first, carried(), behind)

    def _exact(self, state: State, side: Side, written: Array) -> bool:
        """Whether what is written is the very result of operands that are exact themselves."""
        operands = self.operands(state.due)
        if state.due.of is None or not all(operand.exact for operand in operands):
            return False
        values = self.evaluate(state.due, [side(operand).first for operand in operands])
        return values is not None and same(values, written)

    def _of_key(self, due: KeyMatrix) -> tuple[Array, Array]:
        """The key's numbers as later steps take them, and without any rounding."""
        key = self.key.taken(due, due.values)
        return key, key if due.exact is None else due.exact

    def _meant(self, state: State) -> Array:
        """The right numbers for the wrong cells, made from the writer's own numbers and rounded as printed."""
        assert state.printed is not None
        recomputed = next(self.all(state.due, as_right), state.due.values)
        if state.printed.claim.decimals is None:
            return recomputed
        rounded = round_half_away(recomputed, state.printed.decimals)
        return recomputed if np.ptp(rounded) == 0 else rounded  # one number throughout is no rounding to go on with

    def _unseen(self, due: KeyMatrix, side: Side) -> Ways:
        """The ways to have a step that was not handed in; the key's numbers where it cannot be recomputed."""
        key, exact = self._of_key(due)
        operands = self.operands(due)
        if not operands:
            return Ways(key)
        made = self.evaluate(due, [side(operand).first for operand in operands])
        first = key if made is None else made

        def carried() -> Iterator[Array]:
            found, known = [], {_content(first): first}
            for n, carry in enumerate(CARRIES):
                values = self.evaluate(due, [side(operand).carried(n) for operand in operands])
                decimals = carry(self.decimals)
                values = key if values is None else values
                found.append(_once(known, values if decimals is None else round_half_away(values, decimals)))
                yield found[-1]
            unrounded = [found[UNROUNDED], *self.all(due, side, FEW)]
            finer = sorted({self.decimals, *self.shown, 2, 3, 4})
            more = (round_half_away(values, decimals) for values in unrounded for decimals in finer)
            left = MOST_UNSEEN - len(found)
            for way in chain(more, (key, exact), unrounded):
                if left == 0:
                    break
                if _content(way) not in known:
                    left -= 1
                    yield _once(known, way)

        return Ways(first, carried())

    # -- a step is recomputed

    def evaluate(self, due: KeyMatrix, operands: Sequence[Array]) -> Array | None:
        """The step from these operands, or None where it cannot be done with them; small ones are computed once."""
        if quick() or sum(operand.nbytes for operand in operands) > SMALL:
            return _evaluated(due, operands)
        made_of = due.index, *((operand.shape, operand.tobytes()) for operand in operands)
        if made_of not in self._evaluated:
            if len(self._evaluated) == KEPT:
                self._evaluated.clear()
            self._evaluated[made_of] = _evaluated(due, operands)
        return self._evaluated[made_of]

    def all(self, due: KeyMatrix, side: Side, most: int | None = None) -> Iterator[Array]:
        """The step from right numbers or from the writer's own, the likeliest way first.

        As written; carried on alike at every step; what was handed in as written and the rest carried on; mixtures.
        """
        if due.of is None:
            return
        states = self.operands(due)
        first = tuple(side(state).first for state in states)
        values = self.evaluate(due, first)
        if values is not None:
            yield values
        seen = {tuple(map(id, first))}
        for operands in islice(choices(states, side), most or TRIED):
            ids = tuple(map(id, operands))
            if ids not in seen:
                seen.add(ids)
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
            picks.append((Numbers.ROUNDED, lambda state: state.right.carried(WRITTEN)))
        picks.append((Numbers.EXACT, lambda state: state.due.values if state.due.exact is None else state.due.exact))
        if any(state.off for state in operands):
            picks.append((Numbers.CARRIED, lambda state: state.theirs.carried(UNROUNDED)))
        found: dict[tuple[bytes, ...], Start] = {}
        for numbers, pick in picks:
            step = self.redo(due, pick)
            if step is not None and step.fits():
                found.setdefault(_numbers_of(step), Start(step, numbers))
        return list(found.values())

    def more_starts(self, due: KeyMatrix, known: Sequence[Start]) -> Iterator[Start]:
        """The step from every other way that its operands could have been rounded in, alike all the way back or not."""
        states = self.operands(due)
        sides: list[tuple[Numbers, Side]] = [(Numbers.ROUNDED, as_right)]
        if any(state.off for state in states):
            sides.append((Numbers.CARRIED, as_theirs))
        seen = {_numbers_of(start.step) for start in known}
        for numbers, side in sides:
            for pick in islice(picks(states, side), TRIED):
                step = self.redo(due, pick)
                if step is not None and step.fits() and (made_of := _numbers_of(step)) not in seen:
                    seen.add(made_of)
                    yield Start(step, numbers)

    def redo(self, due: KeyMatrix, pick: Pick) -> Redo | None:
        """The step with the operands picked, and how those were made in turn, each step once."""
        made: dict[int, Redo] = {}
        for index in self._shortly_before(due):
            matrix = self.key.matrices[index]
            if matrix.op is not None and matrix.of is not None:
                operands = tuple(pick(self.states[each]) for each in matrix.of)
                made[index] = Redo(
                    matrix.op, operands, matrix.params, matrix.names, matrix.name, tuple(map(made.get, matrix.of)),
                    self.key.widths, epsilons=self.key.epsilons,
                )  # fmt: skip
        return made.get(due.index)

    def _shortly_before(self, due: KeyMatrix) -> list[int]:
        """The places of a matrix and of those that it was made from, a few steps back, in the key's order."""
        found = edge = {due.index}
        for _ in range(DEEPEST):
            edge = {each for index in edge for each in self.key.matrices[index].of or ()} - found
            found = found | edge
        return sorted(found)


def _evaluated(due: KeyMatrix, operands: Sequence[Array]) -> Array | None:
    assert due.op is not None
    try:
        values = due.op.evaluate(*operands, **due.params)
    except CANNOT:
        return None
    return values if values.shape == due.values.shape else None


def _content(values: Array) -> bytes:
    """What is the same for the same numbers; 0 is −0."""
    return (values + 0.0).tobytes()


def _once(known: dict[bytes, Array], values: Array) -> Array:
    """The same numbers as an object that is known already, where they are."""
    return known.setdefault(_content(values), values)


def _numbers_of(step: Redo) -> tuple[bytes, ...]:
    """What tells a redo from another of the same step: the numbers it starts from, all the way back."""
    steps = {id(step): step}
    edge = [step]
    while edge:
        edge = [made for each in edge for made in each.makers if made is not None and id(made) not in steps]
        steps |= {id(made): made for made in edge}
    return tuple(_content(operand) for each in steps.values() for operand in each.operands)
