"""The precision that a printed matrix claims.

People print a matrix in one format: so many decimals, or so many significant digits, trailing zeros
often dropped. Which of the two is inferred from the whole matrix by likelihood. A digit is 0 one time in
ten, so each digit that a number lacks under a format makes that format ten times less likely. A number
with more digits than the format has is a stray, as a misplaced decimal point makes one: the first
costs as much as three missing digits, each further one as much as one, so that one stray cell does
not make all the others wrong. 0 and ±1, which tell nothing, are left out, and equal numbers count once.
Where a few numbers fit both formats about equally well, the claim has both, and either will do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tmat.numbers.rounding import LOWEST, Array, Digits, digits_of, leading_place, powers_of_ten

FULL_DIGITS = 15  # a number this long was not printed for reading: it claims all of its bits
SINGLE_DIGITS = 8  # the same for float32
SINGLE_SIGNIFICANT = 6  # what float32 arithmetic can be held to
SAMPLE = 4096  # as many distinct numbers are enough to tell the format
FULL_RELATIVE = 1e-9  # how near a full-precision number must be
SLACK = 1e-12  # for float errors of a true value that is a tie
NOISE = 1e-14  # what rounding errors leave in place of a 0
FIRST_STRAY, FURTHER_STRAY = 3, 1
OPEN = 2  # powers of ten of likelihood within which both formats are possible


def same(one: Array, other: Array) -> bool:
    """Whether two matrices have the same numbers but for the errors of floats; NaN is itself."""
    near = np.abs(one - other) <= NOISE + FULL_RELATIVE * np.abs(other)
    return bool((near | (one == other) | (np.isnan(one) & np.isnan(other))).all())


@dataclass(frozen=True, slots=True)
class Claim:
    """A number of decimals or of significant digits; with both, either will do; with neither, every digit of a double.

    >>> Claim.infer([["3.88", "3.8"], ["-0.36", "1"]])
    Claim(decimals=2, significant=None)
    >>> print(Claim.infer([["23.81721", "8.062904"], ["17.62", "7.401542"], ["10.47973", "3.972256"]]))
    7 significant digits
    """

    decimals: int | None = None
    significant: int | None = None

    @classmethod
    def infer(cls, texts: Sequence[Sequence[str]]) -> Claim:
        """The claim of a matrix of numbers as typed; texts that are no finite numbers claim nothing.

        Zeros typed at the end ("3.80") count as digits. Exponents ("1.2E+05"), U+2212 and ∞ are understood.
        """
        distinct = {text.strip() for row in texts for text in row}
        return _likeliest(sorted(distinct)[:: 1 + len(distinct) // SAMPLE], typed=True)

    @classmethod
    def of_floats(cls, values: ArrayLike) -> Claim:
        """The claim of numbers that come as floats (JSON, NPY), by their shortest printed form."""
        array = np.asarray(values)
        if array.dtype.kind != "f":
            array = array.astype(np.float64)
        distinct = np.unique(np.abs(array[np.isfinite(array)]))
        distinct = distinct[:: 1 + distinct.size // SAMPLE]
        if not distinct.size:
            return cls()
        if distinct.dtype == np.float64:
            claim = _likeliest(map(repr, distinct.tolist()), typed=False)
            if claim != cls() or not _all_single(distinct):
                return claim
        # Doubles that hold float32 throughout (a tensor's tolist) are no more exact than those.
        single = [str(x) for x in distinct.astype(np.float32)]
        return _likeliest(single, typed=False, full=SINGLE_DIGITS, at_full=cls(None, SINGLE_SIGNIFICANT))

    def places(self, values: ArrayLike) -> Array:
        """The size of the last claimed place of each number: 10^−decimals, or by its own first digit.

        Zero for an exact claim, and for zeros and what is not finite under significant digits. The larger of the
        two where either will do.

        >>> Claim(significant=3).places(np.array([23.8, 0.5, 0.0]))
        array([0.1  , 0.001, 0.   ])
        """
        array = np.asarray(values, dtype=np.float64)
        units = np.zeros(array.shape)
        if self.significant is not None:
            counted = np.isfinite(array) & (array != 0)
            units[counted] = _powers(leading_place(array[counted]) - self.significant + 1)
        if self.decimals is not None:
            units = np.maximum(units, 10.0**-self.decimals)
        return units

    def __str__(self) -> str:
        parts = []
        if self.decimals is not None:
            parts.append(f"{self.decimals} decimal{'' if self.decimals == 1 else 's'}")
        if self.significant is not None:
            parts.append(f"{self.significant} significant digit{'' if self.significant == 1 else 's'}")
        return " or ".join(parts) or "full precision"


@dataclass(slots=True)
class _Seen:
    """The distinct numbers of a matrix, each with its decimals and its significant digits."""

    typed: bool  # by people, so that zeros at the end count
    full: int  # significant digits of a number that claims all of its bits
    counts: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    at_least: int = 0  # decimals that typed zeros claim where the number itself says nothing
    long: int = 0  # numbers that claim all of their bits
    any: bool = False  # whether there was a number at all

    def add(self, text: str) -> None:
        """Add one printed number; a text that is no number is ignored."""
        printed = digits_of(text)
        if printed is None:
            return
        self.any = True
        powered = "e" in text or "E" in text
        if text.endswith(".0"):  # how programs print a whole number
            self.at_least = max(self.at_least, int(self.typed))
            printed = Digits(printed.negative, printed.digits[:-1], printed.exponent + 1)
        _, digits, exponent = _without_noise(printed) if len(printed.digits) > 14 else printed
        if not digits:
            if self.typed and not powered:
                self.at_least = max(self.at_least, -exponent)
        elif (digits, exponent) != ("1", 0):
            bare = digits.rstrip("0")
            if (digits, exponent) not in self.counts:
                self.long += len(bare) >= self.full
            significant = len(digits) if exponent < 0 or powered else len(bare)
            self.counts[digits, exponent] = (-exponent, significant)


def _likeliest(texts: Iterable[str], *, typed: bool, full: int = FULL_DIGITS, at_full: Claim | None = None) -> Claim:
    """The likelier format; both where they are about equally likely and neither is more lenient throughout."""
    seen = _Seen(typed, full)
    for text in texts:
        seen.add(text)
    counts, at_least = seen.counts.values(), seen.at_least
    if not seen.any:
        return Claim()
    if not counts:
        return Claim(decimals=at_least)
    if seen.long and 4 * seen.long >= len(counts):
        return at_full or Claim()
    by_decimals, decimals = _cheapest(Counter(d for d, _ in counts), at_least)
    by_significant, significant = _cheapest(Counter(s for _, s in counts), 1)
    if by_significant < by_decimals - OPEN and at_least < 2:  # 0.00 is no number of significant digits
        return Claim(significant=significant)
    # How many decimals each number would have under so many significant digits; fewer claims less.
    finer = [d + significant - s for d, s in counts]
    if at_least > 1 or by_decimals < by_significant - OPEN or min(finer) >= decimals:
        return Claim(decimals=decimals)
    return Claim(decimals, significant)


def _cheapest(counts: Counter[int], at_least: int) -> tuple[int, int]:
    """The cost of the best number of digits, in powers of ten of unlikelihood, and that number."""

    def cost(claimed: int) -> int:
        missing = sum(n * (claimed - digits) for digits, n in counts.items() if digits <= claimed)
        strays = sum(n for digits, n in counts.items() if digits > claimed)
        return missing + (FIRST_STRAY + FURTHER_STRAY * (strays - 1) if strays else 0)

    candidates = {max(digits, 0) for digits in counts}
    best, most = min((cost(claimed), -claimed) for claimed in candidates)
    return best, max(-most, at_least)


def _without_noise(printed: Digits) -> Digits:
    """A double's digits without the error of its last bits: 0.30000000000000004 was meant as 0.3."""
    extra = len(printed.digits) - 14
    head = str(int(printed.digits[:14]) + (printed.digits[14] >= "5"))
    short = head.rstrip("0")
    if len(short) > 10:
        return printed
    return Digits(printed.negative, short, printed.exponent + extra + len(head) - len(short))


def _all_single(values: Array) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return bool((values.astype(np.float32).astype(np.float64) == values).all())


def _powers(exponents: NDArray[np.int64]) -> Array:
    powers = powers_of_ten()
    return np.asarray(powers[np.clip(exponents - LOWEST, 0, powers.size - 1)])
