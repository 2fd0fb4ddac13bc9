"""Slips from scores to weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.numbers import round_half_away
from tmat.operations.attention import renormalize, softmax, softmax_tempered
from tmat.operations.operation import Array
from tmat.operations.slips.masks import distinct_masks
from tmat.operations.slips.scaling import divisor, number
from tmat.operations.slips.slip import Redo, Variant, slip, way

SOFTMAX = (softmax, softmax_tempered)


def logits(step: Redo) -> Array:
    """The exponents: the operand over the temperature."""
    return step.operands[0] / float(step.params.get("temperature", 1.0))


def shares(a: Array) -> Array:
    return softmax.evaluate(a)


def whole_matrix(step: Redo, _: Array) -> Array:
    a = logits(step)
    return shares(a.reshape(1, -1)).reshape(a.shape)


def without_exp(step: Redo, _: Array) -> Iterator[Variant]:
    a = logits(step)
    yield way(a / a.sum(axis=1, keepdims=True))
    seen = np.where(np.isneginf(a), 0.0, a)
    if not np.array_equal(seen, a):
        yield way(seen / seen.sum(axis=1, keepdims=True))


def another_base(step: Redo, a: Array) -> Iterator[Variant]:
    for base in (2.0, 10.0, 3.0, 2.7, 2.71, 2.72, 2.718):
        yield way(shares(logits(step) * np.log(base)), base=f"{base:g}")


def largest(step: Redo) -> Array:
    """The largest exponent of each row."""
    return np.asarray(logits(step).max(axis=1, keepdims=True))


def exponentials_rounded(step: Redo, _: Array) -> Iterator[Variant]:
    powers = np.exp(logits(step))
    for decimals in (2, 1, 3, 0):
        rounded = round_half_away(powers, decimals)
        if not np.array_equal(rounded, powers):
            yield way(rounded / rounded.sum(axis=1, keepdims=True), decimals=str(decimals))


def between_extremes(step: Redo, _: Array) -> Iterator[Variant]:
    """Each row, or the whole, scaled from its minimum, 0, to its maximum, 1; masked cells are 0."""
    a = logits(step)
    for axis, which in ((1, "each row"), (None, "the whole matrix")):
        low = np.where(np.isneginf(a), np.inf, a).min(axis=axis, keepdims=True)
        stretched = np.where(np.isneginf(a), 0.0, (a - low) / (a.max(axis=axis, keepdims=True) - low))
        yield way(stretched, rare=int(axis is None), which=which)


def dropped(step: Redo, a: Array) -> Iterator[Variant]:
    """Weights scaled up by dropout, and weights that it dropped."""
    for p in (0.1, 0.2, 0.3, 0.5):
        yield way(step() / (1 - p), p=f"{p:g}", rare=1)
    yield way(np.zeros_like(a), said="0 stands here, as where dropout was left on")


def not_taken(step: Redo, a: Array) -> Iterator[Variant]:
    yield way(a)
    if np.isneginf(a).any():
        said = "softmax was not taken: these are the numbers of {0}, with 0 where the mask hides a cell"
        yield way(np.where(np.isneginf(a), 0.0, a), said=said)


def unmasked(step: Redo) -> tuple[Redo, Redo | None]:
    """The step applied to the unmasked scores, and the masking step, if there is one."""
    mask = step.maker(0, "mask_fill")
    if mask is None:
        return step, None
    before = step.taking(0, mask.operands[0], mask.names[0])
    inner = Redo(step.op, before.operands, step.params, before.names, step.result, (mask.makers or (None,))[:1])
    return inner, mask


def before_scale(step: Redo, a: Array) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    scale = inner.maker(0, "divide_by_root", "divide")
    if scale is None:
        return
    scores = scale.operands[0]
    seen = scores if mask is None else np.where(mask.operands[1] != 0.0, scores, mask.params["value"])
    weights = shares(logits(step.taking(0, seen)))
    said = "the scores were not divided by {divisor} before softmax"
    yield way(weights, "scale-left-out", said, divisor=divisor(scale))
    yield way(weights / number(scale), divisor=divisor(scale))


def before_mask(step: Redo, a: Array) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is None:
        return
    hidden = mask.operands[1] == 0.0
    weights = shares(logits(inner))
    yield way(np.where(hidden, 0.0, weights))
    yield way(np.where(hidden, -np.inf, weights), rare=1)


def mask_not_applied(step: Redo, a: Array) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is not None:
        yield way(shares(logits(inner)))


def zero_for_infinity(step: Redo, a: Array) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is not None and mask.params["value"] != 0.0:
        yield way(shares(np.where(mask.operands[1] != 0.0, logits(inner), 0.0)))


def wrong_mask(step: Redo, a: Array) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is None:
        return
    for wrong in distinct_masks(mask):
        seen = np.where(wrong.mask != 0.0, logits(inner), mask.params["value"])
        yield way(shares(seen), wrong.name, wrong.said, wrong.mend)
        if wrong.name == "future-seen":
            continue  # within the visible columns it masks nothing
        yield way(
            np.where(wrong.mask != 0.0, shares(logits(inner)), 0.0),
            f"{wrong.name}+softmax-before-mask",
            wrong.said + ", and softmax was taken before it",
            wrong.mend + "; mask first, then take softmax",
            rare=1,
        )


def renormalised_columns(step: Redo, a: Array) -> Array:
    sums = a.sum(axis=0, keepdims=True)
    return a / np.where(sums == 0.0, 1.0, sums)


def softmax_again(step: Redo, a: Array) -> Iterator[Variant]:
    yield way(shares(a))
    yield way(shares(np.where(a == 0.0, -np.inf, a)))


# fmt: off

slip(SOFTMAX, "softmax-down-columns", lambda step, a: shares(logits(step).T).T,
     said="softmax was taken down the columns", mend="take it along each row: each row sums to 1")
slip(SOFTMAX, "softmax-of-whole-matrix", whole_matrix,
     said="softmax was taken over the whole matrix at once", mend="take it row by row: each row sums to 1")
slip(SOFTMAX, "softmax-without-exp", without_exp,
     said="each cell was divided by its row's sum, without e to the power of it",
     mend="raise e to each cell first, then divide by the row's sum")
slip(SOFTMAX, "softmax-without-sum", lambda step, a: np.exp(logits(step)),
     said="the exponentials were not divided by their row's sum",
     mend="divide each e^x by the sum of its row: each row sums to 1")
slip(SOFTMAX, "softmax-of-opposite", lambda step, a: shares(-logits(step)), rare=1,
     said="the exponents have the wrong sign: the largest score got the smallest weight",
     mend="raise e to the score itself, not to its opposite")
slip(SOFTMAX, "softmax-with-another-base", another_base, rare=1,
     said="{base} was raised to the scores in place of e", mend="use e = 2.718…")
slip(SOFTMAX, "softmax-twice", lambda step, a: shares(shares(logits(step))), rare=1,
     said="softmax was taken twice", mend="take it once")
slip(SOFTMAX, "largest-only", lambda step, a: (logits(step) == largest(step)).astype(a.dtype), rare=1,
     said="the largest score got all the weight", mend="every score gets its share: e^x over the row's sum")
slip(SOFTMAX, "divided-by-largest", lambda step, _: np.exp(logits(step) - largest(step)), rare=1,
     said="the exponentials were divided by the largest of the row, not by the sum",
     mend="divide by the row's sum: each row sums to 1")
slip(SOFTMAX, "exponentials-rounded-early", exponentials_rounded, rare=1,
     said="the exponentials were rounded to {decimals} decimals before they were divided by their sum",
     mend="keep more decimals of e^x than the answer shows")
slip(SOFTMAX, "sigmoid-for-softmax", lambda step, _: 1 / (1 + np.exp(-logits(step))), rare=1,
     said="the sigmoid of each score was taken, not softmax", mend="divide e^x by the sum of its row: each row sums to 1")
slip(SOFTMAX, "min-max", between_extremes, rare=1,
     said="{which} was stretched to go from 0 to 1", mend="take softmax: e^x over the sum of its row")
slip(SOFTMAX, "dropout-left-on", dropped, rare=1,
     said="dropout was left on: what is kept is divided by 1 − {p}", mend="leave dropout out: each row sums to 1")
slip(SOFTMAX, "softmax-not-taken", not_taken,
     said="softmax was not taken: these are the numbers of {0}", mend="take softmax along each row of {0}")
slip(SOFTMAX, "logarithm-of-softmax", lambda step, a: np.log(shares(logits(step))), rare=2,
     said="these are the logarithms of the weights", mend="leave the logarithm out")
slip(softmax_tempered, "temperature-left-out", lambda _, a: shares(a),
     said="the temperature was left out", mend="divide {0} by {temperature} before softmax")
slip(softmax_tempered, "temperature-multiplied", lambda step, a: shares(a * step["temperature"]),
     said="multiplied by the temperature, not divided", mend="divide {0} by {temperature} before softmax")
slip(SOFTMAX, "softmax-before-scale", before_scale,
     said="softmax was taken of the scores before they were divided by {divisor}",
     mend="divide by {divisor} first, then take softmax")
slip(SOFTMAX, "softmax-before-mask", before_mask,
     said="softmax was taken before the mask: what is left of a row no longer sums to 1",
     mend="mask first, then take softmax")
slip(SOFTMAX, "mask-not-applied", mask_not_applied,
     said="the mask was not applied", mend="softmax is of {0}, where the hidden cells are −∞")
slip(SOFTMAX, "zero-for-infinity", zero_for_infinity,
     said="0 stood for −∞ in the masked cells, and softmax gave them weights",
     mend="put −∞ in the masked cells: then their weights are exactly 0")
slip(SOFTMAX, "wrong-mask", wrong_mask,
     said="another mask was applied", mend="look at the mask again")
slip(renormalize, "not-renormalised", lambda _, a: a,
     said="what was left was not brought back to a sum of 1: these are the numbers of {0}",
     mend="divide each row by its sum")
slip(renormalize, "renormalised-down-columns", renormalised_columns,
     said="the columns were divided by their sums", mend="divide each row by its own sum")
slip(renormalize, "renormalised-by-whole", lambda _, a: a / a.sum(), rare=1,
     said="every cell was divided by the sum of the whole matrix", mend="divide each row by its own sum")
slip(renormalize, "softmax-again", softmax_again, rare=1,
     said="softmax was taken again in place of dividing by the row's sum", mend="divide each row by its sum")
