"""Write the workbook: headings, captions, labels, numbers and formulas in their places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from tmat.operations.printing.spreadsheet import INFINITY, MINUS_INFINITY
from tmat.rendering.formats.xlsx.cover import LONGEST_TEXT, NARROWEST, write_cover, write_sentence
from tmat.rendering.formats.xlsx.formulas import Formula, Formulas
from tmat.rendering.formats.xlsx.labels import COLS, ROWS, Labels
from tmat.rendering.formats.xlsx.printing import lay_out
from tmat.rendering.formats.xlsx.styles import AIR, Styles, digits_of, further, heat
from tmat.rendering.formats.xlsx.tab import LABELS, LIKELY, Beside, Placed, Tab, quoted
from tmat.rendering.layout.drawer import is_shaded
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Shown
from tmat.sheet.names import origin_caption
from tmat.sheet.remarks import Cover, Said
from tmat.visible import visible, width

LONGEST_NAME = 1000  # of a name or a formula in a caption
WIDEST, WIDEST_LABEL = 24, 36  # columns, in characters
CHANCE = f"0.0000{AIR}"
EPOCH = datetime(2000, 1, 1)  # written as the time of creation, so that the file is the same every time


def write(tabs: Sequence[Tab], look: Look, stream: BinaryIO, cover: Cover | None = None) -> None:
    """Write the tabs as a workbook, after the cover's sheet if there is one."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": "tmat", "created": EPOCH})
    styles = Styles(book)
    if cover is not None:
        write_cover(book.add_worksheet(cover.name), cover, styles)
    for tab in tabs:
        _Writer(book.add_worksheet(tab.name, _Sheet), tab, styles, look).write()
        for row, name in enumerate(tab.calculation.cells, start=tab.named_at + 1):
            cell = xl_rowcol_to_cell(row, 1, row_abs=True, col_abs=True)
            book.define_name(f"'{tab.name}'!{name}", f"={quoted(tab.name)}!{cell}")
    book.close()


