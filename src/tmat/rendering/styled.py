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
    """How many columns of a terminal the line takes: a wide character takes two.

    >>> columns((Span("权力", "label"), Span(" ")))
    5
    """
    return width(plain(line))


def space(count: int) -> Line:
    """So many blanks."""
    return (Span(" " * count),) if count > 0 else EMPTY


def padded(line: Line, count: int, align: str = "left") -> Line:
    """The line brought to a width with blanks: left, right or centre; a longer one stays as it is.

    >>> plain(padded((Span("Q"),), 4, "right"))
    '   Q'
    """
    missing = count - columns(line)
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


def to_text(lines: Iterable[Line]) -> str:
    """The lines as text, each with its line end."""
    return "".join(plain(line) + "\n" for line in lines)


# -- folding

BLANK: Line = (Span(" "),)


def folded(pieces: Iterable[Line], room: int | None, *, indent: int = 0, gap: Line = BLANK) -> list[Line]:
    """Pieces one after another with a gap between, on as many lines as it takes, later lines indented.

    >>> from tmat.rendering.styled import plain
    >>> words = [(Span(word),) for word in "one head · no mask · exact".split(" ")]
    >>> [plain(line) for line in folded(words, 12, indent=2)]
    ['one head ·', '  no mask ·', '  exact']
    """
    lines: list[list[Span]] = [[]]
    used, blank = 0, True
    for before, piece in _fitting(pieces, gap, None if room is None else room - indent):
        wide, wide_gap = columns(piece), columns(before)
        if not blank and room is not None and used + wide_gap + wide > room:
            lines.append([*space(indent)])
            used, blank = indent, True
        if not blank:
            lines[-1] += before
            used += wide_gap
        if room is not None and used + wide > room:
            rows = _broken(piece, room, used, indent)
            lines[-1] += rows[0]
            for row in rows[1:]:
                lines.append([*space(indent), *row])
            used = sum(width(span.text) for span in lines[-1])
        else:
            lines[-1] += piece
            used += wide
        blank = False
    return [tuple(line) for line in lines if line]


def _fitting(pieces: Iterable[Line], gap: Line, room: int | None) -> Iterator[tuple[Line, Line]]:
    """The pieces, each with the gap before it; one that no line can hold as its words."""
    for piece in pieces:
        if room is None or columns(piece) <= room:
            yield gap, piece
            continue
        found: list[list[Span]] = [[]]
        for span in piece:
            for n, text in enumerate(span.text.split(" ")):
                found += [[]] * bool(n)
                found[-1] = [*found[-1], span._replace(text=text)] if text else found[-1]
        for n, word in enumerate(word for word in found if word):
            yield BLANK if n else gap, tuple(word)


def _broken(piece: Line, room: int, used: int, indent: int) -> list[list[Span]]:
    """One word that no line can hold, broken where the line ends, between two of another script where it has any."""
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


def phrases(told: Iterable[str], role: str, mark: str = " ·") -> list[Line]:
    """Phrases as pieces, each but the last with the mark that parts them."""
    texts = list(told)
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
    """A block with a caption above; it is widened where the caption is wider."""
    wide = max(block.width, columns(caption))
    core, above = block.core, block.above
    if wide > block.width:
        core = [padded(line, wide, align) for line in core]
        above = [padded(line, wide, align) for line in above]
    return Block(core, wide, [padded(caption, wide, align), *above])


def air(count: int) -> Block:
    """An empty block of a given width."""
    return Block([space(count)], count)


def beside(blocks: Sequence[Block]) -> Block:
    """Blocks side by side; a shorter one is centred on the middle of the tallest."""
    height = max(block.height for block in blocks)
    lower = [
        (height - block.height) // 2 for block in blocks
    ]  # how many rows below the tallest one's first each begins
    top = max(0, *(len(block.above) - down for block, down in zip(blocks, lower, strict=True)))
    filled = []
    for block, down in zip(blocks, lower, strict=True):
        blank = space(block.width)
        over = [blank] * (top + down - len(block.above))
        under = [blank] * (height - down - block.height)
        filled.append([*over, *block.above, *block.core, *under])
    rows: list[Line] = [tuple(chain(*parts)) for parts in zip(*filled, strict=True)]
    return Block(rows[top:], sum(block.width for block in blocks), rows[:top])


TALL = {"[": "⎡⎢⎣[", "]": "⎤⎥⎦]", "(": "⎛⎜⎝(", ")": "⎞⎟⎠)"}


def fence(kind: str, height: int) -> list[str]:
    """A bracket as tall as a matrix, a character a row: the column vector ⎡⎢⎣.

    >>> fence("[", 3), fence(")", 1)
    (['⎡', '⎢', '⎣'], [')'])
    """
    top, middle, bottom, only = tuple(TALL[kind])
    return [only] if height == 1 else [top, *[middle] * (height - 2), bottom]


def fenced(block: Block, left: str, right: str, spell: Callable[[str], str] = str) -> Block:
    """A block between tall brackets; its captions stay above."""
    one, other = fence(left, block.height), fence(right, block.height)
    core = [
        (Span(spell(a), "bracket"), *line, Span(spell(b), "bracket"))
        for a, line, b in zip(one, block.core, other, strict=True)
    ]
    above = [(*space(1), *line, *space(1)) for line in block.above]
    return Block(core, block.width + 2, above)
