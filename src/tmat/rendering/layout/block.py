"""Blocks: a matrix or a sign with its captions above, to be set side by side on one middle row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tmat.rendering.styled import EMPTY, Line, Span, columns, padded, space, trimmed


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
