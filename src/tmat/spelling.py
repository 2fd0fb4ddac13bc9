"""Text as the output can print it: controls written out, characters that its encoding lacks replaced."""

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
"""What stands for a character that an output cannot print."""


TIMES = re.compile(r"(?<=\S)·(?=\S)|(?<=[\])] )·(?= )")  # a product; between two remarks a dot does


def typed(text: str, star: bool = True) -> str:
    """Powers of several digits after one sign, and products with a star, for an output that lacks these signs.

    >>> typed("2.5·10¹⁰ and x² · y")
    '2.5*10^10 and x² · y'
    """
    text = re.sub(f"[{RAISED}]{{2,}}", lambda run: "^" + "".join(str(RAISED.index(sign)) for sign in run[0]), text)
    return TIMES.sub("*", text) if star else text


LEFT_TO_RIGHT = "\u200e"  # an invisible mark: what follows a right-to-left word reads from the left again


class Spelling(dict[int, str]):
    """A translation table that fills itself: characters the encoding has stay as they are.

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
        """Our own text."""
        return text if self.whole or text.isascii() else typed(text, self[ord("·")] != "·").translate(self)

    def each(self, texts: list[str]) -> list[str]:
        """Several of our own texts."""
        return texts if self.whole else [self(text) for text in texts]

    def words(self, texts: Iterable[str]) -> list[str]:
        """Several texts from outside."""
        return [self.word(text) for text in texts]

    def word(self, text: str, limit: int | None = None) -> str:
        """A text from outside: what would steer a terminal is written out."""
        if limit is None and text.isascii() and text.isprintable():
            return text
        shown = visible(text, limit)
        if shown.isascii():
            return shown
        if self.whole and any(unicodedata.bidirectional(character) in ("R", "AL") for character in shown):
            return shown + LEFT_TO_RIGHT
        return self(shown)
