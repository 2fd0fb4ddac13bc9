"""Rounding as on paper, and the precision that a printed number claims.

Everything here is decided on the decimal that a float prints as (its shortest repr), because that is
the number people see: 2.675 is rounded to 2.68 although the nearest double lies a little below it.
Only comparisons, whole-number arithmetic and single correctly rounded divisions are used, so each
result is the same bit for bit on every machine.
"""

from __future__ import annotations

from tmat.numbers.printing import format_number, shown_decimals
from tmat.numbers.rounding import round_half_away, round_significant, truncate

__all__ = ["format_number", "round_half_away", "round_significant", "shown_decimals", "truncate"]
