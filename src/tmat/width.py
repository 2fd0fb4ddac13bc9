"""How many columns a text takes in a terminal: 当 takes two, a combining accent none."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width


def width(text: str) -> int:
    """The columns of a text: wide and full-width characters count two, combining and unseen ones none.

    >>> width("When"), width("权力"), width("e\\u0301")
    (4, 4, 1)
    """
    return len(text) if text.isascii() and text.isprintable() else sum(map(_columns, text))


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def pad(text: str, columns: int, align: str = "left") -> str:
    """The text filled with blanks to so many columns; ``align`` is left, right or center.

    A longer text stays as it is.

    >>> pad("玩", 4) + "|", pad("玩", 4, "right"), pad("ab", 5, "center")
    ('玩  |', '  玩', ' ab  ')
    """
    free = max(columns - width(text), 0)
    before = {"left": 0, "right": free, "center": free // 2}[align]
    return " " * before + text + " " * (free - before)
