"""The order in which candidates are tried, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import chain

import numpy as np

from tmat.marking.candidates import (
    Candidate,
    Make,
    OtherMatrices,
    another_matrix,
    another_operand,
    everywhere,
    made_to_sum_to_one,
    one_by_one,
    operand_transposed,
    own,
    products_rounded,
    rounded_early,
    rounded_further_back,
    truncated,
)
from tmat.marking.explaining import Tier
from tmat.marking.findings import Numbers
from tmat.marking.key import KeyMatrix
from tmat.marking.misread import misread
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed
from tmat.marking.states import WRITTEN, Again, Pick, Start, as_theirs
from tmat.marking.unseen import in_unseen
from tmat.operations.operation import Array
from tmat.operations.slips import Redo


def tiers(  # noqa: C901 - one list: what can have happened, a short function each
    recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix, starts: Sequence[Start]
) -> list[Tier]:
    """The candidates for a step in turn: likely slips; other matrices and earlier steps; two slips at once."""
    others = other_matrices(recomputed, due)
    operands = recomputed.operands(due)
    unseen = [state.unseen for state in operands]
    claimed = [None if state.due.given else state.claimed for state in operands]

    def by_habit(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return chain.from_iterable(make(step, printed.decimals) for make in HABITS.values())

    def to_one(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return made_to_sum_to_one(step, printed.decimals)

    def copied(step: Redo, others: OtherMatrices) -> Iterator[Candidate]:
        return another_matrix(step, others, printed.shape)

    def before(ways: list[int | None], step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return in_unseen(step, unseen, recomputed.decimals, ways)

    def misreading(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return misread(step, printed, claimed)

    def further_back(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return rounded_further_back(step, unseen)

    def early(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
        return rounded_early(step, claimed, printed.decimals)

    def likely() -> Iterator[Candidate]:
        for start in starts[:1]:
            yield from _from(start, others, _own, _everywhere, by_habit, to_one)

    def otherwise_rounded() -> Iterator[Candidate]:
        for start in starts[1:3]:
            yield from _from(start, others, _own, _everywhere, by_habit, to_one)
        yield from (found for start in starts[:1] for found in _from(start, others, copied))

    def other() -> Iterator[Candidate]:
        for start in starts[3:]:
            yield from _from(start, others, _own, by_habit)
        rounded = any(start.numbers is Numbers.ROUNDED for start in starts)
        for start in starts:
            ways: list[int | None] = [recomputed.decimals] if start.numbers is Numbers.ROUNDED else [None]
            if not rounded:
                ways.append(recomputed.decimals)
            yield from _from(
                start, others, misreading, another_operand, partial(before, ways), _turned, further_back, early
            )

    def deep() -> Iterator[Candidate]:
        for start in starts[:2]:
            yield from _from(start, others, partial(another_operand, deep=True))

    def rounded_otherwise() -> Iterator[Candidate]:
        left_out = any(recomputed.states[index].unseen for index in recomputed.key.before(due))
        for start in recomputed.more_starts(due, starts) if left_out else ():
            for candidate in _from(start, others, _own, another_operand):
                candidate.again = True
                yield candidate

    return [likely, otherwise_rounded, other, deep, rounded_otherwise]


HABITS = {"truncated": truncated, "products-rounded": products_rounded}
"""What a writer does at every step, if at all: it is charged once."""


def habit_again(
    recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix, known: Collection[str]
) -> Candidate | None:
    """A habit that is known of the writer and explains the whole of a matrix, from right numbers or from their own."""
    for name in known:

        def make(
            step: Redo, _: OtherMatrices, habit: Callable[..., Iterator[Candidate]] = HABITS[name]
        ) -> Iterator[Candidate]:
            return habit(step, printed.decimals)

        for start in recomputed.starts(due):
            for candidate in _from(start, OtherMatrices(), make):
                if candidate.values.shape == printed.shape and (printed.fits(candidate.values) | printed.blank).all():
                    return candidate
    return None


def _own(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
    return own(step)


def _everywhere(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
    return everywhere(step)


def _turned(step: Redo, _: OtherMatrices) -> Iterator[Candidate]:
    return operand_transposed(step)


def _from(start: Start, others: OtherMatrices, *makes: Make) -> Iterator[Candidate]:
    """The candidates, each told which numbers it was made from, and how it can be made again."""
    for make in makes:
        for candidate in make(start.step, others):
            candidate.numbers, candidate.make = start.numbers, make
            yield candidate


def again(recomputed: Recomputed, due: KeyMatrix, candidate: Candidate) -> Again:
    """The slip of a candidate done again with the writer's numbers as they carry them on."""
    label, tells = candidate.mistake.label, candidate.mistake.tells

    def redone(pick: Pick, carry: int) -> tuple[Array | None, Array | None]:
        step = recomputed.redo(due, pick)
        if step is not None and candidate.make is not None:
            for found in (
                candidate.make(step, other_matrices(recomputed, due, carry))
                if candidate.slip is None
                else one_by_one(candidate.slip, step)
            ):
                same = found.mistake.label == label and found.mistake.tells == tells
                if same and found.values.shape == due.values.shape:
                    return (found.values, None) if found.unrounded is None else (found.unrounded, found.values)
        return None, None

    return redone


def other_matrices(recomputed: Recomputed, due: KeyMatrix, carry: int = WRITTEN) -> OtherMatrices:
    """The other matrices, the writer's own where they handed them in; the step's operands and those of its stage first."""
    found: list[tuple[str, Array]] = []
    makers: dict[str, tuple[str, ...]] = {}
    operands = due.of or ()
    nearby = sorted(
        recomputed.states, key=lambda state: (state.due.index not in operands, state.due.stage != due.stage)
    )
    for state in nearby:
        other = state.due
        if other is due or other.name in makers or due.index in recomputed.key.before(other):
            continue  # what was made from this step is no source of it
        values: Array | None = state.printed.values if state.printed is not None and not other.given else None
        if values is not None and carry != WRITTEN and other.index < due.index:
            values = as_theirs(state).carried(carry)
        if values is not None and not np.isnan(values).any():
            found.append((other.name, values))
        if values is None or values.shape == other.values.shape:
            found.append((other.name, other.values))
        if other.op is not None:
            makers[other.name] = (other.op.name, *other.names)
    held = frozenset(
        (state.due.name, name)
        for state in recomputed.operands(due)
        if state.off and state.printed is not None
        for name, values in found
        if values.shape == state.printed.shape and state.printed.fits(values).all()
    )
    return OtherMatrices(tuple(found), makers, held)
