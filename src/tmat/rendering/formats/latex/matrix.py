"""One matrix in LaTeX: a bmatrix with row labels left of it and column labels above."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tmat.operations.printing.latex import latex_text
from tmat.rendering.layout.drawer import CUT
from tmat.rendering.page import Shown
from tmat.visible import visible

BLANK = r"\underline{\hspace{2.5em}}"
_SIGNS = {
    "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots", "·": r"\cdot", "∞": r"\infty", "−∞": r"-\infty",
    "NaN": r"\text{NaN}",
}  # fmt: skip
_INDEX = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")


def matrix(shown: Shown) -> str:
    """The matrix with its labels, one row a line."""
    if not shown.matrix.values.size:
        return r"\begin{bmatrix}\end{bmatrix}"
    rows = _filled(shown)
    for i, row in enumerate(shown.rows):
        for j, col in enumerate(shown.cols):
            if (row, col) in shown.wrong:
                rows[i][j] = rf"\tmat{'right' if shown.kind == 'right' else 'slip'}{{{rows[i][j]}}}"
    if shown.has_cols:
        heads = ["" if col == CUT else latex_text(visible(shown.col_label(col))) for col in shown.cols]
        rows[0] = [rf"\tmathead{{{head}}}{{{cell}}}" for head, cell in zip(heads, rows[0], strict=True)]
    body = " \\\\\n".join(" & ".join(row) for row in rows)
    bracketed = f"\\begin{{bmatrix}}\n{body}\n\\end{{bmatrix}}"
    if not shown.has_rows:
        return bracketed
    labels = [
        r"\vdots" if row == CUT else rf"\text{{{latex_text(visible(shown.row_label(row)))}}}" for row in shown.rows
    ]
    left = " \\\\ ".join(labels)
    return f"\\;\\begin{{array}}{{@{{}}l@{{}}}}\n{left}\n\\end{{array}}\\,\n{bracketed}"


def symbols(cells: Sequence[Sequence[str]]) -> str:
    """A matrix of expressions."""
    rows = [" & ".join(map(_expression, row)) for row in cells]
    body = " \\\\\n".join(rows)
    return f"\\begin{{bmatrix}}\n{body}\n\\end{{bmatrix}}"


def _expression(text: str) -> str:
    r"""An expression as text, with subscripts.

    >>> print(_expression("a₁₁v₂₁ + 1"))
    \text{a\textsubscript{11}v\textsubscript{21} + 1}
    """
    parts = [
        rf"\textsubscript{{{part.translate(_INDEX)}}}" if part[:1] in "₀₁₂₃₄₅₆₇₈₉" else latex_text(visible(part))
        for part in re.split("([₀-₉]+)", text)
        if part
    ]
    return rf"\text{{{''.join(parts)}}}"


def _filled(shown: Shown) -> list[list[str]]:
    """The cells, those of a column equally wide: shorter numbers are padded on the left."""
    columns = [_column(list(column)) for column in zip(*shown.cells, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(cells: list[str]) -> list[str]:
    numerals = [cell for cell in cells if _DIGITS.fullmatch(cell)]
    digits = max((len(cell.lstrip("-")) for cell in numerals), default=0)
    return [_cell(cell, digits, any(other.startswith("-") for other in numerals)) for cell in cells]


def _cell(cell: str, digits: int, signed: bool) -> str:
    """A number, padded to ``digits`` characters without sign; ``signed`` leaves room for a minus sign too.

    >>> print(_cell("0.79", 5, True), _cell("-10.36", 5, True), _cell("9.70", 5, False), _cell("1.5e-12", 0, False))
    \\phantom{-0}0.79 -10.36 \\phantom{0}9.70 1.5 \\cdot 10^{-12}
    """
    if not cell:
        return BLANK
    if cell in _SIGNS:
        return _SIGNS[cell]
    mantissa, power, exponent = cell.partition("e")
    if power:
        return rf"{mantissa} \cdot 10^{{{exponent}}}"
    space = "-" * (signed and not cell.startswith("-")) + "0" * (digits - len(cell.lstrip("-")))
    return rf"\phantom{{{space}}}{cell}" if space else cell
