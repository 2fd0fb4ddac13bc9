"""Writing worksheets as pages: the walk that all formats of pages share. A format defines how each piece is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeAlias

from tmat.errors import TmatError
from tmat.operations.printing.text import TEXT, Notation
from tmat.rendering.layout.look import Look
from tmat.rendering.page import FOLD, Room, Section, Shown, is_blank, sections
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Stage, Worksheet, on_pages
from tmat.workings import Working, Workings, cells

UNFIT = (TmatError, LookupError, TypeError, ValueError, ArithmeticError, AssertionError, AttributeError)
"""The errors of a working whose operation, operands or parameters are not known here; it is then not shown."""

Places: TypeAlias = dict[str, dict[str, list[tuple[int, int]]]] | None


def requested_cells(sheet: Worksheet, look: Look) -> Places:
    """The cells that ``work`` names, by stage and matrix; None if it is not set: then first cells are shown.

    Errors: a stage, a matrix or a label that the worksheet does not have.
    """
    if look.work is None:
        return None
    cells_of: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for text in look.work:
        for stage, name, i, j in cells(sheet, text):
            cells_of.setdefault(stage.id, {}).setdefault(name, []).append((i, j))
    return cells_of


class Worked:
    """The workings of a stage on a page."""

    def __init__(self, stage: Stage, look: Look, places: Places, notation: Notation = TEXT) -> None:
        self.stage = stage
        self._places = None if places is None else places.get(stage.id, {})
        self._corrected = stage.remarks.corrections if stage.remarks else {}
        self._workings = Workings(stage, digits=look.digits, fold=FOLD, notation=notation)

    def of(self, name: str) -> list[Working]:
        """The workings below a matrix; none for a blank or a corrected one."""
        places: Sequence[tuple[int, int]]
        if self._places is None:
            step = self.stage.step(name)
            places = [(0, 0)] if step is not None and step.result.values.size else []
        else:
            places = self._places.get(name, [])
        workings = (self.cell(name, i, j) for i, j in places)
        return [working for working in workings if working is not None]

    def cell(self, name: str, i: int, j: int) -> Working | None:
        """The working of a cell; None if it would give an answer away, or its step was corrected or is not known here."""
        if is_blank(self.stage[name]) or name in self._corrected:
            return None
        try:
            return self._workings.cell(name, i, j)
        except UNFIT:
            return None


class Writer(ABC):
    """Writes pages from top to bottom, piece by piece."""

    room: ClassVar[Room]
    most: ClassVar[int]  # the most words of a sentence or a vocabulary
    notation: ClassVar[Notation] = TEXT  # of workings

    def __init__(self, look: Look | None) -> None:
        self.look = look or Look()

    def pieces(self, sheets: Sequence[Worksheet]) -> Iterator[str]:
        """The pieces of all worksheets."""
        sheets = on_pages(sheets)
        cover = sheets[0].cover if sheets else None
        if cover is not None:
            yield from self.cover(cover)
        for number, sheet in enumerate(sheets, start=1):
            yield from self.worksheet(number if len(sheets) > 1 and cover is None else 0)
            if not sheet.stages and sheet.tokens:
                yield self.sentence(*self._few(sheet.tokens))
            places = requested_cells(sheet, self.look)
            for section in sections(sheet, self.look, self.room):
                yield from self.section(
                    section, Worked(self.relabelled(section.stage), self.look, places, self.notation)
                )
        if cover is not None and cover.script:
            yield from self.script(cover.script)

    def section(self, section: Section, worked: Worked) -> Iterator[str]:
        """A stage."""
        yield self.title(section)
        if section.sentence:
            yield self.sentence(*self._few(section.sentence))
        if section.notes:
            yield self.notes(section.notes)
        yield from self.remarks(section.remarks.introduction)
        yield from self.matrices(section, worked)
        vocabulary = section.vocabulary
        if vocabulary is not None:
            listed, left = (vocabulary.words, 0) if self.look.full else self._few(vocabulary.words)
            yield from self.vocabulary(list(enumerate(listed, start=vocabulary.first_id)), left)
        for after, words in section.likeliest:
            yield from self.likeliest(after, words)
        for paragraph in section.remarks.end:
            yield from self.remarks(paragraph)

    def matrices(self, section: Section, worked: Worked) -> Iterator[str]:
        """The matrices of a stage, each with its workings and remarks."""
        for shown in section.shown:
            yield from self.matrix(shown)
            yield from map(self.working, worked.of(shown.name))
            for remark in shown.remarks:
                if remark.letters:
                    yield self.symbols(remark.letters)
                yield from self.verdicts(remark.said)

    def _few(self, words: Sequence[str]) -> tuple[Sequence[str], int]:
        """The words that fit, and how many are left out."""
        return words[: self.most], max(len(words) - self.most, 0)

    # -- the pieces

    def relabelled(self, stage: Stage) -> Stage:
        """The stage with labels that the notation can hold."""
        return stage

    def verdicts(self, said: Sequence[Said]) -> Iterator[str]:
        """The remarks below a matrix."""
        return self.remarks(said)

    def script(self, script: str) -> Iterator[str]:
        """The commands that compute the same."""
        yield from ()

    # what each format defines

    @abstractmethod
    def cover(self, cover: Cover) -> Iterator[str]: ...
    @abstractmethod
    def worksheet(self, number: int) -> Iterator[str]:
        """The beginning of a worksheet; ``number``: of several, else 0."""

    @abstractmethod
    def title(self, section: Section) -> str: ...
    @abstractmethod
    def sentence(self, words: Sequence[str], left: int) -> str: ...
    @abstractmethod
    def notes(self, notes: Sequence[str]) -> str: ...
    @abstractmethod
    def remarks(self, said: Sequence[Said]) -> Iterator[str]: ...
    @abstractmethod
    def matrix(self, shown: Shown) -> Iterator[str]: ...
    @abstractmethod
    def symbols(self, letters: Sequence[Sequence[str]]) -> str: ...
    @abstractmethod
    def working(self, working: Working) -> str: ...
    @abstractmethod
    def vocabulary(self, words: Sequence[tuple[int, str]], left: int) -> Iterator[str]: ...
    @abstractmethod
    def likeliest(self, after: str, words: Sequence[tuple[str, float]]) -> Iterator[str]: ...
