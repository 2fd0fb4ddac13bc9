"""A worksheet as SVG: what a terminal shows, in one file that fetches nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tmat.errors import InputError
from tmat.rendering.format import Format
from tmat.rendering.layout.look import Look
from tmat.rendering.terminal_svg import to_svg
from tmat.sheet.worksheet import Worksheet, on_pages

COLUMNS = 120
"""The width of the terminal where none is said."""


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """A picture of each worksheet: sheet.svg, sheet-2.svg, …

    Errors: several worksheets and no file to call them by.
    """
    sheets = on_pages(sheets)
    if len(sheets) > 1 and not name:
        raise InputError(
            f"{len(sheets)} worksheets are {len(sheets)} pictures",
            "standard output takes one",
            mend="give the first one's name: -o sheet.svg",
        )
    stem, suffix = os.path.splitext(name)
    paths = [name, *(f"{stem}-{n}{suffix}" for n in range(2, len(sheets) + 1))]
    width = look.width or COLUMNS
    return {
        path: to_svg(sheet, width=width, look=look).encode("utf-8", "replace")
        for path, sheet in zip(paths, sheets, strict=False)
    }


FORMAT = Format((".svg",), dump, pages=True)
