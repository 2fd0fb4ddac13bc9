"""Worksheets as tables: what a terminal shows, as bare text."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.rendering.format import Format
from tmat.rendering.layout.look import Look
from tmat.rendering.terminal import to_text
from tmat.sheet.worksheet import Worksheet


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """One text of all worksheets."""
    text = "\n".join(to_text(sheet, width=look.width, look=look) for sheet in sheets)
    return {name: text.encode("utf-8", "replace")}


FORMAT = Format((), dump, working=True, pages=True)
