"""Slips in losses, their gradients, and optimizer steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.learning import blend, blend_squares, descend, descend_by_moments
from tmat.operations.losses import (
    cross_entropy,
    cross_entropy_gradient,
    cross_entropy_of_probabilities,
    exponential,
    logarithm_gradient,
    mean_of_all,
    mean_square,
    mean_square_gradient,
    spread_over_all,
)
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way


def another_base(step: Redo, *_: Array) -> Iterator[Variant]:
    for base in (2, 10):
        yield way(step() / np.log(base), base=str(base))


# fmt: off

slip((cross_entropy, cross_entropy_of_probabilities), "logarithm-to-another-base", another_base,
     said="the logarithm to base {base} was taken", mend="take the natural logarithm, ln")
slip(cross_entropy, "sum-left-out", lambda _, z, y: -(y * z).sum(axis=1, keepdims=True),
     said="the logarithm of the sum was left out", mend="add ln Σ e^{0} of the row")
slip(cross_entropy_of_probabilities, "logarithm-left-out", lambda _, p, y: (y * p).sum(axis=1, keepdims=True),
     said="the logarithm was left out: these are the probabilities themselves", mend="take −ln of each")
slip(cross_entropy_gradient, "target-left-out", lambda _, p, y, d: p * d,
     said="{1} was not taken off", mend="take 1 off the probability of the right word: {0} − {1}")
slip(cross_entropy_gradient, "share-of-mean-left-out", lambda _, p, y, d: p - y,
     said="the mean was left out: this is {0} − {1}", mend="multiply by {2}: the loss is the mean over the rows")
slip(cross_entropy_gradient, "right-words-alone", lambda _, p, y, d: np.where(y != 0.0, (p - y) * d, 0.0), rare=1,
     said="only the right words have a gradient here", mend="every logit of a row moves the loss: its own is {0} − {1}")
slip(logarithm_gradient, "not-divided", lambda _, d, y, p: -d * y,
     said="it was not divided by {2}", mend="the slope of ln p is 1/p: divide by {2}")
slip((mean_of_all, mean_square), "sum-for-mean", lambda step, a: step() * a.size if a.size > 1 else None,
     said="the sum was taken for the mean", mend="divide by the number of cells")
slip(mean_square, "root-taken", lambda step, a: np.sqrt(step()), rare=1,
     said="the root was taken of the mean square", mend="leave it squared")
slip(mean_square, "not-squared", lambda _, a: np.array([[np.abs(a).mean()]]), rare=1,
     said="the mean size was taken, without the squares", mend="square each difference first")
slip(spread_over_all, "mean-not-divided", lambda step, d: np.full((step["height"], step["width"]), d[0, 0]),
     said="the mean's gradient was not divided by the number of cells", mend="each cell has one share of so many in the mean")
slip(mean_square_gradient, "two-left-out", lambda _, d, a: d * a / a.size,
     said="the 2 of the square was left out", mend="the slope of x² is 2x")
slip(mean_square_gradient, "sum-for-mean", lambda _, d, a: 2 * d * a if a.size > 1 else None,
     said="it was not divided by the number of cells", mend="the loss is a mean: divide by the number of cells")
slip(exponential, "two-for-e", lambda _, a: 2.0**a,
     said="2 was raised to the loss, not e", mend="raise e to it: the loss is in natural logarithms")
slip((descend, descend_by_moments), "plus-for-minus", lambda step, w, *_: 2 * w - step(),
     said="the step went up the slope: the gradient was added", mend="take η times the gradient off")
slip(descend, "rate-left-out", lambda _, w, g: w - g,
     said="the learning rate was left out", mend="multiply the gradient by η first")
slip(descend, "change-alone", lambda step, w, g: w - step(),
     said="{result} is the change alone, η·{1}", mend="take it off {0}")
slip(blend, "past-left-out", lambda step, m, g: step["add"] * g if m.any() else None,
     said="what was kept of {0} was left out", mend="begin with {0}, damped")
slip(blend, "past-not-damped", lambda step, m, g: m + step["add"] * g if m.any() else None,
     said="{0} was not damped", mend="multiply {0} first by what is kept of it")
slip(blend_squares, "not-squared", lambda step, v, g: step["keep"] * v + step["add"] * g,
     said="{1} was not squared", mend="square each number of {1}")
slip(descend_by_moments, "root-left-out", lambda step, w, m, v: w - step["rate"] * m / (v + step["epsilon"]),
     said="the root of {2} was left out", mend="divide by √{2} + ε")
