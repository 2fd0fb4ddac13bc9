"""Numbers beyond plain decimals: fractions, roots, powers, percentages, other digits and signs, calls around them."""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache

LONGEST_SPELLED = 120
"""Characters of a number that is more than digits: a fraction, a root, a power."""


_UNSIGNED = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"  # no two parts take the same digits: linear


@cache
def plain() -> re.Pattern[str]:  # made when the first text is read: a worksheet in JSON has none
    return re.compile(rf"[+-]?{_UNSIGNED}")


MINUS = str.maketrans("−–﹣－", "----")
_NAMED = {"inf": math.inf, "infinity": math.inf, "∞": math.inf, "nan": math.nan}
_ZEROS = "٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐"  # of the scripts whose digits follow one another, as Arabic's and Hindi's do
# Full-width forms and other ways to draw one sign, character for character: places in a line stay what they are.
ONE_SIGN = str.maketrans(
    {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
    | {chr(ord(zero) + n): str(n) for zero in _ZEROS for n in range(10)}
    | {"٫": ".", "،": ",", "؛": ";"}
    | {"、": ",", "。": ".", "【": "[", "】": "]", "〔": "[", "〕": "]", "“": '"', "”": '"', "„": '"', "﹣": "-", "¯": "-", "⋅": "·", "∙": "·", "✕": "×"}
)  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip


def plain_text(text: str) -> str:
    """The number as a decimal where it claims digits; as it stands where it is exact, as fractions and roots are.

    >>> plain_text("67 %"), plain_text("1.5×10⁻³"), plain_text("０.50"), plain_text("−1"), plain_text("1/3")
    ('0.67', '1.5e-3', '0.50', '−1', '1/3')
    """
    if len(text) > LONGEST_SPELLED or plain().fullmatch(text.translate(MINUS)):
        return text
    tidy = tidy_number(text.translate(MINUS))
    wrapped = _WRAPPED.fullmatch(tidy)
    if wrapped is not None and wrapped[2]:
        return wrapped[1] + plain_text(wrapped[2])
    return _decimal(tidy) or text


def is_exact(text: str) -> bool:
    """Whether a number is written so that it says exactly what it is: a fraction, a root, a power of e.

    >>> is_exact("1/3"), is_exact("√2"), is_exact("0.33"), is_exact("33 %")
    (True, True, False, False)
    """
    if len(text) > LONGEST_SPELLED or plain().fullmatch(text.translate(MINUS)):
        return False
    tidy = tidy_number(text.translate(MINUS))
    inexact = _decimal(plain_text(tidy)) is not None or tidy.lstrip("+-").lower() in _NAMED
    return not inexact and _value(text.translate(MINUS)) is not None


@lru_cache(4096)
def tidy_number(text: str) -> str:
    """A number in the signs that the patterns below know."""
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
    r"([+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[fL]|\*\^)))(?:_?f(?:32|64)|f([+-]?[0-9]+)?|F|L|[dD]([+-]?[0-9]+)|(?:`[0-9.]*)?\*\^([+-]?[0-9]+)|`[0-9.]*)"
)
_SCALED = re.compile(rf"([+-]?{_UNSIGNED})[×x*·]10\^[({{]?([+-]?[0-9]+)[)}}]?")
_TEN = re.compile(r"([+-]?)10\^[({]?([+-]?[0-9]+)[)}]?")


def _decimal(tidy: str) -> str | None:
    """The plain decimal that claims as many digits, or None where there is none."""
    if "/" in tidy:
        return None
    if plain().fullmatch(tidy):
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
    r"(?:(?:float|int|bfloat|double|Decimal|mpf|float16|float32|float64|int32|int64)\(['\"]?([^'\"()]*)['\"]?\)|(inf|nan|Infinity|NaN|Inf))"
)


@lru_cache(4096)
def spelled(text: str) -> float | None:
    """The value of a number that is more than digits, a point and an exponent; None where it is none.

    >>> spelled("1/8"), spelled("67 %"), spelled("√2/2"), spelled("half")
    (0.125, 0.67, 0.7071067811865476, None)
    """
    if text.isascii() and text.isalnum() and text[0].isalpha() and "qrt" not in text:
        return _NAMED.get(text.lower())  # a word, as most are that are asked
    tidy = tidy_number(text.translate(MINUS))
    if tidy[:1] == "(" and tidy[-1:] == ")" and tidy.count("(") == 1:
        return _value(tidy[1:-1])
    named = _NAMED.get((tidy[1:] if tidy[:1] in ("+", "-") else tidy).lower())
    if named is not None:
        return -named if tidy[0] == "-" else named
    decimal = _decimal(tidy)
    if decimal is not None:
        value = float(decimal)
        return value if math.isfinite(value) else None
    for pattern, worth in ((_FRACTION, _fraction), (_POWER, _power), (_WRAPPED, _wrapped)):
        if found := pattern.fullmatch(tidy):
            return worth(found)
    return None


def _value(text: str) -> float | None:
    if not plain().fullmatch(text):
        return spelled(text)
    return float(text) if math.isfinite(float(text)) else None


def _power(found: re.Match[str]) -> float | None:
    """A power of e."""
    below = float(found[3] or 1)
    exponent = float(found[2]) / below if below else math.inf
    return (-1.0 if found[1] == "-" else 1.0) * math.exp(exponent) if exponent < 700 else None


def _wrapped(found: re.Match[str]) -> float | None:
    """The value inside a call: float('inf')."""
    inside = _value(found[2] if found[2] is not None else found[3])
    return None if inside is None else -inside if found[1] == "-" else inside


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
