"""Numbers as people write them, and why a text is not one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tmat.reading.spelled_numbers import LONGEST_SPELLED, MINUS, plain, spelled, tidy_number
from tmat.visible import visible

LONGEST_NUMBER = 2000
"""Characters: more than any float64 written out in full needs, far less than a text made to stall us."""

_BLANK = r"_+|\?+|-+|–|—|…|\.{2,}|□+|(?i:n/a|<?na>?|none|null|missing)"
_DECIMAL_COMMA = r"[+\-−–]?(?:[0-9]{1,3}(?:[. '][0-9]{3})+|[0-9]+),[0-9]+"
DECIMAL_COMMA_MEND = "write decimals with a point: 3.14"


def counted(count: int, thing: str) -> str:
    """So many of a thing.

    >>> counted(1, "number"), counted(2, "row")
    ('1 number', '2 rows')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def number(text: str) -> float | None:
    """The number that a text spells in any way people write it, or None.

    >>> number("−3.5"), number("-∞"), number(".5e2"), number("1/8"), number("67 %"), number("1.5×10⁻³"), number("√2/2")
    (-3.5, -inf, 50.0, 0.125, 0.67, 0.0015, 0.7071067811865476)
    >>> number("3,5"), number("1_000"), number("half")
    (None, None, None)
    >>> number("030"), number("00.5")  # no number begins so
    (None, 0.5)
    """
    if len(text) > LONGEST_NUMBER:
        return None
    digits = text.translate(MINUS)
    if plain().fullmatch(digits):
        if _PADDED.search(text):
            return None
        value = float(digits)
        return value if math.isfinite(value) else None
    return None if len(text) > LONGEST_SPELLED else spelled(text)


_IN_PLAIN = frozenset("0123456789+-.eE ")
_PADDED = re.compile(r"(?:^|(?<= ))[+\-−–]?0[0-9]++(?![.eE])")  # 030, 000: of a telephone, of thousands with a space


def plain_values(cells: Sequence[str]) -> list[float] | None:
    """The numbers of a row of plain decimals, parsed at once; None for any other row.

    >>> plain_values(["0.5", "-1e3"]), plain_values(["0.5", "1/2"])
    ([0.5, -1000.0], None)
    """
    together = " ".join(cells)
    if (
        _PADDED.search(together)
        or not _IN_PLAIN.issuperset(together)
        or (len(together) > LONGEST_NUMBER and max(map(len, cells)) > LONGEST_NUMBER)
    ):
        return None
    try:
        values = list(map(float, cells))
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def is_blank(text: str) -> bool:
    """Whether a cell is blank: empty, ``_``, ``?``, ``-``, ``n/a`` or the like.

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
    """Whether a text may be meant as a number: taken for a label, it would be lost silently.

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
    """What is wrong with a text that should be a number, and how to mend it, if known.

    >>> why_not("1_000")
    ("'1_000' where a number is due", 'write thousands without a sign between: 1000')
    """
    shown = f"'{visible(text, 40)}'"
    if len(text) > LONGEST_NUMBER:
        return f"a number of {len(text)} characters", f"at most {LONGEST_NUMBER} are read"
    if is_decimal_comma(text):
        return f"{shown} has a decimal comma", DECIMAL_COMMA_MEND
    if _PADDED.search(text) and plain().fullmatch(text.translate(MINUS)):
        return f"{shown} where a number is due", "write no zeros before a number, and thousands without a space"
    if plain().fullmatch(text.translate(MINUS)):
        return f"{shown} is beyond what a 64-bit float can hold", "the largest is about 1.8e308"
    if is_blank(text):
        return "an empty cell where a number is due" if not text else f"{shown} is a cell not filled in", None
    if len(text) <= LONGEST_SPELLED and re.fullmatch(r"[+-]?[0-9.√]+/[+-]?0*\.?0*", tidy_number(text.translate(MINUS))):
        return f"{shown} divides by 0", None
    together = re.sub(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))", "", text)
    if together != text and number(together) is not None:
        return f"{shown} where a number is due", f"write thousands without a sign between: {together}"
    return f"{shown} where a number is due", None
