"""How far rounding the numbers before a step could have moved its result."""

from __future__ import annotations

import numpy as np

from tmat.marking.findings import Cells
from tmat.marking.key import KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed, State
from tmat.operations.operation import Array

TRIALS = 24
ROOM = 1.5  # the largest error in so many trials is below the largest possible
LARGE = 1 << 18


def within_rounding(due: KeyMatrix, recomputed: Recomputed, printed: PrintedMatrix) -> Cells:
    """The cells whose error the rounding of the operands can account for.

    Each number before the step is moved by up to half of its last place, in directions that a fixed
    generator draws; what that does to the result is the room there is.
    """
    nothing = np.zeros(printed.shape, dtype=bool)
    states = recomputed.operands(due)
    if not states or due.values.size > LARGE:
        return nothing
    operands = [state.right.first for state in states]
    halves = [_half(state, recomputed.decimals, values) for state, values in zip(states, operands, strict=True)]
    centre = recomputed.evaluate(due, operands)
    if centre is None or not any(np.any(half) for half in halves):
        return nothing
    generator = np.random.RandomState(0)
    room = np.zeros(printed.shape)
    for _ in range(TRIALS):
        moved: list[Array] = []
        for values, half in zip(operands, halves, strict=True):
            moved.append(values + half * generator.choice((-1.0, 1.0), values.shape))
        result = recomputed.evaluate(due, moved)
        if result is not None:
            with np.errstate(all="ignore"):
                room = np.fmax(room, np.abs(result - centre))
    with np.errstate(all="ignore"):
        off = np.minimum(np.abs(printed.values - centre), np.abs(printed.values - due.values))
        return np.asarray((off <= ROOM * room + 0.5 * printed.step()) & (room > 0) & printed.finite)


def _half(state: State, decimals: int, values: Array) -> Array | float:
    """Half of the last place that an operand was rounded to; what is printed in another shape says nothing."""
    if state.printed is not None and state.printed.shape == values.shape:
        return np.asarray(state.printed.unit / 2)
    return 0.0 if state.due.given else 0.5 * 10.0**-decimals
