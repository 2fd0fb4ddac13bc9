"""The workbook written: headings, captions, labels, numbers and formulas, each in its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from tmat.operations.printing.spreadsheet import INFINITY, MINUS_INFINITY
from tmat.rendering.formats.xlsx.formulas import Formula, Formulas
from tmat.rendering.formats.xlsx.plan import LABELS, LIKELY, Placed, Tab
from tmat.rendering.formats.xlsx.styles import AIR, TEXTS, Styles, digits_of, heat
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Shown, begun, heated
from tmat.sheet.origins import said as origin_said
from tmat.sheet.remarks import Cover, Said
from tmat.visible import visible
from tmat.width import width

LONGEST_TEXT = 32_000  # characters of a cell; a sheet takes 32,767
LONGEST_NAME = 1000  # of a name or a formula in a caption
NARROWEST, WIDEST, WIDEST_LABEL = 7, 24, 36  # columns, in characters
WIDEST_COLUMN = 36  # of a table on the cover
UPRIGHT = 100  # characters across, up to which a tab is printed upright
CHANCE = f"0.0000{AIR}"
EPOCH = datetime(2000, 1, 1)  # written as the time of making, so that a workbook is the same every time


def write(tabs: Sequence[Tab], look: Look, stream: BinaryIO, cover: Cover | None = None) -> None:
    """Write the tabs as a workbook, after a sheet for the cover where there is one."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": "tmat", "created": EPOCH})
    styles = Styles(book)
    if cover is not None:
        _cover(book.add_worksheet(cover.name), cover, styles)
    for tab in tabs:
        _Writer(book.add_worksheet(tab.name), tab, styles, look).write()
    book.close()


def _cover(sheet: Any, cover: Cover, styles: Styles) -> None:
    """What is said of the whole document: its title, the count, and its tables."""
    lines = [
        [Said(cover.title, "heading")],
        [Said(begun(cover.summary) + ".", "sentence")],
        [],
        *([said] for said in cover.count),
    ]
    for table in cover.tables:
        lines += [
            [],
            [Said(begun(table.title), "name")],
            [Said(table.caption, "caption")],
            [Said(text, "caption") for text in table.head],
        ]
        lines += [[Said(text, "told") for text in row] for row in table.rows]
    widths: dict[int, int] = {}
    for row, texts in enumerate(lines):
        for column, said in enumerate(texts):
            _sentence(sheet, row, column, said, styles)
            if len(texts) > 1:
                widths[column] = max(widths.get(column, NARROWEST), min(width(said.text), WIDEST_COLUMN))
    for column, characters in widths.items():
        sheet.set_column(column, column, characters + 2.5)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _sentence(sheet: Any, row: int, column: int, said: Said, styles: Styles) -> None:
    shown = visible(" " * 2 * said.indent + said.text, LONGEST_TEXT)
    sheet.write_string(row, column, shown, styles.text(said.role if said.role in TEXTS else "formula", shown))


