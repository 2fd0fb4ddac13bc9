"""One matrix as an HTML table between brackets, with its width and its shades as classes of the style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from tmat.operations.printing.mathml import MATHML
from tmat.rendering.layout.drawer import CUT
from tmat.rendering.layout.look import ONE_SIDED, TWO_SIDED, Scale, ink
from tmat.rendering.layout.numbers import SAME
from tmat.rendering.page import Shown, formula_in
from tmat.visible import visible, width

LEVELS = 32  # of heat, as classes: the page allows no inline style


def word(text: str) -> str:
    """Text from outside, escaped and with its own direction of writing.

    >>> word("<b>"), word("x")
    ('&lt;b&gt;', 'x')
    """
    shown = escape(visible(text))
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def formula(shown: Shown) -> str:
    """The step's equation as MathML, or as text where its operation is not known."""
    row = formula_in(shown.step, MATHML) if shown.step else None
    return word(shown.formula) if row is None else f"<math>{row}</math>"


def table(shown: Shown, number: int, used: set[str] | None, headed: bool = False) -> str:
    """The matrix. ``used`` collects the classes of its shades, None: not shaded; ``headed``: a line above it even without labels."""
    classes = f"matrix {'result ' if shown.step else ''}{wide(ems(shown))}"
    cut = "".join(
        f' data-{side}="{",".join(map(str, places))}"'
        for side, places in (("rows", shown.rows), ("cols", shown.cols))
        if CUT in places
    )
    lines = [f'<table class="{classes}" data-t="{number}"{cut}>']
    if shown.has_cols:
        corner = "<td></td>" if shown.has_rows else ""
        heads = "".join(f'<th scope="col">{word(shown.col_label(col))}</th>' for col in shown.cols)
        lines.append(f"<thead><tr>{corner}{heads}</tr></thead>")
    elif headed:
        lines.append("<thead><tr><th>&nbsp;</th></tr></thead>")
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
    class_attribute = f' class="{" ".join(classes)}"' if classes else ""
    return f"<td{class_attribute}>{text.replace('-', '−', 1) if text.startswith('-') else text}</td>"


def ems(shown: Shown) -> int:
    """About how wide the table is, in ems: 0.64 a digit (DejaVu Sans, the widest font in use), and the gaps."""
    total = 0.4 + (
        min(0.6 * max((width(visible(shown.row_label(row))) for row in shown.rows), default=0), 14) + 0.7
        if shown.has_rows
        else 0
    )
    for n, col in enumerate(shown.cols):
        head = min(0.55 * width(visible(shown.col_label(col))), 9) if shown.has_cols else 0
        total += (
            max(0.64 * max((len(row[n].strip()) for row in shown.cells), default=0), head, 4.6 if shown.blank else 0)
            + 1.1
        )
    return math.ceil(total)


def wide(ems: int) -> str:
    """The class of tables and equations of that width, by which the style sheet fits them to the paper."""
    return f"w{ems}"


def width_rules(used: Iterable[int]) -> str:
    """The style rules of these classes. An equation is set on one line if it is readable at that size."""
    rules = []
    for n in sorted(used):
        one_line = f"{{ .equation.{wide(n)} {{--_most:min(.94rem,100cqw / {n})}}}}"
        rules.append(f".{wide(n)} {{--_ems:{n}}}\n@container (min-width: {0.74 * n:g}rem) {one_line}")
        rules.append(f"@media print {{ @container (min-width: {0.5 * n:g}rem) {one_line} }}")
    return "\n".join(rules)


def ramp(shown: Shown) -> str:
    """The colour scale below a shaded matrix."""
    scale = shown.scale
    if scale is None:
        return ""
    low, high = (f"{x:.4g}".replace("-", "−") for x in (scale.low, scale.high))
    middle = " with 0 in the middle" if scale.two_sided else ""
    colours = "two" if scale.two_sided else "one"
    return f'<div class="ramp" role="img" aria-label="Colours from {low} to {high}{middle}">{low}<i class="{colours}"></i>{high}</div>'


def shade(scale: Scale, x: float) -> str:
    """The class of a number's colour: its place on the scale, in 32 steps.

    >>> shade(Scale(0.0, 1.0), 0.5), shade(Scale(-2.0, 2.0), -2.0)
    ('h16', 'd0')
    """
    return f"{'d' if scale.two_sided else 'h'}{round(scale.place(x) * LEVELS)}"


def shade_rules(used: Iterable[str], selector: str) -> str:
    """The style rules of these classes, below a selector."""
    rules = []
    for name in sorted(used, key=lambda name: (name[0], int(name[1:]))):
        scale = Scale(-1.0, 1.0) if name[0] == "d" else Scale(0.0, 1.0)
        place = int(name[1:]) / LEVELS
        colour = scale.colour(2.0 * place - 1.0 if scale.two_sided else place)
        rules.append(f"{selector} .{name}:not(.on, .from) {{ background: {colour}; color: {ink(colour)}; }}")
    return "\n".join(rules)


def ramp_rules() -> str:
    """The style rules of the two colour scales below tables."""
    rules = []
    for name, anchors in (("one", ONE_SIDED), ("two", TWO_SIDED)):
        stops = ", ".join(f"rgb({red} {green} {blue})" for red, green, blue in anchors)
        rules.append(f".ramp .{name} {{ background: linear-gradient(to right, {stops}); }}")
    return "\n".join(rules)
