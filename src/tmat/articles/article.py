"""The data of a worked example: printed numbers, the stage calls that reproduce them, and the step of each number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tmat.articles.numbers import Data
    from tmat.operations.operation import Array
    from tmat.sheet.worksheet import Worksheet


Labels: TypeAlias = "tuple[tuple[str, ...] | None, tuple[str, ...] | None]"
"""Labels of a block's rows and columns; None where there are none."""


@dataclass(frozen=True, slots=True)
class Need:
    """A matrix that a step is computed from: its number of cells, and the block that prints them."""

    name: str
    size: int
    block: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed matrix: its block, and the step that it should equal; ``transposed``: its columns are the step's rows."""

    block: str
    step: str
    transposed: bool = False
    needs: tuple[Need, ...] = ()
    given: bool = False  # its numbers are data in another order, not a result


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Printed numbers that are no step: their name, and the function that computes them from the worksheet."""

    block: str
    name: str
    value: Callable[[Worksheet], Array]


@dataclass(frozen=True, slots=True)
class Letters:
    """A printed matrix of expressions, one for each cell of ``step``; ``kind`` as in ``letters.symbols_of``."""

    block: str
    step: str
    kind: str = "cells"
    spelled: tuple[tuple[str, str], ...] = ()  # our letter, the article's


@dataclass(frozen=True, slots=True)
class Same:
    """The claim that two matrices, each (index of the part, name), are equal; ``rows``: only the first rows of ``that``."""

    this: tuple[int, str]
    that: tuple[int, str]
    claim: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One stage call. ``given`` and ``slipped`` map the stage's names to the blocks that hold the matrices.

    ``slipped`` are steps with a slip, taken as printed because the article goes on from them. The corrected call leaves
    them out, and has the further options ``computing``.
    """

    stage: str
    options: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    slipped: Mapping[str, str] = field(default_factory=dict)
    computing: Mapping[str, Any] = field(default_factory=dict)
    flows: Mapping[str, str] = field(
        default_factory=dict
    )  # in the corrected run: the stage.step that replaces a matrix
    prints: tuple[Printed, ...] = ()
    facts: tuple[Fact, ...] = ()
    letters: tuple[Letters, ...] = ()
    title: str = ""
    numbers: tuple[int, ...] = ()  # the article's numbers of these steps, if it has any
    says: str = ""  # a remark on the call

    @property
    def headed(self) -> str:
        """The title with the numbers of the steps: steps 1 to 3: the corpus."""
        if not self.numbers:
            return self.title
        first, *rest = self.numbers
        between = " to " if len(rest) > 1 else " and "
        return f"step{'s' if rest else ''} {between.join(map(str, (first, *rest[-1:])))}: {self.title}"


@dataclass(frozen=True, slots=True)
class Part:
    """Calls piped into each other; ``batch`` worksheets with the matrix ``source`` are the input."""

    calls: tuple[Call, ...]
    title: str = ""
    source: str = ""
    batch: int = 1
    ours: bool = False  # the article prints no numbers here, so that nothing is marked


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A worked article."""

    name: str
    title: str
    summary: str
    data: Data
    parts: tuple[Part, ...]
    whose: str = "the article"  # who gives the numbers: the article, or a library that it runs
    labels: Mapping[str, Labels] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # other files of the script, by name
    same: tuple[Same, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()  # the article's conventions beside those of the paper
    given: tuple[str, ...] = ()  # blocks that are data though no call is given them
    own: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # our numbers, where it prints none
    symbols: bool = False  # whether every step is written out in symbols too
    compares: bool = False  # whether to list what each part changes from the one before

    @property
    def numbers(self) -> list[int]:
        """The numbers of the parts: those of the article's steps, else 1, 2, …"""
        counted = [n for part in self.parts for call in part.calls for n in call.numbers]
        return sorted(set(counted)) or list(range(1, len(self.parts) + 1))

    def texts(self, block: str) -> list[list[str]]:
        """The cells of a block, printed or ours."""
        return [list(row) for row in self.own[block]] if block in self.own else self.data.texts(block)
