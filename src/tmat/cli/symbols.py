"""tmat attention --symbols: the weighted sum in letters, every cell written out, for any shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.cli.flow import environment, given_matrices
from tmat.cli.options import Common
from tmat.errors import InputError
from tmat.operations import REGISTRY
from tmat.operations.expression import Operand
from tmat.operations.printing.symbols import Symbols

if TYPE_CHECKING:
    from tmat.rendering.styled import Line

STEPS = (
    ("scores", "matmul_transposed", ("Q", "K"), "each query with each key"),
    ("scaled", "divide_by_root", ("scores",), "so that wide vectors do not swamp softmax"),
    ("weights", "softmax", ("scaled",), "each row sums to 1"),
    ("Z", "matmul", ("weights", "V"), "each row a weighted sum of the rows of V"),
)


def show_symbols(common: Common, d_k: int | None, rows: int | None, d_v: int | None) -> None:
    """Print the four steps in general form, cell by cell: q₁₁k₁₁ + q₁₂k₁₂, …, a₁₁v₁₁ + a₁₂v₂₁."""
    from tmat.cli.terminal import put
    from tmat.rendering.styled import Span

    n, width, values = _sizes(common, rows, d_k, d_v)
    shapes = {"Q": (n[0], width), "K": (n[1], width), "V": (n[1], values)}
    lines: list[Line] = []
    for number, (name, op_name, names, said) in enumerate(STEPS, start=1):
        op = REGISTRY[op_name]
        params = {"d": d_k if d_k is not None else width} if op_name == "divide_by_root" else {}
        operands = [Operand(own, shape=shapes[own]) for own in names]
        shapes[name] = op.result_shape([shapes[own] for own in names], params)
        height, wide = shapes[name]
        formula = op.said(names, params)
        lines += [
            (Span(f" {number}   ", "number"), Span(name, "name"), Span(f" = {formula}", "formula"),
             Span(f"   {height}×{wide}   {said}", "caption")),
            (),
        ]  # fmt: skip
        cells = [[Symbols().text(op.at(i, j, *operands, **params)) for j in range(wide)] for i in range(height)]
        lines += [*_matrix(cells), ()]
    put(lines[:-1], environment(), common)


def _matrix(cells: list[list[str]]) -> list[Line]:
    from tmat.rendering.layout.block import fence
    from tmat.rendering.styled import Span
    from tmat.width import pad, width

    columns = list(zip(*cells, strict=True))
    wide = [max(width(text) for text in column) for column in columns]
    left, right = fence("[", len(cells)), fence("]", len(cells))
    return [
        (
            Span("      "),
            Span(left[n] + " ", "bracket"),
            Span("   ".join(pad(text, w, "left") for text, w in zip(row, wide, strict=True)), "result"),
            Span(" " + right[n], "bracket"),
        )
        for n, row in enumerate(cells)
    ]


def _sizes(common: Common, rows: int | None, d_k: int | None, d_v: int | None) -> tuple[tuple[int, int], int, int]:
    """How many queries and keys, the width of them, the width of the values: from what is given, else small ones."""
    given = given_matrices(common, environment())
    shapes = {name.upper(): matrix.values.shape for name, matrix in given.items()}  # type: ignore[attr-defined]
    q, k, v = shapes.get("Q"), shapes.get("K"), shapes.get("V")
    n = q[0] if q else rows or 2
    m = k[0] if k else v[0] if v else rows or 2
    width = q[1] if q else k[1] if k else 2
    values = v[1] if v else d_v or 3
    for option, size in (("--positions", n), ("--d-v", values)):
        if size < 1:
            raise InputError(f"{option} {size} does not fit", "expected a whole number from 1")
    return (int(n), int(m)), int(width), int(values)
