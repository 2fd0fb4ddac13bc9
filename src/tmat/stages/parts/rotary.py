"""Rotary positions (RoPE): queries and keys rotated by the angles of their positions, and these scaled for longer texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError
from tmat.stages.parts.lazy import ops

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
    from tmat.stages.parts.projections import Projected


BASE = 10000.0
"""The base of the frequencies where none is given."""

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
    params = dict(KINDS[how])
    try:
        factor = float(numbers[0])
        for each in numbers[1:]:
            name, _, value = each.partition("=")
            params[name] = float(value)
    except ValueError:
        return None
    fits = (
        1.0 <= factor < math.inf
        and set(params) == set(KINDS[how])
        and all(0.0 <= n < math.inf for n in params.values())
    )
    sizes = [value for name, value in params.items() if name not in ("times", "truncate")]
    if not fits or not all(sizes) or params.get("low", 0.0) >= params.get("high", 1.0):
        return None
    return Scaling(how, factor, params)


def rotated(sheet: Sheet, how: AttentionOptions, heads: Projected, start: int, keys_start: int) -> None:
    """RoPE: pairs of columns of Q and K rotated by the angles of their positions (Su et al. 2021)."""
    q, k = heads.queries[0], heads.keys[0]
    if not q and not k:
        return
    width = _rotary_width(how, k if k else q)
    scaling = scaling_of(how.rope_scaling)
    base = _base(how, scaling, width, max(start + q.height, keys_start + k.height))
    rates = _rates(sheet, scaling, base, width)
    angles = _angles(sheet, "angles", scaling, rates, base, width, q.height, start)
    key_angles = angles
    if angles.op is not None and q:
        angles.rows = list(q.rows)
    if k and q and (k.height != q.height or keys_start != start):
        key_angles = _angles(sheet, "key_angles", scaling, rates, base, width, k.height, keys_start)
        if key_angles.op is not None:
            key_angles.rows = list(k.rows)
    params: dict[str, Any] = {"layout": how.rotary}
    if scaling is not None and scaling.times != 1.0:
        params["times"] = scaling.times
    heads.queries = [
        sheet.step("Q_rotated" + h, ops.rotate, q, angles, **params)
        for q, h in zip(heads.queries, heads.numbers, strict=True)
    ]
    heads.keys = [
        sheet.step("K_rotated" + g, ops.rotate, k, key_angles, **params)
        for k, g in zip(heads.keys, heads.key_numbers, strict=True)
    ]
    _note(sheet, how, scaling, width, base, start)
    sheet.record(rotary=how.rotary, base=float(how.base or BASE), start=how.start)
    sheet.record(rope_scaling=how.rope_scaling, rotary_width=how.rotary_width)


def _angles(
    sheet: Sheet, name: str, scaling: Scaling | None, rates: Node | None, base: float, width: int, positions: int, start: int
) -> Node:  # fmt: skip
    """The angle of each pair of columns at each position: position · base^(−2i/d), or position · the scaled rates."""
    if rates is not None:
        return sheet.step(name, ops.angles_at, rates, positions=positions, start=start)
    factor = scaling.factor if scaling is not None and scaling.how == "linear" else 1.0
    return sheet.step(name, ops.rotary_angles, positions=positions, start=start, width=width, base=base, factor=factor)


def _rates(sheet: Sheet, scaling: Scaling | None, base: float, width: int) -> Node | None:
    """The scaled rates where each pair has its own factor (Llama 3, YaRN); else None."""
    if scaling is None or scaling.how not in ("llama3", "yarn"):
        return None
    rates = sheet.step("rates", ops.rotary_rates, width=width, base=base)
    if scaling.how == "llama3":
        return sheet.step("stretched_rates", ops.stretch_by_turns, rates, factor=scaling.factor, **scaling.numbers)
    first, last = scaling.ramp(base, width)
    return sheet.step("stretched_rates", ops.stretch_by_place, rates, factor=scaling.factor, first=first, last=last)


def _rotary_width(how: AttentionOptions, head: Node) -> int:
    """How many columns of a head are rotated."""
    width = how.rotary_width or head.width
    if width > head.width:
        raise InputError(f"‹rotary_width {width}› does not fit", f"{head.name} is {head.described()}")
    if width % 2 or not width:
        raise InputError(
            f"‹rotary {how.rotary}› needs an even number of columns",
            f"{head.name} is {head.described()}: columns are turned in pairs",
            mend=f"turn fewer: ‹rotary_width {width - 1}›" if width > 1 else None,
        )
    return width


def _base(how: AttentionOptions, scaling: Scaling | None, width: int, longest: int) -> float:
    """The base of the frequencies; NTK and dynamic scaling enlarge it."""
    own = float(how.base or BASE)
    if scaling is None:
        return own
    if width == 2 and scaling.how in ("ntk", "dynamic"):
        raise InputError(
            f"‹rope_scaling {how.rope_scaling}› needs more than one pair of columns", "the exponent is d/(d − 2)"
        )
    return scaling.base(own, width, longest)


def _note(sheet: Sheet, how: AttentionOptions, scaling: Scaling | None, width: int, base: float, start: int) -> None:
    together = "columns 1 and 2" if how.rotary == "adjacent" else f"columns 1 and {width // 2 + 1}"
    sheet.note(f"rotary: {together} are pair i = 0")
    sheet.note(f"the first {width} columns of a head" if how.rotary_width else "")
    own = how.base or BASE
    divided = f", divided by {scaling.factor:g}" if scaling is not None and scaling.how == "linear" else ""
    sheet.note(f"rotary base {own:g}" + _larger(scaling, own, base, width), f"positions from {start}{divided}")
    if scaling is None:
        return
    if scaling.how == "dynamic":
        grown = "" if base != own else ": the text is no longer, the base stays"
        sheet.note(f"dynamic, {scaling.factor:g} beyond {scaling.numbers['length']:g} positions{grown}")
    elif scaling.how == "llama3":
        low, high, length = (scaling.numbers[name] for name in ("low", "high", "length"))
        sheet.note(
            f"pairs that turn under {low:g} times in {length:g} positions / {scaling.factor:g}, from {high:g} times as they are"
        )
    elif scaling.how == "yarn":
        first, last = scaling.ramp(float(own), width)
        sheet.note(f"YaRN: pairs from {last + 1:g} on / {scaling.factor:g}, up to {first + 1:g} as they are")
        sheet.note(f"what is turned times {scaling.times:.6g}" if scaling.times != 1.0 else "")


def _larger(scaling: Scaling | None, own: float, base: float, width: int) -> str:
    """The note of how the base was enlarged."""
    if scaling is None or base == own:
        return ""
    grown = (base / own) ** ((width - 2) / width)
    return f"·{grown:g}^({width}/{width - 2}) = {base:g}"
