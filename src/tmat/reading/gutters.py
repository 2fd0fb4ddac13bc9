"""Prefixes of every line that are no part of the text: line numbers, quotation marks > and the + of a diff."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tmat.reading.naming import is_known

_MOST = 2000
"""Lines in which a gutter is looked for: longer texts are data."""

_COUNTED = re.compile(r"\s*([0-9]{1,5})(?:\s*[|│:](?=\s|$)|\t|\s(?=\s)|$)")
_NAMED = re.compile(r"[^\W\d_][\w.]*\s*[=:(\[]|[=:]\s*$|\[\[")
_QUOTED = re.compile(r"(?:>\s?)+")
_CHANGED = re.compile(r"\+(?=\s|[^\W\d]|[\[(]|$)")


def without_gutter(lines: Sequence[str]) -> list[str] | None:
    """The lines with the common prefix blanked; None where there is none.

    >>> without_gutter(["1 | Q = [[1, 2],", "2 |      [3, 4]]"])
    ['    Q = [[1, 2],', '         [3, 4]]']
    >>> without_gutter(["1  2", "2  3"]) is None
    True
    """
    filled = [line for line in lines[: _MOST + 1] if line.strip()]
    if not 1 < len(filled) <= _MOST or filled[0].strip()[0] not in "0123456789>+":
        return None
    for pattern in (_QUOTED, _CHANGED, _COUNTED):
        found = [pattern.match(line) for line in filled]
        if any(one is None for one in found) or (
            pattern is _COUNTED and not _counts([one[1] for one in found if one], filled)
        ):
            continue
        return [pattern.sub(lambda one: " " * len(one[0]), line, count=1) for line in lines]
    return None


def _counts(numbers: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether the numbers count lines that have a name among them; before rows alone they may be labels, or belong to them."""
    first = int(numbers[0])
    if list(map(int, numbers)) != list(range(first, first + len(numbers))):
        return False
    rest = [_COUNTED.sub("", line, count=1).strip() for line in lines]
    tabbed = all(line.lstrip(" 0123456789").startswith("\t") for line in lines)
    if tabbed and all(re.fullmatch(r"[^\s,;]+(?:[ ,;]+[^\s,;]+)+", own) for own in rest):
        return True  # the rows part their cells otherwise
    return any(_NAMED.search(own) or (own and is_known(own)) for own in rest)
