"""The weights of a head: its scores masked, and made shares by a softmax of one convention or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.late import late
from tmat.stages.parts.folded import in_parts
from tmat.stages.parts.options import softmax_base
from tmat.stages.parts.scoring import a_number_a_head

if TYPE_CHECKING:
    from tmat import numbers
    from tmat import operations as ops
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.stages.attention import AttentionOptions
else:
    numbers, ops = late("tmat.numbers"), late("tmat.operations")


def sinks(sheet: Sheet, heads: int) -> Node | None:
    """A number a head that takes part in each row's sum, and in no output (Xiao et al. 2024; gpt-oss)."""
    return a_number_a_head(sheet, "sinks", heads)


def weighed(
    sheet: Sheet, how: AttentionOptions, scores: Node, mask: Node | None, kind: str, sinks: Node | None, head: int, h: str
) -> Node:  # fmt: skip
    """The weights of head h: the scores masked, then their softmax; or masked after it, where they are renormalized."""
    if how.renormalize and mask is not None:
        weights = _shares(sheet, how, scores, sinks, head, h)
        thinned = sheet.step("masked" + h, ops.multiply, weights, mask)
        return sheet.step("renormalized" + h, ops.renormalize, thinned)
    return _shares(
        sheet, how, scores if how.renormalize else _masked(sheet, how, scores, mask, kind, h), sinks, head, h
    )


def dropped(sheet: Sheet, how: AttentionOptions, weights: Node, h: str) -> Node:
    """The weights that dropout keeps."""
    if how.dropout == 0.0 and not sheet.has("keep" + h):
        return weights
    kept = sheet.keep_mask("keep" + h, weights, how.dropout, how.dropout_seed)
    return sheet.step("dropped" + h, ops.dropout, weights, kept, p=how.dropout)


def _masked(sheet: Sheet, how: AttentionOptions, scores: Node, mask: Node | None, kind: str, h: str) -> Node:
    """The scores with the mask's number where a key is hidden, or with the mask added."""
    if sheet.has("masked" + h):
        return sheet.given("masked" + h)
    if mask is None:
        return scores
    if kind == "added":
        return sheet.step("masked" + h, ops.add, scores, mask)
    return sheet.step("masked" + h, ops.mask_fill, scores, mask, value=how.mask_value)


def _shares(sheet: Sheet, how: AttentionOptions, seen: Node, sinks: Node | None, head: int, h: str) -> Node:
    """The softmax, as the conventions say it is taken."""
    name = "weights" + h
    if sinks is not None:
        return sheet.step(name, ops.softmax_sink, seen, sinks, head=head)
    base = softmax_base(how)
    if base is not None:
        op, params = ops.softmax_based, {"base": float(base)}
    elif how.temperature != 1.0:
        op, params = ops.softmax_tempered, {"temperature": how.temperature}
    else:
        op, params = ops.softmax, {}
    return in_parts(sheet, name, op, (seen,), params) if how.detail else sheet.step(name, op, seen, **params)


def noted(sheet: Sheet, how: AttentionOptions, first: str) -> None:
    """What is said of the weights: once; ``first`` is the number of the first head."""
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
