"""The look of cells: number formats, brackets as borders, a few colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tmat.operations.printing.spreadsheet import LEAST_FINITE
from tmat.rendering.layout.look import Scale

AIR = "_)_)"  # space after a number, as wide as two brackets; LibreOffice drops the indent of some cells
INFINITE = f'[<{LEAST_FINITE}]"−∞"{AIR};[>{LEAST_FINITE[1:]}]"∞"{AIR};'
INK, QUIET, LABEL, GIVEN, RULE, FILL = "#1A1A1A", "#767676", "#2F6F7E", "#1F4E9E", "#9A9A9A", "#FFF8E1"
RIGHT, SLIP = "#1A7F37", "#8A3AB9"
FORMULA_SIGNS = ("=", "+", "-", "@", "'", "\t", "\r")
BASE: dict[str, object] = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "vcenter"}
BRACKET: dict[str, object] = {"left": 2, "left_color": RULE}
TEXTS: dict[str, dict[str, object]] = {
    "heading": {"bold": True, "font_size": 16},
    "sentence": {"font_color": LABEL, "italic": True},
    "note": {"font_color": QUIET},
    "name": {"bold": True},
    "formula": {},
    "again": {"font_color": QUIET, "bold": True},
    "caption": {"font_color": QUIET},
    "row": {"font_color": LABEL, "align": "left"},
    "typed": {"font_color": GIVEN, "align": "left"},
    "col": {"font_color": LABEL, "align": "right", "num_format": f"@{AIR}"},
    "told": {"text_wrap": True, "valign": "top"},
    "right": {"font_color": RIGHT},
    "follows": {"font_color": "#8A6100"},
    "slip": {"font_color": SLIP},
    "wrong": {"font_color": "#CF222E", "bold": True},
    "word": {"bold": True, "align": "left", "indent": 1, **BRACKET},
}
NUMBERS: dict[str, dict[str, object]] = {
    "given": {"font_color": GIVEN},
    "result": {},
    "output": {"bold": True},
    "again": {"font_color": QUIET},
    "blank": {},
    "slip": {"font_color": SLIP, "bold": True},
    "right": {"font_color": RIGHT, "bold": True},
}


class Styles:
    """The workbook's formats, each created once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def _format(self, properties: dict[str, object]) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def text(self, role: str, text: str = "") -> Any:
        """The look of a text; one that begins like a formula is marked as text, so that it remains text when edited."""
        quote: dict[str, object] = {"quote_prefix": True} if text.startswith(FORMULA_SIGNS) else {}
        return self._format({**BASE, **TEXTS[role], **quote})

    def number(self, role: str, digits: str = f"0{AIR}", *, opens: bool = False) -> Any:
        """The look of a number; ``opens``: the first of a row, with the opening bracket."""
        properties: dict[str, object] = {"num_format": digits, "align": "right"}
        if role == "blank":
            properties |= {"border": 1, "border_color": RULE, "bg_color": FILL}
        elif opens:
            properties |= BRACKET
        return self._format({**BASE, **NUMBERS[role], **properties})

    @property
    def closing(self) -> Any:
        """The bracket after a row: the left border of the next cell, as numbers come too close to a right border."""
        return self._format(BRACKET)


def digits_of(cells: Sequence[Sequence[str]], *, live: bool, infinite: bool) -> str:
    """The number format that shows a matrix as its texts do; whole numbers may become fractions if ``live``.

    >>> digits_of([["0.50", "−∞"]], live=True, infinite=False), digits_of([["1.5e-12"]], live=False, infinite=False)
    ('0.00_)_)', '0.0E+00_)_)')
    >>> digits_of([["3"]], live=True, infinite=False), digits_of([["3"]], live=False, infinite=True)
    ('General_)_)', '[<-1E+299]"−∞"_)_);[>1E+299]"∞"_)_);0_)_)')
    """
    numbers = [text for row in cells for text in row if text[-1:].isdigit()]
    most = max((len(text.partition("e")[0].partition(".")[2]) for text in numbers), default=0)
    if any("e" in text for text in numbers):
        form = f"0.{'0' * most}E+00" if most else "0E+00"
    elif most:
        form = f"0.{'0' * most}"
    else:
        form = "General" if live else "0"
    return (INFINITE if infinite else "") + form + AIR


def further(digits: str) -> str:
    """A decimal format that shows further digits, if the rounding is changed.

    >>> further("0.00_)_)"), further("General_)_)")
    ('0.00####_)_)', 'General_)_)')
    """
    form = digits.removesuffix(AIR)
    return f"{form}####{AIR}" if form.endswith("0") and "." in form and "E" not in form else digits


def heat(scale: Scale) -> dict[str, object]:
    """A colour scale, light enough to read the numbers; zero is in the middle of a two-sided one."""
    ends: dict[str, object] = {"min_type": "num", "max_type": "num", "min_value": scale.low, "max_value": scale.high}
    if not scale.two_sided:
        return {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#5EC9A0", **ends}
    middle = {"mid_type": "num", "mid_value": 0, "mid_color": "#FFFFFF"}
    return {"type": "3_color_scale", "min_color": "#92C5DE", "max_color": "#F4A582", **middle, **ends}
