"""A sheet of the workbook: a stage, and where its matrices stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from tmat.rendering.formats.xlsx.links import Link
from tmat.rendering.formats.xlsx.named import Calculation
from tmat.rendering.page import Section, Shown
from tmat.sheet.worksheet import Stage

LIKELY = "probabilities"  # the matrix whose largest cells are listed below it
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
        """The row after its numbers, where what is said of them begins."""
        return self.first + self.height

    @property
    def beside(self) -> int:
        """The column of the first right number, where it is printed otherwise."""
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
        """Where the word stands that a row's number names."""
        return self.place(i, self.width)


@dataclass(frozen=True, slots=True)
class Beside:
    """The operands of a product as they stand beside it; the right one turned round or not."""

    left: Placed
    right: Placed
    turned: bool


@dataclass(slots=True)
class Tab:
    """One sheet: a stage, where its matrices stand, and which of them are an earlier one's again."""

    name: str
    section: Section
    notes: list[str]
    matrices: dict[str, Placed] = field(default_factory=dict)
    links: dict[str, tuple[Link, Placed]] = field(default_factory=dict)
    beside: dict[str, Beside] = field(default_factory=dict)  # by the product's name
    begins: list[int] = field(default_factory=list)  # rows where what is one piece begins
    live: bool = True
    calculation: Calculation = field(default_factory=Calculation)
    named: dict[str, str] = field(
        default_factory=dict
    )  # numbers that stand on an earlier sheet, by the names of their cells
    unknown: tuple[str, int | None] = ("fold", None)  # how words are compared; the id of those that are not known
    said: tuple[Placed, Placed] | None = None  # where the words so far stand, and the one predicted of them
    end: int = 0  # the row after the matrices

    @property
    def stage(self) -> Stage:
        return self.section.stage

    @property
    def words_at(self) -> int:
        """The row where the vocabulary begins."""
        return self.named_at + (len(self.calculation.cells) + 1 if self.calculation.cells else 0)

    @property
    def named_at(self) -> int:
        """The row where what follows the notes begins."""
        return 1 + bool(self.section.sentence) + len(self.notes) + len(self.section.remarks.introduction)

    def likeliest_at(self, placed: Placed) -> int:
        """The row where the likeliest words stand, below the matrix of their chances."""
        return placed.first + placed.height + 1


def quoted(sheet: str) -> str:
    """A sheet's name as a formula says it.

    >>> quoted("o'clock")
    "'o''clock'"
    """
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"
