"""Worksheets as tables: what a terminal shows, as bare text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tmat.rendering.formats import Format, text_of
from tmat.rendering.layout import Look, render
from tmat.rendering.styled import to_text
from tmat.sheet.worksheet import Worksheet


def document(sheets: Sequence[Worksheet], look: Look) -> str:
    """The tables of all worksheets.

    >>> from tmat.sheet.worksheet import Stage
    >>> print(document([Worksheet([Stage("posenc", "posenc", notes=("base 10000",))])], Look()), end="")
     posenc    base 10000
    """
    look = replace(look, glyphs=True)
    return "\n".join(to_text(render(sheet, width=look.width, look=look)) for sheet in sheets)


FORMAT = Format((), text_of(document), working=True, pages=True)
