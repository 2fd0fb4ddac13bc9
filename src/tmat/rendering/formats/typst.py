"""Worksheets as a Typst document that needs no packages: ``typst compile sheet.typ``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tmat.numbers import format_number
from tmat.operations.printing.typst import TYPST, quoted
from tmat.rendering.formats import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, capitalized, formula_in
from tmat.rendering.writer import Writer
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible, width
from tmat.workings import Working

WIDE = 75  # characters that fit a line, at 6.2 points each; only longer equations are measured, which takes time
_MARKUP = re.compile(r'frac|quad|[\\"_^{}& ]')
_SIGNS = {"⋯": "$dots.c$", "⋮": "$dots.v$", "⋱": "$dots.down$", "": "#box(width: 2.5em, stroke: (bottom: .5pt))"}

_COLOURS = {
    "right": "green.darken(30%)",
    "follows": "green.darken(30%)",
    "slip": "red.darken(20%)",
    "wrong": "red.darken(20%)",
}
_WRONG = "text(fill: red.darken(20%))["

PREAMBLE = """#set page(paper: "a4", margin: 22mm)
#set text(size: 10pt)
// what is wider than the page is scaled down to it
#let fit(body) = block(breakable: false, width: 100%, layout(size => {
  let wide = measure(body).width
  align(center, if wide > size.width { scale(size.width / wide * 100%, reflow: true, body) } else { body })
}))
// a matrix between brackets, its rows' labels left of it, its columns' labels above
#let labelled(rows, heads, cells) = {
  let bracket(n, side) = {
    let line = (top: if n == 0 { .6pt }, bottom: if n == cells.len() - 1 { .6pt })
    line.insert(side, .6pt)
    grid.cell(inset: 0pt, stroke: line, none)
  }
  let label(n) = if rows.len() > 0 { text(size: 8pt, rows.at(n)) }
  let line(n) = (label(n), bracket(n, "left"), ..cells.at(n), bracket(n, "right"))
  let head = (none, none, ..heads.map(own => text(size: 7pt, own)), none)
  grid(
    columns: (auto, 3pt, ..cells.first().map(_ => auto), 3pt),
    align: (x, y) => if x == 0 { left + horizon } else { right + horizon },
    inset: (x: 4pt, y: 3pt),
    ..if heads.len() > 0 { head },
    ..range(cells.len()).map(line).flatten(),
  )
}
#let equation(formula, headed, matrix) = block(breakable: false, width: 100%, align(center, grid(
  columns: 2,
  column-gutter: 6pt,
  align: horizon,
  pad(top: if headed { 11pt } else { 0pt }, formula),
  matrix,
)))"""


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """The document, complete; scripts other than Latin need fonts that have them.

    >>> document([Worksheet()]).splitlines()[0]
    '#set page(paper: "a4", margin: 22mm)'
    """
    return "\n\n".join([PREAMBLE, *_Typst(look).pieces(sheets)]) + "\n"


class _Typst(Writer):
    room = Room(36, 12)
    most = 300
    notation = TYPST

    def worksheet(self, number: int) -> Iterator[str]:
        if number > 1:
            yield "#pagebreak()"
        if number:
            yield f"= Worksheet {number}"

    def cover(self, cover: Cover) -> Iterator[str]:
        yield f"#heading(level: 1, {_text(cover.title)})"
        yield f"#{_text(cover.summary)}"
        yield from self.remarks(cover.count)
        for table in cover.tables:
            yield f"#heading(level: 2, {_text(table.title)})"
            cells = ", ".join(f"[#{_text(cell)}]" for row in (table.head, *table.rows) for cell in row)
            yield f"#text(size: 8pt, table(columns: {len(table.head)}, {cells}))"
            if table.caption:
                yield _small(table.caption)

    def script(self, script: str) -> Iterator[str]:
        yield "#heading(level: 2)[By pipes]"
        yield f'#raw(block: true, lang: "sh", {quoted(script)})'

    def title(self, section: Section) -> str:
        return f"#heading(level: 2, {_text(capitalized(section.title) if section.remarks.title else section.title)})"

    def sentence(self, words: Sequence[str], left: int) -> str:
        more = f" … ({len(words) + left} words)" if left else ""
        return f"#emph({_text(' '.join(words) + more)})"

    def notes(self, notes: Sequence[str]) -> str:
        return _small(" · ".join(notes))

    def remarks(self, said: Sequence[Said]) -> Iterator[str]:
        for remark in said:
            colour = _COLOURS.get(remark.role)
            text = f"#text(fill: {colour}, {_text(remark.text)})" if colour else f"#{_text(remark.text)}"
            yield f"#pad(left: {remark.indent + 1}em)[{text}]"

    def matrix(self, shown: Shown) -> Iterator[str]:
        number = f"*{shown.number}*" if shown.number else "given"
        yield f"#block(sticky: true)[{number} #h(1fr) {_small(shown.details)}]"
        formula_row = TYPST.name(visible(shown.name)) if shown.step is None else formula_in(shown.step, TYPST)
        formula = f"${_text(shown.formula) if formula_row is None else formula_row} = $"
        headed = "true" if shown.has_cols else "false"
        fitted = shown.blank or shown.characters > WIDE
        yield _fit(f"equation({formula}, {headed}, {_matrix(shown)})", fitted)
        if shown.letters:
            yield self.symbols(shown.letters)
        if shown.right is not None:
            yield _fit(f'equation($"right": $, {headed}, {_matrix(shown.right)})', fitted)
        if shown.summary:
            yield _small(shown.summary)

    def symbols(self, letters: Sequence[Sequence[str]]) -> str:
        cells = ", ".join(f"[#{_text(text)}]" for row in letters for text in row)
        return f"#fit(grid(columns: {len(letters[0])}, column-gutter: 1.5em, row-gutter: .6em, {cells}))"

    def working(self, working: Working) -> str:
        lines = [f"{working.cell} & {working.head}", *(f"& {line}" for line in working.lines)]
        rows = " \\\n  ".join(lines)
        return f"#fit($ {rows} $)" if max(map(_characters, lines)) > WIDE else f"$ {rows} $"

    def vocabulary(self, words: Sequence[tuple[int, str]], left: int) -> Iterator[str]:
        pairs = ",\n".join(f"#box[{n}~#{_text(word)}]" for n, word in words)
        yield pairs + (f" … {left} more" if left else "")

    def likeliest(self, after: str, words: Sequence[tuple[str, float]]) -> Iterator[str]:
        rows = ", ".join(f"{_text(word)}, [{format_number(chance, 4)}]" for word, chance in words)
        yield f"after #{_text(after)}:\n#grid(columns: 2, column-gutter: 1em, row-gutter: .5em, {rows})"


def _fit(equation: str, fitted: bool) -> str:
    return f"#fit({equation})" if fitted else f"#{equation}"


def _characters(line: str) -> int:
    """About how many characters a line of mathematics prints."""
    return width(_MARKUP.sub("", line))


def _matrix(shown: Shown) -> str:
    if not shown.matrix.values.size:
        return "$[thin]$"
    rows = [_text(shown.row_label(row)) for row in shown.rows] if shown.has_rows else []
    heads = [_text(shown.col_label(col)) for col in shown.cols] if shown.has_cols else []
    wrong = shown.wrong if shown.kind == "printed" else ()
    cells = [
        _list(
            f"[#strong({_WRONG}{_cell(cell)}])]" if (i, j) in wrong else f"[{_cell(cell)}]"
            for j, cell in zip(shown.cols, row, strict=True)
        )
        for i, row in zip(shown.rows, shown.cells, strict=True)
    ]
    lines = ",\n  ".join((_list(rows), _list(heads), "(\n    " + ",\n    ".join(cells) + ",\n  )"))
    return f"labelled(\n  {lines},\n)"


def _cell(text: str) -> str:
    if text in _SIGNS:
        return _SIGNS[text]
    mantissa, power, exponent = text.partition("e")
    return f"${TYPST.scientific(mantissa, int(exponent)) if power else TYPST.number(text)}$"


def _small(text: str) -> str:
    return f"#text(size: 8pt, {_text(text)})"


def _list(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items).rstrip() + ")"


def _text(text: str) -> str:
    """Text from outside, as a string of Typst."""
    return quoted(visible(text))


FORMAT = Format((".typ",), text_of(document), working=True, pages=True)
