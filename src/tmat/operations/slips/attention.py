"""Slips from scores to weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.attention import renormalize, softmax, softmax_tempered
from tmat.operations.operation import Array
from tmat.operations.slips.masks import distinct_masks
from tmat.operations.slips.scaling import divisor, number
from tmat.operations.slips.slip import Redo, Variant, slip

SOFTMAX = (softmax, softmax_tempered)


def logits(step: Redo) -> Array:
    """What the exponentials are taken of."""
    return step.operands[0] / float(step.params.get("temperature", 1.0))


def shares(a: Array) -> Array:
    return softmax.evaluate(a)


@slip(
    SOFTMAX,
    "softmax-down-columns",
    said="softmax was taken down the columns",
    mend="take it along each row: each row sums to 1",
)
def down_columns(step: Redo) -> Array:
    return shares(logits(step).T).T


@slip(
    SOFTMAX,
    "softmax-of-whole-matrix",
    said="softmax was taken over the whole matrix at once",
    mend="take it row by row: each row sums to 1",
)
def whole_matrix(step: Redo) -> Array:
    a = logits(step)
    return shares(a.reshape(1, -1)).reshape(a.shape)


@slip(
    SOFTMAX,
    "softmax-without-exp",
    said="each cell was divided by its row's sum, without e to the power of it",
    mend="raise e to each cell first, then divide by the row's sum",
)
def without_exp(step: Redo) -> Iterator[Variant]:
    a = logits(step)
    yield Variant(a / a.sum(axis=1, keepdims=True))
    seen = np.where(np.isneginf(a), 0.0, a)
    if not np.array_equal(seen, a):
        yield Variant(seen / seen.sum(axis=1, keepdims=True))


@slip(
    SOFTMAX,
    "softmax-without-sum",
    said="the exponentials were not divided by their row's sum",
    mend="divide each e^x by the sum of its row: each row sums to 1",
)
def without_sum(step: Redo) -> Array:
    return np.exp(logits(step))


@slip(
    SOFTMAX,
    "softmax-of-opposite",
    said="the exponents have the wrong sign: the largest score got the smallest weight",
    mend="raise e to the score itself, not to its opposite",
    rare=1,
)
def opposite(step: Redo) -> Array:
    return shares(-logits(step))


@slip(
    SOFTMAX,
    "softmax-with-another-base",
    said="{base} was raised to the scores in place of e",
    mend="use e = 2.718…",
    rare=1,
)
def another_base(step: Redo) -> Iterator[Variant]:
    for base in (2.0, 10.0, 3.0, 2.7, 2.71, 2.72, 2.718):
        yield Variant(shares(logits(step) * np.log(base)), {"base": f"{base:g}"})


@slip(SOFTMAX, "softmax-twice", said="softmax was taken twice", mend="take it once", rare=1)
def twice(step: Redo) -> Array:
    return shares(shares(logits(step)))


@slip(
    SOFTMAX,
    "largest-only",
    said="the largest score got all the weight",
    mend="every score gets its share: e^x over the row's sum",
    rare=1,
)
def largest_only(step: Redo) -> Array:
    a = logits(step)
    return np.asarray((a == a.max(axis=1, keepdims=True)).astype(a.dtype))


@slip(
    SOFTMAX,
    "divided-by-largest",
    said="the exponentials were divided by the largest of the row, not by the sum",
    mend="divide by the row's sum: each row sums to 1",
    rare=1,
)
def divided_by_largest(step: Redo) -> Array:
    a = logits(step)
    return np.asarray(np.exp(a - a.max(axis=1, keepdims=True)))


@slip(
    SOFTMAX,
    "softmax-not-taken",
    said="softmax was not taken: these are the numbers of {0}",
    mend="take softmax along each row of {0}",
)
def not_taken(step: Redo) -> Array:
    return step.operands[0]


@slip(
    SOFTMAX,
    "logarithm-of-softmax",
    said="these are the logarithms of the weights",
    mend="leave the logarithm out",
    rare=2,
)
def logarithm(step: Redo) -> Array:
    return np.log(shares(logits(step)))


@slip(
    softmax_tempered,
    "temperature-left-out",
    said="the temperature was left out",
    mend="divide {0} by {temperature} before softmax",
)
def temperature_left_out(step: Redo) -> Array:
    return shares(step.operands[0])


@slip(
    softmax_tempered,
    "temperature-multiplied",
    said="multiplied by the temperature, not divided",
    mend="divide {0} by {temperature} before softmax",
)
def temperature_multiplied(step: Redo) -> Array:
    return shares(step.operands[0] * float(step.params["temperature"]))


# -- the order of things: before the scale, before the mask


def unmasked(step: Redo) -> tuple[Redo, Redo | None]:
    """The step over what stood there before the mask, and the mask's own step."""
    mask = step.maker(0, "mask_fill")
    if mask is None:
        return step, None
    before = step.taking(0, mask.operands[0], mask.names[0])
    inner = Redo(step.op, before.operands, step.params, before.names, step.result, (mask.makers or (None,))[:1])
    return inner, mask


