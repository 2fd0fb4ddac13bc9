"""A head of an attention stage: Q and K normed, their scores scaled, capped, biased (ALiBi), masked, and the weights made of them.

The names of a head's steps end in its number ``h``, which is empty where there is one head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.stages.parts.contradictions import overtaken
from tmat.stages.parts.folded import in_parts
from tmat.stages.parts.lazy import numbers, ops
from tmat.stages.parts.options import softmax_base

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
    from tmat.stages.parts.projections import Projected

# -- what has a number for each head


def slopes(sheet: Sheet, how: AttentionOptions, heads: int) -> Node | None:
    """ALiBi's slope of each head, 2^(−8h/heads) unless given (Press et al. 2022); None without ALiBi."""
    if not how.alibi and not sheet.has("slopes"):
        sheet.allow("slopes")
        return None
    slopes = _row_of_heads(sheet, "slopes", heads) or sheet.step("slopes", ops.alibi_slopes, heads=heads)
    sheet.note("ALiBi: slope·|i − j| off the scores" + (", the slopes given" if slopes.op is None else ""))
    sheet.record(alibi=True)
    return slopes


def sinks(sheet: Sheet, heads: int) -> Node | None:
    """The attention sink of each head: one more score in the sum of every row's softmax (Xiao et al. 2024; gpt-oss)."""
    return _row_of_heads(sheet, "sinks", heads)


def _row_of_heads(sheet: Sheet, name: str, heads: int) -> Node | None:
    """A given row with one number for each head."""
    if not sheet.has(name):
        sheet.allow(name)
        return None
    row = sheet.bias(name, 0, fan_in=1)
    if row.shape != (1, heads):
        what = f"{name} is {row.described()}, there {'is one head' if heads == 1 else f'are {heads} heads'}"
        raise InputError(f"{name} does not fit", what, mend=f"try a {name} of 1×{heads}")
    return row


# -- from queries and keys to weights


def normed(sheet: Sheet, how: AttentionOptions, heads: Projected) -> None:
    """QK-norm: each row of Q and K divided by its root mean square (Qwen3) or its length (Henry et al. 2020)."""
    if how.qk_norm is None:
        if not sheet.has("gamma_Q") and not sheet.has("gamma_K"):
            sheet.allow("gamma_Q", "gamma_K")
        elif not overtaken(sheet, "K_normed", len(heads.numbers)):
            raise InputError("gamma_Q and gamma_K belong to a norm of Q and K", mend="say which: ‹qk_norm rms›")
        return
    heads.queries = _normed(sheet, how, "Q", heads.queries, heads.numbers)
    heads.keys = _normed(sheet, how, "K", heads.keys, heads.key_numbers)
    if how.qk_norm == "rms":
        sheet.note(f"Q and K over their root mean square, ε = {how.qk_epsilon:g} inside the root")
        sheet.record(qk_norm="rms", qk_epsilon=how.qk_epsilon)
    else:
        sheet.note("Q and K over their length")
        sheet.record(qk_norm="l2")


def _normed(sheet: Sheet, how: AttentionOptions, letter: str, wholes: list[Node], numbers: list[str]) -> list[Node]:
    weight = f"gamma_{letter}"
    gamma = sheet.bias(weight, 0, fan_in=1) if sheet.has(weight) else None
    sheet.allow(weight)
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


def scores(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, h: str) -> Node:
    """Q·Kᵀ, or additive scores v·tanh(Q·W_A + K·U_A) (Bahdanau et al. 2015)."""
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
    """The scores / √d_k, or divided by ``scale_by``, or as they are."""
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
    """The scores soft-capped: cap·tanh(scores / cap), where a cap is asked for (Gemma 2)."""
    if how.soft_cap is None:
        return sheet.given("capped" + h) if sheet.has("capped" + h) else scaled
    return sheet.step("capped" + h, ops.soft_cap, scaled, cap=float(how.soft_cap))


def biased(sheet: Sheet, scores: Node, slopes: Node | None, head: int, first: int, h: str) -> Node:
    """The scores less slope·|i − j| (ALiBi), the slope being that of head number ``head``; the first query is at key ``first``."""
    if slopes is None:
        return sheet.given("biased" + h) if sheet.has("biased" + h) else scores
    return sheet.step("biased" + h, ops.alibi, scores, slopes, head=head, first=first)


def weighed(
    sheet: Sheet, how: AttentionOptions, scores: Node, mask: Node | None, kind: str, sinks: Node | None, head: int, h: str
) -> Node:  # fmt: skip
    """The weights: the softmax of the masked scores, or with ``renormalize`` the softmax masked and each row over its sum."""
    if how.renormalize and mask is not None:
        weights = _softmax(sheet, how, scores, sinks, head, h)
        thinned = sheet.step("masked" + h, ops.multiply, weights, mask)
        return sheet.step("renormalized" + h, ops.renormalize, thinned)
    masked = scores if how.renormalize else _masked(sheet, how, scores, mask, kind, h)
    return _softmax(sheet, how, masked, sinks, head, h)


def dropped(sheet: Sheet, how: AttentionOptions, weights: Node, h: str) -> Node:
    """The weights after dropout: those kept / (1 − p), the others 0."""
    if how.dropout == 0.0 and not sheet.has("keep" + h):
        return weights
    kept = sheet.keep_mask("keep" + h, weights, how.dropout, how.dropout_seed)
    return sheet.step("dropped" + h, ops.dropout, weights, kept, p=how.dropout)


def _masked(sheet: Sheet, how: AttentionOptions, scores: Node, mask: Node | None, kind: str, h: str) -> Node:
    """The scores with ``mask_value`` where a key is hidden, or with the mask added."""
    if sheet.has("masked" + h):
        return sheet.given("masked" + h)
    if mask is None:
        return scores
    if kind == "added":
        return sheet.step("masked" + h, ops.add, scores, mask)
    return sheet.step("masked" + h, ops.mask_fill, scores, mask, value=how.mask_value)


def _softmax(sheet: Sheet, how: AttentionOptions, scores: Node, sinks: Node | None, head: int, h: str) -> Node:
    """The softmax of each row: plain, with a sink, to another base, or at a temperature."""
    name = "weights" + h
    if sinks is not None:
        return sheet.step(name, ops.softmax_sink, scores, sinks, head=head)
    base = softmax_base(how)
    if base is not None:
        op, params = ops.softmax_based, {"base": float(base)}
    elif how.temperature != 1.0:
        op, params = ops.softmax_tempered, {"temperature": how.temperature}
    else:
        op, params = ops.softmax, {}
    return in_parts(sheet, name, op, (scores,), params) if how.detail else sheet.step(name, op, scores, **params)


# -- notes and parameters, the same for all heads; ``first`` is the number of the first head


def note_scores(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int, first: str) -> None:
    """Note and record how the scores are scaled and capped."""
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


def note_weights(sheet: Sheet, how: AttentionOptions, first: str) -> None:
    """Note and record the softmax's base, sinks and temperature, and dropout."""
    base = softmax_base(how)
    if base is not None:
        sheet.note(f"softmax of powers of {base:g}")
        sheet.record(softmax_base=base)
    if sheet.has("sinks"):
        sheet.note("a sink in each row's sum")
    if how.temperature != 1.0:
        sheet.note(f"temperature {how.temperature:g}")
        sheet.record(temperature=how.temperature)
    if how.dropout > 0.0 or sheet.has("keep" + first):
        sheet.note(f"dropout {numbers.format_number(how.dropout)}")
        sheet.record(dropout=how.dropout)
