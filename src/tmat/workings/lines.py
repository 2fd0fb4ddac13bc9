"""The working of a cell as data: its lines, for every format of output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tmat.visible import width

PARTS = ("symbols", "numbers", "products", "result")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: which part of the working it is, = or ≈, the text after that, and a remark."""

    part: str
    sign: str
    text: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.text}{self.note}"


@dataclass(frozen=True, slots=True, repr=False)
class Working:
    """The working of a cell: ``cell`` and its formula (``head``), then the lines; ``value`` is the number itself."""

    stage: str
    name: str
    i: int
    j: int
    cell: str
    head: Line
    lines: tuple[Line, ...]
    value: float

    def __str__(self) -> str:
        return "\n".join(wrapped(self))

    __repr__ = __str__

    def __iter__(self) -> Iterator[Line]:
        yield self.head
        yield from self.lines


def wrapped(working: Working, columns: int | None = None) -> list[str]:
    """The working as lines of text; one longer than ``columns`` is wrapped and indented."""
    first = f"{working.cell} {working.head}"
    lines = _folded(first, columns, 4)
    for line in working.lines:
        lines += _folded(f"  {line}", columns, 4)
    return lines


def aligned(working: Working) -> str:
    r"""A working in LaTeX as one aligned environment."""
    rows = [f"{working.cell} &{working.head}", *(f"&{line}" for line in working.lines)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _folded(text: str, columns: int | None, indent: int) -> list[str]:
    """A line wrapped before + or /, or at any blank where that is not enough."""
    if columns is None or width(text) <= columns:
        return [text]
    own = len(text) - len(text.lstrip())
    room = max(columns, indent + 8)
    lines, line = [], ""
    for piece in _pieces(text, room - indent):
        if line and width(line) + width(piece) > room:
            lines.append(line.rstrip())
            line = " " * indent + piece.lstrip()
        else:
            line += piece
    lines.append(line)
    lines[0] = " " * own + lines[0].lstrip()
    return lines


def _pieces(text: str, room: int) -> Iterator[str]:
    for piece in re.split(r"(?<=\S)(?= [+/] )", text):
        if width(piece) <= room:
            yield piece
        else:
            yield from re.split(r"(?<=\S)(?= )", piece)
