"""Numbers as people write them, and why a text is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache

from tmat.visible import visible

LONGEST_NUMBER = 2000
"""Characters: more than any float64 written out in full needs, far less than a text made to stall us."""

LONGEST_SPELLED = 120
"""Characters of a number that is more than digits: a fraction, a root, a power."""

_UNSIGNED = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"  # no two parts take the same digits: linear


@cache
def _plain() -> re.Pattern[str]:  # made when the first text is read: a worksheet in JSON has none
    return re.compile(rf"[+-]?{_UNSIGNED}")


_MINUS = str.maketrans("−–﹣－", "----")
_NAMED = {
    "inf": math.inf,
    "infinity": math.inf,
    "∞": math.inf,
    "nan": math.nan,
}
_BLANK = r"_+|\?+|-+|–|—|…|\.{2,}|□+|(?i:n/a|<?na>?|none|null|missing)"
_DECIMAL_COMMA = r"[+\-−–]?(?:[0-9]{1,3}(?:[. '][0-9]{3})+|[0-9]+),[0-9]+"
DECIMAL_COMMA_MEND = "write decimals with a point: 3.14"

# Full-width forms and other ways to draw one sign, character for character: places in a line stay what they are.
ONE_SIGN = str.maketrans(
    {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
    | {"、": ",", "。": ".", "【": "[", "】": "]", "〔": "[", "〕": "]", "“": '"', "”": '"', "„": '"', "﹣": "-", "⋅": "·", "∙": "·", "✕": "×"}
)  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip


def counted(count: int, thing: str) -> str:
    """So many of a thing.

    >>> counted(1, "number"), counted(2, "row")
    ('1 number', '2 rows')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def number(text: str) -> float | None:
    """The number that a text is, or None; how people write numbers is understood.

    >>> number("−3.5"), number("-∞"), number(".5e2"), number("1/8"), number("67 %"), number("1.5×10⁻³"), number("√2/2")
    (-3.5, -inf, 50.0, 0.125, 0.67, 0.0015, 0.7071067811865476)
    >>> number("3,5"), number("1_000"), number("half")
    (None, None, None)
    """
    if len(text) > LONGEST_NUMBER:
        return None
    plain = text.translate(_MINUS)
    if _plain().fullmatch(plain):
        value = float(plain)
        return value if math.isfinite(value) else None
    return None if len(text) > LONGEST_SPELLED else _spelled(plain)


def plain_text(text: str) -> str:
    """The number as a decimal where it claims digits; as it stands where it is exact, as fractions and roots are.

    >>> plain_text("67 %"), plain_text("1.5×10⁻³"), plain_text("０.50"), plain_text("−1"), plain_text("1/3")
    ('0.67', '1.5e-3', '0.50', '−1', '1/3')
    """
    if len(text) > LONGEST_SPELLED or _plain().fullmatch(text.translate(_MINUS)):
        return text
    tidy = _tidy(text.translate(_MINUS))
    wrapped = _WRAPPED.fullmatch(tidy)
    if wrapped is not None and wrapped[2]:
        return wrapped[1] + plain_text(wrapped[2])
    return _decimal(tidy) or text


_IN_PLAIN = frozenset("0123456789+-.eE")


def plain_values(cells: Sequence[str]) -> list[float] | None:
    """The numbers of a row in which nothing but plain decimals stand, at once; None for any other row.

    >>> plain_values(["0.5", "-1e3"]), plain_values(["0.5", "1/2"])
    ([0.5, -1000.0], None)
    """
    together = "".join(cells)
    if not _IN_PLAIN.issuperset(together) or (len(together) > LONGEST_NUMBER and max(map(len, cells)) > LONGEST_NUMBER):
        return None
    try:
        values = list(map(float, cells))
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def is_exact(text: str) -> bool:
    """Whether a number is written so that it says exactly what it is: a fraction, a root, a power of e.

    >>> is_exact("1/3"), is_exact("√2"), is_exact("0.33"), is_exact("33 %")
    (True, True, False, False)
    """
    if len(text) > LONGEST_SPELLED or _plain().fullmatch(text.translate(_MINUS)):
        return False
    tidy = _tidy(text.translate(_MINUS))
    return _decimal(plain_text(tidy)) is None and tidy.lstrip("+-").lower() not in _NAMED and number(text) is not None


