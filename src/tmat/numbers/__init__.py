"""Rounding as on paper, and the precision that a printed number claims.

Everything here is decided on the decimal that a float prints as (its shortest repr), because that is
the number people see: 2.675 is rounded to 2.68 although the nearest double lies a little below it.
Only comparisons, whole-number arithmetic and single correctly rounded divisions are used, so each
result is the same bit for bit on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.numbers.printing import format_number, shown_decimals
from tmat.numbers.rounding import round_half_away, round_significant, truncate

if TYPE_CHECKING:
    from tmat.numbers.claim import Claim

__all__ = ["Claim", "format_number", "round_half_away", "round_significant", "shown_decimals", "truncate"]


def __getattr__(name: str) -> object:
    """Claim is loaded when asked for: every command rounds, only marking reads claims."""
    if name != "Claim":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tmat.numbers.claim import Claim

    globals()[name] = Claim
    return Claim
