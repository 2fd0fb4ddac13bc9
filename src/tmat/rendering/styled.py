"""Lines made of spans: a text and the role it plays. What is shown, kept apart from how it is coloured.

Roles: heading, sentence, caption, number, name, formula, label, given, result, masked, bracket,
operator, cut; for marked work also right, follows, slip, wrong. A role is no colour: every line
says the same without any.
"""

from __future__ import annotations

from collections.abc import Iterable
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
