"""What a worked example is: numbers as printed, the stage calls that reproduce them, and which number is which step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tmat.articles.numbers import Data
    from tmat.operations.operation import Array
    from tmat.sheet.worksheet import Worksheet


Labels: TypeAlias = "tuple[tuple[str, ...] | None, tuple[str, ...] | None]"
"""Of a block's rows and of its columns, where they have names."""


@dataclass(frozen=True, slots=True)
class Need:
    """A matrix that a step cannot be recomputed without, how many numbers it has, and the block that prints them."""

    name: str
    size: int
    block: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed matrix: the block that holds it and the step that it should be; ``.T``: a column a row of the step."""

    block: str
    step: str
    transposed: bool = False
    needs: tuple[Need, ...] = ()
    given: bool = False  # its numbers are what the step is made from, in another order: data, not a result


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Printed numbers that are no step: what they are, and how they come out of the worksheet."""

    block: str
    name: str
    value: Callable[[Worksheet], Array]


@dataclass(frozen=True, slots=True)
class Letters:
    """A printed matrix of symbols, a cell an expression; ``step`` is the step whose cells they are."""

    block: str
    step: str
    kind: str = "cells"
    spelled: tuple[tuple[str, str], ...] = ()  # our letter, the article's


@dataclass(frozen=True, slots=True)
class Same:
    """Two matrices that must agree: (place of the part, matrix); ``rows``: only so many of the second's first rows."""

    this: tuple[int, str]
    that: tuple[int, str]
    claim: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One stage call. ``given`` and ``slipped`` name matrices as the stage does, and the blocks that hold them.

    ``slipped`` are steps that are taken as printed, because the article goes on from them though they are not
    what the stage computes; without them the stage runs as it should, with the options ``computing`` besides.
    """

    stage: str
    options: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    slipped: Mapping[str, str] = field(default_factory=dict)
    computing: Mapping[str, Any] = field(default_factory=dict)
    flows: Mapping[str, str] = field(
        default_factory=dict
    )  # where nothing is slipped: the stage and step it is taken from
    prints: tuple[Printed, ...] = ()
    facts: tuple[Fact, ...] = ()
    letters: tuple[Letters, ...] = ()
    title: str = ""
    numbers: tuple[int, ...] = ()  # which steps of the article it is, where the article counts them
    says: str = ""  # what to know of it besides

    @property
    def headed(self) -> str:
        """The title after the steps that it is: steps 1 to 3: the corpus."""
        if not self.numbers:
            return self.title
        first, *rest = self.numbers
        between = " to " if len(rest) > 1 else " and "
        return f"step{'s' if rest else ''} {between.join(map(str, (first, *rest[-1:])))}: {self.title}"


@dataclass(frozen=True, slots=True)
class Part:
    """Calls one into the next; ``batch``: how many worksheets with the matrix ``source`` come down the pipe."""

    calls: tuple[Call, ...]
    title: str = ""
    source: str = ""
    batch: int = 1
    ours: bool = False  # the article prints no number of it, so that nothing of it is marked


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A worked article."""

    name: str
    title: str
    summary: str
    data: Data
    parts: tuple[Part, ...]
    whose: str = "the article"  # the numbers are: it prints them, or a program that it runs gives them
    labels: Mapping[str, Labels] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # texts that the script writes besides
    same: tuple[Same, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()  # what the article says without numbers, and what the paper says
    given: tuple[str, ...] = ()  # blocks that are data though no call takes them as they stand
    own: Mapping[str, tuple[tuple[str, ...], ...]] = field(
        default_factory=dict
    )  # numbers of ours, where it prints none
    symbols: bool = False  # whether every step is written out in symbols too
    compares: bool = False  # whether each part is told apart from the one before

    @property
    def numbers(self) -> list[int]:
        """What the parts are called by: the article's steps, or how many parts there are."""
        counted = [n for part in self.parts for call in part.calls for n in call.numbers]
        return sorted(set(counted)) or list(range(1, len(self.parts) + 1))

    def texts(self, block: str) -> list[list[str]]:
        """The cells of a block, the article's or ours."""
        return [list(row) for row in self.own[block]] if block in self.own else self.data.texts(block)
