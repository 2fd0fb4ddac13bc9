"""The numbers of one matrix while a submission is marked: the ways to have it right, and as its writer has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from typing import NamedTuple, TypeAlias

from tmat.marking.findings import Numbers
from tmat.marking.key import KeyMatrix
from tmat.marking.printed import PrintedMatrix
from tmat.operations.operation import Array
from tmat.operations.slips import Redo

CARRIES: tuple[Callable[[int], int | None], ...] = (
    lambda written: written,
    lambda written: None,
    lambda written: written + 1,
    lambda written: written + 2,
    lambda written: written + 3,
    lambda written: max(written, 4),
)
"""The decimals with which a writer carries on what is written to so many: as many, all (None), one to three more, at least four."""

WRITTEN, UNROUNDED = 0, 1
"""The places in CARRIES of the first two."""

Side: TypeAlias = "Callable[[State], Ways]"
"""Takes of a matrix the ways to have it right, or as its writer has it."""

Pick: TypeAlias = "Callable[[State], Array]"
"""Takes of a matrix the numbers that a step is made from."""

Again: TypeAlias = "Callable[[Pick, int], tuple[Array | None, Array | None]]"
"""A slip done again with other numbers, other matrices as in one of CARRIES: unrounded, and as written where that is no rounding."""

Behind: TypeAlias = "Callable[[Pick, int], Array]"
"""The unrounded numbers behind what is written."""


class Ways:
    """The numbers of one matrix that later steps could have been made from, by how they were rounded."""

    def __init__(self, first: Array, carried: Iterator[Array] | None = None, behind: Behind | None = None) -> None:
        self.first = first  # the likeliest: as written; where it was not handed in, recomputed and not rounded
        self.more: list[Array] = []
        self.behind = behind  # what was written down, from given numbers of the operands
        self._carried: list[Array] = []
        self._further = repeat(first, len(CARRIES)) if carried is None else carried

    def carried(self, n: int) -> Array:
        """Carried on as the n-th of CARRIES says, here and at every step before; made when first asked for."""
        self._carried += islice(self._further, max(n + 1 - len(self._carried), 0))
        return self._carried[n]

    def all(self) -> list[Array]:
        """All of them: the likeliest, one for each of CARRIES, then what else is known.

        Matrices rounded alike have the same place in their lists, and are taken together.
        """
        self._carried += self._further
        return [self.first, *self._carried, *self.more]


class Start(NamedTuple):
    """A step from one set of numbers that a mistake could have been made with."""

    step: Redo
    numbers: Numbers


@dataclass(slots=True, eq=False)
class State:
    """The state of one matrix of the key while a submission is marked.

    ``right`` are the ways to have it right (the writer's own numbers where they are right, the key's, …);
    ``theirs`` are the writer's own as they stand.
    """

    due: KeyMatrix
    right: Ways
    theirs: Ways
    printed: PrintedMatrix | None = None
    off: bool = False  # the writer's own numbers differ from the right ones
    void: bool = False  # what was handed in is no attempt: nothing follows from it
    exact: bool = False  # its numbers are what they are, with no more digits than are written: nothing was rounded
    foreign: bool = False  # given, and not this key's; or made of what is

    @property
    def unseen(self) -> bool:
        return self.printed is None and not self.due.given

    @property
    def claimed(self) -> int | None:
        """The decimals it shows, where it was handed in."""
        return self.printed.decimals if self.printed is not None else None


def as_right(state: State) -> Ways:
    """The ways to have it right."""
    return state.right


def as_theirs(state: State) -> Ways:
    """The ways to have it as the writer has it."""
    return state.theirs
