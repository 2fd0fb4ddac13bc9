"""How answers are marked: tolerances, points, what a follow-through earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypedDict

from tmat.errors import InputError
from tmat.numbers.floats import FLOAT_TYPES
from tmat.visible import visible

SHARES = {"full": Fraction(1), "half": Fraction(1, 2), "none": Fraction(0)}
MOST_POINTS = 1_000_000
MOST_DECIMALS = 15
ANY = "any"


class Choices(TypedDict, total=False):
    """The options as keywords, which the functions of marking take."""

    atol: float | None
    rtol: float | None
    points: Mapping[str, float]
    follow: str
    close: str
    decimals: int | str | None
    slips: bool
    dtype: str | None
    only: Sequence[str]
    columns: bool


@dataclass(frozen=True, slots=True)
class Options:
    """How answers are marked.

    ``points`` says what each step is worth (a step not named: nothing; none named: 1 each);
    ``follow`` and ``close`` say what share of its points a cell earns that follows from the
    writer's own wrong numbers, or is off by rounding: full, half or none. ``atol`` and ``rtol``
    override the precision that the printed numbers claim; ``decimals`` are how many are due at least: "any",
    or as many as the key is rounded to unless told. Without ``slips`` no mistake is looked for.
    ``dtype`` says that a program computed the numbers, and in which type. ``only`` are the steps that are asked for;
    the others are read, and not reported. With ``columns`` each matrix of the answers stands on its side, a token in
    each column.
    """

    atol: float | None = None
    rtol: float | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    follow: str = "full"
    close: str = "half"
    decimals: int | str | None = None
    slips: bool = True
    dtype: str | None = None
    only: Sequence[str] = ()
    columns: bool = False
    whole: bool = False  # every step is asked for, also of a program

    def asked(self, rounded: int | None) -> int | None:
        """The decimals that are due of a step, at least, which the key has rounded to so many."""
        if self.atol is not None or self.rtol is not None or self.decimals == ANY:
            return None
        return self.decimals if isinstance(self.decimals, int) else rounded

    def __post_init__(self) -> None:
        for option, value in (("follow", self.follow), ("close", self.close)):
            if value not in SHARES:
                raise InputError(f"‹{option} {value}› is not known", f"expected one of {', '.join(SHARES)}")
        if self.dtype is not None and self.dtype not in FLOAT_TYPES:
            raise InputError(f"‹dtype {self.dtype}› is not known", f"expected one of {', '.join(FLOAT_TYPES)}")
        for option, tolerance in (("atol", self.atol), ("rtol", self.rtol)):
            if tolerance is not None and not 0 <= tolerance < float("inf"):
                raise InputError(f"‹{option} {tolerance:g}› does not fit", "expected 0 or a number above it")
        if self.decimals not in (None, ANY) and not (
            isinstance(self.decimals, int) and 0 <= self.decimals <= MOST_DECIMALS
        ):
            said = visible(str(self.decimals), limit=20)
            raise InputError(f"‹decimals {said}› does not fit", f"expected 0 to {MOST_DECIMALS}, or {ANY}")
        for name, worth in self.points.items():
            if not 0 <= worth <= MOST_POINTS:
                raise InputError(f"{name} cannot be worth {worth:g} points", f"expected 0 to {MOST_POINTS}")
