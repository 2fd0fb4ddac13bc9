"""What of a matrix is seen, all of it or its edges, and how it is drawn as a block of text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from tmat.errors import fold
from tmat.rendering.layout.look import Look, Scale, scale_pieces
from tmat.rendering.layout.numbers import MOST, aligned, texts
from tmat.rendering.styled import EMPTY, Block, Line, Span, folded, sign, space, tall_bracket
from tmat.sheet.remarks import Mask
from tmat.sheet.worksheet import BLANK, Matrix
from tmat.visible import Spelling, width, widths

CUT = -1  # in a list of rows or columns: those that are left out
MANY_ROWS = 24
EDGE = 6
WIDEST_LABEL = 14  # columns of a label that a column of numbers is widened for


@dataclass(eq=False, repr=False)
class View:
    """The rows and columns that are shown, by index (CUT for those left out), and the texts of their cells, padded."""

    matrix: Matrix
    rows: list[int]
    cols: list[int]
    cells: list[list[str]]  # by column
    widths: list[int]
    words: list[str]  # over the columns; nothing over CUT
    scale: Scale | None = None

    @property
    def cut(self) -> bool:
        return CUT in self.rows or CUT in self.cols

    def width(self, gap: int) -> int:
        """The width of the matrix with its brackets, in columns of a terminal."""
        return sum(self.widths) + gap * max(len(self.widths) - 1, 0) + 4

    def part(self, chosen: slice) -> View:
        """The view of neighbouring columns."""
        cut = (self.cols[chosen], self.cells[chosen], self.widths[chosen], self.words[chosen])
        return View(self.matrix, self.rows, *cut, self.scale)

    @cached_property
    def has_words(self) -> bool:
        """Whether the columns have labels other than numbers: When, not q1, q2."""
        return len(self.matrix.cols) > 1 and not counted(self.matrix.cols)

    @cached_property
    def word_widths(self) -> list[int]:
        return widths(self.words)

    @cached_property
    def heads_fit(self) -> bool:
        """Whether the columns have words for labels, and each column is as wide as its word, or as a word may make it."""
        return self.has_words and all(
            min(word, WIDEST_LABEL) <= column for word, column in zip(self.word_widths, self.widths, strict=True)
        )

    def widened(self, room: int | None = None) -> View:
        """The view with columns widened for the words over them, to WIDEST_LABEL at most; all equally wide where there is room."""
        columns = [max(own, min(word, WIDEST_LABEL)) for own, word in zip(self.widths, self.word_widths, strict=True)]
        widest = max(columns, default=0)
        even = [widest if col != CUT else own for col, own in zip(self.cols, columns, strict=True)]
        were_even = len({own for col, own in zip(self.cols, self.widths, strict=True) if col != CUT}) == 1
        if were_even and (room is None or sum(even) + 2 * (len(even) - 1) + 4 <= room):
            columns = even
        cells = [_right_aligned(column, own) for column, own in zip(self.cells, columns, strict=True)]
        return View(self.matrix, self.rows, self.cols, cells, columns, self.words, self.scale)


def edges(count: int, head: int, tail: int) -> list[int]:
    """The first and last places, with CUT between.

    >>> edges(10, 2, 1)
    [0, 1, -1, 9]
    """
    if head + tail >= count:
        return list(range(count))
    return [*range(head), CUT, *range(count - tail, count)]


def rows_shown(matrix: Matrix, full: bool) -> list[int]:
    """All rows, or the first and last of many."""
    height = matrix.values.shape[0]
    return edges(height, EDGE, EDGE) if height > MANY_ROWS and not full else list(range(height))


def view(
    matrix: Matrix,
    cols: Sequence[int],
    *,
    full: bool,
    digits: int | None,
    most: int,
    spell: Spelling,
    scale: Scale | None = None,
    glyphs: bool = False,
    hidden: Mask | None = None,
) -> View:
    """The view of these columns of a matrix; they are equally wide unless their widths differ by more than 2."""
    rows = rows_shown(matrix, full)
    values = _picked(matrix.values, rows, list(cols))
    shown = texts(values, digits, most, None if hidden is None else _picked(hidden, rows, list(cols)))
    if matrix.origin == BLANK:
        shown = [["____"] * len(cols) for _ in shown]
    if scale is not None and glyphs:
        marks = [[scale.glyph(x) for x in row] for row in values.tolist()]
        shown = [[text + mark for text, mark in zip(*pair, strict=True)] for pair in zip(shown, marks, strict=True)]
    shown = [spell.each(row) for row in shown]
    by_column = aligned(shown) if shown else [[] for _ in values.T]
    text_widths = [len(column[0]) if column else 1 for column in by_column]
    if text_widths and max(text_widths) - min(text_widths) <= 2:
        text_widths = [max(text_widths)] * len(text_widths)
    cells, column_widths, at = [], [], 0
    for col in cols:
        if col == CUT:
            mark = spell("…")
            column, wide = [mark] * (len(rows) - (CUT in rows)), len(mark)
        else:
            wide = text_widths[at]
            column = _right_aligned(by_column[at], wide)
            at += 1
        if CUT in rows:
            column.insert(rows.index(CUT), (spell("⋮") if col != CUT else "").rjust(wide))
        cells.append(column)
        column_widths.append(wide)
    words = spell.words(["" if col == CUT else matrix.cols[col] for col in cols])
    return View(matrix, rows, list(cols), cells, column_widths, words, scale)


def _right_aligned(column: list[str], wide: int) -> list[str]:
    """A column of texts, right-aligned in a width."""
    return column if column and len(column[0]) == wide else [text.rjust(wide) for text in column]


def _picked(values: Any, rows: list[int], cols: list[int]) -> Any:
    """The values in these rows and columns, without CUT."""
    rows, cols = ([n for n in places if n != CUT] for places in (rows, cols))
    if len(rows) == values.shape[0] and len(cols) == values.shape[1]:
        return values
    return values[np.ix_(rows, cols)]


def named(labels: Sequence[str]) -> bool:
    """Whether labels say more than 1, 2, 3, …

    >>> named(["1", "2"]), named(["When", "you"])
    (False, True)
    """
    return any(label != str(n) for n, label in enumerate(labels, start=1))


def counted(labels: Sequence[str]) -> bool:
    """Whether labels only count: 1, 2, 3 or q1, q2, q3 or v5, v6.

    >>> counted(["q1", "q2"]), counted(["v5", "v6"]), counted(["When", "you"])
    (True, True, False)
    """
    stem = labels[0].rstrip("0123456789") if labels else ""
    first = labels[0][len(stem) :] if labels else ""
    if not (first.isascii() and first.isdigit() and len(stem) <= 1):
        return False
    return all(label == f"{stem}{n}" for n, label in enumerate(labels, start=int(first)))


def is_shaded(look: Look, name: str) -> bool:
    """Whether a matrix is to be shaded."""
    return look.heat if isinstance(look.heat, bool) else fold(name) in {fold(own) for own in look.heat}


UNLIMITED = 200  # where no width is given, equations wider than this are not set side by side


@dataclass(eq=False, repr=False)
class Drawer:
    """Draws matrices in a look, for a width (None: unlimited). Views are cached, as a matrix stands in several equations."""

    look: Look
    width: int | None
    spell: Spelling = field(init=False)
    full: bool = field(init=False)
    hidden: Mapping[str, Mask] = field(
        default_factory=dict
    )  # the cells that a mask hid, by step of the stage being drawn
    _views: dict[tuple[int, int, tuple[int, ...], bool], View] = field(default_factory=dict)
    _drawn: list[Matrix] = field(default_factory=list)  # so that no id is used twice
    _brackets: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)  # by height

    def __post_init__(self) -> None:
        self.spell = Spelling(self.look.encoding)
        self.full = self.look.full if self.look.full is not None else self.width is None

    # -- seeing

    def view(
        self, matrix: Matrix, cols: Sequence[int] | None = None, *, most: int = MOST, result: bool = False
    ) -> View:
        """The numbers of a matrix as they are drawn, cached."""
        chosen = range(matrix.values.shape[1]) if cols is None else cols
        hot = result and is_shaded(self.look, matrix.name)
        key = (id(matrix), most, tuple(chosen), hot)
        if key not in self._views:
            self._drawn.append(matrix)
            self._views[key] = view(
                matrix, chosen, full=self.full, digits=self.look.digits, most=most, spell=self.spell,
                hidden=self.hidden.get(matrix.name),
                scale=Scale.of(matrix.values) if hot else None, glyphs=self.look.glyphs,
            )  # fmt: skip
        return self._views[key]

    # -- drawing

    def matrix(
        self, seen: View, role: str, gap: int = 2, *, heads: bool = False, left: bool = True, right: bool = True
    ) -> Block:
        """The numbers between tall brackets; ``heads``: column labels above; a side without its bracket goes on in another part."""
        rows = list(zip(*seen.cells, strict=True)) if seen.cells else []
        if not rows:
            return sign("[ ]", "bracket")
        shaded = seen.scale is not None and not self.look.glyphs
        lines = [
            self._shaded(seen, row, n, role, gap) if shaded else self._plain(row, role, gap)
            for n, row in enumerate(rows)
        ]
        height = len(rows)
        if height not in self._brackets:
            self._brackets[height] = (
                self.spell.each(tall_bracket("[", height)),
                self.spell.each(tall_bracket("]", height)),
            )
        opening, closing = self._brackets[height]
        opening, closing = opening if left else [" "] * height, closing if right else [" "] * height
        core = [
            (Span(a, "bracket"), *line, Span(b, "bracket")) for a, line, b in zip(opening, lines, closing, strict=True)
        ]
        above = [self._heads(seen, gap)] if heads else []
        return Block(core, seen.width(gap), above)

    def _plain(self, row: Sequence[str], role: str, gap: int) -> Line:
        """A row of cells: one span where all are numbers, else a span each."""
        text = (" " * gap).join(row)
        if text.replace(".", "").replace("-", "").replace(" ", "").isdigit():
            return (Span(f" {text} ", role),)
        spans = [Span(" ")]
        for text in row:
            spans += (Span(text, _role(text, role)), Span(" " * gap))
        return (*spans[:-1], Span(" "))

    def _shaded(self, seen: View, row: Sequence[str], n: int, role: str, gap: int) -> Line:
        """A row of cells on their shades, which reach over the blanks beside them."""
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
        for word, own, wide in zip(seen.words, seen.word_widths, seen.widths, strict=True):
            if own > wide:
                word = self._cut_short(word, wide)
                own = width(word)
            texts.append(" " * (wide - own) + word)
        return (*space(2), Span((" " * gap).join(texts), "label"), *space(2))

    def labels(self, seen: View) -> Block:
        """Row labels, a row each, to stand left of the matrix."""
        limit = None if self.width is None else max(self.width // 4, 8)
        labels = self.spell.words(["⋮" if row == CUT else seen.matrix.rows[row] for row in seen.rows])
        own = widths(labels)
        if limit is not None and max(own, default=0) > limit:
            labels = [self._cut_short(label, limit) for label in labels]
            own = widths(labels)
        widest = max(own, default=0)
        lines: list[Line] = [
            (Span(label + " " * (widest - wide), "label"),) for label, wide in zip(labels, own, strict=True)
        ]
        return Block(lines or [EMPTY], widest)

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
    """The role of a cell by its text: cut for …, masked for ∞, else the given one."""
    word = text.strip()
    if word[-1:].isdigit() or not word:
        return role
    return "cut" if word in ("…", "...", "⋮", ":") else "masked" if "∞" in word or "inf" in word else role
