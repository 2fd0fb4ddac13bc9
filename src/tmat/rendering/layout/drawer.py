"""Draws a matrix as a block, and caches the result, because a matrix stands in several equations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from tmat.errors import fold
from tmat.rendering.layout.block import Block, fence, sign
from tmat.rendering.layout.heat import Scale, scale_pieces
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.window import CUT, View, view
from tmat.rendering.layout.wrap import folded
from tmat.rendering.styled import Line, Span, space
from tmat.sheet.remarks import Mask
from tmat.sheet.worksheet import Matrix
from tmat.visible import Spelling, width

UNLIMITED = 200  # where no width is given, equations wider than this are not set side by side
MOST = 4  # decimals, where nothing else says how many


@dataclass(eq=False, repr=False)
class Drawer:
    """How matrices are drawn here: the look, and the width there is (None: as much as it takes)."""

    look: Look
    width: int | None
    spell: Spelling = field(init=False)
    full: bool = field(init=False)
    hidden: Mapping[str, Mask] = field(default_factory=dict)  # what a mask hid, of the steps of the stage that is drawn
    _views: dict[tuple[int, int, tuple[int, ...], bool], View] = field(default_factory=dict)
    _kept: list[Matrix] = field(default_factory=list)  # so that no id is used twice

    def __post_init__(self) -> None:
        self.spell = Spelling(self.look.encoding)
        self.full = self.look.full if self.look.full is not None else self.width is None

    # -- seeing

    def view(
        self, matrix: Matrix, cols: Sequence[int] | None = None, *, most: int = MOST, result: bool = False
    ) -> View:
        """The numbers of a matrix as they are drawn, cached."""
        chosen = range(matrix.width) if cols is None else cols
        hot = result and self.heated(matrix.name)
        key = (id(matrix), most, tuple(chosen), hot)
        if key not in self._views:
            self._kept.append(matrix)
            self._views[key] = view(
                matrix, chosen, full=self.full, digits=self.look.digits, most=most, spell=self.spell,
                hidden=self.hidden.get(matrix.name),
                scale=Scale.of(matrix.values) if hot else None, glyphs=self.look.glyphs,
            )  # fmt: skip
        return self._views[key]

    def heated(self, name: str) -> bool:
        heat = self.look.heat
        return heat if isinstance(heat, bool) else fold(name) in {fold(own) for own in heat}

    # -- drawing

    def matrix(
        self, seen: View, role: str, gap: int = 2, *, heads: bool = False, left: bool = True, right: bool = True
    ) -> Block:
        """The numbers between tall brackets; ``heads``: column labels above; an open side goes on elsewhere."""
        rows = list(zip(*seen.cells, strict=True)) if seen.cells else []
        if not rows:
            return sign("[ ]", "bracket")
        shaded = seen.scale is not None and not self.look.glyphs
        lines = [
            self._shaded(seen, row, n, role, gap) if shaded else self._plain(row, role, gap)
            for n, row in enumerate(rows)
        ]
        opening = self.spell.each(fence("[", len(rows))) if left else [" "] * len(rows)
        closing = self.spell.each(fence("]", len(rows))) if right else [" "] * len(rows)
        core = [
            (Span(a, "bracket"), *line, Span(b, "bracket")) for a, line, b in zip(opening, lines, closing, strict=True)
        ]
        above = [self._heads(seen, gap)] if heads else []
        return Block(core, seen.width(gap), above)

    def _plain(self, row: Sequence[str], role: str, gap: int) -> Line:
        text = (" " * gap).join(row)
        if text.replace(".", "").replace("-", "").replace(" ", "").isdigit():
            return (Span(f" {text} ", role),)
        spans = [Span(" ")]
        for text in row:
            spans += (Span(text, _role(text, role)), Span(" " * gap))
        return (*spans[:-1], Span(" "))

    def _shaded(self, seen: View, row: Sequence[str], n: int, role: str, gap: int) -> Line:
        """Cells on their colour, the blank before and after them included."""
        assert seen.scale is not None
        spans: list[Span] = []
        before, after = (1, gap - 1) if gap > 1 else (1, 0)
        last = len(row) - 1
        for at, (col, text) in enumerate(zip(seen.cols, row, strict=True)):
            padded = " " * before + text + " " * (after if at < last else 1)
            if col == CUT or seen.rows[n] == CUT:
                spans.append(Span(padded, "cut"))
            else:
                x = float(seen.matrix.values[seen.rows[n], col])
                shade = seen.scale.colour(x) if math.isfinite(x) else ""
                spans.append(Span(padded, _role(text, role), shade))
        return tuple(spans)

    def _heads(self, seen: View, gap: int) -> Line:
        texts = []
        for word, wide in zip(seen.words, seen.widths, strict=True):
            label = self._cut_short(word, wide)
            texts.append(" " * (wide - width(label)) + label)
        return (*space(2), Span((" " * gap).join(texts), "label"), *space(2))

    def labels(self, seen: View) -> Block:
        """Row labels, a row each, to stand left of the matrix."""
        limit = None if self.width is None else max(self.width // 4, 8)
        labels = self.spell.words(["⋮" if row == CUT else seen.matrix.rows[row] for row in seen.rows])
        words = [self._cut_short(label, limit) for label in labels]
        wide = max(map(width, words), default=0)
        return Block([(Span(word + " " * (wide - width(word)), "label"),) for word in words] or [()], wide)

    def clip(self, text: str, limit: int | None) -> str:
        """A word cut to the limit, with a sign where it was cut."""
        return self._cut_short(self.spell.word(text), limit)

    def _cut_short(self, word: str, limit: int | None) -> str:
        if limit is None or width(word) <= limit:
            return word
        mark = self.spell("…")
        room = limit - len(mark)
        word = word[: sum(columns <= room for columns in accumulate(map(width, word)))]
        return (word + mark)[: max(limit, 0)] if width(mark) > limit else word + mark

    def scale_lines(self, seen: View, room: int | None, indent: int = 0) -> list[Line]:
        """The legend for the colours or shades of a matrix."""
        assert seen.scale is not None
        pieces = scale_pieces(seen.scale, glyphs=self.look.glyphs)
        spelled = [tuple(Span(self.spell(text), role, shade) for text, role, shade in piece) for piece in pieces]
        return folded(spelled, None if room is None else room - indent, gap=space(3))


def _role(text: str, role: str) -> str:
    word = text.strip()
    if word[-1:].isdigit() or not word:
        return role
    return "cut" if word in ("…", "...", "⋮", ":") else "masked" if "∞" in word or "inf" in word else role
