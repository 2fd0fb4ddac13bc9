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
    table = _Table()
    inside = False  # a table of MediaWiki
    for n, line in enumerate(text.split("\n"), 1):
        own = line.strip()
        if own.startswith("{|") or (inside and own.startswith("|}")):
            inside = own.startswith("{|")
            table = table.written(made)
        elif inside:
            table.take(own, n)
        elif len(own) > 1 and own[0] in "|^" and own[-1] in "|^":
            table.row(own, n)
        else:
            table = table.written(made)
            made.line(line, n)
    table.written(made)
    return made.plain()


class _Table:
    """The rows of a table under way, each with its line."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.places: list[int] = []
        self.head = False  # the first row is the columns' labels
        self.caption: tuple[str, int] | None = None

    def written(self, made: Lines) -> _Table:
        """Write the table, and begin another."""
        if self.caption:
            made.line(*self.caption)
        if self.rows:
            made.table(self.rows, self.places, head=self.head)
        return _Table()

    def row(self, line: str, place: int) -> None:
        """A whole row in a line: a head where all its bars are doubled or all its cells marked."""
        cells = [cell.strip() for cell in _BARS.split(line)][1:-1]
        doubled = set(_BARS.findall(line)) in ({"||"}, {"^"})
        marked = bool(cells) and all(_MARKED.match(cell) for cell in cells if cell)
        self.head |= (doubled or marked) and not self.rows
        self.rows.append([_MARKED.sub("", cell, count=1) if cell[:1] in "=_" else cell for cell in cells])
        self.places.append(place)

    def take(self, line: str, place: int) -> None:
        """A line of MediaWiki's: the caption, the beginning of a row, or some of its cells."""
        if line.startswith("|+"):
            self.caption = line[2:].strip(), place
        elif line[:1] in ("|", "!"):
            begins = line.startswith("|-")
            if not self.rows or (begins and self.rows[-1]):
                self.rows.append([])
                self.places.append(place)
            if not begins:
                cells = [cell.rpartition("|")[2].strip() for cell in _CELLS.split(line[1:])]
                self.head |= line[0] == "!" and len(self.rows) == 1 and len(cells) > 1
                self.rows[-1] += cells
