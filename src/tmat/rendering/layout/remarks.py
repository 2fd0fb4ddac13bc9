"""Remarks as lines: verdicts under a step, a step as printed beside the right one, cells in symbols, a cover and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tmat.rendering.layout.drawer import Drawer
from tmat.rendering.layout.numbers import corrected, texts
from tmat.rendering.styled import (
    EMPTY,
    Block,
    Line,
    Span,
    beside,
    captioned,
    folded,
    indented,
    joined,
    padded,
    plain,
    space,
    spacer,
    tall_bracket,
    words,
)
from tmat.sheet.remarks import Correction, Cover, Mask, Remark, Said, Table
from tmat.sheet.worksheet import Matrix
from tmat.visible import width

BETWEEN = 5
INDENT = 4

Roles = NDArray[np.str_]


def under(drawer: Drawer, remarks: Sequence[Remark]) -> list[Line]:
    """The remarks under a matrix: cells as printed in symbols, and verdicts."""
    lines: list[Line] = []
    for n, one in enumerate(remarks):
        if one.letters:
            lines += [*([EMPTY] if n else []), *symbols(drawer, one.letters, one.wrong), EMPTY]
        lines += sentences(drawer, one.said, INDENT)
    return lines


def named(drawer: Drawer, name: str, remarks: Sequence[Remark]) -> list[Line]:
    """The remarks on one of several matrices, after its name."""
    lines: list[Line] = []
    for one in remarks:
        first, *rest = one.said
        lines += sentences(drawer, [Said(f"{name}: {first.text}", first.role), *rest], INDENT)
    return lines


def sentences(drawer: Drawer, said: Sequence[Said], indent: int) -> list[Line]:
    """Sentences one below the other, each as far in as it says."""
    return [line for one in said for line in sentence(drawer, one, indent + one.indent)]


def sentence(drawer: Drawer, said: Said, indent: int, *, hang: int = 2) -> list[Line]:
    """A sentence on as many lines as it takes, the words of each line one span."""
    room = None if drawer.width is None else drawer.width - indent
    rows = folded(words(drawer.spell(said.text), said.role), room, indent=hang)
    return [(*space(indent), *_blanks(row), Span(plain(row).strip(), said.role)) for row in rows]


def _blanks(line: Line) -> Line:
    """The blanks that a line begins with."""
    text = plain(line)
    return space(len(text) - len(text.lstrip(" ")))


# -- matrices


def correction(drawer: Drawer, matrix: Matrix, found: Correction) -> list[Line]:
    """A matrix as printed, and beside or below it the right numbers where they differ and are known."""
    printed = texts(found.printed, found.decimals)
    least = max(len(text) for row in printed for text in row)
    drawn = [(printed, np.where(found.wrong, "slip", "result"), f"{matrix.name} printed")]
    if found.right is not None:
        drawn.append((corrected(found), np.where(found.wrong, "right", "caption"), f"{matrix.name} right"))
    labels = drawer.labels(drawer.view(matrix))
    grids = [_grid(drawer, cells, roles, caption, least=least) for cells, roles, caption in drawn]
    both = beside([labels, spacer(2), grids[0], *(block for own in grids[1:] for block in (spacer(BETWEEN), own))])
    if drawer.width is None or both.width <= drawer.width:
        return both.lines()
    lines: list[Line] = []
    for cells, roles, caption in drawn:
        for part, part_roles in _columns(drawer, cells, roles, labels.width, least):
            block = beside([labels, spacer(2), _grid(drawer, part, part_roles, caption, least=least)])
            lines += [*([EMPTY] if lines else []), *block.lines()]
    return lines


def _columns(
    drawer: Drawer, cells: list[list[str]], roles: Roles, labels: int, least: int
) -> Iterator[tuple[list[list[str]], Roles]]:
    """The columns in parts that fit the width."""
    wide = max(least, *(len(text) for row in cells for text in row)) + 2
    count = len(cells[0])
    per = count if drawer.width is None else max((drawer.width - labels - 4) // wide, 1)
    for start in range(0, count, per):
        yield [row[start : start + per] for row in cells], roles[:, start : start + per]


def symbols(drawer: Drawer, cells: Sequence[Sequence[str]], wrong: Mask | None = None) -> list[Line]:
    """Cells in symbols: in their places, or, where there is no room for that, one below another."""
    roles: Roles = np.full((len(cells), len(cells[0])), "result")
    if wrong is not None:
        roles = np.where(wrong, "wrong", roles)
    block = _grid(drawer, cells, roles, "")
    if drawer.width is None or block.width + INDENT <= drawer.width:
        return indented(block.lines(), INDENT)
    room = drawer.width - INDENT
    lines: list[Line] = []
    for i, row in enumerate(cells, 1):
        for j, text in enumerate(row, 1):
            pieces = [(Span(f"{i},{j}", "caption"),), *words(drawer.spell(text), str(roles[i - 1, j - 1]))]
            lines += indented(folded(pieces, room, indent=INDENT), INDENT)
    return lines


def _grid(drawer: Drawer, cells: Sequence[Sequence[str]], roles: Roles, caption: str, *, least: int = 1) -> Block:
    """Texts between brackets, each with its role, the columns as wide as they need."""
    cells = [[drawer.spell(text) for text in row] for row in cells]
    wide = [max(least, *map(width, column)) for column in zip(*cells, strict=True)]
    if max(wide) - min(wide) <= 2:
        wide = [max(wide)] * len(wide)
    left, right = tall_bracket("[", len(cells)), tall_bracket("]", len(cells))
    core: list[Line] = []
    for i, row in enumerate(cells):
        spans: list[Span] = [Span(drawer.spell(left[i]), "bracket")]
        for j, text in enumerate(row):
            spans += [*space(1 if j == 0 else 2), *padded((Span(text, str(roles[i, j])),), wide[j], "right")]
        core.append((*spans, Span(" " + drawer.spell(right[i]), "bracket")))
    block = Block(core, sum(wide) + 2 * len(wide) + 2)
    return captioned(block, (Span(drawer.spell(caption), "operand"),)) if caption else block


# -- the whole document


def opening(drawer: Drawer, cover: Cover) -> list[Line]:
    """The opening of a document: its name, its title and what it is about."""
    first, *rest = words(drawer.spell(cover.title), "sentence")
    title = [(Span(cover.name, "heading"), *space(4), *first), *rest]
    return [*folded(title, drawer.width), *sentence(drawer, Said(cover.summary, "caption"), INDENT, hang=0)]


def closing(drawer: Drawer, cover: Cover) -> Iterator[list[list[Line]]]:
    """The end of a document, in groups of paragraphs: tables, captions of the others, and the count."""
    captions: list[list[Line]] = []
    for own in cover.tables:
        if own.said is None:
            yield [_heading(drawer, own), table(drawer, own)]
        else:
            captions += [sentences(drawer, said, 0) for said in own.said]
    yield [*captions, sentences(drawer, cover.count, 0)]


def _heading(drawer: Drawer, own: Table) -> list[Line]:
    lines = sentence(drawer, Said(own.title, "heading"), 0)
    return [*lines, *(sentence(drawer, Said(own.caption, "caption"), INDENT, hang=0) if own.caption else ())]


def table(drawer: Drawer, own: Table) -> list[Line]:
    """A table's columns side by side; where there is no room for that, its rows one below the other."""
    rows = [[drawer.spell(text) for text in row] for row in (own.head, *own.rows)]
    wide = [max(width(row[n]) for row in rows) for n in range(len(own.head))]
    gap = 2
    if drawer.width is not None and sum(wide) + gap * (len(wide) - 1) > drawer.width:
        return _listed(drawer, own)
    lines: list[Line] = []
    for m, row in enumerate(rows):
        role = "caption" if m == 0 else "formula"
        cells = [
            padded((Span(text, "name" if n == 0 else role),), wide[n], "right" if own.has_numbers(n) else "left")
            for n, text in enumerate(row)
        ]
        lines.append(joined(cells, space(gap)))
    return lines


def _listed(drawer: Drawer, own: Table) -> list[Line]:
    lines: list[Line] = []
    room = None if drawer.width is None else drawer.width - INDENT
    for row in own.rows:
        lines += [*([EMPTY] if lines else []), (Span(drawer.spell(row[0]), "name"),)]
        mark = Span(drawer.spell(" ·"), "caption")
        pieces: list[Line] = [
            (Span(drawer.spell(f"{name} "), "caption"), Span(drawer.spell(text.strip()), "formula"), mark)
            for name, text in zip(own.head[1:], row[1:], strict=True)
        ]
        pieces[-1] = pieces[-1][:-1]
        lines += indented(folded(pieces, room), INDENT)
    return lines
