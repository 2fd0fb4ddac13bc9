"""What a terminal shows, as SVG: one file that fetches nothing, every span in its own columns whatever the font."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tmat.rendering.layout import Look, render
from tmat.rendering.layout.heat import ink
from tmat.rendering.styled import Line, columns
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.width import width as width_of

COLUMN, ROW, SIZE, MARGIN = 8.43, 16.4, 14, 14
"""A column and a row of the page, the size of the letters, the page's margin, in pixels."""

FONTS = (
    "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono', 'Noto Sans Mono CJK SC', 'WenQuanYi Zen Hei', "
    "monospace"
)
LIGHT = {"": "#24292f", "dim": "#6a737d", "label": "#0b6e8a", "right": "#1a7f37", "follows": "#8a6100", "slip": "#8a3ab9",
         "wrong": "#cf222e", "page": "#ffffff"}  # fmt: skip
DARK = {"": "#d7dae0", "dim": "#8b929e", "label": "#58b6c9", "right": "#5dbb63", "follows": "#d9a93c", "slip": "#c58ae0",
        "wrong": "#f0686f", "page": "#1f2228"}  # fmt: skip
DIM = frozenset(("caption", "number", "masked", "cut"))
LABEL = frozenset(("label", "sentence", "bar"))
BOLD = frozenset(("heading", "name", "result", "wrong"))


def to_svg(
    sheet: Worksheet, *, width: int | None = None, look: Look | None = None, title: str | None = None,
    dark: bool = False, stages: Sequence[Stage] | None = None,
) -> str:  # fmt: skip
    """A worksheet as a terminal of that width shows it, on a light page or a dark one."""
    if title is None:
        title = ", ".join(stage.id for stage in (sheet.stages if stages is None else stages))
    return lines_to_svg(render(sheet, width=width, look=look, stages=stages), title=title, dark=dark)


def lines_to_svg(lines: Sequence[Line], *, title: str, dark: bool = False) -> str:
    """Lines as SVG.

    >>> from tmat.rendering.styled import Span
    >>> '<text x="14" y="26.8" textLength="16.9" class="label">权</text>' in lines_to_svg([(Span("权", "label"),)], title="")
    True
    """
    colours = DARK if dark else LIGHT
    wide = max(map(columns, lines), default=0) * COLUMN + 2 * MARGIN
    high = len(lines) * ROW + 2 * MARGIN
    body: list[str] = []
    for n, line in enumerate(lines):
        body += _line(line, MARGIN + n * ROW)
    rules = [f"text{{font:{SIZE}px {FONTS};fill:{colours['']};white-space:pre}}"]
    rules += [f".{role}{{fill:{colours['dim']}}}" for role in sorted(DIM)]
    rules += [f".{role}{{fill:{colours['label']}}}" for role in sorted(LABEL)]
    rules += [f".{role}{{fill:{colours[role]}}}" for role in ("right", "follows", "slip", "wrong")]
    rules += [f".{role}{{font-weight:bold}}" for role in sorted(BOLD)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" '
            f'height="{high:.0f}" xml:space="preserve">',
            f"<title>{_safe(title)}</title>",
            f"<style>{''.join(rules)}</style>",
            f'<rect width="100%" height="100%" fill="{colours["page"]}"/>',
            *body,
            "</svg>\n",
        )
    )


def _line(line: Line, top: float) -> list[str]:
    """The spans of a line: a rectangle where one is shaded, and its text without the blanks around it."""
    drawn: list[str] = []
    column = 0
    for text, role, shade in line:
        own = width_of(text)
        x = MARGIN + column * COLUMN
        if shade:
            drawn.append(
                f'<rect x="{x:g}" y="{top:.1f}" width="{own * COLUMN:.1f}" height="{ROW + 0.4:.1f}" fill="{shade}"/>'
            )
        bare = text.strip(" ")
        if bare:
            x += (len(text) - len(text.lstrip(" "))) * COLUMN
            told = f' class="{role}"' if role else ""
            fill = f' style="fill:{ink(shade)}"' if shade else ""
            length = width_of(bare) * COLUMN
            drawn.append(
                f'<text x="{x:g}" y="{top + 12.8:.1f}" textLength="{length:.1f}"{told}{fill}>{_safe(bare)}</text>'
            )
        column += own
    return drawn


def _safe(text: str) -> str:
    """Text that XML can hold."""
    return escape("".join(c if c >= " " and c not in "\ufffe\uffff" else f"\\x{ord(c):02x}" for c in text))
