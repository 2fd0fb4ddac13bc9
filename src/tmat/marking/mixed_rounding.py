"""How each matrix before a step was rounded, where they were not all rounded alike: found by changing one at a time.

A writer takes each earlier matrix as it is written, with every digit, or with some more than are written. All choices
together are too many to try, but each shows by itself: with one more matrix taken as it was, more cells of the step agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.marking.findings import Cells
from tmat.marking.printed import PrintedMatrix
from tmat.marking.recomputed import Recomputed
from tmat.marking.states import UNROUNDED, Side, State
from tmat.numbers import round_half_away
from tmat.operations.operation import Array

USUAL = (2, 3, 4)
"""Decimals to which one that was left out may have been rounded."""

ROUNDS = 3
ALIKE = 4  # ways to have carried all alike, from each of which it is begun
HOPELESS = 2.0  # last places that the cells are off on average: no rounding will do
FAR = 4.0  # last places: a cell that is farther off says no more
MOST = 300
"""Times that a step is tried."""

Level = int | None
"""The decimals with which a matrix is carried on; None is all of them."""


class MixedRounding:
    """The level of each matrix before one step, changed one by one while more cells agree."""

    def __init__(self, recomputed: Recomputed, side: Side, levels: dict[int, Level]) -> None:
        self.recomputed, self.side = recomputed, side
        self.levels = dict(levels)  # by the place of a matrix in the key; what is not in it is as it is written
        self.tried = 0

    def numbers(self, state: State, known: dict[int, Array]) -> Array:
        """What is taken of a matrix under these levels."""
        place = state.due.index
        if place not in known:
            known[place] = self._numbers(state, known)
        return known[place]

    def _numbers(self, state: State, known: dict[int, Array]) -> Array:
        ways = self.side(state)
        if not _free(state):
            return ways.first
        written = self._written(state)
        level = self.levels.get(state.due.index, written)
        if state.printed is not None:
            if level == written or ways.behind is None:
                return ways.first
            values, _ = ways.behind(lambda other: self.numbers(other, known), UNROUNDED)
        else:
            operands = [self.numbers(operand, known) for operand in self.recomputed.operands(state.due)]
            made = self.recomputed.evaluate(state.due, operands)
            values = ways.first if made is None else made
        return values if level is None else round_half_away(values, level)

    def _written(self, state: State) -> Level:
        return None if state.printed is None else state.printed.decimals

    def _choices(self, state: State) -> Sequence[Level]:
        if state.printed is None:
            return (None, *sorted({*USUAL, *self.recomputed.shown, *(each + 1 for each in self.recomputed.shown)}))
        written = state.printed.decimals
        return (written, None, *dict.fromkeys((written + 1, written + 2, max(written, 4))))

    def step(self, state: State) -> tuple[Array | None, list[State]]:
        """The step under these levels, and the matrices that it depends on, the nearest first."""
        known: dict[int, Array] = {}
        self.tried += 1
        values = self.recomputed.evaluate(
            state.due, [self.numbers(operand, known) for operand in self.recomputed.operands(state.due)]
        )
        states = (self.recomputed.states[place] for place in sorted(known, reverse=True))
        return values, [each for each in states if _free(each)]

    def climb(self, state: State, printed: PrintedMatrix, cells: Cells) -> Array | None:
        """The step from the levels that these cells are nearest to."""
        best: tuple[float, Array | None] = (np.inf, None)
        known = dict(self.levels)
        before = [self.recomputed.states[place] for place in self.recomputed.key.before(state.due)]
        for n in range(-1, ALIKE):
            alike = {each.due.index: self._choices(each)[n] for each in before if _free(each)} if n >= 0 else {}
            self.levels = {**known, **alike}
            found = self._climb_from_here(state, printed, cells, far_first=n > 0)
            if found[0] < best[0]:
                best, levels = found, dict(self.levels)
            if best[0] == 0.0 or self.tried >= MOST:
                break
        if best[0] == 0.0:
            self.levels = levels
        return best[1]

    def _climb_from_here(
        self, state: State, printed: PrintedMatrix, cells: Cells, *, far_first: bool
    ) -> tuple[float, Array | None]:
        """The least distance that changing one level after another leads to, and the step there.

        Where matrices are carried unrounded, those farthest back come first: once a near one is taken as it is
        written, nothing before it shows.
        """
        best, near = self.step(state)
        least = _distance(printed, cells, best)
        if least > HOPELESS * int(cells.sum()) and not any(each.unseen for each in near):
            return least, best
        for _ in range(ROUNDS):
            before = least
            for each in reversed(near) if far_first else near:
                place = each.due.index
                kept = self.levels.get(place, self._written(each))
                for level in self._choices(each):
                    if least == 0.0 or self.tried >= MOST:
                        break
                    if level == kept:
                        continue
                    self.levels[place] = level
                    values, depends = self.step(state)
                    distance = _distance(printed, cells, values)
                    if distance < least:
                        best, least, kept, near = values, distance, level, depends
                self.levels[place] = kept
            if least == before:
                break
        return least, best


def _distance(printed: PrintedMatrix, cells: Cells, values: Array | None) -> float:
    """How far cells are from agreeing, in last places, a few at most for each; 0 where all agree."""
    if values is None:
        return np.inf
    off = np.where(printed.fits(values), 0.0, np.abs(values - printed.values) / printed.step())
    return float(np.where(np.isfinite(off), np.minimum(off, FAR), FAR)[cells].sum())


def _free(state: State) -> bool:
    """Whether there is something to choose: a step, and not one that is what it is to the last digit."""
    return not state.due.given and not state.exact and state.due.of is not None


def mixed(recomputed: Recomputed, state: State, side: Side, printed: PrintedMatrix, cells: Cells) -> Array | None:
    """The step from the mixture of roundings before it that is nearest to some printed cells.

    Where all of them agree, what is found of the writer is where the next step starts from.
    """
    search = MixedRounding(recomputed, side, recomputed.levels)
    values = search.climb(state, printed, cells)
    recomputed.levels = search.levels
    return values
