"""How far rounding the numbers before a step could have moved its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

import numpy as np

from tmat.marking.findings import Cells
from tmat.marking.key import KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import USUAL_DECIMALS, Recomputed
from tmat.marking.states import Side, State, as_right
from tmat.numbers.steady import quickly
from tmat.operations.operation import Array

TRIALS = 24
FEW_TRIALS = 8  # where twice the room is asked about
ROOM = 1.5  # margin: the largest error in so many trials is below the largest possible
LARGE = 1 << 18  # cells of a result beyond which no room is measured
AT_ONCE = 1 << 16  # numbers that are moved at once
GUARD = 0.1  # of half a last place: what one guard digit leaves
ODDS = 10.0  # a number of the matrix's range is in the room by chance once in so many, or the room says nothing


def within_rounding(
    due: KeyMatrix, recomputed: Recomputed, printed: PrintedMatrix, side: Side, odds: float = ODDS
) -> Cells:
    """The cells whose error the rounding of the operands can account for: of the right ones, or of the writer's own.

    |printed − result| ≤ room + half a unit. A room in which a number of the result's range would be by chance once in
    fewer than the odds accounts for nothing.
    """
    nothing = np.zeros(printed.shape, dtype=bool)
    if due.values.size > LARGE:
        return nothing
    room = _room(due, recomputed, side, 1.0, ROOM)
    centre = recomputed.evaluate(due, [side(state).first for state in recomputed.operands(due)])
    if room is None or centre is None:
        return nothing
    range_of = due.values if side is as_right else centre
    known = range_of[np.isfinite(range_of)]
    widest = float(np.ptp(known)) / odds if known.size else 0.0
    with np.errstate(all="ignore"):
        off = np.abs(printed.values - centre)
        if side is as_right:
            off = np.minimum(off, np.abs(printed.values - due.values))
        near = off <= room + 0.5 * printed.step()
    return np.asarray(near & (room > 0) & (2 * room + printed.step() <= widest) & printed.finite)


def within_reach(due: KeyMatrix, recomputed: Recomputed, printed: PrintedMatrix, side: Side, way: Array) -> Cells:
    """The cells that another way of rounding could yet agree with: twice the room away from one, and a last place more."""
    room = _reach(due, recomputed, side)
    if room is None:
        return np.zeros(printed.shape, dtype=bool)
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(printed.values - way) <= 2 * room + printed.step())


def _reach(due: KeyMatrix, recomputed: Recomputed, side: Side) -> Array | None:
    """The room of a step, where what was left out was rounded at every step to as few decimals as is usual."""
    decimals = min(recomputed.decimals, USUAL_DECIMALS)
    before = [_reach(state.due, recomputed, side) if state.unseen else None for state in recomputed.operands(due)]
    return _room(due, recomputed, side, 1.0, ROOM, decimals, before, trials=FEW_TRIALS)


def by_guard_digits(
    due: KeyMatrix, recomputed: Recomputed, printed: PrintedMatrix, side: Side, ways: Sequence[Array]
) -> Cells:
    """The cells that agree with a way if what it was made from was rounded to one digit more than is written, or finer."""
    near = np.zeros(printed.shape, dtype=bool)
    room = _room(due, recomputed, side, GUARD, 1.0) if ways else None
    if room is not None:
        for way in ways:
            with np.errstate(all="ignore"):
                near |= np.abs(printed.values - way) <= room + 0.5 * printed.step()
    return near


def _room(
    due: KeyMatrix,
    recomputed: Recomputed,
    side: Side,
    share: float,
    margin: float,
    decimals: int | None = None,
    before: Sequence[Array | None] = (),
    trials: int = TRIALS,
) -> Array | None:
    """How far a share of the operands' rounding moves the result; None where nothing was rounded.

    Each number before the step is moved by up to half of its last place (what was left out has so many ``decimals``,
    and was moved itself by what is ``before`` it), in directions that a fixed generator draws; the largest move of
    the result, with a margin, is the room.
    """
    states = recomputed.operands(due)
    operands = [side(state).first for state in states]
    decimals = recomputed.decimals if decimals is None else decimals
    halves = [share * _half(state, decimals, values) for state, values in zip(states, operands, strict=True)]
    halves = [half + (0.0 if more is None else more) for half, more in zip_longest(halves, before)]
    centre = recomputed.evaluate(due, operands) if states else None
    if centre is None or not any(np.any(half) for half in halves):
        return None
    room = np.zeros(centre.shape)
    with quickly():
        for moved in _moved(operands, halves, trials):
            result = recomputed.evaluate(due, moved)
            if result is not None:
                room = np.fmax(room, np.abs(result - centre))
    return margin * room


def _moved(operands: Sequence[Array], halves: Sequence[Array | float], trials: int) -> Iterator[tuple[Array, ...]]:
    """The operands with each number moved by its half, so many times, in directions that are always alike."""
    ends = np.cumsum([values.size for values in operands])
    size = int(ends[-1])
    at_once = max(AT_ONCE // size, 1)
    for start in range(0, trials, at_once):
        count = min(at_once, trials - start)
        signs = np.take(_directions(), np.arange(start * size, (start + count) * size), mode="wrap")
        parts = np.split(signs.reshape(count, size), ends[:-1], axis=1)
        yield from zip(
            *(
                values + half * part.reshape(count, *values.shape)
                for values, half, part in zip(operands, halves, parts, strict=True)
            ),
            strict=True,
        )


@cache
def _directions() -> Array:
    """+1 and −1, drawn always alike; a prime of them, so that no two trials of a step are the same."""
    return np.random.RandomState(0).choice((-1.0, 1.0), 16_381)


def _half(state: State, decimals: int, values: Array) -> Array | float:
    """Half of the last place that an operand was rounded to; what is printed in another shape says nothing."""
    if state.exact:
        return 0.0
    if state.printed is not None and state.printed.shape == values.shape:
        return np.asarray(state.printed.unit / 2)
    return 0.5 * 10.0**-decimals
