"""Worksheets as a Typst document, which needs no package: ``typst compile sheet.typ``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tmat.numbers import format_number
from tmat.operations.printing.typst import TYPST, quoted
from tmat.rendering.format import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, begun, formula_in, sections
from tmat.rendering.worked import Worked, asked
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Worksheet, on_pages
from tmat.visible import visible
from tmat.workings import Working

ROOM = Room(36, 12)
WORDS = 300  # of a vocabulary
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
#let equation(formula, headed, matrix) = fit(grid(
  columns: 2,
  column-gutter: 6pt,
  align: horizon,
  pad(top: if headed { 11pt } else { 0pt }, formula),
  matrix,
))"""


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """The document, compiled as it is; other scripts than Latin want fonts that have them.

    >>> document([Worksheet()]).splitlines()[0]
    '#set page(paper: "a4", margin: 22mm)'
    """
    look = look or Look()
    lines = [PREAMBLE]
    sheets = on_pages(sheets)
    cover = sheets[0].cover if sheets else None
    if cover is not None:
        lines += _cover(cover)
    for number, sheet in enumerate(sheets, start=1):
        if len(sheets) > 1 and cover is None:
            lines += [*(["#pagebreak()"] if number > 1 else []), f"= Worksheet {number}"]
        places = asked(sheet, look)
        for section in sections(sheet, look, ROOM):
            lines += _section(section, look, Worked(section.stage, look, places, TYPST))
    if cover is not None and cover.script:
        lines += ["#heading(level: 2)[By pipes]", f'#raw(block: true, lang: "sh", {quoted(cover.script)})']
    return "\n\n".join(lines) + "\n"


def _cover(cover: Cover) -> Iterator[str]:
    yield f"#heading(level: 1, {_text(cover.title)})"
    yield f"#{_text(cover.summary)}"
    yield from _sentences(cover.count)
    for table in cover.tables:
        yield f"#heading(level: 2, {_text(table.title)})"
        cells = ", ".join(f"[#{_text(cell)}]" for row in (table.head, *table.rows) for cell in row)
        yield f"#text(size: 8pt, table(columns: {len(table.head)}, {cells}))"
        if table.caption:
            yield _small(table.caption)


def _section(section: Section, look: Look, worked: Worked) -> Iterator[str]:
    yield f"#heading(level: 2, {_text(begun(section.title) if section.remarks.title else section.title)})"
    if section.sentence:
        more = f" … ({len(section.sentence)} words)" if len(section.sentence) > WORDS else ""
        yield f"#emph({_text(' '.join(section.sentence[:WORDS]) + more)})"
    if section.notes:
        yield _small(" · ".join(section.notes))
    yield from _sentences(section.remarks.introduction)
    for shown in section.shown:
        yield from _shown(shown, worked)
    yield from _words(section, look)
    for said in section.remarks.end:
        yield from _sentences(said)


def _shown(shown: Shown, worked: Worked) -> Iterator[str]:
    told = ", ".join(part for part in (shown.shapes, shown.rounding) if part)
    number = f"*{shown.number}*" if shown.number else "given"
    yield f"#block(sticky: true)[{number} #h(1fr) {_small(told)}]"
    row = TYPST.name(visible(shown.name)) if shown.step is None else formula_in(shown.step, TYPST)
    formula = f"${_text(shown.formula) if row is None else row} = $"
    headed = "true" if shown.has_cols else "false"
    yield f"#equation({formula}, {headed}, {_matrix(shown)})"
    if shown.letters:
        yield _symbols(shown.letters)
    if shown.right is not None:
        yield f"#equation([right: ], {headed}, {_matrix(shown.right)})"
    if shown.summary:
        yield _small(shown.summary)
    for working in worked.of(shown.name):
        yield f"#fit($ {_aligned(working)} $)"
    for remark in shown.remarks:
        if remark.letters:
            yield _symbols(remark.letters)
        yield from _sentences(remark.said)


def _sentences(said: Sequence[Said]) -> Iterator[str]:
    """Verdicts and the like, in the colour of what they say; a slip is told from what is right by its words as well."""
    for one in said:
        colour = _COLOURS.get(one.role)
        text = f"#text(fill: {colour}, {_text(one.text)})" if colour else f"#{_text(one.text)}"
        yield f"#pad(left: {one.indent + 1}em)[{text}]"


def _symbols(letters: Sequence[Sequence[str]]) -> str:
    cells = ", ".join(f"[#{_text(text)}]" for row in letters for text in row)
    return f"#fit(grid(columns: {len(letters[0])}, column-gutter: 1.5em, row-gutter: .6em, {cells}))"


def _matrix(shown: Shown) -> str:
    if not shown.matrix.values.size:
        return "$[thin]$"
    rows = [_text(shown.row_label(row)) for row in shown.rows] if shown.has_rows else []
    heads = [_text(shown.col_label(col)) for col in shown.cols] if shown.has_cols else []
    marked = shown.wrong if shown.kind == "printed" else ()
    cells = [
        _list(
            f"[#strong({_WRONG}{_cell(cell)}])]" if (i, j) in marked else f"[{_cell(cell)}]"
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


def _aligned(working: Working) -> str:
    head = f"{working.cell} & {working.head}"
    return " \\\n  ".join((head, *(f"& {line}" for line in working.lines)))


def _words(section: Section, look: Look) -> Iterator[str]:
    vocabulary = section.vocabulary
    if vocabulary is not None:
        seen = vocabulary.words if look.full else vocabulary.words[:WORDS]
        pairs = [f"#box[{n}~#{_text(word)}]" for n, word in enumerate(seen, start=vocabulary.first_id)]
        more = f" … {len(vocabulary.words) - len(seen)} more" if len(seen) < len(vocabulary.words) else ""
        yield ",\n".join(pairs) + more
    for after, words in section.likeliest:
        rows = ", ".join(f"{_text(word)}, [{format_number(chance, 4)}]" for word, chance in words)
        yield f"after #{_text(after)}:\n#grid(columns: 2, column-gutter: 1em, row-gutter: .5em, {rows})"


def _small(text: str) -> str:
    return f"#text(size: 8pt, {_text(text)})"


def _list(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items).rstrip() + ")"


def _text(text: str) -> str:
    """A text from outside as a string."""
    return quoted(visible(text))


FORMAT = Format((".typ",), text_of(document), working=True, pages=True)
