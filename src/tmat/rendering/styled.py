"""Lines made of spans, folded to a width, and blocks of lines side by side. A span is a text and the role it plays.

Roles: heading, sentence, caption, number, name, formula, label, given, result, masked, bracket,
operator, cut; for marked work also right, follows, slip, wrong. A role is no colour: every line
says the same without any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, TypeAlias

from tmat.visible import width


class Span(NamedTuple):
    """A piece of a line; ``shade`` is a background (#rrggbb), for heat."""

    text: str
    role: str = ""
    shade: str = ""


Line: TypeAlias = tuple[Span, ...]

EMPTY: Line = ()


def plain(line: Line) -> str:
    """The line as bare text.

    >>> plain((Span("Q", "name"), Span(" = X·W_Q")))
    'Q = X·W_Q'
    """
    return "".join(span.text for span in line)


def columns(line: Line) -> int:
    """The width of a line in columns of a terminal: a wide character takes two.

    >>> columns((Span("权力", "label"), Span(" ")))
    5
    """
    return width(plain(line))


def space(count: int) -> Line:
    """A number of blanks."""
    return (Span(" " * count),) if count > 0 else EMPTY


def padded(line: Line, count: int, align: str = "left") -> Line:
    """The line padded with blanks to a width; ``align`` is left, right or centre. A longer line stays as it is.

    >>> plain(padded((Span("Q"),), 4, "right"))
    '   Q'
    """
    return _spread(line, count - columns(line), align)


def _spread(line: Line, missing: int, align: str) -> Line:
    """The line with ``missing`` blanks added."""
    if missing <= 0:
        return line
    before = {"left": 0, "right": missing, "centre": missing // 2}[align]
    return (*space(before), *line, *space(missing - before))


def trimmed(line: Line) -> Line:
    """The line without the blanks at its end; shaded blanks stay."""
    spans = list(line)
    while spans and not spans[-1].shade:
        last = spans.pop()
        text = last.text.rstrip(" ")
        if text:
            spans.append(Span(text, last.role))
            break
    return tuple(spans)


def joined(pieces: Iterable[Line], gap: Line) -> Line:
    """Pieces in one line, with a gap between."""
    return tuple(span for n, piece in enumerate(pieces) for span in (*(gap if n else ()), *piece))


def indented(lines: Iterable[Line], count: int) -> list[Line]:
    """The lines with ``count`` blanks before each."""
    return [(*space(count), *line) for line in lines]


def to_text(lines: Iterable[Line]) -> str:
    """The lines as text, each with its line end."""
    return "".join(plain(line) + "\n" for line in lines)


# -- folding

BLANK: Line = (Span(" "),)


def folded(pieces: Iterable[Line], room: int | None, *, indent: int = 0, gap: Line = BLANK) -> list[Line]:
    """Pieces joined by gaps, in lines of at most ``room`` columns, those after the first indented; None: in one line.

    >>> from tmat.rendering.styled import plain
    >>> words = [(Span(word),) for word in "one head · no mask · exact".split(" ")]
    >>> [plain(line) for line in folded(words, 12, indent=2)]
    ['one head ·', '  no mask ·', '  exact']
    """
    if room is None:
        whole = joined(pieces, gap)
        return [whole] if whole else []
    lines: list[list[Span]] = [[]]
    used, blank, gap_width = 0, True, columns(gap)
    for before, piece, wide in _fitting(pieces, room - indent):
        between, between_width = (BLANK, 1) if before else (gap, gap_width)
        if not blank and used + between_width + wide > room:
            lines.append([*space(indent)])
            used, blank = indent, True
        if not blank:
            lines[-1] += between
            used += between_width
        if used + wide > room:
            first, *others = _broken(piece, room, used, indent)
            lines[-1] += first
            for row in others:
                lines.append([*space(indent), *row])
            used = columns(tuple(lines[-1]))
        else:
            lines[-1] += piece
            used += wide
        blank = False
    return [tuple(line) for line in lines if line]


def _fitting(pieces: Iterable[Line], room: int) -> Iterator[tuple[bool, Line, int]]:
    """The pieces with their widths; one that is wider than a line comes as its words, with True where a word precedes it."""
    for piece in pieces:
        wide = columns(piece)
        if wide <= room:
            yield False, piece, wide
            continue
        found: list[list[Span]] = [[]]
        for span in piece:
            for n, text in enumerate(span.text.split(" ")):
                found += [[]] * bool(n)
                found[-1] = [*found[-1], span._replace(text=text)] if text else found[-1]
        for n, word in enumerate(tuple(word) for word in found if word):
            yield n > 0, word, columns(word)


def _broken(piece: Line, room: int, used: int, indent: int) -> list[list[Span]]:
    """A word that is wider than a line, broken at the ends of lines; within a run of ASCII only where that is too wide itself."""
    rows: list[list[Span]] = [[]]
    left = max(room - used, 1)
    for span in piece:
        text = ""
        for unit in re.findall(r"[!-~]+|.", span.text):
            for own in unit if width(unit) > room - indent else [unit]:
                wide = width(own)
                if wide > left and (text or rows[-1]):
                    rows[-1].append(Span(text, span.role))
                    rows.append([])
                    text, left = "", max(room - indent, 1)
                text += own
                left -= wide
        if text:
            rows[-1].append(Span(text, span.role))
    return rows


def phrases(texts: Sequence[str], role: str, mark: str = " ·") -> list[Line]:
    """Phrases as pieces, each but the last with the mark that separates them."""
    return [(Span(text + (mark if n < len(texts) - 1 else ""), role),) for n, text in enumerate(texts)]


def words(text: str, role: str) -> list[Line]:
    """The words of a text as pieces."""
    return [(Span(word, role),) for word in text.split(" ") if word]


# -- blocks


@dataclass(eq=False, repr=False)
class Block:
    """Rows of equal width, and the lines that belong above them (a name, column labels)."""

    core: list[Line]
    width: int
    above: list[Line] = field(default_factory=list)

    @property
    def height(self) -> int:
        return len(self.core)

    def lines(self) -> list[Line]:
        return [trimmed(line) for line in (*self.above, *self.core)]


def sign(text: str, role: str = "operator") -> Block:
    """A block of one row: an operator or a function's name."""
    line = (Span(text, role),) if text else EMPTY
    return Block([line], columns(line))


def captioned(block: Block, caption: Line, align: str = "centre") -> Block:
    """A block with a caption above it; a caption that is wider widens the block."""
    own = columns(caption)
    wide = max(block.width, own)
    core, above = ([_spread(line, wide - block.width, align) for line in lines] for lines in (block.core, block.above))
    return Block(core, wide, [_spread(caption, wide - own, align), *above])


def spacer(count: int) -> Block:
    """An empty block of a given width."""
    return Block([space(count)], count)


def beside(blocks: Sequence[Block]) -> Block:
    """Blocks side by side, each centred vertically beside the tallest."""
    height = max(block.height for block in blocks)
    offsets = [(height - block.height) // 2 for block in blocks]  # rows between the tallest one's first and their own
    top = max(0, *(len(block.above) - down for block, down in zip(blocks, offsets, strict=True)))
    filled = []
    for block, down in zip(blocks, offsets, strict=True):
        blank = space(block.width)
        over = [blank] * (top + down - len(block.above))
        under = [blank] * (height - down - block.height)
        filled.append([*over, *block.above, *block.core, *under])
    rows: list[Line] = [tuple(chain(*parts)) for parts in zip(*filled, strict=True)]
    return Block(rows[top:], sum(block.width for block in blocks), rows[:top])


TALL = {"[": "⎡⎢⎣[", "]": "⎤⎥⎦]", "(": "⎛⎜⎝(", ")": "⎞⎟⎠)"}


def tall_bracket(kind: str, height: int) -> list[str]:
    """A bracket as tall as a matrix, one character a row.

    >>> tall_bracket("[", 3), tall_bracket(")", 1)
    (['⎡', '⎢', '⎣'], [')'])
    """
    top, middle, bottom, only = tuple(TALL[kind])
    return [only] if height == 1 else [top, *[middle] * (height - 2), bottom]


def in_brackets(block: Block, left: str, right: str, spell: Callable[[str], str] = str) -> Block:
    """A block between tall brackets; its captions stay above."""
    opening, closing = tall_bracket(left, block.height), tall_bracket(right, block.height)
    core = [
        (Span(spell(a), "bracket"), *line, Span(spell(b), "bracket"))
        for a, line, b in zip(opening, block.core, closing, strict=True)
    ]
    above = [(*space(1), *line, *space(1)) for line in block.above]
    return Block(core, block.width + 2, above)
