"""Text as it is seen: invisible characters escaped, those that an encoding lacks spelled out, and its width in columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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


def width(text: str) -> int:
    """The number of columns of a text, as Rich counts them.

    >>> width("When"), width("权力"), width("e\\u0301")
    (4, 4, 1)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len  # few outputs in JSON need it, and this file is loaded by all

    return cell_len(text)


def widths(texts: Iterable[str]) -> list[int]:
    """The number of columns of each text."""
    return [width(text) for text in texts]


def pad(text: str, columns: int, align: str = "left") -> str:
    """The text padded with blanks to a number of columns; ``align`` is left, right or center.

    A longer text is returned unchanged.

    >>> pad("玩", 4) + "|", pad("玩", 4, "right"), pad("ab", 5, "center")
    ('玩  |', '  玩', ' ab  ')
    """
    free = max(columns - width(text), 0)
    before = {"left": 0, "right": free, "center": free // 2}[align]
    return " " * before + text + " " * (free - before)


RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
PLAIN = {
    "⎡": "[", "⎢": "[", "⎣": "[", "⎤": "]", "⎥": "]", "⎦": "]",
    "⎛": "(", "⎜": "(", "⎝": "(", "⎞": ")", "⎟": ")", "⎠": ")",
    "×": "x", "·": ".", "∘": "o", "−": "-", "√": "sqrt ", "ᵀ": "^T", "²": "^2", "→": "->", "…": "...", "⋮": ":",
    "∞": "inf", "⌊": "floor(", "⌋": ")", "≈": "~", "≤": "<=", "≥": ">=", "█": "#", "▓": "*", "▒": "+", "░": "'",
    "▏": "|", "▎": "|", "▍": "|", "▌": "|", "▋": "|", "▊": "#", "▉": "#",
    "ε": "eps", "σ": "sigma", "μ": "mu", "γ": "gamma", "β": "beta", "θ": "theta", "Σ": "sum", "≠": "!=", "’": "'",
    "±": "+/-", "∂": "d", "‖": "|", "─": "-", "│": "|", "├": "+", "└": "+",
    **{low: str(n) for n, low in enumerate("₀₁₂₃₄₅₆₇₈₉")}, **{high: f"^{n}" for n, high in enumerate(RAISED)},
}  # fmt: skip
"""The replacement of a character that an encoding lacks."""


TIMES = r"(?<=\S)·(?=\S)|(?<=[\])] )·(?= )"  # products only: a dot also separates remarks


def typed(text: str, star: bool = True) -> str:
    """Exponents of several digits as ^10, and products with a star, for an encoding without these characters.

    >>> typed("2.5·10¹⁰ and x² · y")
    '2.5*10^10 and x² · y'
    """
    text = re.sub(f"[{RAISED}]{{2,}}", lambda run: "^" + "".join(str(RAISED.index(sign)) for sign in run[0]), text)
    return re.sub(TIMES, "*", text) if star else text


LEFT_TO_RIGHT = "\u200e"  # an invisible mark after a right-to-left word, so that the text goes on from the left


class Spelling(dict[int, str]):
    """A translation table, filled as it is used: characters that the encoding has are unchanged.

    >>> Spelling("ascii")("scaled = Q·Kᵀ / √6")
    'scaled = Q*K^T / sqrt 6'
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self.encoding = encoding
        self.whole = encoding.lower().replace("_", "-").startswith("utf")

    def __missing__(self, code: int) -> str:
        character = chr(code)
        try:
            character.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            if not character.isascii():
                character = PLAIN.get(character) or f"\\u{code:04x}"
        self[code] = character
        return character

    def __call__(self, text: str) -> str:
        """tmat's own text as the encoding can print it."""
        return text if self.whole or text.isascii() else typed(text, self[ord("·")] != "·").translate(self)

    def each(self, texts: list[str]) -> list[str]:
        """Several of tmat's own texts."""
        return texts if self.whole else [self(text) for text in texts]

    def words(self, texts: Iterable[str]) -> list[str]:
        """Several texts from the input."""
        return [self.word(text) for text in texts]

    def word(self, text: str, limit: int | None = None) -> str:
        """A text from the input as the encoding can print it, with control characters escaped."""
        if limit is None and text.isascii() and text.isprintable():
            return text
        shown = visible(text, limit)
        if shown.isascii():
            return shown
        if self.whole and any(unicodedata.bidirectional(character) in ("R", "AL") for character in shown):
            return shown + LEFT_TO_RIGHT
        return self(shown)
