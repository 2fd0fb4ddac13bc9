"""The decimals that each step is rounded to, and those that later steps use.

>>> rounding = Rounding.parse("Q=2,scores.used=2,4")
>>> rounding.of("Q"), rounding.of("weights"), rounding.used("scores"), rounding.of("Q1")
(2, 4, 2, 2)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from tmat.errors import InputError, fold, meant

MOST = 17  # significant digits that determine a float64


@dataclass(eq=False, repr=False)
class Rounding:
    """Decimals by step name, with a default; ``uses`` are the decimals for later steps where they differ from those shown.

    A ``strict`` rounding refuses the name of no step; one meant for several stages is not strict.
    """

    default: int | None = None
    steps: dict[str, int | None] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)
    strict: bool = True

    @classmethod
    def parse(cls, text: str | int | Rounding | None, *, strict: bool = True) -> Rounding:
        """From what people type: 2, "none", "scores=2,weights=4", "scores.used=2"."""
        if isinstance(text, Rounding):
            return text
        if text is None:
            return cls(strict=strict)
        default: int | None = None
        steps: dict[str, int | None] = {}
        uses: dict[str, int] = {}
        for part in str(text).split(","):
            name, equals, decimals = part.strip().rpartition("=")
            count = _decimals(decimals, part)
            if not equals:
                default = count
            elif name.strip().endswith(".used"):
                if count is not None:
                    uses[fold(name.strip().removesuffix(".used"))] = count
            else:
                steps[fold(name.strip())] = count
        return cls(default, steps, uses, strict)

    def of(self, name: str) -> int | None:
        """The decimals a step is rounded to, or None for exact."""
        for key in _keys(name):
            if key in self.steps:
                return self.steps[key]
        return self.default

    def used(self, name: str) -> int | None:
        """The decimals that later steps round a step to, where they differ."""
        for key in _keys(name):
            if key in self.uses:
                return self.uses[key]
        return None

    def names(self) -> set[str]:
        """The folded names of the steps that have decimals of their own."""
        return {*self.steps, *self.uses}

    def refuse_unknown(self, steps: Iterable[str], where: str, *, given: Iterable[str] = ()) -> None:
        """Refuse decimals for an unknown step; given steps are known, and not rounded."""
        steps = list(steps)
        spoken = sorted(self.names() - {key for name in (*steps, *given) for key in _keys(name)})
        if spoken:
            raise InputError(
                f"‹round› speaks of '{spoken[0]}', which is no step of {where} here",
                f"its steps are {', '.join(dict.fromkeys(steps))}",
                mend=meant(spoken[0], steps),
            )


@lru_cache(2048)
def _keys(name: str) -> tuple[str, ...]:
    """The keys to look up for Q1: q1, then q, as decimals for Q hold for every head."""
    own = fold(name)
    return own, own.rstrip("0123456789")


def _decimals(text: str, part: str) -> int | None:
    if text.strip().lower() in ("none", "exact"):
        return None
    try:
        count = int(text)
    except ValueError:
        count = -1
    if not 0 <= count <= MOST:
        raise InputError(
            f"‹round› does not understand '{part.strip()}'",
            f"expected a number of decimals from 0 to {MOST}, or none",
            mend="try ‹round 2›, or by step: ‹round scores=2,weights=4›",
        )
    return count
