"""A matrix on its own: whole where it fits, in parts where it is small, by its edges where it is big."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tmat.rendering.layout.drawer import CUT, Drawer, View, edges, named
from tmat.rendering.layout.numbers import MOST
from tmat.rendering.styled import EMPTY, Block, Line, Span, beside, folded, indented, phrases, spacer
from tmat.sheet.worksheet import Matrix
from tmat.visible import width

FEW_COLUMNS = 16  # a matrix with no more is folded, not cut


def single(drawer: Drawer, matrix: Matrix, room: int | None, *, most: int = MOST, role: str = "result") -> list[Line]:
    """The matrix with its labels, and below it what is not shown and the scale of its colours."""
    if not matrix.values.size:
        return [(Span(drawer.spell("[ ]"), "bracket"), Span(drawer.spell(f"  {matrix.size}: no cells"), "caption"))]
    result = role == "result"
    if room is None or matrix.width <= FEW_COLUMNS or drawer.full:
        blocks = _folded(drawer, matrix, room, most, role)
        seen = blocks[0][1]
        lines = _stacked([block for block, _ in blocks])
    else:
        seen = _fitting(drawer, matrix, room, most, result)
        lines = _drawn(drawer, seen, role, *_gap(drawer, seen, room)).lines()
    indent = drawer.labels(seen).width + 4
    if seen.cut:
        room_left = None if room is None else room - indent
        facts = [*summary(matrix, seen.rows, seen.cols), *filter(None, [drawer.look.whole])]
        pieces = phrases(drawer.spell.each(facts), "caption", drawer.spell(" ·"))
        lines += indented(folded(pieces, room_left), indent)
    if seen.scale is not None:
        lines += [EMPTY, *indented(drawer.scale_lines(seen, room, indent), indent)]
    return lines


def _drawn(
    drawer: Drawer, seen: View, role: str, gap: int, heads: bool, *, left: bool = True, right: bool = True
) -> Block:
    labels = drawer.labels(seen)
    return beside([labels, spacer(2), drawer.matrix(seen, role, gap, heads=heads, left=left, right=right)])


def _gap(drawer: Drawer, seen: View, room: int | None) -> tuple[int, bool]:
    """Blanks between columns, and whether their labels are shown."""
    own = drawer.labels(seen).width + 2
    fits = room is None or own + seen.width(2) <= room
    return (2 if fits else 1), _has_heads(seen)


def _has_heads(seen: View) -> bool:
    labels = seen.matrix.cols
    if len(labels) == 1 and labels[0] == seen.matrix.name:
        return False
    return named(labels) or CUT in seen.cols or len(seen.cols) < seen.matrix.width


def _labelled(seen: View, room: int | None = None) -> View:
    """The view with columns widened for their labels, where these are shown."""
    return seen.widened(room) if _has_heads(seen) else seen


def _folded(drawer: Drawer, matrix: Matrix, room: int | None, most: int, role: str) -> list[tuple[Block, View]]:
    """All columns, in as many parts as it takes, the parts about equally wide."""
    plain = drawer.view(matrix, most=most, result=role == "result")
    wide_view = _labelled(plain, None if room is None else room - drawer.labels(plain).width - 2)
    for seen, gap in ((wide_view, 2), (wide_view, 1), (plain, 2), (plain, 1)):
        if room is None or drawer.labels(seen).width + 2 + seen.width(gap) <= room:
            return [(_drawn(drawer, seen, role, gap, _has_heads(seen)), seen)]
    assert room is not None
    own = drawer.labels(plain).width + 2
    wide = max(max(plain.widths), *(min(width(word), 8) for word in plain.words))
    per = max((room - own - 4 + 2) // (wide + 2), 1)
    count = -(-matrix.width // per)
    made = []
    bounds = [round(n * matrix.width / count) for n in range(count + 1)]
    for start, stop in pairwise(bounds):
        part = plain.part(slice(start, stop))
        labelled = _labelled(part, room - own)
        part = labelled if own + labelled.width(2) <= room else part
        made.append((_drawn(drawer, part, role, 2, True, left=start == 0, right=stop == matrix.width), part))
    return made


def _stacked(blocks: list[Block]) -> list[Line]:
    lines: list[Line] = []
    for n, block in enumerate(blocks):
        lines += [(), *block.lines()] if n else block.lines()
    return lines


def _fitting(drawer: Drawer, matrix: Matrix, room: int, most: int, result: bool) -> View:
    """As many columns from both ends as there is room for, two at the head for one at the tail."""
    reach = max(room // 3, 2)
    seen = _labelled(drawer.view(matrix, edges(matrix.width, reach, reach // 2), most=most, result=result), 0)
    left = room - drawer.labels(seen).width - 2 - 4
    if CUT not in seen.cols and seen.width(2) <= left + 4:
        return seen
    count = len(seen.cols)
    middle = seen.cols.index(CUT) if CUT in seen.cols else count
    mark = len(drawer.spell("…"))

    def taken(head: int, tail: int) -> list[int]:
        return [n for n in (*range(head), *range(count - tail, count)) if n != middle]

    def wide(head: int, tail: int) -> int:
        return sum(seen.widths[n] + 2 for n in taken(head, tail)) + mark

    head, tail = (1, 1) if wide(1, 1) <= left else (1, 0)
    while tail and head + tail < count - 1:
        more = (head + 1, tail) if head <= 2 * tail else (head, tail + 1)
        if wide(*more) > left:
            break
        head, tail = more
    column = [drawer.spell("…")] * len(seen.rows)
    if CUT in seen.rows:
        column[seen.rows.index(CUT)] = " " * mark
    return View(
        matrix,
        seen.rows,
        [*seen.cols[:head], CUT, *seen.cols[count - tail :]],
        [*seen.cells[:head], column, *seen.cells[count - tail :]],
        [*seen.widths[:head], mark, *seen.widths[count - tail :]],
        [*seen.words[:head], "", *seen.words[count - tail :]],
        seen.scale,
    )


def summary(matrix: Matrix, rows: Sequence[int], cols: Sequence[int]) -> list[str]:
    """A matrix shown by its edges, in phrases: shape, what is left out, least, largest, mean, how many cells are −∞.

    >>> whole = Matrix.of("X", [[float(n) for n in range(60)]])
    >>> " · ".join(summary(whole, [0], [0, 1, CUT, 59]))
    '1×60, 57 columns not shown · least 0 · largest 59 · mean 29.5'
    """
    hidden = []
    for places, count, kind in ((rows, matrix.height, "row"), (cols, matrix.width, "column")):
        missing = count - sum(place != CUT for place in places)
        if missing:
            hidden.append(f"{missing} {kind}{'' if missing == 1 else 's'}")
    facts = [f"{matrix.size}, {' and '.join(hidden)} not shown" if hidden else matrix.size]
    finite = matrix.values[np.isfinite(matrix.values)]
    if finite.size:
        numbers = (("least", finite.min()), ("largest", finite.max()), ("mean", finite.mean(dtype=np.float64)))
        facts += [f"{kind} {_short(float(x))}" for kind, x in numbers]
    masked = int(np.isneginf(matrix.values).sum())
    if masked:
        facts.append(f"{masked} cell{'' if masked == 1 else 's'} −∞")
    return facts


def _short(x: float) -> str:
    return f"{x:.4g}" if x else "0"