@lru_cache(4096)
def _tidy(text: str) -> str:
    """A spelled number in the signs that the patterns below know."""
    text = text.strip() if text.isascii() else _in_plain_signs(text.translate(ONE_SIGN).strip())
    text = re.sub(r"sqrt\s*|Sqrt\s*", "√", text.replace("**", "^")) if "*" in text or "qrt" in text else text
    if len(text.split()) < 2:
        return text
    return re.sub(r"\s*([×*·/^√%])\s*", r"\1", re.sub(r"^([+-])\s+", r"\1", text))


def _in_plain_signs(text: str) -> str:
    """Fractions and powers of one sign each, written out."""
    for sign, fraction in _VULGAR.items():
        if sign in text:
            whole = re.fullmatch(rf"([+-]?)([0-9]*)\s*{sign}", text)
            if whole is None:
                return text
            above, below = fraction.split("/")
            text = f"{whole[1]}{int(whole[2] or 0) * int(below) + int(above)}/{below}"
    text = re.sub("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: "^" + raised[0].translate(_RAISED), text)
    return text.replace("⁄", "/").replace("∕", "/").replace("÷", "/")


_PERCENT = re.compile(rf"([+-]?{_UNSIGNED})([%‰])")
_SUFFIXED = re.compile(
    r"([+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=f)))(?:f([+-]?[0-9]+)?|F|[dD]([+-]?[0-9]+)|`[0-9.]*|\*\^([+-]?[0-9]+))"
)
_SCALED = re.compile(rf"([+-]?{_UNSIGNED})[×x*·]10\^[({{]?([+-]?[0-9]+)[)}}]?")
_TEN = re.compile(r"([+-]?)10\^[({]?([+-]?[0-9]+)[)}]?")


def _decimal(tidy: str) -> str | None:
    """The plain decimal that claims as many digits, or None where there is none."""
    if "/" in tidy:
        return None
    if _plain().fullmatch(tidy):
        return tidy
    if found := _PERCENT.fullmatch(tidy):
        return _shifted(found[1], -2 if found[2] == "%" else -3)
    if found := _SUFFIXED.fullmatch(tidy):
        return _shifted(found[1], _small(found[2] or found[3] or found[4] or "0"))
    if found := _SCALED.fullmatch(tidy):
        return f"{found[1]}e{_small(found[2])}" if "e" not in found[1].lower() else None
    if found := _TEN.fullmatch(tidy):
        return f"{found[1]}1e{_small(found[2])}"
    return None


def _small(exponent: str) -> int:
    return max(-9999, min(9999, int(exponent))) if len(exponent) < 9 else 9999


def _shifted(decimal: str, places: int) -> str:
    """A decimal times a power of ten: its point moved, no digit lost."""
    mantissa, mark, power = decimal.lower().partition("e")
    if mark or not -9 < places < 0:
        return decimal if not places else f"{mantissa}e{_small(power or '0') + places}"
    sign = mantissa[0] if mantissa[0] in "+-" else ""
    whole, _, fraction = mantissa[len(sign) :].partition(".")
    digits = whole.rjust(1 - places, "0")
    return f"{sign}{digits[:places]}.{digits[places:]}{fraction}"


_TERM = rf"\(?({_UNSIGNED})?(?:√\(?({_UNSIGNED})\)?)?\)?"
_FRACTION = re.compile(rf"([+-]?){_TERM}(?:/([+-]?){_TERM})?")
_POWER = re.compile(rf"([+-]?)(?:e\^[{{(]?|exp\()([+-]?{_UNSIGNED})(?:/({_UNSIGNED}))?[}})]?")
_WRAPPED = re.compile(
    r"([+-]?)(?:(?:np|numpy|torch|math|jnp|tf)\.)?"
    r"(?:(?:float|int|bfloat|double|Decimal|float16|float32|float64|int32|int64)\(['\"]?([^'\"()]*)['\"]?\)|(inf|nan|Infinity|NaN|Inf))"
)


@lru_cache(4096)
def _spelled(text: str) -> float | None:
    """The value of a number that is more than digits, a point and an exponent."""
    tidy = _tidy(text)
    if tidy[:1] == "(" and tidy[-1:] == ")" and tidy.count("(") == 1:
        return number(tidy[1:-1])
    sign = -1.0 if tidy.startswith("-") else 1.0
    named = _NAMED.get(tidy[1:].lower() if tidy[:1] in ("+", "-") else tidy.lower())
    if named is not None:
        return sign * named
    decimal = _decimal(tidy)
    if decimal is not None:
        value = float(decimal)
        return value if math.isfinite(value) else None
    if found := _FRACTION.fullmatch(tidy):
        return _fraction(found)
    if found := _POWER.fullmatch(tidy):
        exponent = float(found[2]) / (float(found[3]) if found[3] else 1.0) if float(found[3] or 1) else math.inf
        return (-1.0 if found[1] == "-" else 1.0) * math.exp(exponent) if exponent < 700 else None
    if found := _WRAPPED.fullmatch(tidy):
        inside = number(found[2]) if found[2] is not None else number(found[3])
        return None if inside is None else -inside if found[1] == "-" else inside
    return None


def _fraction(found: re.Match[str]) -> float | None:
    sign, *terms = found.groups()
    above = _term(terms[0], terms[1])
    below = _term(terms[3], terms[4]) if "/" in found[0] else 1.0
    if above is None or not below or not math.isfinite(above / below):
        return None
    return (-1.0 if (sign == "-") != (terms[2] == "-") else 1.0) * above / below


def _term(coefficient: str | None, root: str | None) -> float | None:
    if coefficient is None and root is None:
        return None
    return float(coefficient or "1") * (math.sqrt(float(root)) if root is not None else 1.0)


def is_blank(text: str) -> bool:
    """Whether a cell is one left to be filled in: nothing, ``_``, ``?``, ``-``, ``n/a`` or the like.

    >>> [is_blank(cell) for cell in ("", "___", "?", "-", "n/a", "-1", "x")]
    [True, True, True, True, True, False, False]
    """
    return not text or re.fullmatch(_BLANK, text) is not None


def is_decimal_comma(text: str) -> bool:
    """Whether a text is one number written with a decimal comma.

    >>> is_decimal_comma("3,14"), is_decimal_comma("1.234,5"), is_decimal_comma("1,2,3")
    (True, True, False)
    """
    return re.fullmatch(_DECIMAL_COMMA, text) is not None


def with_point(text: str) -> str:
    """A number with a decimal comma as one with a point, its thousands together.

    >>> with_point("1.234,5"), with_point("−0,5")
    ('1234.5', '−0.5')
    """
    whole, _, decimals = text.rpartition(",")
    return re.sub("[. ']", "", whole) + "." + decimals


_DIGITS = tuple("0123456789")
_DOUBTFUL = frozenset("0123456789oOlI.,:…'_%‰/*×^)]?!+-−–")


def is_meant_as_number(text: str) -> bool:
    """Whether a text was perhaps meant as a number: taken for a label, that number would be lost in silence.

    >>> [is_meant_as_number(text) for text in ("≈0.66", "1.O", "0..5", "(0.5", "2nd", "When", "p1")]
    [True, True, True, True, False, False, False]
    """
    core = text.lstrip("([{≈~≃<>≤≥±+-−–")
    if not core or not (
        core[0] in "0123456789" or (core[0] == "." and core[1:2] in _DIGITS) or (core[0] in "oO" and core[1:2] == ".")
    ):
        return False
    return (
        core != text
        or re.match(r"[0-9]*[.,][0-9]", core) is not None
        or (_DOUBTFUL.issuperset(core) and any(sign in "0123456789" for sign in core))
    )


def why_not(text: str) -> tuple[str, str | None]:
    """What is wrong with a text that should be a number, and the mend where one can be known.

    >>> why_not("1_000")
    ("'1_000' where a number is due", 'write thousands without a sign between: 1000')
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
    if len(text) <= LONGEST_SPELLED and re.fullmatch(r"[+-]?[0-9.√]+/[+-]?0*\.?0*", _tidy(text.translate(_MINUS))):
        return f"{shown} divides by 0", None
    plain = re.sub(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))", "", text)
    if plain != text and number(plain) is not None:
        return f"{shown} where a number is due", f"write thousands without a sign between: {plain}"
    return f"{shown} where a number is due", None
