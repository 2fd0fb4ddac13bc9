"""Rotary positions (RoPE): queries and keys rotated by the angles of their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.errors import InputError
from tmat.stages.parts.lazy import ops
from tmat.stages.parts.options import BASE
from tmat.stages.parts.rope_scaling import Scaling, scaling_of

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
    from tmat.stages.parts.projections import Projected


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
        for q, h in zip(heads.queries, heads.own, strict=True)
    ]
    heads.keys = [
        sheet.step("K_rotated" + g, ops.rotate, k, key_angles, **params)
        for k, g in zip(heads.keys, heads.shared, strict=True)
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
        raise InputError(f"‹rotary_width {width}› does not fit", f"{head.name} is {head.told()}")
    if width % 2 or not width:
        raise InputError(
            f"‹rotary {how.rotary}› needs an even number of columns",
            f"{head.name} is {head.told()}: columns are turned in pairs",
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
