"""Text as the output can print it: controls written out, characters that its encoding lacks replaced."""

from __future__ import annotations

import unicodedata

from tmat.visible import visible

PLAIN = {
    "⎡": "[", "⎢": "[", "⎣": "[", "⎤": "]", "⎥": "]", "⎦": "]",
    "⎛": "(", "⎜": "(", "⎝": "(", "⎞": ")", "⎟": ")", "⎠": ")",
    "×": "x", "·": ".", "∘": "o", "−": "-", "√": "sqrt ", "ᵀ": "^T", "²": "^2", "→": "->", "…": "...", "⋮": ":",
    "∞": "inf", "⌊": "floor(", "⌋": ")", "≈": "~", "≤": "<=", "≥": ">=", "█": "#", "▓": "*", "▒": "+", "░": "'",
    "▏": "|", "▎": "|", "▍": "|", "▌": "|", "▋": "|", "▊": "#", "▉": "#",
    "ε": "eps", "σ": "sigma", "μ": "mu", "γ": "gamma", "β": "beta", "θ": "theta", "Σ": "sum", "≠": "!=", "’": "'",
    "±": "+/-", "∂": "d", "‖": "|",
}  # fmt: skip
"""What stands for a character that an output cannot print."""

LEFT_TO_RIGHT = "\u200e"  # an invisible mark: what follows a right-to-left word reads from the left again


class Spelling(dict[int, str]):
    """A translation table that fills itself: characters the encoding has stay as they are.

    >>> Spelling("ascii")("scaled = Q·Kᵀ / √6")
    'scaled = Q.K^T / sqrt 6'
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
        return text if self.whole or text.isascii() else text.translate(self)

    def word(self, text: str, limit: int | None = None) -> str:
        """A text from outside: what would steer a terminal is written out."""
        shown = visible(text, limit)
        if shown.isascii():
            return shown
        if self.whole and any(unicodedata.bidirectional(character) in ("R", "AL") for character in shown):
            return shown + LEFT_TO_RIGHT
        return self(shown)
