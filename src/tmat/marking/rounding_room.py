"""How far rounding the numbers before a step could have moved its result."""

from __future__ import annotations

import numpy as np

from tmat.marking.key import Planned
from tmat.marking.printed import Cells, Printed
from tmat.marking.recomputed import Sources
from tmat.operations.operation import Array

TRIALS = 24
ROOM = 1.5  # the worst of so many trials falls short of the worst there is
LARGE = 1 << 18


def within_rounding(planned: Planned, sources: Sources, printed: Printed) -> Cells:
    """The cells whose error the rounding of the operands can account for.

    Each number before the step is moved by up to half of its last place, in directions that a fixed
    generator draws; what that does to the result is the room there is.
    """
    nothing = np.zeros(printed.shape, dtype=bool)
    if planned.of is None or planned.op is None or planned.values.size > LARGE:
        return nothing
    lines = sources.operands(planned)
    if not lines:
        return nothing
    operands = [line.right[0] for line in lines]
    halves = [
        _half(line.printed, line.planned.given, sources.decimals, values.shape)
        for line, values in zip(lines, operands, strict=True)
    ]
    if not any(np.any(half) for half in halves):
        return nothing
    centre = sources.evaluate(planned, operands)
    if centre is None:
        return nothing
    generator = np.random.RandomState(0)
    room = np.zeros(printed.shape)
    for _ in range(TRIALS):
        moved: list[Array] = []
        for values, half in zip(operands, halves, strict=True):
            moved.append(values + half * generator.choice((-1.0, 1.0), values.shape))
        result = sources.evaluate(planned, moved)
        if result is not None:
            with np.errstate(all="ignore"):
                room = np.fmax(room, np.abs(result - centre))
    with np.errstate(all="ignore"):
        off = np.minimum(np.abs(printed.values - centre), np.abs(printed.values - planned.values))
        return np.asarray((off <= ROOM * room + 0.5 * printed.step()) & (room > 0) & printed.finite)


def _half(printed: Printed | None, given: bool, decimals: int, shape: tuple[int, ...]) -> Array | float:
    """Half of the last place that a number before the step was rounded to; what is printed in another shape says nothing."""
    if printed is not None and printed.shape == shape:
        return np.asarray(printed.unit / 2)
    return 0.0 if given else 0.5 * 10.0**-decimals
