"""Numbers: rounding as on paper, exact decimal arithmetic, the precision of printed numbers, seeded random numbers.

Rounding is decided on the decimal that a float prints as (its shortest repr), because that is the number people see:
2.675 is rounded to 2.68 although the nearest double is a little less. It uses only comparisons, whole numbers and
correctly rounded divisions, so that each result has the same bits on every machine.
"""

from __future__ import annotations

from tmat.numbers.rounding import format_number, round_half_away, round_significant, shown_decimals, truncate

__all__ = ["format_number", "round_half_away", "round_significant", "shown_decimals", "truncate"]
