"""The width of a text in terminal columns: 当 takes two, a combining accent none."""

from __future__ import annotations

from rich.cells import cell_len


def width(text: str) -> int:
    """The number of columns of a text, as Rich counts them.

    >>> width("When"), width("权力"), width("e\\u0301")
    (4, 4, 1)
    """
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def pad(text: str, columns: int, align: str = "left") -> str:
    """The text padded with blanks to a number of columns; ``align`` is left, right or center.

    A longer text is returned unchanged.

    >>> pad("玩", 4) + "|", pad("玩", 4, "right"), pad("ab", 5, "center")
    ('玩  |', '  玩', ' ab  ')
    """
    free = max(columns - width(text), 0)
    before = {"left": 0, "right": free, "center": free // 2}[align]
    return " " * before + text + " " * (free - before)
