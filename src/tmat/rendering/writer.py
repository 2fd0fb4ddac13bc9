"""Writing worksheets as pages: the walk that all formats of pages share. A format defines how each piece is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from tmat.operations.printing.text import TEXT, Notation
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, sections
from tmat.rendering.worked import Worked, requested_cells
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Stage, Worksheet, on_pages
from tmat.workings import Working


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
