"""Text folded to a width: between phrases, between words, and only then within one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tmat.rendering.styled import Line, Span, columns, space
from tmat.visible import width

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
