"""Scaling of rotary positions for longer texts: linear:2, ntk:2, dynamic:2:length=64, llama3:8, yarn:4:length=64."""

from __future__ import annotations

import math
from dataclasses import dataclass

NEEDED = math.nan
KINDS: dict[str, dict[str, float]] = {
    "linear": {},
    "ntk": {},
    "dynamic": {"length": NEEDED},
    "llama3": {"low": 1.0, "high": 4.0, "length": 8192.0},
    "yarn": {"length": NEEDED, "fast": 32.0, "slow": 1.0, "times": 0.0, "truncate": 1.0},
}
"""Each kind with its parameters and their defaults. ``times`` 0 stands for 1 + 0.1·ln factor."""
EXPECTED = (
    "expected linear:N, ntk:N, dynamic:N:length=L, llama3:N (:low=1:high=4:length=8192) or yarn:N:length=L (:fast=32:slow=1), "
    "N a number from 1"
)


@dataclass(frozen=True)
class Scaling:
    """A kind of scaling, its factor and its parameters."""

    how: str
    factor: float
    numbers: dict[str, float]

    def base(self, base: float, width: int, longest: int) -> float:
        """The base of the frequencies, which NTK and dynamic scaling enlarge so that the slowest pair is slower by the factor.

        NTK: base·factor^(d/(d − 2)); dynamic: the same with factor·longest/length − (factor − 1), where the text is longer than the trained length.
        """
        grows = self.how == "ntk" or (self.how == "dynamic" and longest > self.numbers["length"])
        return base * math.pow(self.power(longest), width / (width - 2)) if grows else base

    def power(self, longest: int) -> float:
        """The factor that is raised to d/(d − 2) in that base."""
        if self.how == "ntk":
            return self.factor
        return self.factor * longest / self.numbers["length"] - (self.factor - 1.0)

    def ramp(self, base: float, width: int) -> tuple[float, float]:
        """YaRN's correction range of pairs, from 0: those up to the first keep their rate, from the last on it is divided."""
        ends = [
            width * math.log(self.numbers["length"] / (turns * 2.0 * math.pi)) / (2.0 * math.log(base))
            for turns in (self.numbers["fast"], self.numbers["slow"])
        ]
        if self.numbers["truncate"]:
            ends = [math.floor(ends[0]), math.ceil(ends[1])]
        first, last = max(ends[0], 0.0), min(ends[1], width - 1.0)
        return float(first), float(last + 0.001 if first == last else last)

    @property
    def times(self) -> float:
        """The factor of rotated queries and keys (YaRN's attention factor)."""
        if self.how != "yarn":
            return 1.0
        return self.numbers["times"] or (0.1 * math.log(self.factor) + 1.0 if self.factor > 1.0 else 1.0)


def scaling_of(text: str | None) -> Scaling | None:
    """Parse a scaling; None where there is none, or where the text is not a legal one.

    >>> scaling_of("ntk:4"), scaling_of("yarn:4:length=64").ramp(10000.0, 16), scaling_of("twice:2")
    (Scaling(how='ntk', factor=4.0, numbers={}), (0.0, 3.0), None)
    """
    how, *numbers = (text or "").split(":")
    if how not in KINDS or not numbers:
        return None
    told = dict(KINDS[how])
    try:
        factor = float(numbers[0])
        for each in numbers[1:]:
            name, _, value = each.partition("=")
            told[name] = float(value)
    except ValueError:
        return None
    fits = 1.0 <= factor < math.inf and set(told) == set(KINDS[how]) and all(0.0 <= n < math.inf for n in told.values())
    sizes = [value for name, value in told.items() if name not in ("times", "truncate")]
    if not fits or not all(sizes) or told.get("low", 0.0) >= told.get("high", 1.0):
        return None
    return Scaling(how, factor, told)
