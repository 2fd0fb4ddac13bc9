"""The scores of a head: each query against each key, divided, capped, and less by distance (ALiBi) where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.late import late
from tmat.stages.parts.contradictions import overtaken

if TYPE_CHECKING:
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
else:
    ops = late("tmat.operations")


def scores(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, h: str) -> Node:
    """Each query against each key of head h."""
    if how.score != "additive":
        return sheet.step("scores" + h, ops.matmul_transposed, q, k)
    hidden = how.d_k or k.width
    w_a = sheet.weight("W_A" + h, q.width, hidden, "a")
    u_a = sheet.weight("U_A" + h, k.width, hidden, "a")
    v_a = sheet.bias("v_A" + h, u_a.width, "a", fan_in=hidden)
    queries = sheet.step("query_hidden" + h, ops.matmul, q, w_a)
    keys = sheet.step("key_hidden" + h, ops.matmul, k, u_a)
    return sheet.step("scores" + h, ops.additive_scores, queries, keys, v_a)


def scaled(sheet: Sheet, how: AttentionOptions, scores: Node, q: Node, k: Node, h: str) -> Node:
    """The scores over √d_k, or over another number, or as they are."""
    if how.score != "scaled" or not how.scale:
        return scores
    if how.scale_by is not None:
        return sheet.step("scaled" + h, ops.divide, scores, by=float(how.scale_by))
    if sheet.has("scaled" + h):
        return sheet.given("scaled" + h)
    d_k = how.d_k or k.width or q.width
    if d_k:
        return sheet.step("scaled" + h, ops.divide_by_root, scores, d=d_k)
    if k:
        why = f"{k.name} has no columns", "d_k would be 0, and nothing is divided by its root"
    else:
        why = (
            "the scores are given, but not what to divide them by",
            "d_k is the width of Q and K, which are not here",
        )
    mend = "say it with ‹d_k N›, or ‹scale_by NUMBER›, or ‹scale False›"
    return sheet.lost("scaled" + h, scores.problem or InputError(*why, mend=mend))


def capped(sheet: Sheet, how: AttentionOptions, scaled: Node, h: str) -> Node:
    """The scores between −cap and cap, where there is one."""
    if how.soft_cap is None:
        return sheet.given("capped" + h) if sheet.has("capped" + h) else scaled
    return sheet.step("capped" + h, ops.soft_cap, scaled, cap=float(how.soft_cap))


def slopes(sheet: Sheet, how: AttentionOptions, heads: int) -> Node | None:
    """How much each place of distance takes off a head's scores (Press et al. 2022); None without ALiBi."""
    if not how.alibi and not sheet.has("slopes"):
        sheet.ask("slopes")
        return None
    slopes = a_number_a_head(sheet, "slopes", heads) or sheet.step("slopes", ops.alibi_slopes, heads=heads)
    sheet.note("ALiBi: slope·|i − j| off the scores" + (", the slopes given" if slopes.op is None else ""))
    sheet.record(alibi=True)
    return slopes


def less_by_distance(sheet: Sheet, scores: Node, slopes: Node | None, head: int, first: int, h: str) -> Node:
    """The scores of head number ``head`` less its slope times the distance, the first query at key ``first``."""
    if slopes is None:
        return sheet.given("biased" + h) if sheet.has("biased" + h) else scores
    return sheet.step("biased" + h, ops.alibi, scores, slopes, head=head, first=first)


def a_number_a_head(sheet: Sheet, name: str, heads: int) -> Node | None:
    """A given row of numbers, one for each head."""
    if not sheet.has(name):
        sheet.ask(name)
        return None
    row = sheet.bias(name, 0, fan_in=1)
    if row.shape != (1, heads):
        what = f"{name} is {row.told()}, there {'is one head' if heads == 1 else f'are {heads} heads'}"
        raise InputError(f"{name} does not fit", what, mend=f"try a {name} of 1×{heads}")
    return row


def noted(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int, first: str) -> None:
    """What is said of the scores: once, whatever the number of heads; ``first`` is the number of the first."""
    width = k.width if k else q.width
    if how.score != "scaled" or not how.scale:
        sheet.note({"additive": "additive scores", "dot": "dot product, not scaled"}.get(how.score, "not scaled"))
        if how.d_k is not None and how.score != "additive" and k and k.width != how.d_k:
            sheet.note(f"d_k = {how.d_k} has no use here: nothing is divided")
        sheet.record(scale=False)
    elif how.scale_by is not None:
        sheet.note(f"scores / {how.scale_by:g}")
        sheet.record(scale_by=how.scale_by)
    elif not sheet.has("scaled" + first) and (how.d_k or width) and not overtaken(sheet, "scaled", heads):
        d_k = how.d_k or width
        sheet.note(f"d_k = {d_k}" + (f" (the paper: {width}, the width of Q)" if width and width != d_k else ""))
        sheet.record(d_k=d_k)
    if how.soft_cap is not None:
        sheet.note(f"soft cap {how.soft_cap:g}")
        sheet.record(soft_cap=how.soft_cap)
