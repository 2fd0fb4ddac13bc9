"""A sheet of the workbook: a stage, and the places of its matrices."""

from __future__ import annotations

from dataclasses import dataclass, field

from tmat.rendering.formats.xlsx.links import Link
from tmat.rendering.formats.xlsx.named import Calculation
from tmat.rendering.page import Section, Shown
from tmat.sheet.worksheet import Stage

LIKELY = "probabilities"  # the matrix below which the likeliest words are listed
LABELS = 1  # columns before the numbers


@dataclass(slots=True)
class Placed:
    """A matrix on a tab: its caption at row ``top``, column labels below it, then its numbers."""

    tab: Tab = field(repr=False)
    shown: Shown
    top: int
    left: int = LABELS  # the column of its first numbers

    @property
    def first(self) -> int:
        """The row of its first numbers."""
        return self.top + 2

    @property
    def after(self) -> int:
        """The row after its numbers."""
        return self.first + self.height

    @property
    def remarks(self) -> int:
        """The row where its remarks begin: apart, so that a reader takes none for a row of the matrix."""
        return self.after + bool(self.shown.sentences)

    @property
    def beside(self) -> int:
        """The first column of the right numbers, beside a wrongly printed matrix."""
        return self.left + self.width + 2

    @property
    def height(self) -> int:
        return self.shown.matrix.height

    @property
    def width(self) -> int:
        return self.shown.matrix.width

    def place(self, i: int, j: int) -> tuple[int, int]:
        """Row and column of a cell on its sheet, counted from 0."""
        return self.first + i, self.left + j

    def word(self, i: int) -> tuple[int, int]:
        """The place of the word that a row's number names."""
        return self.place(i, self.width)


@dataclass(frozen=True, slots=True)
class Beside:
    """The operands drawn beside a product; the right one may be transposed."""

    left: Placed
    right: Placed
    transposed: bool


@dataclass(slots=True)
class Tab:
    """One sheet: a stage, the places of its matrices, and links to matrices of earlier sheets."""

    name: str
    section: Section
    notes: list[str]
    matrices: dict[str, Placed] = field(default_factory=dict)
    links: dict[str, tuple[Link, Placed]] = field(default_factory=dict)
    beside: dict[str, Beside] = field(default_factory=dict)  # by the product's name
    begins: list[int] = field(default_factory=list)  # first rows of the blocks that are not split over pages
    live: bool = True
    calculation: Calculation = field(default_factory=Calculation)
    named: dict[str, str] = field(default_factory=dict)  # formulas of named numbers that an earlier sheet has
    unknown: tuple[str, int | None] = ("fold", None)  # whether case counts in words; the id of unknown words
    fed_back: tuple[Placed, Placed] | None = None  # the ids of the words so far, and the prediction after them
    end: int = 0  # the row after the matrices

    @property
    def stage(self) -> Stage:
        return self.section.stage

    @property
    def words_at(self) -> int:
        """The first row of the vocabulary."""
        return self.named_at + (len(self.calculation.cells) + 1 if self.calculation.cells else 0)

    @property
    def named_at(self) -> int:
        """The first row after the notes."""
        return 1 + bool(self.section.sentence) + len(self.notes) + len(self.section.remarks.introduction)

    def likeliest_at(self, placed: Placed) -> int:
        """The first row of the likeliest words, below the probabilities."""
        return placed.first + placed.height + 1


def quoted(sheet: str) -> str:
    """A sheet's name as it is written in a formula.

    >>> quoted("o'clock")
    "'o''clock'"
    """
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"
