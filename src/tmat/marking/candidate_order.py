"""What is tried to explain a step, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tmat.marking import candidates
from tmat.marking.candidates import Candidate, Page
from tmat.marking.explaining import Tier
from tmat.marking.key import Planned
from tmat.marking.printed import Printed
from tmat.marking.recomputed import Sources
from tmat.operations.operation import Array
from tmat.operations.slips import Redo


def tiers(sources: Sources, planned: Planned, printed: Printed, steps: Sequence[Redo]) -> list[Tier]:
    """The candidates for a step in turn: likely slips; other matrices and earlier steps; two slips at once."""
    page = page_of(sources, planned)
    unseen = [line.unseen for line in sources.operands(planned)]
    claimed = [line.claimed for line in sources.operands(planned)]
    fixed = [line.planned.given for line in sources.operands(planned)]

    def likely() -> Iterator[Candidate]:
        for step in steps[:3]:
            yield from candidates.own(step)
            yield from candidates.everywhere(step)
            yield from candidates.cut_off(step, printed.decimals)
        for step in steps[:1]:
            yield from candidates.another_matrix(step, page, printed.shape)

    def other() -> Iterator[Candidate]:
        for step in steps[3:]:
            yield from candidates.own(step)
            yield from candidates.cut_off(step, printed.decimals)
        for step in steps:
            yield from candidates.another_operand(step, page)
            yield from candidates.in_unseen(step, unseen, sources.decimals)
            yield from candidates.operand_transposed(step)
            yield from candidates.rounded_further_back(step, unseen)
            yield from candidates.rounded_early(
                step, [None if g else c for g, c in zip(fixed, claimed, strict=True)], printed.decimals
            )

    def deep() -> Iterator[Candidate]:
        for step in steps[:2]:
            yield from candidates.another_operand(step, page, deep=True)

    return [likely, other, deep]


def page_of(sources: Sources, planned: Planned) -> Page:
    """The other matrices, the writer's own where they handed them in; the step's operands and those of its stage first."""
    others: list[tuple[str, Array]] = []
    makers: dict[str, tuple[str, ...]] = {}
    operands = planned.of or ()
    nearby = sorted(
        sources.lines, key=lambda line: (line.planned.place not in operands, line.planned.stage != planned.stage)
    )
    for line in nearby:
        other = line.planned
        if other is planned or other.name in makers:
            continue
        values = line.printed.values if line.printed is not None and not line.planned.given else None
        if values is not None and not np.isnan(values).any():
            others.append((other.name, values))
        if values is None or values.shape == other.values.shape:
            others.append((other.name, other.values))
        if other.op is not None:
            makers[other.name] = (other.op.name, *other.names)
    return Page(tuple(others), makers)
