"""HTML as plain text: a table becomes rows between bars, a heading a heading, the rest lines of words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from tmat.reading.plain_lines import Lines, Plain

_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>|<!--(?s:.*?)(?:-->|\Z)"
)  # no two parts take the same signs
_PLAIN_ROW = re.compile(r"<tr><td>[^<&]*+(?:</td><td>[^<&]*+)*+</td></tr>")
_PLAIN_ROWS = re.compile(rf"(?:{_PLAIN_ROW.pattern}\s*+)++")
_SILENT = frozenset((
    "script", "style", "head", "summary", "label", "nav", "footer", "aside", "button", "svg", "template", "noscript", "title",
))  # fmt: skip
_ASIDE = re.compile(
    r"class=\"(?:working|ramp|words|chances|notes|said|sentence|number|again|beside|remarks|told|matrix symbols|sign(?: raised)?)\""
)  # beside the matrices of a page that tmat wrote
_LINES = frozenset((
    "p", "div", "li", "ul", "ol", "section", "article", "header", "main", "figure", "figcaption", "caption", "summary", "details", "dt", "dd",
    "body", "html", "tr", "pre", "blockquote", "form", "label",
))  # fmt: skip


def without_tags(text: str) -> Plain:
    """The page without its tags; what is in scripts and styles, and in lists of workings, is passed over."""
    return _Html(text).page()


class _Html:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines()
        self.at = 0
        self.ends = self.counted = 0  # of lines, up to a place
        self.silent = ""  # the tag whose content is passed over
        self.rows: list[_Row] = []
        self.cell: list[str] | None = None  # the text of the cell under way
        self.preformatted = False

    def page(self) -> Plain:
        while tag := _TAG.search(self.text, self.at):
            if tag.start() > self.at:
                self._words(self.text[self.at : tag.start()])
            self.at = tag.start()
            if tag[0] == "<tr>" and not self.silent and (run := _PLAIN_ROWS.match(self.text, self.at)):
                self._plain_rows(run.end())
                continue
            if tag[2]:
                self._tag(tag[2].lower(), bool(tag[1]), tag[3])
            self.at = tag.end()
        self._words(self.text[self.at :])
        self._table()
        return self.lines.plain(prose=True)

    def _plain_rows(self, end: int) -> None:
        """Rows of cells without tags or entities up to a place, as most rows of a long table are."""
        self._end_cell()
        for row in _PLAIN_ROW.finditer(self.text, self.at, end):
            self.at = row.start()
            cells = [" ".join(cell.split()) for cell in row[0][8:-10].split("</td><td>")]
            self.rows.append(_Row(self.line, cells, {"td"}, "td"))
        self.at = end

    @property
    def line(self) -> int:
        """The line of what is read now."""
        self.ends += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.ends + 1

    def _words(self, raw: str) -> None:
        if self.silent or not raw:
            return
        words = unescape(raw) if "&" in raw else raw
        if self.cell is not None:
            self.cell.append(words)
        elif self.preformatted:
            first, *rest = words.split("\n")
            self.lines.put(first)
            for n, more in enumerate(rest, 1):
                self.lines.end(self.line + n - 1)
                self.lines.put(more)
        else:
            self.lines.put(re.sub(r"\s+", " ", words))

    def _tag(self, name: str, closing: bool, attributes: str) -> None:  # noqa: C901, PLR0912 - one table: a line a tag
        if self.silent:
            if closing and name == self.silent:
                self.silent = ""
            return
        if name in _SILENT and not closing:
            self.silent = "" if attributes.endswith("/") else name
        elif attributes and not closing and _ASIDE.search(attributes):
            self.silent = name
        elif name in ("td", "th", "mtd"):
            self._cell(name, closing)
        elif name in ("tr", "mtr"):
            self._end_cell()
            if not closing:
                self.rows.append(_Row(self.line, []))
        elif name in ("table", "mtable"):
            self._table()
        elif name in ("sup", "sub"):
            if not closing:
                self._words("^" if name == "sup" else "_")
        elif name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._break()
            if closing:
                self.lines.line("", self.line)
            else:
                self.lines.put("## ")
        elif name == "br":
            self._break() if self.cell is None else self.cell.append(" ")
        elif name in _LINES and self.cell is None:
            self._break()
            if name == "pre":
                self.preformatted = not closing

    def _break(self) -> None:
        if self.cell is None and any(part.strip() for part in self.lines.parts):
            self.lines.end(self.line)
        elif self.cell is None:
            self.lines.parts.clear()

    def _cell(self, name: str, closing: bool) -> None:
        self._end_cell()
        if closing:
            return
        if not self.rows:
            self.rows.append(_Row(self.line, []))
        row = self.rows[-1]
        row.first = row.first or name
        row.kinds.add(name)
        self.cell = []

    def _end_cell(self) -> None:
        if self.cell is not None:
            self.rows[-1].cells.append(" ".join("".join(self.cell).split()))
            self.cell = None

    def _table(self) -> None:
        """The table is done: its rows, its first one a head where all of it is marked so, or its corner is empty."""
        self._end_cell()
        rows, self.rows = [row for row in self.rows if row.cells], []
        if not rows:
            return
        self._break()
        first = rows[0]
        head = first.kinds == {"th"}
        marked = not head and bool(first.cells[0]) and all(row.first == "th" for row in rows)
        labels = [row.cells.pop(0) for row in rows] if marked else []  # whatever they are
        head = len(rows) > 1 and (head or (len(first.cells) > 1 and first.cells[0] == ""))
        self.lines.table([row.cells for row in rows], [row.place for row in rows], labels, head=head)


@dataclass(slots=True)
class _Row:
    """A row of a table: its line, its cells, the tags that they have, and the first one's."""

    place: int
    cells: list[str]
    kinds: set[str] = field(default_factory=set)
    first: str = ""
