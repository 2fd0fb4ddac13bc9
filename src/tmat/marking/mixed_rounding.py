"""How each matrix before a step was rounded, where they were not all rounded alike: found by changing one at a time.

A writer takes each earlier matrix as it is written, with every digit, or with some more than are written. All choices
together are too many to try, but each shows by itself: with one more matrix taken as it was, more cells of the step agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
ALIKE = 4  # ways to carry all matrices alike that the search starts from
HOPELESS = 2.0  # last places that the cells are off on average: no rounding will do
FAR = 4.0  # last places: a cell that is farther off says no more
MOST = 300
"""The most times that a step is tried."""

Level = int | None
"""The decimals with which a matrix is carried on; None is all of them."""


class Taken(NamedTuple):
    """The numbers of a matrix, and the places in the key of all that they depend on, its own among them."""

    values: Array
    places: frozenset[int]


class MixedRounding:
    """The level of each matrix before one step, changed one by one while more cells agree."""

    def __init__(self, recomputed: Recomputed, side: Side, levels: dict[int, Level]) -> None:
        self.recomputed, self.side = recomputed, side
        self.levels = dict(levels)  # by the place of a matrix in the key: of all that were made before the step
        self.tried = 0
        self._known: dict[tuple[object, ...], Taken] = {}  # by the levels that made it

    def taken(self, state: State) -> Taken:
        """What is taken of a matrix under these levels."""
        ways, place = self.side(state), frozenset([state.due.index])
        if not _free(state):
            return Taken(ways.first, place)
        level = self.levels[state.due.index]
        if state.printed is not None and (level == _written(state) or ways.behind is None):
            return Taken(ways.first, place)
        by = (state.due.index, level, *map(self.levels.__getitem__, self.recomputed.key.before(state.due)))
        if by not in self._known:
            self._known[by] = self._made(state, level)
        return self._known[by]

    def _made(self, state: State, level: Level) -> Taken:
        """A matrix recomputed under these levels."""
        ways, places = self.side(state), {state.due.index}

        def pick(operand: State) -> Array:
            taken = self.taken(operand)
            places.update(taken.places)
            return taken.values

        if state.printed is not None and ways.behind is not None:
            values = ways.behind(pick, UNROUNDED)
        else:
            made = self.recomputed.evaluate(state.due, list(map(pick, self.recomputed.operands(state.due))))
            values = ways.first if made is None else made
        return Taken(values if level is None else round_half_away(values, level), frozenset(places))

    def _choices(self, state: State) -> Sequence[Level]:
        if state.printed is None:
            return (None, *sorted({*USUAL, *self.recomputed.shown, *(each + 1 for each in self.recomputed.shown)}))
        written = state.printed.decimals
        return (written, None, *dict.fromkeys((written + 1, written + 2, max(written, 4))))

    def step(self, state: State) -> tuple[Array | None, list[State]]:
        """The step under these levels, and the matrices that it depends on, the nearest first."""
        self.tried += 1
        taken = [self.taken(operand) for operand in self.recomputed.operands(state.due)]
        values = self.recomputed.evaluate(state.due, [each.values for each in taken])
        places = sorted(set().union(*(each.places for each in taken)), reverse=True)
        return values, [each for each in map(self.recomputed.states.__getitem__, places) if _free(each)]

    def climb(self, state: State, printed: PrintedMatrix, cells: Cells) -> Array | None:
        """The step from the levels that these cells are nearest to."""
        best: tuple[float, Array | None] = (np.inf, None)
        before = [self.recomputed.states[place] for place in self.recomputed.key.before(state.due)]
        known = {each.due.index: _written(each) for each in before} | self.levels
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
                kept = self.levels[place]
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


def _written(state: State) -> Level:
    return None if state.printed is None else state.printed.decimals


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