class _Writer:
    """Writes one tab to its sheet."""

    def __init__(self, sheet: Any, tab: Tab, styles: Styles, look: Look) -> None:
        self.sheet = sheet
        self.tab = tab
        self.styles = styles
        self.look = look
        self.formulas = Formulas(tab)
        self.labels = Labels(tab)
        self.widths: dict[int, int] = {0: NARROWEST}
        self.heights: dict[int, float] = {}

    def write(self) -> None:
        self._heading()
        self._named()
        self._words()
        for placed in self.tab.matrices.values():
            self._matrix(placed)
        for name, beside in self.tab.beside.items():
            self._operands(name, beside)
        widths = {
            column: min(longest, WIDEST if column else WIDEST_LABEL) + 2.5 for column, longest in self.widths.items()
        }
        for column, characters in widths.items():
            self.sheet.set_column(column, column, characters)
        self.sheet.freeze_panes(1, 0 if self.tab.beside else LABELS)
        self.sheet.hide_gridlines(2)
        lay_out(self.sheet, self.tab, widths, self.heights)

    def _text(self, row: int, column: int, text: str, role: str, *, measured: bool = False) -> None:
        shown = visible(text, LONGEST_TEXT)
        self.sheet.write_string(row, column, shown, self.styles.text(role, shown))
        if measured:
            self.widths[column] = max(self.widths.get(column, NARROWEST), width(shown))

    def _height(self, row: int, points: float) -> None:
        self.sheet.set_row(row, points)
        self.heights[row] = points

    # -- above the matrices

    def _heading(self) -> None:
        sentence = " ".join(self.tab.section.sentence)
        self._text(0, 0, self.tab.section.title, "heading")
        self._height(0, 26)
        lines = [(sentence, "sentence")] if sentence else []
        lines += [*((note, "note") for note in self.tab.notes)]
        for row, (text, role) in enumerate(lines, start=1):
            self._text(row, 0, text, role)
        self._remarks(1 + len(lines), self.tab.section.remarks.introduction)
        self._remarks(self.tab.end, [said for paragraph in self.tab.section.remarks.end for said in paragraph])

    def _remarks(self, row: int, sentences: Sequence[Said]) -> None:
        """Remarks, a row each."""
        for n, said in enumerate(sentences):
            write_sentence(self.sheet, row + n, 0, said, self.styles)

    def _named(self) -> None:
        """The named cells that formulas use."""
        for row, (name, number) in enumerate(self.tab.calculation.cells.items(), start=self.tab.named_at + 1):
            self._text(row, 0, name, "name", measured=True)
            look = self.styles.number("given", f"General{AIR}", opens=True)
            if earlier := self.tab.named.get(name):
                self.sheet.write_formula(row, 1, f"={earlier}", look, number)
            else:
                self.sheet.write_number(row, 1, _Exact(number), look)
            self._close(row, 2)

    def _words(self) -> None:
        """The words and their ids, if the stage is a vocabulary."""
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
        formulas = self.formulas.of(placed)
        rows, cols = self.labels.of(placed)
        for j, label in enumerate(matrix.cols):
            self._label(placed.first - 1, placed.left + j, label, "col", cols[j])
        typed = formulas if shown.step is not None and not shown.step.of else None
        for i, label in enumerate(matrix.rows if matrix.width else ()):
            role = "typed" if typed is not None and rows[i] is None and typed[i][0] is not None else "row"
            self._label(placed.first + i, placed.left - 1, label, role, rows[i])
        self._numbers(placed, formulas)
        for i in range(placed.height):
            self._close(*placed.place(i, placed.width))
            largest = self.formulas.largest(placed, i)
            if largest is not None:
                self._computed(*placed.word(i), largest[0], self.styles.text("word"), visible(largest[1], LONGEST_TEXT))
        self._remarks(placed.remarks, shown.sentences)
        if shown.right is not None:
            self._right(placed, shown.right)
        matrices_named = not isinstance(self.look.heat, bool)
        if shown.scale is not None and is_shaded(self.look, matrix.name) and (matrices_named or shown.step is not None):
            last_cell = placed.place(placed.height - 1, placed.width - 1)
            self.sheet.conditional_format(*placed.place(0, 0), *last_cell, heat(shown.scale))
        if matrix.name == LIKELY:
            self._likeliest(placed)

    def _label(self, row: int, column: int, text: str, role: str, formula: str | None) -> None:
        if formula is None:
            self._text(row, column, text, role, measured=True)
            return
        shown = visible(text, LONGEST_TEXT)
        self._computed(row, column, formula, self.styles.text(role), shown)
        self.widths[column] = max(self.widths.get(column, NARROWEST), width(shown))

    def _caption(self, placed: Placed) -> None:
        """The step's number, formula, shapes and rounding; for a given matrix its origin."""
        shown, text = placed.shown, self.styles.text
        if shown.step is None:
            runs = [text("name"), _nonempty(shown.name)]
            details = [origin_caption(shown.matrix.origin)]
        else:
            calculation = self.tab.calculation
            name, _, formula = _nonempty(shown.formula).partition(" = ")
            formula = _nonempty(calculation.formula(shown.step) or formula)
            runs = [text("caption"), f"{shown.number}   ", text("name"), name, text("formula"), f" = {formula}"]
            details = [calculation.rounding(shown.step) or shown.rounding]
        ending = "   ".join(["", shown.shapes, *(_nonempty(part) for part in details if part)])
        self.sheet.write_rich_string(placed.top, placed.left - 1, *runs, text("caption"), ending, text("caption"))
        self._height(placed.top, 20)

    def _numbers(self, placed: Placed, formulas: list[list[Formula]] | None) -> None:
        shown = placed.shown
        values = shown.matrix.values.tolist()
        infinite = any(math.isinf(x) for row in values for x in row) or _has_infinity(formulas)
        digits = digits_of(shown.cells, live=formulas is not None, infinite=infinite)
        if formulas is not None and shown.step is not None and self.tab.calculation.decimals(shown.step) is not None:
            digits = further(digits)
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
            column = placed.left + j
            self.widths[column] = max(self.widths.get(column, NARROWEST), longest + 1)

    def _operands(self, name: str, beside: Beside) -> None:
        """The operands that are repeated beside a product."""
        step = self.tab.matrices[name].shown.step
        assert step is not None
        left, right = step.of[:2]
        for operand, copy, transposed in ((left, beside.left, False), (right, beside.right, beside.transposed)):
            if self.tab.matrices[operand] is copy:
                continue
            formulas = self.formulas.repeated(copy, operand, transposed=transposed)
            matrix = copy.shown.matrix
            row_side, column_side = (COLS, ROWS) if transposed else (ROWS, COLS)
            self._text(copy.top, copy.left - 1, matrix.name, "again")
            infinite = bool(np.isinf(matrix.values).any()) or _has_infinity(formulas)
            digits = digits_of(copy.shown.cells, live=True, infinite=infinite)
            if copy.shown.step is not None and self.tab.calculation.decimals(copy.shown.step) is not None:
                digits = further(digits)
            rows = self.labels.repeated(operand, row_side, matrix.rows)
            cols = self.labels.repeated(operand, column_side, matrix.cols)
            for n, label in enumerate(matrix.rows):
                self._label(copy.first + n, copy.left - 1, label, "row", rows[n])
            for n, label in enumerate(matrix.cols):
                self._label(copy.first - 1, copy.left + n, label, "col", cols[n])
            for i, row in enumerate(formulas):
                for j, formula in enumerate(row):
                    look = self.styles.number("again", digits, opens=j == 0)
                    self._computed(*copy.place(i, j), formula or "", look, _stored(float(matrix.values[i, j])))
                self._close(*copy.place(i, copy.width))

    def _right(self, placed: Placed, right: Shown) -> None:
        """The right numbers, beside the wrongly printed ones."""
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
        """A formula with its value, for programs that do not calculate."""
        self.sheet.write_formula(row, column, f"={formula}", look, value)

    def _close(self, row: int, column: int) -> None:
        self.sheet.write_blank(row, column, None, self.styles.closing)

    def _likeliest(self, placed: Placed) -> None:
        """The likeliest words of every row, with bars for their probabilities."""
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


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter's types are not asked for
    """A sheet that writes formulas unchanged: XlsxWriter would search each for thirty functions that we never use.

    A workbook with 123,200 formulas (80×64, four heads) takes 7 s, and 19 s with that search.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class _Exact(float):
    """A number that is written with all its digits; XlsxWriter would write sixteen."""

    def __format__(self, form: str) -> str:
        return repr(float(self)).removesuffix(".0")


def _nonempty(text: str) -> str:
    """A part of a caption; XlsxWriter allows no empty part in a cell of several."""
    return visible(text, LONGEST_NAME) or " "


def _stored(x: float) -> float:
    """A number for a sheet, which has no infinities."""
    return x if math.isfinite(x) else float(INFINITY if x > 0 else MINUS_INFINITY)


def _has_infinity(formulas: list[list[Formula]] | None) -> bool:
    return any(INFINITY in (text or "") for row in formulas or () for text in row)
