"""The first sheet of a whole article: its cover, as sentences and tables."""

from __future__ import annotations

from typing import Any

from tmat.rendering.formats.xlsx.styles import TEXTS, Styles
from tmat.rendering.page import capitalized
from tmat.sheet.remarks import Cover, Said
from tmat.visible import visible, width

LONGEST_TEXT = 32_000  # characters of a cell; a sheet takes 32,767
NARROWEST, WIDEST_COLUMN = 7, 36  # of a table, in characters
WRAPPED, LINE = 32, 15  # characters of a wrapped line; its height, in points


def write_cover(sheet: Any, cover: Cover, styles: Styles) -> None:
    """Write the title, the count and the tables of the document."""
    lines = [
        [Said(cover.title, "heading")],
        [Said(capitalized(cover.summary) + ".", "sentence")],
        [],
        *([said] for said in cover.count),
    ]
    for table in cover.tables:
        lines += [
            [],
            [Said(capitalized(table.title), "name")],
            [Said(table.caption, "caption")],
            [Said(text, "caption") for text in table.head],
        ]
        lines += [[Said(text, "told") for text in row] for row in table.rows]
    widths: dict[int, int] = {}
    for row, texts in enumerate(lines):
        if len(texts) > 1:  # some programs do not fit the height to wrapped text
            sheet.set_row(row, LINE * max(-(-width(said.text) // WRAPPED) for said in texts))
        for column, said in enumerate(texts):
            write_sentence(sheet, row, column, said, styles)
            if len(texts) > 1:
                widths[column] = max(widths.get(column, NARROWEST), min(width(said.text), WIDEST_COLUMN))
    for column, characters in widths.items():
        sheet.set_column(column, column, characters + 2.5)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def write_sentence(sheet: Any, row: int, column: int, said: Said, styles: Styles) -> None:
    shown = visible(" " * 2 * said.indent + said.text, LONGEST_TEXT)
    sheet.write_string(row, column, shown, styles.text(said.role if said.role in TEXTS else "formula", shown))
