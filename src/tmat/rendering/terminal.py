"""The layout's lines on a terminal, in colours, printed with Rich.

Only standard terminal colours are named, so the reader's theme, dark or light, decides how they look; only heat
has fixed colours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tmat.rendering.layout.look import ink
from tmat.rendering.styled import Line

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    "heading": "bold", "sentence": "cyan", "label": "cyan", "caption": "dim", "number": "dim", "name": "bold",
    "operand": "", "formula": "", "given": "", "result": "bold", "masked": "dim", "cut": "dim", "bracket": "",
    "operator": "", "bar": "cyan", "right": "green", "follows": "yellow", "slip": "magenta", "wrong": "bold red",
}  # fmt: skip


def to_rich(lines: Iterable[Line], console: Console) -> None:
    """Print lines on a console: not wrapped, not cut, and without reading markup in them."""
    from rich.segment import Segment, Segments
    from rich.style import Style

    known: dict[tuple[str, str], Style] = {}

    def style(role: str, shade: str) -> Style:
        key = (role, shade)
        if key not in known:
            parsed = Style.parse(STYLES.get(role, ""))
            if shade:
                parsed = Style(color=ink(shade), bgcolor=shade, bold=parsed.bold)
            known[key] = parsed
        return known[key]

    segments: list[Segment] = []
    for line in lines:
        segments += [Segment(text, style(role, shade) if role or shade else None) for text, role, shade in line]
        segments.append(Segment.line())
    console.print(Segments(segments), soft_wrap=True, end="")
