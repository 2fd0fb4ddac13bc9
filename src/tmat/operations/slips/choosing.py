"""Slips from logits to the next word, and in the probability of a text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.attention import renormalize
from tmat.operations.choosing import (
    add_column,
    keep_largest,
    keep_smallest,
    log_softmax,
    nucleus,
    range_of_draw,
    repetition_penalty,
    running_sums,
    surprise,
)
from tmat.operations.losses import picked, product_of_all, sum_of_all
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def penalty_by_any_sign(step: Redo, a: Array, said: Array) -> Iterator[Variant]:
    penalty = step["penalty"]
    yield way(np.where(said != 0.0, a / penalty, a), done="divided")
    yield way(np.where(said != 0.0, a * penalty, a), "penalty-multiplied", done="multiplied")


def penalty_exchanged(step: Redo, a: Array, said: Array) -> Array:
    penalty = step["penalty"]
    return np.where(said != 0.0, np.where(a > 0.0, a * penalty, a / penalty), a)


def penalty_on_all(step: Redo, a: Array, said: Array) -> Array:
    penalty: float = step["penalty"]
    return np.where(a > 0.0, a / penalty, a * penalty)


def one_too_many(step: Redo, a: Array) -> Iterator[Variant]:
    for k in (step["k"] - 1, step["k"] + 1):
        if 1 <= k < a.shape[1]:
            yield way(step.again(k=k)(), kept=str(k))


def zero_for_the_others(step: Redo, a: Array) -> Array | None:
    if step.params.get("otherwise", -np.inf) == 0.0:
        return None
    kept = step()
    return np.asarray(np.where(np.isneginf(kept), 0.0, kept))


def smallest_kept(step: Redo, a: Array) -> Array:
    return np.where(np.isfinite(-step.op.evaluate(-a, k=step["k"])), a, step.params.get("otherwise", -np.inf))


def crossing_left_out(step: Redo, a: Array) -> Array:
    order = np.argsort(-a, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(a, order, axis=1), axis=1)
    kept = np.empty(a.shape, dtype=bool)
    np.put_along_axis(kept, order, sums <= step["p"] + 1e-12, axis=1)
    return np.where(kept, a, 0.0)


def in_order_of_words(step: Redo, a: Array) -> Array:
    before = np.cumsum(a, axis=1) - a
    return np.where(before < step["p"] - 1e-12, a, 0.0)


def experts_alike(step: Redo, a: Array) -> Array | None:
    return None if step.maker(0, "keep_largest") is None else (a > 0.0) / (a > 0.0).sum(axis=1, keepdims=True)


def one_range_off(step: Redo, ends: Array, draw: Array) -> Iterator[Variant]:
    first, last = step["first"], step["first"] + ends.shape[1] - 1
    right = step()
    for by, side in ((-1.0, "before"), (1.0, "after")):
        near = np.clip(right + by, first, last)
        if (near != right).all():
            yield way(near, side=side)


def likeliest_taken(step: Redo, ends: Array, draw: Array) -> Array:
    widths = np.diff(ends, axis=1, prepend=0.0)
    return np.asarray(widths.argmax(axis=1) + step["first"], dtype=np.float64).reshape(-1, 1)


def softmax_without_logarithm(step: Redo, a: Array) -> Array:
    shares = np.exp(a - a.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def another_base(step: Redo, a: Array) -> Iterator[Variant]:
    yield way(step() / np.log(2.0), base="2")
    yield way(step() / np.log(10.0), base="10")


def a_beam_each(step: Redo, a: Array) -> Array | None:
    best = a.argmin(axis=1)
    kept = np.zeros(a.shape, dtype=bool)
    kept[np.arange(len(a)), best] = True
    return np.where(kept, a, np.inf) if len(a) > 1 else None


def largest_of_each_row(step: Redo, a: Array) -> Array:
    return np.asarray(a[: len(step["columns"])].max(axis=1, keepdims=True))


def word_before(step: Redo, a: Array) -> Array | None:
    columns = [column - 1 for column in step["columns"]]
    rows = np.arange(1, len(columns))
    if len(rows) == 0:
        return None
    found = step().copy()
    found[1:, 0] = a[rows, columns[:-1]]
    return found


def one_of_the_factors(step: Redo, a: Array) -> Iterator[Variant]:
    if a.size > 1:
        yield way(a.reshape(-1)[-1:].reshape(1, 1), done="the last word's alone is here")
        yield way(a[:-1].prod().reshape(1, 1), "last-factor-left-out", done="the last word's was left out")
        yield way(a[1:].prod().reshape(1, 1), "first-factor-left-out", done="the first word's was left out")


def mean_for_sum(step: Redo, a: Array) -> Array | None:
    return a.mean().reshape(1, 1) if a.size > 1 else None


# fmt: off

slip(repetition_penalty, "penalty-left-out", lambda _, a, said: a,
     said="the penalty was left out: these are the numbers of {0}", mend="divide a positive number of a word said before by {penalty}, multiply a negative one")
slip(repetition_penalty, "penalty-divided", penalty_by_any_sign,
     said="every number of a word said before was {done}, whatever its sign", mend="divide where it is above 0, multiply where it is below")
slip(repetition_penalty, "penalty-by-wrong-sign", penalty_exchanged,
     said="the positive numbers were multiplied and the negative ones divided", mend="divide where a number is above 0, multiply where it is below: both make the word less likely")
slip(repetition_penalty, "penalty-subtracted", lambda step, a, said: np.where(said != 0.0, a - step["penalty"], a), rare=1,
     said="the penalty was subtracted", mend="divide by it where a number is above 0, multiply where it is below")
slip(repetition_penalty, "penalty-on-all", penalty_on_all, rare=1,
     said="every word was penalised", mend="penalise only those that {1} marks")
slip(keep_largest, "all-kept", lambda _, a: a,
     said="none was left out", mend="keep the {k} largest of the row and put −∞ for the others")
slip(keep_largest, "another-number-kept", one_too_many,
     said="the {kept} largest were kept", mend="keep the {k} largest")
slip(keep_largest, "zero-for-the-others", zero_for_the_others,
     said="those left out hold 0, not −∞", mend="put −∞ there: a logit of 0 still gets a probability from softmax, e⁰ = 1")
slip(keep_largest, "smallest-kept", smallest_kept, rare=1,
     said="the smallest were kept", mend="keep the {k} largest")
slip(nucleus, "all-kept", lambda _, a: a,
     said="none was left out", mend="keep the likeliest until their sum reaches {p}, and put 0 for the others")
slip(nucleus, "crossing-word-left-out", crossing_left_out,
     said="the word with which the sum crosses {p} was left out", mend="keep it: the sum must reach {p}")
slip(nucleus, "words-not-sorted", in_order_of_words,
     said="the words were taken in their own order, not the likeliest first", mend="sort them by their probabilities first")
slip(nucleus, "p-as-least-probability", lambda step, a: np.where(a >= step["p"], a, 0.0), rare=1,
     said="the words with a probability of at least {p} were kept", mend="add up the likeliest until their sum reaches {p}")
slip(renormalize, "nucleus-not-renormalised", lambda step, a: a if step.maker(0, "nucleus") is not None else None,
     said="the probabilities that were kept were not brought back to a sum of 1", mend="divide each by the sum of those kept")
slip(renormalize, "experts-weighed-alike", experts_alike, rare=1,
     said="the experts that were chosen count alike", mend="weigh each by its share, the shares brought to a sum of 1")
slip(renormalize, "experts-not-renormalised", lambda step, a: a if step.maker(0, "keep_largest") is not None else None,
     said="the shares of the chosen experts were not brought back to a sum of 1", mend="divide each by the sum of those chosen")
slip(running_sums, "not-summed", lambda _, a: a,
     said="these are the probabilities, not their running sums", mend="add to each all those before it")
slip(running_sums, "sums-before", lambda _, a: np.cumsum(a, axis=1) - a,
     said="these are where the ranges begin, not where they end", mend="add each word's own probability too")
slip(running_sums, "summed-from-the-end", lambda _, a: np.cumsum(a[:, ::-1], axis=1)[:, ::-1], rare=1,
     said="the sums run from the last word to the first", mend="begin with the first word")
slip(range_of_draw, "one-range-off", one_range_off,
     said="this is the range {side} the one in which the draw falls", mend="take the first range that ends above {1}")
slip(range_of_draw, "likeliest-taken", likeliest_taken,
     said="the likeliest word was taken, whatever was drawn", mend="take the first range that ends above {1}")
slip(log_softmax, "logarithm-left-out", softmax_without_logarithm,
     said="the logarithm was left out: these are the shares", mend="take the logarithm of each share")
slip(log_softmax, "sign-left-out", lambda step, a: -step(),
     said="the minus signs were dropped", mend="the logarithm of a number below 1 is negative")
slip((log_softmax, surprise), "another-logarithm", lambda step, a: another_base(step, a), rare=1,
     said="the logarithm was taken to base {base}", mend="take the natural logarithm")
slip(surprise, "sign-left-out", lambda step, a: -step(),
     said="these are the logarithms, without the minus before them", mend="put a minus before each logarithm: a cost is not negative")
slip(surprise, "logarithm-left-out", lambda _, a: a,
     said="the logarithm was left out: these are the numbers of {0}", mend="take −ln of each")
slip(add_column, "sum-so-far-left-out", lambda _, a, column: a,
     said="what the beams had cost before was left out", mend="add to each cell its row's number in {1}")
slip(add_column, "multiplied-not-added", lambda _, a, column: a * column, rare=1,
     said="{0} and {1} were multiplied", mend="add them: sums of logarithms stand for products")
slip(keep_smallest, "all-kept", lambda _, a: a,
     said="none was left out", mend="keep the {k} smallest of all, and put ∞ for the others")
slip(keep_smallest, "one-of-each-beam", a_beam_each,
     said="the best word of each beam was kept", mend="keep the {k} smallest of all cells, whichever beam they are of")
slip(keep_smallest, "largest-kept", lambda step, a: np.where(np.isfinite(step.op.evaluate(-a, k=step["k"])), a, np.inf), rare=1,
     said="the largest were kept", mend="keep the {k} smallest: the less it costs, the likelier")
slip(picked, "likeliest-for-the-word-that-came", largest_of_each_row,
     said="the largest of each row was taken, not that of the word that came", mend="take the probability of the word that comes next, likely or not")
slip(picked, "word-before", word_before,
     said="each row was read at the word that stands there, not at the one that comes next", mend="a row predicts the next word: read it at that one")
slip(product_of_all, "added-not-multiplied", lambda _, a: a.sum().reshape(1, 1) if a.size > 1 else None,
     said="the probabilities were added", mend="multiply them: the words come one after the other, all of them")
slip(product_of_all, "one-factor", one_of_the_factors,
     said="of the probabilities {done}", mend="multiply all of them")
slip(product_of_all, "mean-for-product", mean_for_sum, rare=1,
     said="the mean of the probabilities was taken", mend="multiply them")
slip(sum_of_all, "mean-for-sum", mean_for_sum,
     said="the mean was taken, not the sum", mend="add all of them up")
slip(sum_of_all, "one-left-out", lambda _, a: a[:-1].sum().reshape(1, 1) if len(a) > 1 else None,
     said="the last one was left out", mend="add all of them up")
