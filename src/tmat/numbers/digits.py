"""The digits of a printed number, and the place of the last one."""

from __future__ import annotations

from typing import NamedTuple

LARGEST_EXPONENT = 100_000  # far beyond any float; a longer one is no number that we read


class Digits(NamedTuple):
    """A decimal as printed: digits · 10^exponent; leading zeros are dropped, trailing ones kept."""

    negative: bool
    digits: str
    exponent: int

    def kept(self, decimals: int, *, half_away: bool) -> int:
        """The decimal counted in units of 10^-decimals, rounded half away from zero or cut off.

        >>> digits_of("2.675").kept(2, half_away=True), digits_of("2.675").kept(2, half_away=False)
        (268, 267)
        """
        drop = -decimals - self.exponent
        if drop <= 0:
            return int(self.digits + "0" * -drop or "0")
        head = int(self.digits[:-drop] or "0")
        up = half_away and drop <= len(self.digits) and self.digits[-drop] >= "5"
        return head + up


def digits_of(text: str) -> Digits | None:
    """The digits of a number as typed or printed; None where the text is no finite decimal number.

    >>> digits_of("−0.360")
    Digits(negative=True, digits='360', exponent=-3)
    >>> digits_of("1.2E+05")
    Digits(negative=False, digits='12', exponent=4)
    >>> digits_of("-∞") is None
    True
    """
    plain = text.strip().replace("−", "-")
    mantissa, mark, power = plain.replace("E", "e").partition("e")
    negative = mantissa.startswith("-")
    whole, _, fraction = mantissa[1 if mantissa[:1] in ("-", "+") else 0 :].partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit()):
        return None
    exponent = 0
    if mark:
        if not power.isascii() or not power.lstrip("+-").isdigit() or len(power) > 8:
            return None
        try:
            exponent = int(power)
        except ValueError:  # 1e+-5
            return None
        if abs(exponent) > LARGEST_EXPONENT:
            return None
    return Digits(negative, digits.lstrip("0"), exponent - len(fraction))
