"""Matrices that need no equation, side by side as far as there is room: given ones, and the parts of one matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tmat.rendering.layout.block import Block, air, beside, captioned
from tmat.rendering.layout.drawer import Pen
from tmat.rendering.layout.single import alone
from tmat.rendering.layout.wrap import folded
from tmat.rendering.styled import EMPTY, Line, Span
from tmat.sheet.worksheet import Matrix, Stage, Step

BETWEEN = 5  # columns between neighbours


def given(pen: Pen, stage: Stage, names: Sequence[str]) -> Iterator[list[Line]]:
    """Given matrices, each under its name; one that takes folding or cutting stands on its own."""
    row: list[Block] = []
    for name in names:
        caption = (Span(pen.spell.word(name), "name"), Span(pen.spell(f" {stage.given[name].size}"), "caption"))
        numbers = _whole(pen, stage.given[name])
        block = None if numbers is None else beside([*_labels(pen, stage.given[name]), captioned(numbers, caption)])
        fits = block is not None and (pen.width is None or block.width <= pen.width)
        if row and not (fits and block and _room(pen, row, block.width)):
            yield _set(row)
            row = []
        if block is not None and fits:
            row.append(block)
        else:
            yield [*folded([caption], pen.width), EMPTY, *alone(pen, stage.given[name], pen.width, role="given")]
    if row:
        yield _set(row)


Caption = Callable[[int, Step], Line]


def pieces(pen: Pen, steps: Sequence[tuple[int, Step]], caption: Caption) -> Iterator[list[Line]]:
    """Parts of a matrix, each under its number and formula, row labels only at the left end; a wide part on its own."""
    row: list[Block] = []
    for number, step in steps:
        numbers = _whole(pen, step.result, result=True)
        line = caption(number, step)
        if numbers is not None and row and _room(pen, row, captioned(numbers, line, "left").width):
            row.append(captioned(numbers, line, "left"))
            continue
        if row:
            yield _set(row)
            row = []
        if numbers is not None:
            labels = _labels(pen, step.result)
            first = captioned(beside([*labels, numbers]), line, "left")
            if pen.width is None or first.width <= pen.width:
                row = [first]
                continue
        yield [*folded([line], pen.width, indent=4), EMPTY, *alone(pen, step.result, pen.width)]
    if row:
        yield _set(row)


def _labels(pen: Pen, matrix: Matrix) -> tuple[Block, Block]:
    return pen.labels(pen.view(matrix)), air(2)


def _room(pen: Pen, row: Sequence[Block], more: int) -> bool:
    return pen.width is None or sum(block.width + BETWEEN for block in row) + more <= pen.width


def _set(row: Sequence[Block]) -> list[Line]:
    spaced = [row[0]]
    for block in row[1:]:
        spaced += [air(BETWEEN), block]
    return beside(spaced).lines()


def _whole(pen: Pen, matrix: Matrix, *, result: bool = False) -> Block | None:
    """The numbers of a matrix that is shown whole and without a scale, else None."""
    if not matrix.values.size or (pen.width is not None and 2 * matrix.width > pen.width):
        return None
    seen = pen.view(matrix, result=result)
    if seen.cut or seen.scale is not None:
        return None
    return pen.matrix(seen, "result" if result else "given", heads=pen.heads_fit(seen))