class _Writer:
    """Writes one tab on its sheet."""

    def __init__(self, sheet: Any, tab: Tab, styles: Styles, look: Look) -> None:
        self.sheet = sheet
        self.tab = tab
        self.styles = styles
        self.look = look
        self.formulas = Formulas(tab)
        self.widths: dict[int, int] = {0: NARROWEST}

    def write(self) -> None:
        self._heading()
        self._words()
        for placed in self.tab.matrices.values():
            self._matrix(placed)
        wide = {column: min(most, WIDEST if column else WIDEST_LABEL) + 2.5 for column, most in self.widths.items()}
        for column, characters in wide.items():
            self.sheet.set_column(column, column, characters)
        self.sheet.freeze_panes(1, LABELS)
        self.sheet.hide_gridlines(2)
        if sum(wide.values()) > UPRIGHT:
            self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_footer("&R&P / &N")

    def _text(self, row: int, column: int, text: str, role: str, *, measured: bool = False) -> None:
        shown = visible(text, LONGEST_TEXT)
        self.sheet.write_string(row, column, shown, self.styles.text(role, shown))
        if measured:
            self.widths[column] = max(self.widths.get(column, NARROWEST), width(shown))

    # -- above the matrices

    def _heading(self) -> None:
        sentence = " ".join(self.tab.section.sentence)
        self._text(0, 0, self.tab.section.title, "heading")
        self.sheet.set_row(0, 26)
        lines = [(sentence, "sentence")] if sentence else []
        lines += [*((note, "note") for note in self.tab.notes)]
        for row, (text, role) in enumerate(lines, start=1):
            self._text(row, 0, text, role)
        self._said(1 + len(lines), self.tab.section.remarks.introduction)
        self._said(self.tab.end, [said for own in self.tab.section.remarks.end for said in own])

    def _said(self, row: int, sentences: Sequence[Said]) -> None:
        """Sentences, a row each."""
        for n, said in enumerate(sentences):
            _sentence(self.sheet, row + n, 0, said, self.styles)

    def _words(self) -> None:
        """The words and their ids, where the stage is a vocabulary."""
        vocabulary = self.tab.section.vocabulary
        if vocabulary is None:
            return
        row = self.tab.words_at + 1
        self._text(row, 0, "word", "caption")
        self._text(row, 1, "id", "col")
        for n, word in enumerate(vocabulary.words, start=1):
            self._text(row + n, 0, word, "row", measured=True)
            self.sheet.write_number(row + n, 1, vocabulary.first_id + n - 1, self.styles.number("result", opens=True))
            self._close(row + n, 2)

    # -- a matrix

    def _matrix(self, placed: Placed) -> None:
        shown, matrix = placed.shown, placed.shown.matrix
        self._caption(placed)
        for j, label in enumerate(matrix.cols):
            self._text(placed.first - 1, LABELS + j, label, "col", measured=True)
        for i, label in enumerate(matrix.rows if matrix.width else ()):
            self._text(placed.first + i, 0, label, "row", measured=True)
        self._numbers(placed, self.formulas.of(placed))
        for i in range(placed.height):
            self._close(*placed.place(i, placed.width))
            found = self.formulas.largest(placed, i)
            if found is not None:
                row, column = placed.place(i, placed.width)
                self._computed(row, column, found[0], self.styles.text("word"), visible(found[1], LONGEST_TEXT))
        self._said(placed.after, shown.sentences)
        if shown.right is not None:
            self._right(placed, shown.right)
        named = not isinstance(self.look.heat, bool)
        if shown.scale is not None and heated(self.look, matrix.name) and (named or shown.step is not None):
            last = placed.place(placed.height - 1, placed.width - 1)
            self.sheet.conditional_format(*placed.place(0, 0), *last, heat(shown.scale))
        if matrix.name == LIKELY:
            self._likeliest(placed)

    def _caption(self, placed: Placed) -> None:
        """The step's number, its formula, the shapes and the rounding; of a given matrix where it came from."""
        shown, text = placed.shown, self.styles.text
        if shown.step is None:
            head = [text("name"), _spoken(shown.name)]
            more = [origin_said(shown.matrix.origin)]
        else:
            name, _, formula = _spoken(shown.formula).partition(" = ")
            head = [text("caption"), f"{shown.number}   ", text("name"), name, text("formula"), f" = {formula}"]
            more = [shown.rounding]
        rest = "   ".join(["", shown.shapes, *(_spoken(part) for part in more if part)])
        self.sheet.write_rich_string(placed.top, 0, *head, text("caption"), rest, text("caption"))
        self.sheet.set_row(placed.top, 20)

    def _numbers(self, placed: Placed, formulas: list[list[Formula]] | None) -> None:
        shown = placed.shown
        values = shown.matrix.values.tolist()
        live = formulas is not None and (shown.step is None or shown.step.decimals is None)
        infinite = any(math.isinf(x) for row in values for x in row) or _says_infinity(formulas)
        digits = digits_of(shown.cells, live=live, infinite=infinite)
        computed = "output" if shown.name == self.tab.stage.output else "result"
        stated = "given" if shown.step is None else computed
        for j in range(placed.width):
            looks = {
                role: self.styles.number(role, digits, opens=j == 0) for role in (computed, stated, "blank", "slip")
            }
            for i, row in enumerate(values):
                at, x = placed.place(i, j), row[j]
                formula = formulas[i][j] if formulas is not None else None
                if formula is not None:
                    self._computed(*at, formula, looks[computed], _stored(x))
                elif math.isnan(x):
                    self.sheet.write_blank(*at, None, looks["blank"])
                else:
                    role = "slip" if (i, j) in shown.wrong else stated
                    self.sheet.write_number(*at, _Exact(_stored(x)), looks[role])
            longest = max((width(row[j]) for row in shown.cells), default=0)
            self.widths[LABELS + j] = max(self.widths.get(LABELS + j, NARROWEST), longest + 1)

    def _right(self, placed: Placed, right: Shown) -> None:
        """The right numbers, beside those that are printed otherwise."""
        column = placed.beside
        self._text(placed.first - 1, column, "right", "caption")
        values = right.matrix.values.tolist()
        digits = digits_of(placed.shown.cells, live=False, infinite=any(math.isinf(x) for row in values for x in row))
        for i, row in enumerate(values):
            for j, x in enumerate(row):
                role = "right" if (i, j) in right.wrong else "result"
                look = self.styles.number(role, digits, opens=j == 0)
                self.sheet.write_number(placed.first + i, column + j, _Exact(_stored(x)), look)
            self._close(placed.first + i, column + len(row))

    def _computed(self, row: int, column: int, formula: str, look: Any, value: float | str) -> None:
        """A formula with what it comes to, for readers that do not calculate."""
        self.sheet.write_formula(row, column, f"={formula}", look, value)

    def _close(self, row: int, column: int) -> None:
        self.sheet.write_blank(row, column, None, self.styles.closing)

    def _likeliest(self, placed: Placed) -> None:
        """The likeliest words of every row, with bars as long as they are likely."""
        row = self.tab.likeliest_at(placed)
        for i, (label, words) in enumerate(self.tab.section.likeliest):
            self._text(
                row, 0, f"the likeliest words after {label}" if placed.height > 1 else "the likeliest words", "caption"
            )
            for rank, (word, chance) in enumerate(words, start=1):
                largest, labelled = self.formulas.ranked(placed, i, rank)
                look = self.styles.number("result", CHANCE, opens=True)
                if self.tab.live:
                    self._computed(row + rank, 0, labelled, self.styles.text("row", word), visible(word, LONGEST_TEXT))
                    self._computed(row + rank, 1, largest, look, chance)
                else:
                    self._text(row + rank, 0, word, "row")
                    self.sheet.write_number(row + rank, 1, chance, look)
            if words:
                bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#9FC9D3", "min_type": "num", "min_value": 0}
                self.sheet.conditional_format(row + 1, 1, row + len(words), 1, bar)
            row += len(words) + 2


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter would write sixteen."""

    def __format__(self, form: str) -> str:
        return repr(float(self)).removesuffix(".0")


def _spoken(text: str) -> str:
    """A part of a caption: of parts that are set apart in a cell, none may be empty."""
    return visible(text, LONGEST_NAME) or " "


def _stored(x: float) -> float:
    """A number as a sheet holds it, which has no infinities."""
    return x if math.isfinite(x) else float(INFINITY if x > 0 else MINUS_INFINITY)


def _says_infinity(formulas: list[list[Formula]] | None) -> bool:
    return any(INFINITY in (text or "") for row in formulas or () for text in row)
