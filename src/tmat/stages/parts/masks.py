"""Who may attend to whom: masks as rules, combined into one matrix of ones and zeros."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.engine.node import Node
from tmat.errors import InputError
from tmat.operations.operation import Array

PAD = "<pad>"


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
    """A mask by its rules, 1 where row i may attend to column j, or None where no rule is asked for.

    Causal: j ≤ i. Padding: keys that are <pad> are hidden. Valid: only the first N keys are seen.
    Window: |i − j| ≤ w. A given mask joins the rules: both must say yes. The first query stands at key ``first``, which
    is what aligns a few queries with the last of many keys.
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
    """What a given mask's numbers mean: "visible" (1 may attend), "hidden" (1 may not, as torch's), "added" to the scores.

    >>> meant(np.array([[0.0, -np.inf]]), "auto"), meant(np.array([[1.0, 0.0]]), "auto")
    ('added', 'visible')
    """
    if meaning != "auto":
        return meaning
    return "visible" if bool(np.isin(mask, (0.0, 1.0)).all()) else "added"


def said(
    *, causal: bool, padding: bool, valid: int | None, window: int | None, given: bool, first: int | None = None
) -> str:
    """The masks in force as a phrase.

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
