"""Slips with soft caps, sinks, softmax with another base, grouped heads, lengths of rows and caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tmat.operations.attention import soft_cap, softmax, softmax_based, softmax_sink
from tmat.operations.elementwise import append_rows, concat
from tmat.operations.normalization import over_rows, row_length
from tmat.operations.operation import Array
from tmat.operations.products import matmul, matmul_transposed
from tmat.operations.slips.attention import shares, unmasked
from tmat.operations.slips.slip import Redo, Variant, slip, way


def other_sink(step: Redo, a: Array, sinks: Array) -> Iterator[Variant]:
    for head in range(1, sinks.shape[1] + 1):
        if head != step["head"]:
            yield way(step.again(head=head)(), other=str(head))


def powers(step: Redo, a: Array) -> Array:
    return np.asarray(float(step["base"]) ** a)


def another_group(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    """The product with the keys or values of another head."""
    turned = step.maker(1, "rotate")
    cut = step.maker(1, "columns") if turned is None else turned.maker(0, "columns")
    if cut is None:
        return
    width = cut["stop"] - cut["start"] + 1
    if width < 1:
        return
    for first in range(1, cut.operands[0].shape[1] - width + 2, width):
        if first != cut["start"]:
            own = cut.again(start=first, stop=first + width - 1)()
            own = own if turned is None else turned.taking(0, own)()
            yield way(step.taking(1, own)(), start=str(first), stop=str(first + width - 1), whole=cut.names[0])


def scores_of(weights: Redo | None) -> Redo | None:
    """The step that made the scores from which weights were made."""
    while weights is not None and weights.op is not matmul_transposed:
        weights = weights.makers[0] if weights.makers else None
    return weights


def from_keys(step: Redo, keys: Array) -> Array:
    """The weights, or a step before them, recomputed with other keys."""
    if step.op is matmul_transposed:
        return step.taking(1, keys)()
    made = step.makers[0]
    assert made is not None
    return step.taking(0, from_keys(made, keys))()


def attended(step: Redo) -> list[tuple[Redo, Redo]]:
    """For each head the step that made Z and the one that made its scores; empty unless all heads have both."""
    found = [(made, scores_of(made.maker(0))) for made in step.makers if made is not None and made.op is matmul]
    heads = [(made, scores) for made, scores in found if scores is not None]
    return heads if len(heads) == len(step.operands) else []


def shared_otherwise(step: Redo, group: Callable[[int, int], int]) -> Array | None:
    """The heads with the keys and values of other groups, where heads share them."""
    heads = attended(step)
    groups = list({scores.names[1]: (scores.operands[1], made.operands[1]) for made, scores in heads}.values())
    if len(groups) < 2 or len(groups) == len(heads):
        return None
    found = []
    for h, (made, _) in enumerate(heads):
        keys, values = groups[group(h, len(groups))]
        weights = made.makers[0]
        assert weights is not None
        found.append(made.taking(0, from_keys(weights, keys)).taking(1, values)())
    return np.concatenate(found, axis=1)


def over_heads(step: Redo, *parts: Array) -> Array | None:
    """Softmax over the heads, cell by cell; masked cells get equal shares."""
    heads = [made for made, _ in attended(step)]
    weights = [made.maker(0, "softmax") for made in heads]
    logits = [own.operands[0] for own in weights if own is not None]
    if len(logits) < 2 or len(logits) < len(parts):
        return None
    cells = np.stack(logits, axis=-1)
    own = softmax.evaluate(np.where(np.isneginf(cells), -1e9, cells).reshape(-1, len(logits))).reshape(cells.shape)
    return np.concatenate([own[..., h] @ made.operands[1] for h, made in enumerate(heads)], axis=1)


def cap_after_softmax(step: Redo, a: Array) -> Array | None:
    inner, mask = unmasked(step)
    cap = inner.maker(0, "soft_cap")
    if cap is None:
        return None
    scores = cap.operands[0]
    seen = scores if mask is None else np.where(mask.operands[1] != 0.0, scores, mask.params["value"])
    return np.asarray(soft_cap.evaluate(shares(seen), cap=cap["cap"]))


# fmt: off

slip(concat, "keys-shared-in-turn", lambda step, *_: shared_otherwise(step, lambda h, groups: h % groups),
     said="keys and values were dealt out to the heads in turn: tiled, not repeated",
     mend="heads side by side share: repeat each head of keys, as torch's repeat_interleave does, and not the whole row of them")
slip(concat, "keys-of-one-group", lambda step, *_: shared_otherwise(step, lambda h, groups: 0), rare=1,
     said="every head has the keys and values of the first group", mend="heads side by side share: each group has keys and values of its own")
slip(concat, "softmax-over-heads", over_heads, rare=1,
     said="softmax was taken over the heads", mend="take it along each row of every head: the last axis")
slip(softmax, "cap-after-softmax", cap_after_softmax,
     said="the weights were capped, not the scores", mend="cap the scores first, then take softmax")
slip((matmul, matmul_transposed), "another-heads-keys", another_group, rare=1,
     said="columns {start} to {stop} of {whole} were taken, which are another head's, not {1}",
     mend="look which heads share which keys: heads side by side share, 1 and 2 before 3 and 4")
slip(soft_cap, "cap-left-out", lambda _, a: a,
     said="these are the numbers of {0}: they were not capped", mend="take {cap}·tanh({0} / {cap})")
slip(soft_cap, "cap-not-multiplied-back", lambda step, a: np.tanh(a / step["cap"]),
     said="tanh was not multiplied by {cap}", mend="take {cap}·tanh({0} / {cap})")
slip(soft_cap, "not-divided-by-cap", lambda step, a: step["cap"] * np.tanh(a),
     said="the scores were not divided by {cap} before tanh", mend="take {cap}·tanh({0} / {cap})")
slip(soft_cap, "cut-off-at-cap", lambda step, a: np.clip(a, -step["cap"], step["cap"]), rare=1,
     said="the scores were cut off at {cap}", mend="take {cap}·tanh({0} / {cap}): no score is cut off")
slip(softmax_sink, "sink-left-out", lambda _, a, sinks: shares(a),
     said="the sink was left out: each row sums to 1", mend="add e^sink to the sum that each row is divided by")
slip(softmax_sink, "sink-without-exp",
     lambda step, a, sinks: np.exp(a) / (np.exp(a).sum(axis=1, keepdims=True) + sinks[0, step["head"] - 1]), rare=1,
     said="the sink itself was added to the sum, not e to the power of it", mend="add e^sink to the sum")
slip(softmax_sink, "sink-of-another-head", other_sink,
     said="the sink of head {other} was taken", mend="take the sink of head {head}")
slip(softmax_based, "e-for-the-base", lambda _, a: shares(a),
     said="e was raised to the scores in place of {base}", mend="raise {base} to each score, then divide by the row's sum")
slip(softmax_based, "multiplied-by-base", lambda step, a: shares(a * step["base"]), rare=1,
     said="e was raised to {base} times the score", mend="raise {base} to each score, then divide by the row's sum")
slip(softmax_based, "powers-not-divided", powers,
     said="the powers were not divided by their row's sum", mend="divide each power by the sum of its row: each row sums to 1")
slip(softmax_based, "softmax-down-columns", lambda step, a: step.taking(0, a.T.copy())().T.copy(),
     said="softmax was taken down the columns", mend="take it along each row: each row sums to 1")
slip(row_length, "root-left-out", lambda _, a: np.square(a).sum(axis=1, keepdims=True),
     said="the root was left out: this is the sum of squares", mend="take the root of the sum of squares")
slip(row_length, "root-of-mean", lambda _, a: np.sqrt(np.square(a).mean(axis=1, keepdims=True)),
     said="this is the root mean square: the squares were averaged", mend="add the squares up, then take the root")
slip(row_length, "sum-of-sizes", lambda _, a: np.abs(a).sum(axis=1, keepdims=True), rare=1,
     said="the sizes were added up, not the squares", mend="take the root of the sum of squares")
slip(over_rows, "not-divided", lambda _, a, by: a,
     said="these are the numbers of {0}: not divided", mend="divide each row by its own number in {1}")
slip(over_rows, "multiplied-by-length", lambda _, a, by: a * by, rare=1,
     said="multiplied by {1}, not divided", mend="divide each row by its own number in {1}")
slip(append_rows, "new-rows-first", lambda _, *parts: np.concatenate(parts[::-1], axis=0),
     said="the new rows stand above the old ones", mend="put the new rows below: {0}, then {1}")
slip(append_rows, "old-rows-left-out", lambda _, *parts: parts[-1],
     said="these are the numbers of {1} alone", mend="put them below the rows of {0}")
slip(append_rows, "new-rows-left-out", lambda _, *parts: parts[0],
     said="these are the numbers of {0} alone", mend="put the rows of {1} below")
