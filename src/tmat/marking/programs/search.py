"""The search for the bug that makes a program's numbers: every bug of every hidden step, carried forward and compared.

A bug is tried on a few rows first, then on the whole matrix. It is believed when the numbers that it yields and the
right ones differ by so much more than a correct program errs that chance would not have brought them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain as chained
from itertools import combinations, groupby, islice
from math import log
from typing import TypeVar

import numpy as np

from tmat.marking.findings import Cells, Certainty, Extent, Finding, Kind, Mistake, cells_of
from tmat.marking.likelihood import cost_of
from tmat.marking.programs.bugs import Bug, Bugs
from tmat.marking.programs.chain import Chain, Changed, Held, Rows, agrees
from tmat.marking.programs.evidence import LEAST, SURE, FreeNumbers, of_one_number, told
from tmat.marking.programs.fused import of_fused
from tmat.marking.programs.layers import of_layers
from tmat.marking.programs.norms import of_norms
from tmat.marking.programs.slipped import GIVEN_OUT, PLAIN, ROUNDED
from tmat.operations.operation import Array
from tmat.progress import working
from tmat.sheet.names import stem

SAMPLE, CHECKED = 4, 256  # rows that every bug is tried on, and those that come near
PERHAPS = log(10.0)  # ten to one
FAR = 10.0  # times the deviation of a correct program: within it a bug is looked at more closely
MOST = 12  # bugs that are computed whole
LARGE = 1 << 22  # cells of a sheet in which two bugs are not tried where all of it has to be computed anew for them
NARROW, PAIRS = 2_000, 1_500  # bugs of one head or layer alone, and pairs of bugs, that are tried
TYPICAL = 0.75  # deviations that a correct program leaves over at most, by the root of the mean square
TOGETHER = 1 << 16  # cells of the largest matrix, of all bugs that are tried at once
RIVALS = 3  # bugs that one finding names

T = TypeVar("T")

Bunch = tuple[Bug, ...]
"""Bugs made together."""


@dataclass(slots=True, eq=False)
class Match:
    """Bugs that yield all that was handed in: the numbers, and the log-likelihood that it is not chance."""

    bugs: Bunch
    held: Held
    worth: float
    left: float  # root of the mean square of what is left over, in deviations of the right numbers


class Search:
    """One target whose numbers are wrong."""

    def __init__(self, chain: Chain, target: int, actual: Array, stored: Array, wrong: Cells) -> None:
        self.chain, self.target, self.actual, self.stored, self.wrong = chain, target, actual, stored, wrong
        self.right = chain.values(target)
        self.largest = max(float(np.abs(self.right).max(initial=0.0)), 1e-300)
        self.size = sum(chain.key.matrices[index].values.size for index in chain.before(target))
        self.tried = 0
        self._yields: dict[Bug, int] = {}  # what each bug makes of the sampled rows
        self.sampled = self._bugs(SAMPLE)

    @cached_property
    def checked(self) -> Bugs:
        """The bugs in as many rows as are looked at."""
        return self.sampled.at(self._rows(CHECKED))

    def _bugs(self, count: int) -> Bugs:
        return Bugs(self.chain, self.target, self._rows(count))

    def _rows(self, count: int) -> Rows:
        """Some rows, the farthest off and others from all over; None for all where there are few."""
        height = self.actual.shape[0]
        if height <= 2 * count:
            return None
        with np.errstate(all="ignore"):
            off = np.nan_to_num(np.abs(self.actual - self.right), nan=np.inf).max(axis=1)
        farthest = np.argsort(-off, kind="stable")[: count // 2]
        spread = np.linspace(0, height - 1, count // 2).astype(np.intp)
        return np.unique(np.concatenate([farthest, spread]))

    def run(self) -> Finding | None:
        """The finding, or None: nothing is said where no bug beats chance."""
        parts = self.sampled.wide(), of_fused(self.sampled), of_layers(self.sampled), of_norms(self.sampled)
        wide = [*_watched("listing bugs", chained(*parts))]
        matches = self._matches("trying each bug", [(bug,) for bug in wide])
        if not matches:
            narrow = [*_watched("listing bugs of one head or layer", islice(self.sampled.narrow(), NARROW))]
            matches = self._matches("trying each bug in one head or layer", [(bug,) for bug in narrow])
        if not matches:
            matches = self._matches("trying two bugs together", list(islice(self._pairs(wide), PAIRS)))
        return self._finding(matches) if matches else None

    def _pairs(self, singles: Sequence[Bug]) -> Iterator[Bunch]:
        """Two common bugs in different steps, each in all heads and layers alike; none where they could not be told."""
        if self._most() < PERHAPS + log(self.tried):
            return
        widest: dict[tuple[object, ...], Bug] = {}
        for bug in singles:  # the widest scope comes first
            if bug.rare == 0 and bug.mistake.operands and bug.label not in PLAIN and bug in self._yields:
                where = bug.label, stem(bug.mistake.result), *map(str, bug.mistake.details.items())
                widest.setdefault(where, bug)
        right = self._seen_as(self.sampled.held[self.target])
        common: dict[int, Bug] = {}
        for bug in widest.values():  # and of those that yield the same numbers the earliest
            if self._yields[bug] != right:
                common.setdefault(self._yields[bug], bug)
        for pair in combinations(sorted(common.values(), key=lambda bug: bug.starts), 2):
            starts = _starts(pair)
            apart = len(starts) == sum(len(bug.starts) for bug in pair)
            if apart and (self.size <= LARGE or not self._needs_whole(self.sampled, starts)):
                yield pair

    def _most(self) -> float:
        """The most that any bug could be worth here: little, where few numbers are beyond what the type allows."""
        held = self.chain.whole(self.target)
        with np.errstate(all="ignore"):
            off = np.abs(self.actual - held.values)
            known = np.isfinite(off)
            scale = float(np.sqrt(np.mean(np.square(off[known])))) if known.any() else 1.0
            deviation = np.maximum(np.hypot(held.errors, self.stored), 1e-300)
            each = np.where(off > deviation, np.log(np.maximum(scale / (deviation * LEAST), 1.0)), 0.0)
        return float(np.where(known, each, log(2.0)).sum())

    # -- matches

    def _matches(self, what: str, bunches: Sequence[Bunch]) -> list[Match]:
        """What makes the sampled rows, and then all of them."""
        found: list[Match] = []
        self.tried += len(bunches)
        for bunch in self._near(_watched(what, bunches, len(bunches))):
            if self._made(self.sampled, bunch) is None:
                continue
            made = self._made(self.checked, bunch)
            match = None if made is None else self._weighed(bunch, made)
            if match is not None and match.worth >= PERHAPS:
                found.append(match)
            if len(found) == MOST:
                break
        return found

    def _near(self, bunches: Iterable[Bunch]) -> Iterator[Bunch]:
        """Those that come near the sampled rows at all: a program with bugs errs no more than FAR times as much."""
        most = max(held.values.size for held in self.sampled.held.values())
        for (_, whole), alike in groupby(bunches, self._work):
            bugs = self.sampled.whole if whole else self.sampled
            while some := [*islice(alike, max(TOGETHER // most, 1))]:
                base = bugs.held[self.target]
                for bunch, numbers in zip(some, self._numbers(bugs, some), strict=True):
                    if numbers is not None and self._is_near(bunch, base.instead(numbers)):
                        yield bunch

    def _work(self, bunch: Bunch) -> tuple[list[tuple[int, ...]], bool]:
        """What has to be done for some bugs: which steps are changed, and whether all rows are needed."""
        return [bug.starts for bug in bunch], self._needs_whole(self.sampled, _starts(bunch))

    def _numbers(self, bugs: Bugs, bunches: Sequence[Bunch]) -> list[Array | None]:
        """What each bunch makes of the target, all of them changing the same steps."""
        changes = [_change(bugs, bunch) for bunch in bunches]
        return self.chain.numbers(_starts(bunches[0]), self.target, bugs.held, changes)

    def _is_near(self, bunch: Bunch, made: Held) -> bool:
        if len(bunch) == 1:
            self._yields[bunch[0]] = self._seen_as(made)
        size = float(np.abs(made.values[np.isfinite(made.values)]).max(initial=0.0)) / self.largest
        near = Held(made.values, FAR * max(size, 1.0) * made.errors, made.rows)
        return self._misfit(near) <= TYPICAL and self._agrees(near)

    def _seen_as(self, made: Held) -> int:
        """Numbers as something to compare."""
        return hash((np.round(made.values / self.largest, 9) + 0.0).tobytes())

    def _made(self, bugs: Bugs, bunch: Bunch) -> Held | None:
        """The target with bugs in it, where that is what was handed in."""
        made = self._redone(bugs, bunch)
        if made is None or not np.isfinite(made.errors[np.isfinite(made.values)]).all() or not self._agrees(made):
            return None
        return made if self._misfit(made) <= TYPICAL else None

    def _redone(self, bugs: Bugs, bunch: Bunch, seen: Callable[[int, Held], None] | None = None) -> Held | None:
        bugs = self._enough(bugs, _starts(bunch))
        return self.chain.redone(_starts(bunch), self.target, bugs.held, _change(bugs, bunch), seen)

    def _enough(self, bugs: Bugs, starts: Mapping[int, Bug]) -> Bugs:
        return self.sampled.whole if self._needs_whole(bugs, starts) else bugs

    def _agrees(self, made: Held) -> bool:
        actual, stored = (a if made.rows is None else a[made.rows] for a in (self.actual, self.stored))
        return bool(agrees(actual, made, stored).all())

    def _misfit(self, made: Held) -> float:
        """The root of the mean square of what is left over, in deviations."""
        actual, stored = (a if made.rows is None else a[made.rows] for a in (self.actual, self.stored))
        with np.errstate(all="ignore"):
            left = (actual - made.values) / np.maximum(np.hypot(made.errors, stored), 1e-300)
        return _typical(left)

    def _needs_whole(self, bugs: Bugs, starts: Mapping[int, Bug]) -> bool:
        """Whether a bug looks at more than some rows of what another bug changed."""
        return bugs.rows is not None and any(
            bug.whole
            or (
                bug.source is not None
                and starts.keys() & {*self.chain.before(start)}
                and not bugs.slipped.goes_by_rows(self.chain.key.matrices[start], bug.source)
            )
            for start, bug in starts.items()
        )

    def _weighed(self, bunch: Bunch, made: Held) -> Match:
        """The log-likelihood that it is not chance, less what so many tries and a rare bug cost."""
        actual, right, stored = (
            a if made.rows is None else a[made.rows] for a in (self.actual, self.right, self.stored)
        )
        each, misfit = told(actual, right, made, stored, self.chain.kind.roundoff)
        cost = sum(cost_of(bug.rare) for bug in bunch) + log(max(self.tried, 1))
        free = 1 if of_one_number(made, right) else self._free(bunch, misfit)
        worth = float(np.sort(each, axis=None)[each.size - free :].sum()) - cost
        own = self.chain.whole(self.target).errors
        common = Held(made.values, own if made.rows is None else own[made.rows], made.rows)
        return Match(bunch, made, worth, max(self._misfit(common), LEAST))

    def _free(self, bunch: Bunch, misfit: float) -> int:
        """The numbers of the target that were free to be otherwise, where these bugs lie."""
        starts = _starts(bunch)
        free = FreeNumbers(self._enough(self.checked, starts).held, misfit)

        def see(index: int, held: Held) -> None:
            free.see(self.chain.key.matrices[index], held, first=index in starts)

        self._redone(self.checked, bunch, see)
        return free.at(self.target)

    # -- what is said

    def _finding(self, matches: Sequence[Match]) -> Finding:
        """The likeliest, and its rivals: those that make the numbers as well."""
        cells = self.actual.size
        least = min(match.left for match in matches)
        alike = [match for match in matches if cells * log(match.left / least) <= SURE]
        alike.sort(key=lambda match: (-round(match.worth), match.bugs[0].starts))  # of equals the earliest cause
        alike = [match for match in alike if match.bugs[0].label not in PLAIN] or alike  # a slip with a name of its own
        best = alike[0]
        named = _distinct(alike)
        mistakes = tuple(_mistake(match.bugs, self.chain, self.target) for match in named)
        rivals = [match for match in matches if match in named or best.worth - match.worth <= SURE]
        sure = best.worth >= SURE and all(self._same(best, match) for match in rivals)
        certainty = Certainty.SURE if sure else Certainty.PERHAPS
        extent = Extent.MATRIX
        return Finding(Kind.SLIP, mistakes, cells_of(self.wrong), certainty, extent, settled_by=self._apart(named))

    def _same(self, match: Match, other: Match) -> bool:
        """Whether two bugs make the same numbers, as far as a program can tell; what unlike ones make is easily made."""
        with np.errstate(all="ignore"):
            off = (match.held.values - other.held.values) / (match.held.errors + ROUNDED * self.largest)
        return _typical(off) <= LEAST

    def _apart(self, matches: Sequence[Match]) -> str:
        """The hidden step that would settle it: where one bug was made, where several bugs' numbers part.

        Of several steps the weights of attention, which programs give out.
        """
        first = min(match.bugs[0].starts[0] for match in matches)
        if len(matches) == 1 and first == self.target:
            return ""
        own = self.chain.key.matrices[first].stage
        path = [n for n in self.chain.after([first], self.target) if self.chain.key.matrices[n].stage == own]
        parting: int | None = None
        for index in [index for index in self.sampled.steps if first <= index != self.target]:
            parts = len(matches) == 1 or len({self._seen(match, index) for match in matches}) > 1
            if parts and index in path and self._given_out(index):
                return self.chain.key.matrices[index].label
            parting = index if parts and parting is None else parting
        return "" if parting is None else self.chain.key.matrices[parting].label

    def _given_out(self, index: int) -> bool:
        op = self.chain.key.matrices[index].op
        return op is not None and op.name in GIVEN_OUT

    def _seen(self, match: Match, index: int) -> bytes:
        """A hidden step's numbers under a match, as something to compare."""
        starts = {start: bug for bug in match.bugs for start in bug.starts if start <= index}
        bugs = self._enough(self.checked, starts)
        reached = [start for start in starts if start == index or index in self.chain.after([start], index)]
        if not reached:
            return b""
        made = self.chain.redone(
            reached, index, bugs.held, lambda matrix, now: starts[matrix.index].made(bugs, matrix, now)
        )
        if made is None:
            return b""
        with np.errstate(all="ignore"):
            return bytes(np.round(made.values / np.maximum(np.abs(made.values).max(), 1e-300), 6).tobytes())


