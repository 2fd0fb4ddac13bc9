"""Matrices that need no equation, side by side as far as there is room: given ones, and the parts of one matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.single import single
from tmat.rendering.styled import EMPTY, Block, Line, Span, beside, captioned, folded, spacer
from tmat.sheet.worksheet import Matrix, Stage, Step

BETWEEN = 5  # columns between neighbours


def given(drawer: Drawer, stage: Stage, names: Sequence[str]) -> Iterator[list[Line]]:
    """Given matrices, each under its name; one that must be folded or cut stands alone."""
    row: list[Block] = []
    for name in names:
        caption = (Span(drawer.spell.word(name), "name"), Span(drawer.spell(f" {stage.given[name].size}"), "caption"))
        numbers = _whole(drawer, stage.given[name])
        block = None if numbers is None else beside([*_labels(drawer, stage.given[name]), captioned(numbers, caption)])
        fits = block is not None and (drawer.width is None or block.width <= drawer.width)
        if row and not (fits and block and _room(drawer, row, block.width)):
            yield _set(row)
            row = []
        if block is not None and fits:
            row.append(block)
        else:
            yield [
                *folded([caption], drawer.width),
                EMPTY,
                *single(drawer, stage.given[name], drawer.width, role="given"),
            ]
    if row:
        yield _set(row)


Caption = Callable[[int, Step], Line]


def pieces(drawer: Drawer, steps: Sequence[tuple[int, Step]], caption: Caption) -> Iterator[list[Line]]:
    """Parts of a matrix, each under its number and formula, row labels only at the left end; a wide part stands alone."""
    row: list[Block] = []
    for number, step in steps:
        numbers = _whole(drawer, step.result, result=True)
        line = caption(number, step)
        if numbers is not None and row and _room(drawer, row, captioned(numbers, line, "left").width):
            row.append(captioned(numbers, line, "left"))
            continue
        if row:
            yield _set(row)
            row = []
        if numbers is not None:
            labels = _labels(drawer, step.result)
            first = captioned(beside([*labels, numbers]), line, "left")
            if drawer.width is None or first.width <= drawer.width:
                row = [first]
                continue
        yield [*folded([line], drawer.width, indent=4), EMPTY, *single(drawer, step.result, drawer.width)]
    if row:
        yield _set(row)


def _labels(drawer: Drawer, matrix: Matrix) -> tuple[Block, Block]:
    return drawer.labels(drawer.view(matrix)), spacer(2)


def _room(drawer: Drawer, row: Sequence[Block], more: int) -> bool:
    return drawer.width is None or sum(block.width + BETWEEN for block in row) + more <= drawer.width


def _set(row: Sequence[Block]) -> list[Line]:
    spaced = [row[0]]
    for block in row[1:]:
        spaced += [spacer(BETWEEN), block]
    return beside(spaced).lines()


def _whole(drawer: Drawer, matrix: Matrix, *, result: bool = False) -> Block | None:
    """The numbers of a matrix that is shown whole and without a scale, else None."""
    if not matrix.values.size or (drawer.width is not None and 2 * matrix.width > drawer.width):
        return None
    seen = drawer.view(matrix, result=result)
    if seen.cut or seen.scale is not None:
        return None
    return drawer.matrix(seen, "result" if result else "given", heads=seen.heads_fit)