@slip(
    SOFTMAX,
    "softmax-before-scale",
    said="softmax was taken of the scores before they were divided by {divisor}",
    mend="divide by {divisor} first, then take softmax",
)
def before_scale(step: Redo) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    scale = inner.maker(0, "divide_by_root", "divide")
    if scale is None:
        return
    scores = scale.operands[0]
    seen = scores if mask is None else np.where(mask.operands[1] != 0.0, scores, mask.params["value"])
    weights = shares(logits(step.taking(0, seen)))
    said = "the scores were not divided by {divisor} before softmax"
    yield Variant(weights, {"divisor": divisor(scale)}, "scale-left-out", said)
    yield Variant(weights / number(scale), {"divisor": divisor(scale)})


@slip(
    SOFTMAX,
    "softmax-before-mask",
    said="softmax was taken before the mask: what is left of a row no longer sums to 1",
    mend="mask first, then take softmax",
)
def before_mask(step: Redo) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is None:
        return
    hidden = mask.operands[1] == 0.0
    weights = shares(logits(inner))
    yield Variant(np.where(hidden, 0.0, weights))
    yield Variant(np.where(hidden, -np.inf, weights), rare=1)


@slip(
    SOFTMAX,
    "mask-not-applied",
    said="the mask was not applied",
    mend="softmax is of {0}, where the hidden cells are −∞",
)
def mask_not_applied(step: Redo) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is not None:
        yield Variant(shares(logits(inner)))


@slip(
    SOFTMAX,
    "zero-for-infinity",
    said="0 stood for −∞ in the masked cells, and softmax gave them weights",
    mend="put −∞ in the masked cells: then their weights are exactly 0",
)
def zero_for_infinity(step: Redo) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is not None and mask.params["value"] != 0.0:
        yield Variant(shares(np.where(mask.operands[1] != 0.0, logits(inner), 0.0)))


@slip(SOFTMAX, "wrong-mask", said="another mask was applied", mend="look at the mask again")
def wrong_mask(step: Redo) -> Iterator[Variant]:
    inner, mask = unmasked(step)
    if mask is None:
        return
    for wrong in distinct_masks(mask.operands[1]):
        seen = np.where(wrong.mask != 0.0, logits(inner), mask.params["value"])
        yield Variant(shares(seen), {}, wrong.name, wrong.said, wrong.mend)
        yield Variant(
            np.where(wrong.mask != 0.0, shares(logits(inner)), 0.0),
            {},
            f"{wrong.name}+softmax-before-mask",
            wrong.said + ", and softmax was taken before it",
            wrong.mend + "; mask first, then take softmax",
            rare=1,
        )


# -- weights that were thinned


@slip(
    renormalize,
    "not-renormalised",
    said="the weights that were left were not brought back to a sum of 1: these are the numbers of {0}",
    mend="divide each row by its sum",
)
def not_renormalised(step: Redo) -> Array:
    return step.operands[0]


@slip(
    renormalize,
    "renormalised-down-columns",
    said="the columns were divided by their sums",
    mend="divide each row by its own sum",
)
def renormalised_columns(step: Redo) -> Array:
    a = step.operands[0]
    sums = a.sum(axis=0, keepdims=True)
    return a / np.where(sums == 0.0, 1.0, sums)


@slip(
    renormalize,
    "renormalised-by-whole",
    said="every cell was divided by the sum of the whole matrix",
    mend="divide each row by its own sum",
    rare=1,
)
def renormalised_whole(step: Redo) -> Array:
    a = step.operands[0]
    return np.asarray(a / a.sum())


@slip(
    renormalize,
    "softmax-again",
    said="softmax was taken again in place of dividing by the row's sum",
    mend="divide each row by its sum",
    rare=1,
)
def softmax_again(step: Redo) -> Iterator[Variant]:
    a = step.operands[0]
    yield Variant(shares(a))
    yield Variant(shares(np.where(a == 0.0, -np.inf, a)))
