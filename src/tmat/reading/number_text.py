"""Numbers as people type them, and why a text is none."""

from __future__ import annotations

import math
import re
from functools import cache

from tmat.visible import visible

LONGEST_NUMBER = 2000
"""Characters: more than any float64 written out in full needs, far less than a text made to stall us."""


@cache
def _plain() -> re.Pattern[str]:  # made when the first text is read: a worksheet in JSON has none
    return re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


_MINUS = str.maketrans("−–﹣－", "----")
_NAMED = {
    "inf": math.inf,
    "infinity": math.inf,
    "∞": math.inf,
    "nan": math.nan,
}
_BLANK = r"_+|\?+|-+|–|—|…|\.{2,}|□+"
_DECIMAL_COMMA = r"[+\-−–]?(?:[0-9]{1,3}(?:[. '][0-9]{3})+|[0-9]+),[0-9]+"
DECIMAL_COMMA_MEND = "write decimals with a point: 3.14"


def counted(count: int, thing: str) -> str:
    """So many of a thing.

    >>> counted(1, "number"), counted(2, "row")
    ('1 number', '2 rows')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def number(text: str) -> float | None:
    """The number that a text is, or None; the typographic minus, ∞, inf and nan are understood.

    >>> number("−3.5"), number("-∞"), number(".5e2"), number("3,5"), number("1_000"), number("half")
    (-3.5, -inf, 50.0, None, None, None)
    """
    if len(text) > LONGEST_NUMBER:
        return None
    plain = text.translate(_MINUS)
    if _plain().fullmatch(plain):
        value = float(plain)
        return value if math.isfinite(value) else None
    sign, rest = (plain[0], plain[1:]) if plain[:1] in ("+", "-") else ("+", plain)
    named = _NAMED.get(rest.lower())
    if named is None:
        return None
    return -named if sign == "-" else named


def is_blank(text: str) -> bool:
    """Whether a cell is one left to be filled in: nothing, ``_``, ``?``, ``-`` or the like.

    >>> [is_blank(cell) for cell in ("", "___", "?", "-", "-1", "x")]
    [True, True, True, True, False, False]
    """
    return not text or re.fullmatch(_BLANK, text) is not None


def is_decimal_comma(text: str) -> bool:
    """Whether a text is one number written with a decimal comma.

    >>> is_decimal_comma("3,14"), is_decimal_comma("1.234,5"), is_decimal_comma("1,2,3")
    (True, True, False)
    """
    return re.fullmatch(_DECIMAL_COMMA, text) is not None


def why_not(text: str) -> tuple[str, str | None]:
    """What is wrong with a text that should be a number, and the mend where one can be known.

    >>> why_not("1/2")
    ("'1/2' where a number is due", 'write fractions as decimals: 0.5')
    """
    shown = f"'{visible(text, 40)}'"
    if len(text) > LONGEST_NUMBER:
        return f"a number of {len(text)} characters", f"at most {LONGEST_NUMBER} are read"
    if is_decimal_comma(text):
        return f"{shown} has a decimal comma", DECIMAL_COMMA_MEND
    if _plain().fullmatch(text.translate(_MINUS)):
        return f"{shown} is beyond what a 64-bit float can hold", "the largest is about 1.8e308"
    if is_blank(text):
        return "an empty cell where a number is due" if not text else f"{shown} is a cell not filled in", None
    if re.fullmatch(r"[+-]?[0-9.]+/[0-9.]+", text):
        return f"{shown} where a number is due", "write fractions as decimals: 0.5"
    plain = re.sub(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))", "", text)
    if plain != text and number(plain) is not None:
        return f"{shown} where a number is due", f"write thousands without a sign between: {plain}"
    if text.endswith("%") and number(text[:-1]) is not None:
        return f"{shown} where a number is due", "write percentages as decimals: 5% is 0.05"
    return f"{shown} where a number is due", None
