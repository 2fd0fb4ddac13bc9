"""A worksheet as SVG: what a terminal shows, in one file without links; every span keeps its columns in any font."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape

from tmat.errors import InputError
from tmat.rendering.formats import Format
from tmat.rendering.layout import Look, render
from tmat.rendering.layout.look import ink
from tmat.rendering.styled import Line, columns
from tmat.sheet.worksheet import Worksheet, on_pages
from tmat.visible import width as width_of

COLUMNS = 120  # where no width is given
COLUMN, ROW, SIZE, MARGIN = 8.43, 16.4, 14, 14
"""Width of a column, height of a row, font size and margin, in pixels."""

FONTS = (
    "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono', 'Noto Sans Mono CJK SC', 'WenQuanYi Zen Hei', "
    "monospace"
)
COLOURS = {"": "#24292f", "dim": "#6a737d", "label": "#0b6e8a", "right": "#1a7f37", "follows": "#8a6100", "slip": "#8a3ab9",
           "wrong": "#cf222e"}  # fmt: skip
DIM = frozenset(("caption", "number", "masked", "cut"))
LABEL = frozenset(("label", "sentence", "bar"))
BOLD = frozenset(("heading", "name", "result", "wrong"))


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """A picture of each worksheet: sheet.svg, sheet-2.svg, …

    Errors: several worksheets and no file name.
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
    return {path: document(sheet, look).encode("utf-8", "replace") for path, sheet in zip(paths, sheets, strict=False)}


def document(sheet: Worksheet, look: Look) -> str:
    """A worksheet as a terminal of the look's width shows it."""
    title = ", ".join(stage.id for stage in sheet)
    return lines_to_svg(render(sheet, width=look.width or COLUMNS, look=look), title)


def lines_to_svg(lines: Sequence[Line], title: str) -> str:
    """Lines as SVG.

    >>> from tmat.rendering.styled import Span
    >>> '<text x="14" y="26.8" textLength="16.9" class="label">权</text>' in lines_to_svg([(Span("权", "label"),)], "")
    True
    """
    width = max(map(columns, lines), default=0) * COLUMN + 2 * MARGIN
    height = len(lines) * ROW + 2 * MARGIN
    body: list[str] = []
    for n, line in enumerate(lines):
        body += _line(line, MARGIN + n * ROW)
    rules = [f"text{{font:{SIZE}px {FONTS};fill:{COLOURS['']};white-space:pre}}"]
    rules += [f".{role}{{fill:{COLOURS['dim']}}}" for role in sorted(DIM)]
    rules += [f".{role}{{fill:{COLOURS['label']}}}" for role in sorted(LABEL)]
    rules += [f".{role}{{fill:{COLOURS[role]}}}" for role in ("right", "follows", "slip", "wrong")]
    rules += [f".{role}{{font-weight:bold}}" for role in sorted(BOLD)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" xml:space="preserve">',
            f"<title>{_safe(title)}</title>",
            f"<style>{''.join(rules)}</style>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        )
    )


def _line(line: Line, top: float) -> list[str]:
    """The spans of a line: a rectangle behind a shaded one, and its text without surrounding blanks."""
    drawn: list[str] = []
    column = 0
    for text, role, shade in line:
        length = width_of(text)
        x = MARGIN + column * COLUMN
        if shade:
            drawn.append(
                f'<rect x="{x:g}" y="{top:.1f}" width="{length * COLUMN:.1f}" height="{ROW + 0.4:.1f}" fill="{shade}"/>'
            )
        bare = text.strip(" ")
        if bare:
            x += (len(text) - len(text.lstrip(" "))) * COLUMN
            role_class = f' class="{role}"' if role else ""
            fill = f' style="fill:{ink(shade)}"' if shade else ""
            text_length = width_of(bare) * COLUMN
            drawn.append(
                f'<text x="{x:g}" y="{top + 12.8:.1f}" textLength="{text_length:.1f}"{role_class}{fill}>{_safe(bare)}</text>'
            )
        column += length
    return drawn


def _safe(text: str) -> str:
    """Text for XML, characters that it cannot hold as escapes."""
    return escape("".join(c if c >= " " and c not in "\ufffe\uffff" else f"\\x{ord(c):02x}" for c in text))


FORMAT = Format((".svg",), dump, pages=True)
