"""The numbers that a step could have been made from: the key's, the writer's own, rounded or carried on unrounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, product

import numpy as np

from tmat.marking.key import Plan, Planned
from tmat.marking.printed import Cells, Printed
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.slips import Redo

MOST = 16
"""Ways to have one matrix that are followed up."""

TRIED = 40
"""Ways to do one step that are tried."""


@dataclass(slots=True, eq=False)
class Line:
    """What is known of one matrix while a submission is marked.

    ``right`` are numbers for it that are right (the writer's own where they are right, the key's, …);
    ``theirs`` are the writer's own as they stand; the first of each is the likeliest.
    """

    planned: Planned
    printed: Printed | None = None
    right: list[Array] = field(default_factory=list)
    theirs: list[Array] = field(default_factory=list)
    off: bool = False  # the writer's own numbers differ from the right ones
    void: bool = False  # what was handed in is no attempt: nothing follows from it
    deep: bool = False  # every way to have it was looked for

    @property
    def unseen(self) -> bool:
        return self.printed is None and not self.planned.given

    @property
    def claimed(self) -> int | None:
        """The decimals it shows, where it was handed in."""
        return self.printed.decimals if self.printed is not None else None


class Sources:
    """The matrices of a submission in the order of the key."""

    def __init__(self, plan: Plan, decimals: int) -> None:
        self.plan = plan
        self.lines = [Line(planned) for planned in plan.lines]
        self.decimals = decimals  # to which this writer rounds, as far as the page tells

    # -- a matrix is settled: what later steps can take of it

    def settle_given(self, line: Line) -> None:
        """A given matrix: the key's, or as the writer copied it."""
        own = self.plan.taken(line.planned, line.planned.values)
        line.right = [own]
        line.theirs = [own]
        if line.printed is not None and line.off and not line.void:
            line.theirs = [line.printed.values]

    def settle_printed(self, line: Line, right: Cells, carried: Sequence[Array]) -> None:
        """A step that was handed in, marked: right cells as written, the others from the key."""
        assert line.printed is not None
        planned = line.planned
        full = bool(right.all())
        own = line.printed.values if full else np.where(right, line.printed.values, self._meant(line))
        taken = self.plan.taken(planned, own)
        key = self.plan.taken(planned, planned.values)
        exact = key if planned.exact is None else planned.exact
        line.right = [taken, taken, carried[0] if carried else taken, key, exact, taken, *carried[1:]]
        if taken is not own:
            line.right.append(own)
        if not full:
            line.right.append(np.where(right, line.printed.values, planned.values))
        line.theirs = line.right
        if line.off and not line.void:
            theirs = line.printed.values
            line.theirs = distinct([self.plan.taken(planned, theirs), theirs])

    def _meant(self, line: Line) -> Array:
        """What should stand in the wrong cells, had the writer gone on as before and rounded as they print."""
        assert line.printed is not None
        again = next(self.rights(line.planned), line.planned.values)
        claimed = line.printed.claim.decimals
        return again if claimed is None else round_half_away(again, claimed)

    def deepen(self, line: Line) -> bool:
        """Find every way in which a right matrix could have been had; whether there are more than were known."""
        if line.deep or line.printed is None or line.off or line.planned.given:
            return False
        line.deep = True
        before = len(line.right)
        for operand in self.operands(line.planned):
            self.deepen(operand)
        for way in self.rights(line.planned):
            if bool(line.printed.fits(way).all()) and not any(np.array_equal(way, known) for known in line.right):
                line.right.append(way)
                if len(line.right) >= MOST:
                    break
        return len(line.right) > before

    def settle_unseen(self, line: Line) -> None:
        """A step that was not handed in: done again from what was, exactly and rounded as this writer rounds."""
        planned = line.planned
        key = self.plan.taken(planned, planned.values)
        exact = key if planned.exact is None else planned.exact
        lists = [operand.right for operand in self.operands(planned)]
        ways = self._unseen(planned, lists)
        first, hand, calc, four = (key if way is None else way for way in ways[:4])
        line.right = [first, hand, calc, key, exact, four, *ways[4]]
        line.off = any(operand.off for operand in self.operands(planned))
        line.theirs = line.right
        if line.off:
            theirs = self._unseen(planned, [operand.theirs for operand in self.operands(planned)])
            found = [way for way in theirs[:4] if way is not None]
            line.theirs = distinct([*found, *theirs[4]]) or [key]

    def _unseen(
        self, planned: Planned, lists: list[list[Array]]
    ) -> tuple[Array | None, Array | None, Array | None, Array | None, list[Array]]:
        """Not rounded; rounded at each step; carried on from before the last rounding; rounded to four; and the rest."""
        if planned.of is None or not all(lists):
            return None, None, None, None, []
        at = [tuple(one[min(n, len(one) - 1)] for one in lists) for n in (0, 1, 2, 5)]
        done: dict[tuple[int, ...], Array | None] = {}
        for operands in at:
            ids = tuple(map(id, operands))
            if ids not in done:
                done[ids] = self.evaluate(planned, operands)
        first, hand, calc, four = (done[tuple(map(id, operands))] for operands in at)
        rest = []
        if first is not None:
            rest = [round_half_away(first, d) for d in (self.decimals, self.decimals + 1, 4, 3) if d >= self.decimals]
        rest += [
            round_half_away(way, d) for way in (calc, planned.exact) if way is not None for d in (self.decimals, 4)
        ]
        rounded = None if hand is None else round_half_away(hand, self.decimals)
        finer = None if four is None else round_half_away(four, max(self.decimals, 4))
        return first, rounded, calc, finer, rest

    def evaluate(self, planned: Planned, operands: Sequence[Array]) -> Array | None:
        """The step from these operands, or None where it cannot be done with them."""
        assert planned.op is not None
        try:
            with np.errstate(all="ignore"):
                values = planned.op.evaluate(*operands, **planned.params)
        except (ValueError, IndexError, TypeError):
            return None
        return values if values.shape == planned.values.shape else None

    # -- a step is done again

    def operands(self, planned: Planned) -> list[Line]:
        return [self.lines[place] for place in planned.of or ()]

    def rights(self, planned: Planned) -> Iterator[Array]:
        """The step from right numbers, the likeliest way first: the writer's own, then carried on, then mixtures."""
        yield from self._all(planned, [line.right for line in self.operands(planned)])

    def follows(self, planned: Planned) -> Iterator[Array]:
        """The step from the writer's own numbers, wrong ones among them."""
        yield from self._all(planned, [line.theirs for line in self.operands(planned)])

    def _all(self, planned: Planned, lists: list[list[Array]]) -> Iterator[Array]:
        if planned.of is None:
            return
        for operands in islice(aligned(lists), TRIED):
            values = self.evaluate(planned, operands)
            if values is not None:
                yield values

    def redo(self, planned: Planned, pick: Callable[[Line], Array], depth: int = 3) -> Redo | None:
        """The step with the operands picked, and how those were made in turn."""
        if planned.op is None or planned.of is None:
            return None
        lines = self.operands(planned)
        makers = tuple(self.redo(line.planned, pick, depth - 1) if depth else None for line in lines)
        return Redo(
            planned.op,
            tuple(pick(line) for line in lines),
            planned.params,
            planned.names,
            planned.name,
            makers,
            self.plan.widths,
        )

    def redos(self, planned: Planned) -> list[Redo]:
        """The step from each set of numbers that a slip could have started from."""
        lines = self.operands(planned)
        picks: list[Callable[[Line], Array]] = [
            lambda line: line.right[0] if line.right else line.planned.values,
            lambda line: self.plan.taken(line.planned, line.planned.values),
        ]
        if any(line.off for line in lines):
            picks.insert(1, lambda line: line.theirs[0] if line.theirs else line.planned.values)
        if any(line.unseen for line in lines):  # rounded at each step that was not handed in
            picks.append(lambda line: line.right[min(1, len(line.right) - 1)] if line.right else line.planned.values)
        picks.append(lambda line: line.planned.exact if line.planned.exact is not None else line.planned.values)
        found: list[Redo] = []
        for pick in picks:
            step = self.redo(planned, pick)
            if step is not None and step.fits() and not any(_same(step, known) for known in found):
                found.append(step)
        return found


def aligned(lists: list[list[Array]]) -> Iterator[tuple[Array, ...]]:
    """The first of each, then the second of each, …, then every mixture; nothing twice."""
    if not all(lists):
        return
    longest = max((len(one) for one in lists), default=0)
    seen: set[tuple[int, ...]] = set()
    places = (tuple(min(n, len(one) - 1) for one in lists) for n in range(max(longest, 1)))
    for place in chain(places, product(*(range(len(one)) for one in lists))):
        operands = tuple(one[n] for one, n in zip(lists, place, strict=True))
        ids = tuple(map(id, operands))
        if ids not in seen:
            seen.add(ids)
            yield operands


def distinct(arrays: Sequence[Array]) -> list[Array]:
    """The arrays without repeats, in order."""
    found: list[Array] = []
    for array in arrays:
        if not any(array is known or np.array_equal(array, known, equal_nan=True) for known in found):
            found.append(array)
    return found


def _same(first: Redo, second: Redo) -> bool:
    """Whether two redos start from the same numbers, all the way back."""
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first.operands, second.operands, strict=True)):
        return False
    return all(
        (a is None) == (b is None) and (a is None or b is None or _same(a, b))
        for a, b in zip(first.makers, second.makers, strict=True)
    )
