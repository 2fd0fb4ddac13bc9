"""--symbols: a stage run on letters, with every cell of every step written out in symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tmat.cli.options import Common
from tmat.engine.declaration import Declaration, StageFunction
from tmat.engine.staging import laid_out
from tmat.operations.expression import Operand
from tmat.operations.printing.symbols import LETTERS, Symbols, letter_of
from tmat.sheet.names import canonical
from tmat.sheet.worksheet import Matrix, Worksheet

if TYPE_CHECKING:
    from tmat.engine.node import Node
    from tmat.rendering.styled import Line


class PageSymbols(Symbols):
    """Letters for a page: each stands for one matrix; a matrix without a letter has its name."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._page: dict[str, str] = {}
        lettered = [name for name in names if name in LETTERS or len(name) == 1]
        for name in dict.fromkeys((*lettered, *names)):  # matrices with a usual letter choose first
            letters = [letter_of(name), *name.lower()] if not name[-1].isdigit() else []
            used = (*self._page.values(), "e")  # e is the base of softmax
            self._page[name] = next((letter for letter in letters if letter.isalpha() and letter not in used), name)

    def letter(self, name: str) -> str:
        return self._page[name]


def show_symbols(
    function: StageFunction[...], common: Common, matrices: dict[str, Any], options: dict[str, Any]
) -> None:
    """Print the steps in symbols, cell by cell: q₁₁k₁₁ + q₁₂k₁₂, …, a₁₁v₁₁ + a₁₂v₂₁."""
    from tmat.cli.terminal import put
    from tmat.rendering.styled import Span

    declared = function.declared
    declared.sort((), options)  # refuses values that are not legal
    conventions, _ = declared.sort((), {**options, "positions": None, "d_v": None, "d_model": None})
    sheet, output = laid_out(declared, Worksheet(), conventions, _lettered(declared, matrices, options))
    nodes = sheet.written(output)
    symbols = PageSymbols([node.name for node in nodes])
    width = common.width or common.environment.columns
    lines: list[Line] = []
    for number, node in enumerate((node for node in nodes if node.op is not None), start=1):
        assert node.op is not None
        formula = node.op.formula_text([of.name for of in node.of], node.params)
        lines += [
            (Span(f" {number}   ", "number"), Span(node.name, "name"), Span(f" = {formula}", "formula"),
             Span(f"   {node.size}", "caption")),
            (),
        ]  # fmt: skip
        lines += [*_cells(node, symbols, width), ()]
    put(lines[:-1], common.environment, common)


def _cells(node: Node, symbols: PageSymbols, width: int | None) -> list[Line]:
    """The cells as a matrix if it fits the width, else one after another."""
    from textwrap import wrap

    from tmat.rendering.styled import Span, tall_bracket
    from tmat.visible import pad
    from tmat.visible import width as wide

    assert node.op is not None
    operands = [_operand(of) for of in node.of]
    rows = [
        [symbols.text(node.op.at(i, j, *operands, **node.params)) for j in range(node.width)]
        for i in range(node.height)
    ]
    widths = [max(map(wide, column)) for column in zip(*rows, strict=True)]
    if width is None or sum(widths) + 3 * len(widths) + 8 <= width:
        left, right = tall_bracket("[", len(rows)), tall_bracket("]", len(rows))
        texts = ["   ".join(pad(text, most, "left") for text, most in zip(row, widths, strict=True)) for row in rows]
        return [
            (Span("      "), Span(left[n] + " ", "bracket"), Span(text, "result"), Span(" " + right[n], "bracket"))
            for n, text in enumerate(texts)
        ]
    result = Operand(node.name, shape=node.shape)
    equations = [
        f"{symbols.text(result[i, j])} = {text}" for i, row in enumerate(rows) for j, text in enumerate(row)
    ]  # fmt: skip
    return [
        (Span(("      " if n == 0 else "        ") + text, "result"),)
        for cell in equations
        for n, text in enumerate(wrap(cell, max(width - 9, 20), break_on_hyphens=False))
    ]


def _operand(node: Node) -> Operand:
    """A matrix as an operand; the cells of a mask made by a rule are known."""
    values = None if node.make is None else node.make(0, node.height)
    return Operand(node.name, values, shape=node.shape)


def _lettered(declared: Declaration, given: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The matrices that the letters stand for: the given ones, and small ones of the sizes that the stage declares."""
    assert declared.on_letters is not None
    shapes = {canonical(name): matrix.values.shape for name, matrix in given.items()}
    sizes = declared.on_letters(options, shapes)
    return {name: Matrix.of(name, np.zeros(shape)) for name, shape in sizes.items()} | given
