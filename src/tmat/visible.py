"""Names, paths and words from the input, made safe to print: control and invisible characters are escaped."""

from __future__ import annotations

import re

# Controls (C0, DEL, C1), marks of text direction, line separators, invisible characters (but not the joiners, which are
# part of words and emoji), and lone surrogates.
_UNSEEN = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, limit: int | None = None) -> str:
    r"""The text with every invisible or control character written as an escape.

    With a limit, a longer text is cut to that many characters, the last being ``…``.

    >>> print(visible("red\x1b[31m\n"))
    red\x1b[31m\n
    >>> print(visible("abcdefgh", limit=5))
    abcd…
    """
    if limit is not None and len(text) > limit:
        return visible(text[: limit - 1]) + "…"
    return text if text.isprintable() else re.sub(_UNSEEN, _escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if code <= 0xFF:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
