"""Worksheets as tables: what a terminal shows, as bare text."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.rendering.format import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.terminal import to_text
from tmat.sheet.worksheet import Worksheet


def document(sheets: Sequence[Worksheet], look: Look) -> str:
    """The tables of all worksheets."""
    return "\n".join(to_text(sheet, width=look.width, look=look) for sheet in sheets)


FORMAT = Format((), text_of(document), working=True, pages=True)
