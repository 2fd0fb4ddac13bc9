"""Matrices whose cells have verdicts of their own: as printed beside what is right, and cells spelled in symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tmat.articles.auditing import Audit, Cells
from tmat.rendering.layout.block import Block, air, beside, captioned, fence
from tmat.rendering.layout.drawer import Pen
from tmat.rendering.layout.numbers import texts
from tmat.rendering.layout.wrap import folded, words
from tmat.rendering.styled import EMPTY, Line, Span, padded, space
from tmat.sheet.worksheet import Matrix
from tmat.width import width

BETWEEN = 5
INDENT = 4
SAME = "·"
"""In a matrix of right numbers: as printed."""

Roles = NDArray[np.str_]


def compared(pen: Pen, result: Matrix, one: Audit) -> list[Line]:
    """A matrix as printed, and beside or below it the right numbers where they differ and are known."""
    assert one.printed is not None
    places = max(len(text.partition(".")[2]) for row in one.texts for text in row)
    good = one.reproduced | one.follows
    printed = texts(one.printed, places)
    least = max(len(text) for row in printed for text in row)
    drawn = [(printed, np.where(good, "result", "slip"), f"{result.name} printed")]
    if one.right is not None:
        due = [
            [SAME if good[i, j] else text for j, text in enumerate(row)]
            for i, row in enumerate(texts(one.right, places))
        ]
        drawn.append((due, np.where(good, "caption", "right"), f"{result.name} right"))
    labels = pen.labels(pen.view(result))
    grids = [grid(pen, cells, roles, caption, least=least) for cells, roles, caption in drawn]
    both = beside([labels, air(2), grids[0], *(block for own in grids[1:] for block in (air(BETWEEN), own))])
    if pen.width is None or both.width <= pen.width:
        return both.lines()
    lines: list[Line] = []
    for cells, roles, caption in drawn:
        for part, part_roles in _columns(pen, cells, roles, labels.width, least):
            block = beside([labels, air(2), grid(pen, part, part_roles, caption, least=least)])
            lines += [*([EMPTY] if lines else []), *block.lines()]
    return lines


def _columns(
    pen: Pen, cells: list[list[str]], roles: Roles, labels: int, least: int
) -> Iterator[tuple[list[list[str]], Roles]]:
    """The columns in as many parts as it takes to fit the width."""
    wide = max(least, *(len(text) for row in cells for text in row)) + 2
    count = len(cells[0])
    per = count if pen.width is None else max((pen.width - labels - 4) // wide, 1)
    for start in range(0, count, per):
        yield [row[start : start + per] for row in cells], roles[:, start : start + per]


def spelled(pen: Pen, cells: Sequence[Sequence[str]], wrong: Cells | None = None) -> list[Line]:
    """Cells in symbols: in their places, or, where there is no room for that, one below another."""
    roles = np.full((len(cells), len(cells[0])), "result")
    if wrong is not None:
        roles = np.where(wrong, "wrong", roles)
    block = grid(pen, cells, roles, "")
    if pen.width is None or block.width + INDENT <= pen.width:
        return [(*space(INDENT), *line) for line in block.lines()]
    lines: list[Line] = []
    for i, row in enumerate(cells, 1):
        for j, text in enumerate(row, 1):
            pieces = [(Span(f"{i},{j}", "caption"),), *words(pen.spell(text), str(roles[i - 1, j - 1]))]
            room = None if pen.width is None else pen.width - INDENT
            lines += [(*space(INDENT), *line) for line in folded(pieces, room, indent=INDENT)]
    return lines


def spaced(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """Symbols with room around their signs.

    >>> spaced([["a₁₁v₁₁+a₁₂v₂₁"]])
    [['a₁₁v₁₁ + a₁₂v₂₁']]
    """
    return [[text.replace("+", " + ").replace("/", " / ") for text in row] for row in cells]


def grid(pen: Pen, cells: Sequence[Sequence[str]], roles: Roles, caption: str, *, least: int = 1) -> Block:
    """Texts between brackets, each with its role, the columns as wide as they need."""
    cells = [[pen.spell(text) for text in row] for row in cells]
    wide = [max(least, *map(width, column)) for column in zip(*cells, strict=True)]
    if max(wide) - min(wide) <= 2:
        wide = [max(wide)] * len(wide)
    left, right = fence("[", len(cells)), fence("]", len(cells))
    core: list[Line] = []
    for i, row in enumerate(cells):
        spans: list[Span] = [Span(pen.spell(left[i]), "bracket")]
        for j, text in enumerate(row):
            spans += [*space(1 if j == 0 else 2), *padded((Span(text, str(roles[i, j])),), wide[j], "right")]
        core.append((*spans, Span(" " + pen.spell(right[i]), "bracket")))
    block = Block(core, sum(wide) + 2 * len(wide) + 2)
    return captioned(block, (Span(pen.spell(caption), "operand"),)) if caption else block
