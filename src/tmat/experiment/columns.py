"""Groups of columns under a heading, side by side where there is room, else one group below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tmat.rendering.styled import Line, Span, columns, padded, space


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together: a heading over them, a head for each, and rows of cells."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    align: str = ""  # a letter a column: l left, r right; right where it says nothing
    gap: int = 2

    def lines(self) -> list[Line]:
        """The heading (where there is one), the heads and the rows, all of one width."""
        cells = [tuple((Span(head, "label"),) for head in self.heads), *self.rows]
        wide = [max(columns(row[n]) for row in cells) for n in range(len(self.heads))]
        drawn = [
            _joined([padded(cell, wide[n], self._side(n)) for n, cell in enumerate(row)], self.gap) for row in cells
        ]
        title: Line = (Span(self.title, "caption"),) if self.title else ()
        whole = max(columns(line) for line in (*drawn, title))
        side = "left" if self._side(0) == "left" else "right"
        return [padded(title, whole, "centre"), *(padded(line, whole, side) for line in drawn)]

    def _side(self, n: int) -> str:
        return "left" if self.align[n : n + 1] == "l" else "right"


def side_by_side(
    first: Group, others: Sequence[Group], room: int | None, *, indent: int = 5, gap: int = 4
) -> list[Line]:
    """The first group, then as many of the others beside it as fit; it stands again before those that do not."""
    label = first.lines()
    blocks: list[list[Line]] = []
    used = 0
    for group in others:
        drawn = group.lines()
        wide = columns(drawn[0])
        if blocks and (room is None or used + gap + wide <= room):
            blocks[-1] = [(*line, *space(gap), *more) for line, more in zip(blocks[-1], drawn, strict=True)]
            used += gap + wide
        else:
            blocks.append(
                [(*space(indent), *line, *space(gap), *more) for line, more in zip(label, drawn, strict=True)]
            )
            used = indent + columns(label[0]) + gap + wide
    lines: list[Line] = []
    for block in blocks:
        titled = block if any(span.text.strip() for span in block[0]) else block[1:]
        lines += [*([()] if lines else []), *titled]
    return lines


def _joined(cells: Sequence[Line], gap: int) -> Line:
    spans: list[Span] = []
    for n, cell in enumerate(cells):
        spans += [*(space(gap) if n else ()), *cell]
    return tuple(spans)
