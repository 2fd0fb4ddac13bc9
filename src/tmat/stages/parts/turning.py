"""Queries and keys before they meet: each head's rows brought to size 1, and turned by their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.late import late
from tmat.stages.parts.contradictions import overtaken
from tmat.stages.parts.options import scaling_of

if TYPE_CHECKING:
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
    from tmat.stages.parts.projections import Heads
else:
    ops = late("tmat.operations")


def normed(sheet: Sheet, how: AttentionOptions, heads: Heads) -> None:
    """The rows of each head's Q and K over their root mean square or their length (Henry et al. 2020; Qwen3)."""
    if how.qk_norm is None:
        if not sheet.has("gamma_Q") and not sheet.has("gamma_K"):
            sheet.ask("gamma_Q", "gamma_K")
        elif not overtaken(sheet, "K_normed", len(heads.own)):
            raise InputError("gamma_Q and gamma_K belong to a norm of Q and K", mend="say which: ‹qk_norm rms›")
        return
    heads.queries = _normed(sheet, how, "Q", heads.queries, heads.own)
    heads.keys = _normed(sheet, how, "K", heads.keys, heads.shared)
    if how.qk_norm == "rms":
        sheet.note(f"Q and K over their root mean square, ε = {how.qk_epsilon:g} inside the root")
        sheet.record(qk_norm="rms", qk_epsilon=how.qk_epsilon)
    else:
        sheet.note("Q and K over their length")
        sheet.record(qk_norm="l2")


def _normed(sheet: Sheet, how: AttentionOptions, letter: str, wholes: list[Node], numbers: list[str]) -> list[Node]:
    weight = f"gamma_{letter}"
    gamma = sheet.bias(weight, 0, fan_in=1) if sheet.has(weight) else None
    sheet.ask(weight)
    found = []
    for whole, h in zip(wholes, numbers, strict=True):
        name = f"{letter}_normed{h}"
        unit = name if gamma is None else f"{letter}_unit{h}"
        if how.qk_norm == "rms":
            size = sheet.step(f"{letter}_rms{h}", ops.row_rms, whole)
            rows = sheet.step(unit, ops.normalize_rms, whole, size, epsilon=how.qk_epsilon)
        else:
            size = sheet.step(f"{letter}_length{h}", ops.row_length, whole)
            rows = sheet.step(unit, ops.over_rows, whole, size)
        found.append(rows if gamma is None else sheet.step(name, ops.scale_columns, rows, gamma))
    return found


def turned(sheet: Sheet, how: AttentionOptions, heads: Heads, start: int, keys_start: int) -> None:
    """Each head's Q and K turned by the angles of their positions (Su et al. 2021)."""
    if how.rotary is None:
        return
    q, k = heads.queries[0], heads.keys[0]
    if not q and not k:
        return
    width = _rotary_width(how, k if k else q)
    base, factor = _scaled(how, width)
    angles = {"width": width, "base": base, "factor": factor}
    own = sheet.step("angles", ops.rotary_angles, positions=q.height, start=start, **angles)
    others = own
    if own.op is not None and q:
        own.rows = list(q.rows)
    if k and q and (k.height != q.height or keys_start != start):
        others = sheet.step("key_angles", ops.rotary_angles, positions=k.height, start=keys_start, **angles)
        if others.op is not None:
            others.rows = list(k.rows)
    heads.queries = [
        sheet.step("Q_rotated" + h, ops.rotate, q, own, layout=how.rotary)
        for q, h in zip(heads.queries, heads.own, strict=True)
    ]
    heads.keys = [
        sheet.step("K_rotated" + g, ops.rotate, k, others, layout=how.rotary)
        for k, g in zip(heads.keys, heads.shared, strict=True)
    ]
    _note(sheet, how, width, base, start)
    sheet.record(rotary=how.rotary, base=float(how.base), start=how.start)
    sheet.record(rope_scaling=how.rope_scaling, rotary_width=how.rotary_width)


def _rotary_width(how: AttentionOptions, head: Node) -> int:
    """How many columns of a head are turned."""
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


def _scaled(how: AttentionOptions, width: int) -> tuple[float, float]:
    """The base and what positions are divided by, as the scaling says.

    NTK-aware scaling: base·factor^(d/(d − 2)), so that the slowest angle is factor times slower and the fastest as it was.
    """
    kind, factor = scaling_of(how.rope_scaling)
    base = float(how.base)
    if kind != "ntk":
        return base, factor
    if width == 2:
        raise InputError(
            f"‹rope_scaling {how.rope_scaling}› needs more than one pair of columns", "the exponent is d/(d − 2)"
        )
    return base * factor ** (width / (width - 2)), 1.0


def _note(sheet: Sheet, how: AttentionOptions, width: int, base: float, start: int) -> None:
    kind, factor = scaling_of(how.rope_scaling)
    together = "columns 1 and 2" if how.rotary == "adjacent" else f"columns 1 and {width // 2 + 1}"
    sheet.note(f"rotary: {together} are pair i = 0")
    sheet.note(f"the first {width} columns of a head" if how.rotary_width else "")
    own = f"base {how.base:g}"
    if kind == "ntk":
        own += f"·{factor:g}^({width}/{width - 2}) = {base:g}"
    sheet.note(own, f"positions from {start}" + (f", divided by {factor:g}" if kind == "linear" else ""))
