"""Text as an output can print it: control characters escaped, characters that its encoding lacks replaced."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tmat.visible import visible

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


TIMES = re.compile(r"(?<=\S)·(?=\S)|(?<=[\])] )·(?= )")  # products only: a dot also separates remarks


def typed(text: str, star: bool = True) -> str:
    """Exponents of several digits as ^10, and products with a star, for an encoding without these characters.

    >>> typed("2.5·10¹⁰ and x² · y")
    '2.5*10^10 and x² · y'
    """
    text = re.sub(f"[{RAISED}]{{2,}}", lambda run: "^" + "".join(str(RAISED.index(sign)) for sign in run[0]), text)
    return TIMES.sub("*", text) if star else text


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
