"""What a teacher can choose: tolerances, points, how much a follow-through is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tmat.errors import InputError, fold

SHARES = {"full": Fraction(1), "half": Fraction(1, 2), "none": Fraction(0)}
MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """How answers are marked.

    ``points`` says what each step is worth (a step not named: nothing; none named: 1 each);
    ``follow`` and ``close`` say what share of its points a cell earns that follows from the
    writer's own wrong numbers, or is off by rounding: full, half or none. ``atol`` and ``rtol``
    override the precision that the printed numbers claim.

    >>> Options.parse_points("scores=2,Z=4")
    {'scores': 2.0, 'Z': 4.0}
    """

    atol: float | None = None
    rtol: float | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    follow: str = "full"
    close: str = "half"
    slips: bool = True

    def __post_init__(self) -> None:
        for option, value in (("follow", self.follow), ("close", self.close)):
            if value not in SHARES:
                raise InputError(f"‹{option} {value}› is not known", f"expected one of {', '.join(SHARES)}")
        for option, tolerance in (("atol", self.atol), ("rtol", self.rtol)):
            if tolerance is not None and not 0 <= tolerance < float("inf"):
                raise InputError(f"‹{option} {tolerance:g}› does not fit", "expected 0 or a number above it")

    @staticmethod
    def parse_points(text: str) -> dict[str, float]:
        """Points per step from what people type: scores=2,Z=4."""
        points: dict[str, float] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, equals, worth = part.partition("=")
            try:
                number = float(worth)
            except ValueError:
                number = -1.0
            if not equals or not name.strip() or not 0 <= number <= MOST_POINTS:
                raise InputError(
                    f"‹points› does not understand '{part}'",
                    f"expected a step and what it is worth, 0 to {MOST_POINTS}",
                    mend="try ‹points scores=2,Z=4›",
                )
            if any(fold(known) == fold(name.strip()) for known in points):
                raise InputError(f"‹points› names {name.strip()} twice")
            points[name.strip()] = number
        return points
