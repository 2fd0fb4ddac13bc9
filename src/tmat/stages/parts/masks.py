"""The mask of an attention stage: its rules and a given matrix combined, and whether it fills scores or is added to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tmat.engine.node import Node
from tmat.errors import InputError
from tmat.operations.operation import Array
from tmat.sheet.worksheet import Matrix
from tmat.stages.parts.contradictions import overtaken
from tmat.stages.parts.options import rules_of

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.stages.attention import AttentionOptions

PAD = "<pad>"


def masks_of(sheet: Sheet, how: AttentionOptions, q: Node, k: Node, heads: int) -> tuple[list[Node | None], str]:
    """The mask of each head, and what its numbers mean (as ``meant`` says); None where nothing is masked.

    One mask serves all heads unless each has its own (mask1, mask2, …).
    """
    rules = rules_of(how.mask)
    names = _names(sheet, heads)
    given = [sheet.peek(name) for name in names]
    numbers = [each.values for each in given if each is not None]
    means = {meant(values, how.mask_means) for values in numbers}
    kind = "added" if "added" in means else next(iter(means), "visible")
    queries, keys = _size(sheet, q, k)
    causal, padding = "causal" in rules, "padding" in rules
    by_rule = causal or padding or bool(how.valid) or bool(how.window)
    if numbers or by_rule or not overtaken(sheet, "scaled", heads):
        first = how.first_query or (1 if len(queries) < len(keys) else None)
        sheet.note(
            said(causal=causal, padding=padding, valid=how.valid, window=how.window, given=bool(numbers), first=first)
        )
    if len(names) > 1:
        sheet.note("a mask for each head")
    if numbers and kind != "added":
        sheet.note("1 in the mask: hidden" if kind == "hidden" else "1 in the mask: seen")
    sheet.record(mask=list(rules) or None, valid=how.valid, window=how.window, first_query=how.first_query)
    nodes = [_mask(sheet, how, each, kind, queries, keys, name) for name, each in zip(names, given, strict=True)]
    if kind == "added":
        if how.renormalize:
            raise InputError(
                "‹renormalize› needs a mask of ones and zeros",
                "the mask given has other numbers, to be added to the scores",
                mend="give a mask of ones and zeros, or leave ‹renormalize› out",
            )
        sheet.note("mask added to the scores")
    elif how.renormalize and nodes[0] is not None:
        sheet.note("weights masked and renormalised")
        sheet.record(renormalize=True)
    elif nodes[0] is not None:
        sheet.record(mask_value=how.mask_value)
        sheet.note(f"{_shown(how.mask_value)} behind the mask")
    return nodes if len(nodes) == heads else nodes * heads, kind


def _names(sheet: Sheet, heads: int) -> list[str]:
    """The names of the masks: mask, or mask1, mask2, … where one is given for each head."""
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
    """One mask, the given matrix and the rules combined: ones and zeros, or numbers to be added."""
    rules = rules_of(how.mask)
    ones = None if given is None or kind == "added" else _visible(given, kind, queries, keys)
    node = visibility(
        queries, keys, causal="causal" in rules, padding="padding" in rules, valid=how.valid, window=how.window,
        given=ones, first=how.first_query or 1,
    )  # fmt: skip
    if kind == "added":
        return _added(sheet, how, given, node, queries, keys, name)
    if node is None:
        return None
    node.name = name
    if ones is None:
        return sheet.write(node)
    sheet.take(name)
    return sheet.place(node)


def _added(
    sheet: Sheet, how: AttentionOptions, given: Matrix | None, rules: Node | None, queries: Sequence[str], keys: Sequence[str], name: str
) -> Node | None:  # fmt: skip
    """A mask of numbers to be added, with ``mask_value`` where the rules hide a key."""
    if rules is None or given is None or rules.make is None:
        return sheet.given(name)
    numbers, seen, hidden = _whole(given, queries, keys).values, rules.make, how.mask_value
    sheet.take(name)
    sheet.note(f"{_shown(hidden)} in the mask where the rules hide")
    rules.name = name
    rules.make = lambda start, stop: np.where(seen(start, stop) != 0.0, numbers[start:stop], hidden)
    return sheet.place(rules)


def _shown(value: float) -> str:
    return "−∞" if value == float("-inf") else f"{value:g}"


def _size(sheet: Sheet, q: Node, k: Node) -> tuple[Sequence[str], Sequence[str]]:
    """The labels of queries and keys: of a given step of queries × keys, else of Q and K."""
    square = [name for name, step in sheet.declared.steps.items() if step.columns_are_tokens]
    found = next((m for name in (*square, *(name + "1" for name in square)) if (m := sheet.peek(name))), None)
    return (found.rows, found.cols) if found is not None else (q.rows, k.rows)


def _visible(given: Matrix, kind: str, queries: Sequence[str], keys: Sequence[str]) -> Array:
    """A given mask as ones and zeros, 1 where a query sees a key."""
    given = _whole(given, queries, keys)
    return given.values if kind == "visible" else 1.0 - (given.values != 0.0)


def _whole(given: Matrix, queries: Sequence[str], keys: Sequence[str]) -> Matrix:
    """A given mask of queries × keys; a single row is repeated for every query."""
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


def visibility(
    queries: Sequence[str],
    keys: Sequence[str],
    *,
    causal: bool = False,
    padding: bool = False,
    valid: int | None = None,
    window: int | None = None,
    given: Array | None = None,
    first: int = 1,
) -> Node | None:
    """The mask that the rules make, 1 where query i may attend to key j, else 0; None without a rule.

    causal: j ≤ i; padding: key j is not <pad>; valid: j is among the first N keys; window: |i − j| ≤ w. A given mask of
    ones and zeros is one rule more, and all must hold. The first query stands at key ``first``: with n queries and m
    keys, first = m − n + 1 aligns the last query with the last key.
    """
    if not (causal or padding or valid is not None or window is not None) and given is None:
        return None
    n, m = len(queries), len(keys)
    if padding and PAD not in keys:
        raise InputError(
            "‹mask padding› finds no <pad> among the tokens",
            f"the keys are {', '.join(keys[:12])}{' …' if m > 12 else ''}",
            mend="say how many are real: ‹valid N›",
        )
    if valid is not None and not 0 <= valid <= m:
        raise InputError(f"‹valid {valid}› does not fit", f"there are {m} keys: expected 0 to {m}")
    if window is not None and window < 0:
        raise InputError(f"‹window {window}› does not fit", "expected 0 or more keys on each side")
    seen = np.ones(m, dtype=bool)
    if padding:
        seen &= np.array([key != PAD for key in keys])
    if valid is not None:
        seen &= np.arange(m) < valid

    def rows(start: int, stop: int) -> Array:
        i, j = np.arange(start, stop)[:, None] + (first - 1), np.arange(m)[None, :]
        allowed = np.broadcast_to(seen, (stop - start, m)).copy()
        if causal:
            allowed &= j <= i
        if window is not None:
            allowed &= np.abs(i - j) <= window
        if given is not None:
            allowed &= given[start:stop] != 0.0
        return allowed.astype(np.float64)

    return Node("mask", (n, m), queries, keys, make=rows)


def meant(mask: Array, meaning: str) -> str:
    """What a given mask's numbers mean: "visible" (1 may attend), "hidden" (1 may not, as in torch), "added" to the scores.

    "auto" takes ones and zeros for "visible", any other number for "added".

    >>> meant(np.array([[0.0, -np.inf]]), "auto"), meant(np.array([[1.0, 0.0]]), "auto")
    ('added', 'visible')
    """
    if meaning != "auto":
        return meaning
    return "visible" if bool(np.isin(mask, (0.0, 1.0)).all()) else "added"


def said(
    *, causal: bool, padding: bool, valid: int | None, window: int | None, given: bool, first: int | None = None
) -> str:
    """The masks in force, as a note.

    >>> said(causal=True, padding=False, valid=4, window=None, given=False)
    'mask: causal, first 4 keys'
    """
    parts = []
    if causal:
        parts.append("causal")
    if padding:
        parts.append("padding")
    if valid is not None:
        parts.append(f"first {valid} key{'' if valid == 1 else 's'}")
    if window is not None:
        parts.append(f"window of {window} each side")
    if given:
        parts.append("given")
    if first is not None and (causal or window is not None):
        parts.append(f"query 1 at key {first}")
    return f"mask: {', '.join(parts)}" if parts else "no mask"
