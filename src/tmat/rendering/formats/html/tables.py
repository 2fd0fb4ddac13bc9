"""One matrix as an HTML table between brackets."""

from __future__ import annotations

import math
from html import escape

from tmat.operations.printing.mathml import MATHML
from tmat.rendering.formats.html.shades import shade
from tmat.rendering.layout.numbers import SAME
from tmat.rendering.layout.window import CUT
from tmat.rendering.page import Shown, formula_in
from tmat.visible import visible


def word(text: str) -> str:
    """A text from outside, as text, its direction its own.

    >>> word("<b>"), word("x")
    ('&lt;b&gt;', 'x')
    """
    shown = escape(visible(text))
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def formula(shown: Shown) -> str:
    """The step's equation as MathML, or as text where it is none that we know how to set."""
    row = formula_in(shown.step, MATHML) if shown.step else None
    return word(shown.formula) if row is None else f"<math>{row}</math>"


def table(shown: Shown, number: int, used: set[str] | None) -> str:
    """The matrix; ``used`` collects the classes of its shades, None: it is not shaded."""
    kind = "matrix result" if shown.step else "matrix"
    cut = "".join(
        f' data-{side}="{",".join(map(str, places))}"'
        for side, places in (("rows", shown.rows), ("cols", shown.cols))
        if CUT in places
    )
    lines = [f'<table class="{kind}" data-t="{number}"{cut}>']
    if shown.has_cols:
        corner = "<td></td>" if shown.has_rows else ""
        heads = "".join(f'<th scope="col">{word(shown.col_label(col))}</th>' for col in shown.cols)
        lines.append(f"<thead><tr>{corner}{heads}</tr></thead>")
    lines.append("<tbody>")
    for row, texts in zip(shown.rows, shown.cells, strict=True):
        label = f'<th scope="row">{word(shown.row_label(row))}</th>' if shown.has_rows else ""
        cells = "".join(_cell(shown, row, n, text, used) for n, text in enumerate(texts))
        lines.append(f"<tr>{label}{cells}</tr>")
    lines.append("</tbody></table>")
    return "\n".join(lines)


def _cell(shown: Shown, row: int, n: int, text: str, used: set[str] | None) -> str:
    classes = [*(["a"] if n == 0 else []), *(["z"] if n == len(shown.cols) - 1 else [])]
    col = shown.cols[n]
    if shown.blank:
        classes.append("blank")
        text = "<i></i>"
    elif CUT in (row, col):
        classes.append("dim")
    else:
        if (row, col) in shown.wrong:
            classes.append("right" if shown.kind == "right" else "slip")
        x = float(shown.matrix.values[row, col])
        if not math.isfinite(x) or text == SAME:
            classes.append("dim")
        if used is not None and shown.scale is not None and not math.isnan(x):
            classes.append(shade(shown.scale, x))
            used.add(classes[-1])
    told = f' class="{" ".join(classes)}"' if classes else ""
    return f"<td{told}>{text.replace('-', '−', 1) if text.startswith('-') else text}</td>"


def ramp(shown: Shown) -> str:
    """The printed scale of a shaded matrix."""
    scale = shown.scale
    if scale is None:
        return ""
    low, high = (f"{x:.4g}".replace("-", "−") for x in (scale.low, scale.high))
    middle = " with 0 in the middle" if scale.two_sided else ""
    colours = "two" if scale.two_sided else "one"
    return f'<div class="ramp" role="img" aria-label="Colours from {low} to {high}{middle}">{low}<i class="{colours}"></i>{high}</div>'
