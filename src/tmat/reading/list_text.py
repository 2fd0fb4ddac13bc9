"""Rows written as nested lists, a number a line: YAML's lists and records, reStructuredText's list-table."""

from __future__ import annotations

import re

from tmat.reading.number_text import number
from tmat.reading.plain_lines import Lines, Plain

LISTS = re.compile(
    r"(?m)^[ \t]*[-*][ \t]+-[ \t]+\S|^[ \t]*[-*][ \t]*\n[ \t]+-[ \t]+[+\-.0-9]"
    r"|^[ \t]*-[ \t]+[\w\"']{1,40}:[ \t]+[+\-.0-9][^\n]*\n[ \t]+[\w\"']{1,40}:[ \t]+[+\-.0-9]"
)
_ITEM = re.compile(r"([ \t]*)((?:[-*](?:[ \t]+|$))*)(.*)")
_PAIR = re.compile(r"[\"']?([^\s:\"']{1,40})[\"']?:\s+(\S+)$")


def without_lists(text: str) -> Plain:
    """The text with each list of lists as rows, and each list of records as rows under the names of its fields.

    >>> print(without_lists("Q:\\n- - 1\\n  - 2\\n- - 3\\n  - 4").text)
    Q:
    [1, 2]
    [3, 4]
    """
    lines = text.split("\n")
    made = Lines()
    n = 0
    while n < len(lines):
        rows, end = _rows(lines, n)
        if len(rows) < 1 or max(len(cells) for _, cells in rows) < 2:
            made.line(lines[n], n + 1)
            n += 1
            continue
        keys = [[key for key, _ in cells] for _, cells in rows]
        values = [[value for _, value in cells] for _, cells in rows]
        places = [place for place, _ in rows]
        if any(keys[0]) and all(own == keys[0] for own in keys):
            made.table([keys[0], *values], [places[0], *places], head=True)
        elif any(key for own in keys for key in own):
            made.line(lines[n], n + 1)
            n += 1
            continue
        else:
            for place, cells in zip(places, values, strict=True):
                made.line("[" + ", ".join(cells) + "]", place)
        n = end
    return made.plain()


def _rows(lines: list[str], start: int) -> tuple[list[tuple[int, list[tuple[str, str]]]], int]:
    """The list that begins at a line: its rows, each with its line and its cells (a key and a number), and where it ends."""
    rows: list[tuple[int, list[tuple[str, str]]]] = []
    outer = -1
    n = start
    while n < len(lines):
        found = _ITEM.fullmatch(lines[n])
        assert found is not None  # it takes any line
        indent, marks, value = len(found[1]), found[2], found[3].strip()
        pair = _PAIR.fullmatch(value)
        if not (marks or (rows and pair and indent > outer)):
            break
        if outer < 0:
            outer = indent
        if indent < outer or (value and not pair and number(value) is None):
            break
        if marks and indent == outer:
            rows.append((n + 1, []))
        if value:
            rows[-1][1].append((pair[1], pair[2]) if pair else ("", value))
        n += 1
    return [row for row in rows if row[1]], n
