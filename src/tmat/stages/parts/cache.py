"""A KV cache: K and V of earlier tokens are taken from the last attention stage, and those of the new tokens appended."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix, Stage
from tmat.stages.parts.lazy import ops
from tmat.stages.parts.options import Heads as HeadOptions
from tmat.stages.parts.options import Rotation, Scoring, softmax_base

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
    from tmat.stages.parts.projections import Projected

OF_ITS_TOKENS = ("X", "context", "key_input", "value_input", "keep", "K_cached", "V_cached")
"""Inputs of the earlier stage that belong to its own tokens; the others, its weights, are used again."""
CONVENTIONS = ("weights", "separate", "score", "scale", "scale_by", "temperature", "project")
"""Options that must be the same as for the earlier tokens, beside the shared ones."""


def cached_stage(sheet: Sheet, how: AttentionOptions) -> Stage:
    """The last attention stage, whose weights and conventions are used again."""
    before = next((one for one in reversed(sheet.before.stages) if one.stage == sheet.stage.stage), None)
    if before is None:
        raise InputError(
            "‹cache› has no keys and values to take up",
            "no attention comes before",
            mend="pipe in the worksheet of the tokens before",
        )
    if any(map(sheet.has, ("context", "key_input", "value_input"))):
        raise InputError("‹cache› and a context contradict each other", "a cache holds the keys of the tokens before")
    if not sheet.has("X"):
        raise InputError(
            "‹cache› needs the new token", f"{before.id} is of the tokens before", mend="give its row: ‹-m X›"
        )
    for name in sheet.declared.inputs:
        for given in before.given.values():
            if given.name.rstrip("0123456789") == name and name not in OF_ITS_TOKENS:
                sheet.lend(given, before.id)
    _inherit(how, before)
    return before


def _inherit(how: AttentionOptions, before: Stage) -> None:
    """Set options left at their defaults as the earlier stage has them; another value would not fit its keys, and is refused."""
    shared = {name for kind in (HeadOptions, Rotation, Scoring) for name in kind.__dataclass_fields__}
    defaults = {one.name: one.default for one in fields(how)}
    if how.rotary is None and "rotary" not in before.params:
        how.base, how.softmax_base = None, softmax_base(how)
    for name in sorted({*shared, *CONVENTIONS} - {"d_v", "bias"}):
        own, theirs = getattr(how, name), before.params.get(name, defaults[name])
        if own == defaults[name]:
            setattr(how, name, theirs)
        elif own != theirs and name != "d_k":
            why = f"it has ‹{name} {_plain(theirs)}›" if name in before.params else f"it was made without ‹{name}›"
            raise InputError(f"‹{name} {_plain(own)}› is not how {before.id} was made", why, mend=f"leave ‹{name}› out")


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def rows(before: Stage, found: Projected) -> int:
    """How many tokens are cached."""
    return _taken(before, "scores" + found.numbers[0], "K").height


def prepend(sheet: Sheet, found: Projected, before: Stage, x: Node) -> None:
    """Put the cached keys and values of each head above the new ones."""
    old_rows, new = rows(before, found), found.keys[0].height
    wide = sum(one.width for one in (*found.keys, *found.values))
    for g, number in enumerate(found.key_numbers):
        first = next(own for h, own in enumerate(found.numbers) if found.group(h) == g)
        for letter, step, own in (("K", "scores", found.keys), ("V", "Z", found.values)):
            old = sheet.given(f"{letter}_cached{number}", _taken(before, step + first, letter))
            joined = sheet.step(f"{letter}_all{number}", ops.append_rows, old, own[g])
            if joined and _counted(old.rows) and _counted(own[g].rows):
                joined.rows = [str(n) for n in range(1, joined.height + 1)]
            own[g] = joined
    products = f" ({old_rows}·{x.width}·{wide} = {old_rows * x.width * wide} products)" if x and wide else ""
    sheet.note(
        f"cache: {old_rows} row{'' if old_rows == 1 else 's'} of K and V from {before.id}, not computed again{products}",
        f"of {old_rows + new} queries only the last{'' if new == 1 else f' {new}'}",
    )
    sheet.record(cache=True)


def _taken(before: Stage, step: str, letter: str) -> Matrix:
    """The K (or V) of a head as the earlier stage used it: the operand of its scores (or of its Z)."""
    made = {one.name: one for one in before.steps}
    name = made[step].of[1] if step in made else ""
    if step in made and made[step].op == "additive_scores":  # made of K·U_A
        name = made[name].of[0] if name in made else ""
    if name not in before.names():
        raise InputError(
            f"{before.id} has no {letter} to take up", f"{step} and what it is made of are not in it",
            mend="pass the whole worksheet on, not a part of it",
        )  # fmt: skip
    found = before[name]
    return type(found)(f"{letter}_cached", found.values, found.rows, found.cols, before.id)


def _counted(rows: Any) -> bool:
    return list(rows) == [str(n) for n in range(1, len(rows) + 1)]
