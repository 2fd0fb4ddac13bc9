"""The order in which candidates are tried, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tmat.marking.candidates import (
    Candidate,
    OtherMatrices,
    another_matrix,
    another_operand,
    everywhere,
    operand_transposed,
    own,
    rounded_early,
    rounded_further_back,
    truncated,
)
from tmat.marking.explaining import Tier
from tmat.marking.findings import Numbers
from tmat.marking.key import KeyMatrix
from tmat.marking.misread import misread
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed, Start
from tmat.marking.unseen import in_unseen
from tmat.operations.operation import Array


def tiers(recomputed: Recomputed, due: KeyMatrix, printed: PrintedMatrix, starts: Sequence[Start]) -> list[Tier]:
    """The candidates for a step in turn: likely slips; other matrices and earlier steps; two slips at once."""
    others = other_matrices(recomputed, due)
    operands = recomputed.operands(due)
    unseen = [state.unseen for state in operands]
    claimed = [None if state.due.given else state.claimed for state in operands]

    def likely() -> Iterator[Candidate]:
        for start in starts[:3]:
            yield from _from(start, own(start.step))
            yield from _from(start, everywhere(start.step))
            yield from _from(start, truncated(start.step, printed.decimals))
        for start in starts[:1]:
            yield from _from(start, another_matrix(start.step, others, printed.shape))

    def other() -> Iterator[Candidate]:
        for start in starts[3:]:
            yield from _from(start, own(start.step))
            yield from _from(start, truncated(start.step, printed.decimals))
        rounded = any(start.numbers is Numbers.ROUNDED for start in starts)
        for start in starts:
            step = start.step
            ways: list[int | None] = [recomputed.decimals] if start.numbers is Numbers.ROUNDED else [None]
            if not rounded:
                ways.append(recomputed.decimals)
            yield from _from(start, misread(step, printed))
            yield from _from(start, another_operand(step, others))
            yield from _from(start, in_unseen(step, unseen, recomputed.decimals, ways))
            yield from _from(start, operand_transposed(step))
            yield from _from(start, rounded_further_back(step, unseen))
            yield from _from(start, rounded_early(step, claimed, printed.decimals))

    def deep() -> Iterator[Candidate]:
        for start in starts[:2]:
            yield from _from(start, another_operand(start.step, others, deep=True))

    return [likely, other, deep]


def _from(start: Start, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The candidates, each told which numbers it was made from."""
    for candidate in candidates:
        candidate.numbers = start.numbers
        yield candidate


def other_matrices(recomputed: Recomputed, due: KeyMatrix) -> OtherMatrices:
    """The other matrices, the writer's own where they handed them in; the step's operands and those of its stage first."""
    found: list[tuple[str, Array]] = []
    makers: dict[str, tuple[str, ...]] = {}
    operands = due.of or ()
    nearby = sorted(
        recomputed.states, key=lambda state: (state.due.index not in operands, state.due.stage != due.stage)
    )
    for state in nearby:
        other = state.due
        if other is due or other.name in makers:
            continue
        values = state.printed.values if state.printed is not None and not other.given else None
        if values is not None and not np.isnan(values).any():
            found.append((other.name, values))
        if values is None or values.shape == other.values.shape:
            found.append((other.name, other.values))
        if other.op is not None:
            makers[other.name] = (other.op.name, *other.names)
    return OtherMatrices(tuple(found), makers)
