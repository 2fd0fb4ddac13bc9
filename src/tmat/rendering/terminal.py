"""A worksheet on a terminal, or as bare text: the layout's lines in colours, printed with Rich.

Only standard terminal colours are named, so that a reader's own theme, dark or light, decides how
they look; heat alone has colours of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tmat.rendering.layout import Look, render
from tmat.rendering.layout.look import ink
from tmat.rendering.styled import Line
from tmat.rendering.styled import to_text as lines_to_text
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    "heading": "bold", "sentence": "cyan", "label": "cyan", "caption": "dim", "number": "dim", "name": "bold",
    "operand": "", "formula": "", "given": "", "result": "bold", "masked": "dim", "cut": "dim", "bracket": "",
    "operator": "", "bar": "cyan", "right": "green", "follows": "yellow", "slip": "magenta", "wrong": "bold red",
}  # fmt: skip


def to_rich(lines: Iterable[Line], console: Console) -> None:
    """Print lines on a console: never folded, never cut, no markup read in them."""
    from rich.segment import Segment, Segments
    from rich.style import Style

    known: dict[tuple[str, str], Style] = {}

    def style(role: str, shade: str) -> Style:
        key = (role, shade)
        if key not in known:
            own = Style.parse(STYLES.get(role, ""))
            if shade:
                own = Style(color=ink(shade), bgcolor=shade, bold=own.bold)
            known[key] = own
        return known[key]

    segments: list[Segment] = []
    for line in lines:
        segments += [Segment(text, style(role, shade) if role or shade else None) for text, role, shade in line]
        segments.append(Segment.line())
    console.print(Segments(segments), soft_wrap=True, end="")


def to_text(sheet: Worksheet, *, width: int | None = None, look: Look | None = None) -> str:
    """The worksheet as bare text.

    >>> from tmat.sheet.worksheet import Stage
    >>> print(to_text(Worksheet([Stage("posenc", "posenc", notes=("base 10000",))])), end="")
     posenc    base 10000
    """
    return lines_to_text(render(sheet, width=width, look=replace(look or Look(), glyphs=True)))
