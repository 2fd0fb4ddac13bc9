"""What may be a seed: a whole number, or a text that nobody could take for another number."""

from __future__ import annotations

import math
import re

from tmat.errors import InputError


def checked_seed(seed: int | str) -> int | str:
    """The seed; 7.0 and "7.0", which would draw otherwise than 7 does, are refused.

    >>> checked_seed(7), checked_seed("name:7.0"), checked_seed("Nan")
    (7, 'name:7.0', 'Nan')
    """
    text = str(seed).strip()
    if not re.search(r"\d", text) or re.fullmatch(r"[+-]?\d+", text):
        return seed
    try:
        number = float(text)
    except ValueError:
        return seed
    whole = f"‹seed {number:.0f}›, or " if math.isfinite(number) and abs(number) < 2**53 and number % 1 == 0 else ""
    raise InputError(
        f"‹seed {text}› is no whole number",
        "a seed is a whole number, or a text that is no number",
        mend=f"try {whole}‹seed name:{text}› for a text",
    )
