"""The mask of an attention stage: rules and a given matrix brought together, and how it comes to bear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tmat.engine.builder import Sheet
from tmat.engine.node import Node
from tmat.errors import InputError
from tmat.sheet.worksheet import Array, Matrix
from tmat.stages.parts.contradictions import overtaken
from tmat.stages.parts.masks import meant, said, visibility
from tmat.stages.parts.options import rules_of

if TYPE_CHECKING:
    from tmat.stages.attention import AttentionOptions


def masking(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int) -> tuple[Node | None, str]:
    """The mask and how it is applied: by filling, by adding, or none."""
    named = rules_of(how.mask)
    given = sheet.peek("mask")
    kind = meant(given.values, how.mask_means) if given is not None else "visible"
    queries, keys = _size(sheet, q, k)
    own = None if given is None or kind == "added" else _visible(given, kind, queries, keys)
    causal, padding = "causal" in named, "padding" in named
    node = visibility(
        queries, keys, causal=causal, padding=padding, valid=how.valid, window=how.window, given=own
    )  # fmt: skip
    by_rule = causal or padding or bool(how.valid) or bool(how.window)
    if given is not None or by_rule or not overtaken(sheet, "scaled", heads):
        sheet.note(said(causal=causal, padding=padding, valid=how.valid, window=how.window, given=given is not None))
    sheet.record(mask=list(named) or None, valid=how.valid, window=how.window)
    if kind == "added":
        _refuse_added(node, how)
        sheet.note("mask added to the scores")
        return sheet.given("mask"), kind
    if node is None:
        return None, kind
    if own is not None:
        sheet.take("mask")
        node = sheet.place(node)
    else:
        node = sheet.write(node)
    if how.renormalize:
        sheet.note("weights masked and renormalised")
        sheet.record(renormalize=True)
    else:
        sheet.record(mask_value=how.mask_value)
        sheet.note(f"{'−∞' if how.mask_value == float('-inf') else f'{how.mask_value:g}'} behind the mask")
    return node, kind


def _size(sheet: Sheet, q: Node, k: Node) -> tuple[Sequence[str], Sequence[str]]:
    """Who attends to whom: as Q and K say, or a step of queries by keys that is given."""
    square = [name for name, step in sheet.declared.steps.items() if step.columns_are_tokens]
    found = next((m for name in (*square, *(name + "1" for name in square)) if (m := sheet.peek(name))), None)
    return (found.rows, found.cols) if found is not None else (q.rows, k.rows)


def _visible(given: Matrix, kind: str, queries: Sequence[str], keys: Sequence[str]) -> Array:
    """A given mask as ones and zeros, 1 where a query sees a key; one row is meant for every query."""
    if given.height == 1 and given.width == len(keys):
        given = Matrix("mask", given.values.repeat(len(queries), axis=0), tuple(queries), given.cols, given.origin)
    if given.values.shape != (len(queries), len(keys)) and queries and keys:
        raise InputError(
            "the mask does not fit the scores",
            f"mask is {given.size}{' from ' + given.origin if given.origin else ''}, "
            f"the scores are {len(queries)}×{len(keys)}",
            mend=f"try a mask of {len(queries)}×{len(keys)}",
        )
    return given.values if kind == "visible" else 1.0 - (given.values != 0.0)


def _refuse_added(node: Node | None, how: AttentionOptions) -> None:
    """A mask that is added to the scores goes with no rule, and not with weights masked afterwards."""
    if node is not None:
        raise InputError(
            "a mask to be added cannot be combined with the other masks",
            "the mask given has numbers other than 0 and 1",
            mend="give a mask of ones and zeros, or put all of it into the one given",
        )
    if how.renormalize:
        raise InputError(
            "‹renormalize› needs a mask of ones and zeros",
            "the mask given has other numbers, to be added to the scores",
            mend="give a mask of ones and zeros, or leave ‹renormalize› out",
        )
