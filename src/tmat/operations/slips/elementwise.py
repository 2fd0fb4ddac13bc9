"""Slips in sums and scalings, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.elementwise import add, add_row, scale_and_shift, scale_columns
from tmat.operations.operation import Array
from tmat.operations.slips.slip import Redo, Variant, slip, way

GAINS = (scale_columns, scale_and_shift)


def term_left_out(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    first, second = step.names
    yield way(b, kept=second, missing=first)
    name = "residual-left-out" if step.result == "sum" else None  # the second term of such a sum
    yield way(a, name, kept=first, missing=second)


def subtracted(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    yield way(a - b, first=step.names[0], second=step.names[1])
    yield way(b - a, first=step.names[1], second=step.names[0])


def added_twice(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    yield way(a + 2 * b, twice=step.names[1])
    yield way(2 * a + b, twice=step.names[0])


def doubled(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    yield way(2 * a, doubled=step.names[0])
    yield way(2 * b, doubled=step.names[1])


def transposed_first(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    if a.shape[0] == a.shape[1]:
        yield way(a + b.T, which=step.names[1])
        yield way(a.T + b, which=step.names[0])


# fmt: off

slip(add, "term-left-out", term_left_out,
     said="{missing} left out: {result} is {kept} alone", mend="add {missing}, cell by cell")
slip(add, "subtracted", subtracted,
     said="{second} was taken off {first}, not added", mend="add the two, cell by cell")
slip(add, "multiplied-not-added", lambda _, a, b: a * b,
     said="{0} and {1} were multiplied, not added", mend="add the two, cell by cell")
slip(add, "embedding-scaled", lambda step, a, b: a * np.sqrt(a.shape[1]) + b if step.maker(1, "sinusoid") is not None else None,
     said="{0} was multiplied by the root of its width first", mend="add {0} as it stands")
slip(add, "added-twice", added_twice, rare=1,
     said="{twice} was added twice", mend="add {0} and {1} once each")
slip(add, "doubled", doubled, rare=1,
     said="{doubled} was added to itself", mend="add {0} and {1}")
slip(add, "averaged", lambda _, a, b: (a + b) / 2, rare=1,
     said="the sum was halved", mend="add the two and leave it at that")
slip(add, "transposed-before-adding", transposed_first, rare=1,
     said="{which} was transposed before it was added", mend="add {which} as it stands")
slip(add, "side-by-side", lambda step, a, b: np.concatenate(step.operands, axis=1),
     said="{0} and {1} were put side by side, not added", mend="add the two, cell by cell: the shape stays the same")
slip(add_row, "bias-left-out", lambda _, a, b: a,
     said="{1} was not added", mend="add {1} to every row")
slip(add_row, "bias-twice", lambda _, a, b: a + 2 * b, rare=1,
     said="{1} was added twice", mend="add {1} once to every row")
slip(add_row, "bias-taken-off", lambda _, a, b: a - b, rare=1,
     said="{1} was taken off, not added", mend="add {1} to every row")
slip(scale_and_shift, "gamma-left-out", lambda _, a, gamma, beta: a + beta,
     said="{1} was left out", mend="multiply each column by its number in {1} before {2} is added")
slip(scale_and_shift, "beta-left-out", lambda _, a, gamma, beta: a * gamma,
     said="{2} was left out", mend="add to each column its number in {2}")
slip(scale_and_shift, "gamma-and-beta-left-out", lambda _, a, gamma, beta: a,
     said="{1} and {2} were both left out", mend="multiply each column by its number in {1} and add its number in {2}")
slip(scale_and_shift, "gamma-and-beta-exchanged", lambda _, a, gamma, beta: a * beta + gamma, rare=1,
     said="{1} and {2} were exchanged", mend="multiply by {1}, add {2}")
slip(scale_and_shift, "beta-before-gamma", lambda _, a, gamma, beta: (a + beta) * gamma, rare=1,
     said="{2} was added before {1} was multiplied by", mend="multiply by {1} first, then add {2}")
slip(scale_columns, "gamma-left-out", lambda _, a, gamma: a,
     said="{1} was left out", mend="multiply each column by its number in {1}")
slip(GAINS, "one-added-to-gamma",
     lambda _, a, gamma, *beta: a * (1.0 + gamma) + (beta[0] if beta else 0.0), rare=1,
     said="1 + {1} was multiplied by, not {1}", mend="multiply each column by its number in {1}")
slip(GAINS, "gamma-along-rows",
     lambda _, a, gamma, *beta: a * gamma.T + (beta[0] if beta else 0.0) if gamma.shape[1] == len(a) > 1 else None,
     rare=1,
     said="{1} was multiplied along the rows, one number per row",
     mend="the first number of {1} belongs to the first column, in every row")
