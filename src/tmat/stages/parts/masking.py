"""The mask of an attention stage: rules and a given matrix brought together, and how it comes to bear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tmat.engine.builder import Sheet
from tmat.engine.node import Node
from tmat.errors import InputError
from tmat.sheet.worksheet import Array, Matrix
from tmat.stages.parts.contradictions import overtaken
from tmat.stages.parts.masks import meant, said, visibility
from tmat.stages.parts.options import rules_of

if TYPE_CHECKING:
    from tmat.stages.attention import AttentionOptions


def masking(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int) -> tuple[list[Node | None], str]:
    """The mask of each head, most often one for all, and how it is applied: by filling, by adding, or none."""
    named = rules_of(how.mask)
    names = _names(sheet, heads)
    given = [sheet.peek(name) for name in names]
    numbers = [each.values for each in given if each is not None]
    means = {meant(values, how.mask_means) for values in numbers}
    kind = "added" if "added" in means else next(iter(means), "visible")
    queries, keys = _size(sheet, q, k)
    causal, padding = "causal" in named, "padding" in named
    by_rule = causal or padding or bool(how.valid) or bool(how.window)
    if numbers or by_rule or not overtaken(sheet, "scaled", heads):
        few = how.first_query or (1 if len(queries) < len(keys) else None)
        sheet.note(
            said(causal=causal, padding=padding, valid=how.valid, window=how.window, given=bool(numbers), first=few)
        )
    if len(names) > 1:
        sheet.note("a mask for each head")
    if numbers and kind != "added":
        sheet.note("1 in the mask: hidden" if kind == "hidden" else "1 in the mask: seen")
    sheet.record(mask=list(named) or None, valid=how.valid, window=how.window, first_query=how.first_query)
    nodes = [_mask(sheet, how, each, kind, queries, keys, name) for name, each in zip(names, given, strict=True)]
    if kind == "added":
        if how.renormalize:
            raise _refused_added()
        sheet.note("mask added to the scores")
    elif how.renormalize and nodes[0] is not None:
        sheet.note("weights masked and renormalised")
        sheet.record(renormalize=True)
    elif nodes[0] is not None:
        sheet.record(mask_value=how.mask_value)
        sheet.note(f"{_shown(how.mask_value)} behind the mask")
    return nodes if len(nodes) == heads else nodes * heads, kind


def _names(sheet: Sheet, heads: int) -> list[str]:
    """The masks by name: one, or where it is given so, one for each head."""
    own = [f"mask{h}" for h in range(1, heads + 1)]
    missing = [name for name in own if not sheet.has(name)]
    if len(missing) == len(own):
        return ["mask"]
    if missing or sheet.has("mask"):
        wrong = f"{missing[0]} is not" if missing else "mask is, too"
        raise InputError(f"masks are given for single heads, and {wrong}", mend="give one mask, or one for each head")
    return own


def _mask(
    sheet: Sheet, how: AttentionOptions, given: Matrix | None, kind: str, queries: Sequence[str], keys: Sequence[str], name: str
) -> Node | None:  # fmt: skip
    """One mask: what is given and the rules together, as ones and zeros or as numbers to be added."""
    rules = {"causal": "causal" in rules_of(how.mask), "padding": "padding" in rules_of(how.mask)}
    own = None if given is None or kind == "added" else _visible(given, kind, queries, keys)
    first = how.first_query or 1
    node = visibility(queries, keys, **rules, valid=how.valid, window=how.window, given=own, first=first)
    if kind == "added":
        return _added(sheet, how, given, node, queries, keys, name)
    if node is None:
        return None
    node.name = name
    if own is None:
        return sheet.write(node)
    sheet.take(name)
    return sheet.place(node)


def _added(
    sheet: Sheet, how: AttentionOptions, given: Matrix | None, node: Node | None, queries: Sequence[str], keys: Sequence[str], name: str
) -> Node | None:  # fmt: skip
    """A mask of numbers to be added; what the rules hide is hidden in it."""
    if node is None or given is None or node.make is None:
        return sheet.given(name)
    numbers, seen = _whole(given, queries, keys).values, node.make
    hidden = how.mask_value
    sheet.take(name)
    sheet.note(f"{_shown(hidden)} in the mask where the rules hide")
    node.name = name
    node.make = lambda start, stop: np.where(seen(start, stop) != 0.0, numbers[start:stop], hidden)
    return sheet.place(node)


def _shown(value: float) -> str:
    return "−∞" if value == float("-inf") else f"{value:g}"


def _size(sheet: Sheet, q: Node, k: Node) -> tuple[Sequence[str], Sequence[str]]:
    """Who attends to whom: as Q and K say, or a step of queries by keys that is given."""
    square = [name for name, step in sheet.declared.steps.items() if step.columns_are_tokens]
    found = next((m for name in (*square, *(name + "1" for name in square)) if (m := sheet.peek(name))), None)
    return (found.rows, found.cols) if found is not None else (q.rows, k.rows)


def _visible(given: Matrix, kind: str, queries: Sequence[str], keys: Sequence[str]) -> Array:
    """A given mask as ones and zeros, 1 where a query sees a key."""
    given = _whole(given, queries, keys)
    return given.values if kind == "visible" else 1.0 - (given.values != 0.0)


def _whole(given: Matrix, queries: Sequence[str], keys: Sequence[str]) -> Matrix:
    """A given mask of queries by keys; one row is meant for every query."""
    if given.height == 1 and given.width == len(keys):
        given = Matrix("mask", given.values.repeat(len(queries), axis=0), tuple(queries), given.cols, given.origin)
    if given.values.shape != (len(queries), len(keys)) and queries and keys:
        raise InputError(
            "the mask does not fit the scores",
            f"mask is {given.size}{' from ' + given.origin if given.origin else ''}, "
            f"the scores are {len(queries)}×{len(keys)}",
            mend=f"try a mask of {len(queries)}×{len(keys)}",
        )
    return given


def _refused_added() -> InputError:
    """The error for a mask that is added to the scores where weights are to be masked afterwards."""
    return InputError(
        "‹renormalize› needs a mask of ones and zeros",
        "the mask given has other numbers, to be added to the scores",
        mend="give a mask of ones and zeros, or leave ‹renormalize› out",
    )
