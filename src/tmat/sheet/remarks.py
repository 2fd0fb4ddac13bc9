"""Remarks on a worksheet, as data: verdicts under its steps, corrections, tables, a cover.

The worked articles have them; every format with pages draws them.
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
    """A remark under a matrix; ``letters`` are its cells in symbols, where the source prints those, ``wrong`` the wrong ones."""

    said: tuple[Said, ...]
    letters: Sequence[Sequence[str]] = ()
    wrong: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A step that its source prints wrongly: which cells are wrong, and the right numbers where known."""

    printed: Array
    wrong: Mask
    right: Array | None
    decimals: int  # of the printed numbers


@dataclass(frozen=True, slots=True, eq=False)
class Remarks:
    """The remarks on a stage: a title in place of its id, and those on its matrices by name (``of``)."""

    title: str
    introduction: tuple[Said, ...] = ()
    of: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    letters: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)  # the cells of a step in symbols
    end: tuple[tuple[Said, ...], ...] = ()  # paragraphs after the matrices


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts with a title; ``said`` has the same in sentences, for formats that draw no tables."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    said: tuple[tuple[Said, ...], ...] | None = None
    caption: str = ""

    def has_numbers(self, n: int) -> bool:
        """Whether a column has only numbers (or 3 of 9, 0.1 ± 0.2), which are aligned right."""
        return all(row[n].lstrip("-")[:1].isdigit() and row[n].rstrip()[-1:].isdigit() for row in self.rows)


@dataclass(frozen=True, slots=True)
class Cover:
    """The remarks on a whole document of worksheets; the first of them has it."""

    name: str
    title: str
    summary: str
    count: tuple[Said, ...] = ()
    tables: tuple[Table, ...] = ()
    script: str = ""  # shell commands that compute the same
