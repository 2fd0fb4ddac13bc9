"""Tables of wikis as rows between bars: MediaWiki's {| … |}, and the rows of Jira, Textile, Creole and DokuWiki."""

from __future__ import annotations

import re

from tmat.reading.plain_lines import Lines, Plain

WIKI = re.compile(r"(?m)^\s*(?:\{\|[^|]*$|\|\|.*\|\|?\s*$|\|=.*[^=|].*\|\s*$|\|_\.|\^ .*\^\s*$)")
_CELLS = re.compile(r"\|\||!!")
_BARS = re.compile(r"\|\|?|\^")
_MARKED = re.compile(r"=(?!=)\s*|_\.\s*")


def without_wiki(text: str) -> Plain:
    """The text with the rows of its wiki tables between single bars.

    >>> print(without_wiki("||a||b||\\n|1|2|").text.strip())
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    made = Lines()
    table: _MediaWiki | None = None
    rows: list[list[str]] = []
    places: list[int] = []
    head = False

    def end() -> None:
        nonlocal rows, places, head
        if rows:
            made.table(rows, places, head=head)
        rows, places, head = [], [], False

    for n, line in enumerate(text.split("\n"), 1):
        own = line.strip()
        if own.startswith("{|"):
            end()
            table = _MediaWiki()
        elif table is not None and own.startswith("|}"):
            rows, places, head = table.rows, table.places, table.head
            if table.caption:
                made.line(table.caption, n)
            table = None
            end()
        elif table is not None:
            table.take(own, n)
        elif len(own) > 1 and own[0] in "|^" and own[-1] in "|^":
            heading, cells = _row(own)
            head |= heading and not rows
            rows.append(cells)
            places.append(n)
        else:
            end()
            made.line(line, n)
    if table is not None:
        rows, places, head = table.rows, table.places, table.head
    end()
    return made.plain()


def _row(line: str) -> tuple[bool, list[str]]:
    """Whether a row is a head, and its cells."""
    cells = [cell.strip() for cell in _BARS.split(line)]
    cells = cells[1:-1]
    doubled = set(_BARS.findall(line)) in ({"||"}, {"^"})
    marked = bool(cells) and all(_MARKED.match(cell) for cell in cells if cell)
    return doubled or marked, [_MARKED.sub("", cell, count=1) if cell[:1] in "=_" else cell for cell in cells]


class _MediaWiki:
    """Takes the lines of one table."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.places: list[int] = []
        self.caption = ""
        self.head = False

    def take(self, line: str, place: int) -> None:
        if line.startswith("|+"):
            self.caption = line[2:].strip()
        elif line.startswith("|-"):
            if not self.rows or self.rows[-1]:
                self.rows.append([])
                self.places.append(place)
        elif line[:1] in ("|", "!"):
            if not self.rows:
                self.rows.append([])
                self.places.append(place)
            cells = [cell.rpartition("|")[2].strip() for cell in _CELLS.split(line[1:])]
            self.head |= line[0] == "!" and len(self.rows) == 1 and len(cells) > 1
            self.rows[-1] += cells