def _typical(left: Array) -> float:
    """The root of the mean square, what is not finite counted as 0."""
    return float(np.sqrt(np.mean(np.square(np.where(np.isfinite(left), left, 0.0)))))


def _starts(bunch: Bunch) -> dict[int, Bug]:
    """The bug of each step that is changed."""
    return {start: bug for bug in bunch for start in bug.starts}


def _change(bugs: Bugs, bunch: Bunch) -> Changed:
    starts = _starts(bunch)
    return lambda matrix, now: starts[matrix.index].made(bugs, matrix, now)


def _watched(what: str, work: Iterable[T], of: int | None = None) -> Iterator[T]:
    """Each piece of work, told to who watches how far it is."""
    with working(what, of) as step:
        for done, one in enumerate(work):
            step(done)
            yield one


def _distinct(matches: Sequence[Match]) -> list[Match]:
    """Those that are told otherwise, the first of each; the same bug in fewer steps is the same bug."""
    found: list[Match] = []
    for match in matches:
        if len(found) < RIVALS and all(_told(match.bugs) != _told(known.bugs) for known in found):
            found.append(match)
    return found


def _told(bunch: Bunch) -> tuple[object, ...]:
    return tuple((bug.label, bug.starts[0] if bug.label == "another-operand" else None) for bug in bunch)


def _mistake(bunch: Bunch, chain: Chain, target: int) -> Mistake:
    """The mistake of a match, told where each of its bugs lies."""
    found: Mistake | None = None
    for bug in bunch:
        labels = tuple(chain.key.matrices[start].label for start in bug.starts)
        inner = labels[0] if bug.mistake.result and bug.starts != (target,) else None
        found = replace(bug.mistake, within=inner, scope=bug.scope, alike=labels, first=found)
    assert found is not None
    return found
