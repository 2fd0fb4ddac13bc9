"""Where every matrix stands: a tab a stage, its matrices one below the other, labels in the first column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tmat.errors import LimitError
from tmat.rendering.formats.xlsx.links import Link, links
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, sections
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.visible import visible

ROWS, COLS = 1_048_576, 16_384  # of a sheet (Excel's limits; LibreOffice has the same rows)
MOST_CELLS = 1_000_000  # numbers on a sheet; more would take a gigabyte to write
LONGEST_NAME = 31
LIKELY = "probabilities"  # the matrix whose largest cells are listed below it
NOTES = 96  # characters of notes in a line
LABELS = 1  # columns before the numbers
_UNFIT = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")


@dataclass(slots=True)
class Placed:
    """A matrix on a tab: its caption at row ``top``, column labels below it, then its numbers."""

    tab: Tab = field(repr=False)
    shown: Shown
    top: int

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
        return LABELS + self.width + 2

    @property
    def height(self) -> int:
        return self.shown.matrix.height

    @property
    def width(self) -> int:
        return self.shown.matrix.width

    def place(self, i: int, j: int) -> tuple[int, int]:
        """Row and column of a cell on its sheet, counted from 0."""
        return self.first + i, LABELS + j


@dataclass(slots=True)
class Tab:
    """One sheet: a stage, where its matrices stand, and which of them are an earlier one's again."""

    name: str
    section: Section
    notes: list[str]
    matrices: dict[str, Placed] = field(default_factory=dict)
    links: dict[str, tuple[Link, Placed]] = field(default_factory=dict)
    live: bool = True
    end: int = 0  # the row after the matrices

    @property
    def stage(self) -> Stage:
        return self.section.stage

    @property
    def words_at(self) -> int:
        """The row where what follows the notes begins."""
        return 1 + bool(self.section.sentence) + len(self.notes) + len(self.section.remarks.introduction)

    def likeliest_at(self, placed: Placed) -> int:
        """The row where the likeliest words stand, below the matrix of their chances."""
        return placed.first + placed.height + 1


def planned(sheet: Worksheet, look: Look, number: int, count: int) -> list[Tab]:
    """The tabs of one worksheet, the ``number``-th of ``count``.

    Errors: a stage that takes more rows or columns than a sheet has.
    """
    look = replace(look, full=True)
    live = not any(np.isnan(step.values).any() for stage in sheet for step in stage.steps)
    tabs: list[Tab] = []
    taken: set[str] = set()
    for stage in sheet.stages:
        _refuse_large(stage)
        alone = Worksheet([stage], sheet.vocabulary, sheet.tokens)  # alone, so that what flows in is shown too
        (section,) = sections(alone, look, Room(ROWS, COLS))
        prefix = f"{number} " if count > 1 else ""
        tab = Tab(sheet_name(prefix + stage.id, taken), section, list(_notes(stage.notes, live)), live=live)
        _place(tab)
        tabs.append(tab)
    by_stage = {tab.stage.id: tab for tab in tabs}
    for tab in tabs:
        for own, link in links(sheet, tab.stage).items():
            there = by_stage[link.stage].matrices.get(link.name)
            if own in tab.matrices and there is not None and live:
                tab.links[own] = (link, there)
    return tabs


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have: at most 31 characters, none of []:*?/\\, unlike those taken but for case.

    >>> taken = set()
    >>> sheet_name("decode-1.self-attention", taken), sheet_name("a/b" * 20, taken), sheet_name("a/b" * 30, taken)
    ('decode-1.self-attention', 'a-ba-ba-ba-ba-ba-ba-ba-ba-ba-ba', 'a-ba-ba-ba-ba-ba-ba-ba-ba-ba- 2')
    """
    # Characters beyond the first plane count twice in Excel's limit.
    base = "".join(character if ord(character) < 0x10000 else "-" for character in visible(wanted))
    base = _UNFIT.sub("-", base).strip("' ") or "stage"
    if base.casefold() == "history":  # Excel keeps that name for itself
        base += "-"
    name, n = base[:LONGEST_NAME].rstrip("' "), 2
    while name.casefold() in taken:
        tail = f" {n}"
        name, n = base[: LONGEST_NAME - len(tail)].rstrip("' ") + tail, n + 1
    taken.add(name.casefold())
    return name


def _place(tab: Tab) -> None:
    row = tab.words_at
    vocabulary = tab.section.vocabulary
    if vocabulary is not None:
        row += len(vocabulary.words) + 3
    for shown in tab.section.shown:
        matrix = shown.matrix
        row += 1
        placed = Placed(tab, shown, row)
        tab.matrices[matrix.name] = placed
        row = placed.after + len(shown.sentences)
        if matrix.name == LIKELY:
            row += sum(len(words) + 2 for _, words in tab.section.likeliest)
    tab.end = row + 1
    if row > ROWS:
        raise _too_large(tab.stage, f"it takes {row:,} rows", f"{ROWS:,} rows")


def _refuse_large(stage: Stage) -> None:
    """Say no before a large stage is laid out, which would take long."""
    matrices = [*stage.given.values(), *(step.result for step in stage.steps)]
    for matrix in matrices:
        if matrix.width > COLS - LABELS - 1:
            most = f"{COLS:,} columns, of which the labels and the brackets take two"
            raise _too_large(stage, f"{matrix.name} has {matrix.width:,} columns", most)
    rows = sum(matrix.height + 3 for matrix in matrices)
    if rows > ROWS:
        raise _too_large(stage, f"it takes {rows:,} rows", f"{ROWS:,} rows")
    count = sum(matrix.values.size for matrix in matrices)
    if count > MOST_CELLS:
        raise _too_large(stage, f"it has {count:,} numbers", f"{MOST_CELLS:,} of them")


def _too_large(stage: Stage, what: str, most: str) -> LimitError:
    return LimitError(
        f"{stage.id} does not fit on a sheet", what, f"a sheet has at most {most}",
        mend="choose what is needed with ‹keep›, or write ‹format npz›",
    )  # fmt: skip


def _notes(notes: Sequence[str], live: bool) -> Iterator[str]:
    """The conventions, folded to lines, and how to use the sheet."""
    line = ""
    for note in notes:
        told = visible(note)
        if line and len(line) + len(told) + 3 > NOTES:
            yield line
            line = ""
        line += (" · " if line else "") + told
    if line:
        yield line
    yield "Blue numbers are given: change one, and all follows." if live else "To be filled in: the framed cells."
