"""What is said of a worksheet besides its numbers, as data: verdicts under its steps, corrections, tables, a cover.

A worked article's worksheets carry them; every format that draws pages draws them too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.floating]"
Mask: TypeAlias = "NDArray[np.bool_]"


class Said(NamedTuple):
    """A sentence and its role (right, follows, slip, wrong, caption, …); ``indent``: blanks before it in a list."""

    text: str
    role: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Remark:
    """What is said under a matrix; ``letters`` are its cells as printed in symbols, ``wrong`` those that are not right."""

    said: tuple[Said, ...]
    letters: Sequence[Sequence[str]] = ()
    wrong: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A step as its source prints it, where that is not right: which cells are wrong, and the right ones where known."""

    printed: Array
    wrong: Mask
    right: Array | None
    decimals: int  # of the printed numbers


@dataclass(frozen=True, slots=True, eq=False)
class Remarks:
    """What is said of a stage: a title in place of its id, and of its matrices by name."""

    title: str
    introduction: tuple[Said, ...] = ()
    of: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    letters: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)  # the cells of a step in symbols
    end: tuple[tuple[Said, ...], ...] = ()  # paragraphs after the matrices


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts under its own title. ``said`` tells the same in sentences, for where no table is drawn."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    said: tuple[tuple[Said, ...], ...] | None = None
    caption: str = ""

    def has_numbers(self, n: int) -> bool:
        """Whether all of a column are numbers (or 3 of 9, 0.1 ± 0.2), which stand to the right."""
        return all(row[n].lstrip("-")[:1].isdigit() and row[n].rstrip()[-1:].isdigit() for row in self.rows)


@dataclass(frozen=True, slots=True)
class Cover:
    """What is said of all worksheets of a document together; the first of them carries it."""

    name: str
    title: str
    summary: str
    count: tuple[Said, ...] = ()
    tables: tuple[Table, ...] = ()
    script: str = ""  # shell commands that do the same
