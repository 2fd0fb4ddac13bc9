"""What marking finds, as data: which mistake, in which cells, how sure, made from which numbers; reports/words.py says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Cell: TypeAlias = tuple[int, int]
"""A cell: its row and column, from 0."""

Cells: TypeAlias = NDArray[np.bool_]
"""Some cells of a matrix: True where."""


def cells_of(cells: Cells) -> tuple[Cell, ...]:
    """The cells one by one, in reading order."""
    i, j = np.nonzero(cells)
    return tuple(zip(i.tolist(), j.tolist(), strict=True))


class Kind(StrEnum):
    """The kind of a finding."""

    SLIP = "slip"
    CLOSE = "close"  # a rounding on the way
    PROPERTY = "property"  # the numbers cannot be what they are said to be, whatever they are


class Certainty(StrEnum):
    """How sure a finding is."""

    SURE = "sure"
    PERHAPS = "perhaps"  # chance could have made the match


class Numbers(StrEnum):
    """Which numbers of a matrix a step was recomputed from."""

    RIGHT = "right"  # the writer's own where they are right, the right ones elsewhere
    OWN = "own"  # the writer's own as they stand, wrong ones among them
    KEY = "key"
    ROUNDED = "rounded"  # as RIGHT, and steps that were not handed in are rounded as the writer rounds
    CARRIED = "carried"  # as OWN, carried on unrounded
    EXACT = "exact"  # nothing was rounded on the way


@dataclass(frozen=True, slots=True)
class Source:
    """An operand of a step, by the name that the key has for it, and which of its numbers were used."""

    stage: str
    name: str
    numbers: Numbers


Sourced: TypeAlias = Callable[[Numbers], tuple[Source, ...]]
"""The operands of a step as sources, for the numbers that were used."""


class Extent(StrEnum):
    """The extent of cells in a matrix: all of it, whole rows or columns, or single cells."""

    MATRIX = "matrix"
    ROWS = "rows"
    COLUMNS = "columns"
    CELLS = "cells"


class Scope(StrEnum):
    """Where one mistake was made: in one step, in several of one stage, in every head, in every layer."""

    STEP = "step"
    STEPS = "steps"
    HEADS = "heads"
    LAYERS = "layers"


@dataclass(slots=True)
class Mistake:
    """A mistake in a step: a slip by name, and the details for its sentences.

    ``said`` and ``mend`` are the slip's own sentences as they are declared beside it, with names in
    braces: {0} is the step's first operand, {result} its result; parameters and details go by name.
    """

    name: str
    said: str
    mend: str
    result: str = ""
    operands: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    first: Mistake | None = None  # made before it, in an operand
    within: str | None = None  # the step that was not handed in, in which it was made
    scope: Scope = Scope.STEP
    alike: tuple[str, ...] = ()  # the steps in which it was made alike

    @property
    def label(self) -> str:
        """Its name, and that of the mistake made before it."""
        return self.name if self.first is None else f"{self.first.label}+{self.name}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the single mistakes that it is made of."""
        return tuple(self.label.split("+"))

    @property
    def tells(self) -> tuple[object, ...]:
        """What it tells the writer: equal where two names stand for the same thing done."""
        first = None if self.first is None else self.first.tells
        return (
            self.said,
            self.result,
            self.operands,
            tuple(sorted(self.details.items())),
            first,
            self.within,
            self.scope,
        )


@dataclass(slots=True)
class Finding:
    """An explanation of some cells of a step.

    There is more than one mistake where several explain the same cells about equally well; the first is
    the likeliest. ``extent`` says where it holds: a mistake in the whole matrix can make some numbers that
    are right all the same, and those are not among its cells.
    """

    kind: Kind
    mistakes: tuple[Mistake, ...]
    cells: tuple[Cell, ...]
    certainty: Certainty = Certainty.SURE
    extent: Extent = Extent.CELLS
    made_from: tuple[Source, ...] = ()
    settled_by: str = ""  # the hidden step that would settle it, were it handed in

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(mistake.label for mistake in self.mistakes)

    @property
    def sure(self) -> bool:
        return self.certainty is Certainty.SURE


class Remark(StrEnum):
    """A further note on a step."""

    FOLLOWS = "follows"  # right, given the writer's own earlier numbers
    HABIT = "habit"  # as an earlier step was done too, where it was charged
    NOT_COPIED = "not-copied"  # a given matrix that is not as it was given
    AS_PRINTED = "as-printed"  # marked by an article's own numbers
    AS_CORRECTED = "as-corrected"  # by what they should be
    READ_AS = "read-as"  # the answer has another name, near this step's
    FOREIGN = "foreign"  # a given matrix that is another's
    ON_FOREIGN = "on-foreign"  # made of such a one
    ON_ITS_SIDE = "on-its-side"  # a page with a token in each column that was not said to be one,
    UPRIGHT = "upright"  # or that was, and is none
    BLIND = "blind"  # no more is right than chance would give
    NO_WORK = "no-work"  # a step of such a sheet
    TOO_WIDE = "too-wide"  # a claim so wide that a constant fits it
    NO_ATTEMPT = "no-attempt"  # nothing that follows from it is counted
    ON_NO_ATTEMPT = "on-no-attempt"  # right for an earlier matrix that was no attempt
    BLANK = "blank"
    ROUNDING = "rounding"  # within what rounding before the step could do
    TOO_SHORT = "too-short"  # right to the decimals that were typed, and more are asked
    SHAPE = "shape"  # not the rows and columns that are due
    RESTS = "rests"  # right for an earlier matrix that is wrong by no known bug
    DIFFERS = "differs"  # a program's numbers: how many are off, and by how much at most
    HAND_IN = "hand-in"  # a hidden step that would tell on which side of it a fault lies
    SHORT_PRODUCTS = "short-products"  # right for a program that shortens its products to TF32


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a step: the matrices it speaks of, how many cells, the shapes printed and due, the decimals asked."""

    remark: Remark
    matrices: tuple[str, ...] = ()
    count: int = 0
    shapes: tuple[tuple[int, int], ...] = ()
    most: float = 0.0  # the largest difference,
    allowed: float = 0.0  # what a correct program may differ there,
    cell: Cell = (0, 0)  # and where
    decimals: int | None = None

    @property
    def doubts(self) -> bool:
        """Whether it says of a whole submission that it may not be what it was marked as."""
        return self.remark in (Remark.FOREIGN, Remark.BLIND, Remark.ON_ITS_SIDE, Remark.UPRIGHT)
