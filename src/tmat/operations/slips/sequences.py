"""Slips in the probability of a text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.operation import Array
from tmat.operations.sequences import picked, product_of_all, sum_of_all
from tmat.operations.slips.slip import Redo, Variant, slip, way


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
