"""Slips in gated networks, where only one branch is activated, in leaky ReLU, in offset gains and in experts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tmat.operations.activation import leaky_relu
from tmat.operations.elementwise import add_number, add_scaled, multiply, scale_and_shift, scale_columns, scale_rows
from tmat.operations.operation import Array
from tmat.operations.slips.activation import EVERY
from tmat.operations.slips.slip import Redo, Variant, slip, way


def _branches(step: Redo) -> tuple[Redo, Array, Array] | None:
    """The step that activated the first branch, its operand, and the second branch; None where this is no gate."""
    activation = step.maker(0, *(op.name for op in EVERY))
    return None if activation is None else (activation, activation.operands[0], step.operands[1])


def wrong_branch(step: Redo, a: Array, b: Array) -> Array | None:
    found = _branches(step)
    if found is None:
        return None
    activation, hidden, up = found
    return np.asarray(hidden * activation.op.evaluate(up, **activation.params))


def both_activated(step: Redo, a: Array, b: Array) -> Array | None:
    found = _branches(step)
    return None if found is None else np.asarray(a * found[0].op.evaluate(b, **found[0].params))


def activated_after(step: Redo, a: Array, b: Array) -> Array | None:
    found = _branches(step)
    return None if found is None else np.asarray(found[0].op.evaluate(found[1] * b, **found[0].params))


def not_activated(step: Redo, a: Array, b: Array) -> Array | None:
    found = _branches(step)
    return None if found is None else found[1] * b


def branch_left_out(step: Redo, a: Array, b: Array) -> Iterator[Variant]:
    if _branches(step) is not None:
        yield way(a, kept=step.names[0], missing=step.names[1])
        yield way(b, kept=step.names[1], missing=step.names[0])


def offset_left_out(step: Redo, a: Array, scale: Array, *shift: Array) -> Variant | None:
    gamma = step.maker(1, "add_number")
    if gamma is None:
        return None
    values = a * gamma.operands[0] + (shift[0] if shift else 0.0)
    return way(values, gamma=gamma.names[0], offset=f"{gamma['number']:g}")


def another_slope(step: Redo, a: Array) -> Iterator[Variant]:
    for slope in (0.01, 0.1, 0.2, 0.3):
        if slope != step["slope"]:
            yield way(np.maximum(a, slope * a), taken=f"{slope:g}")


def of_another_expert(step: Redo, *operands: Array) -> Iterator[Variant]:
    for column in range(1, operands[-1].shape[1] + 1):
        if column != step["column"]:
            yield way(step.again(column=column)(), taken=str(column), column=str(step["column"]))


# fmt: off

slip(multiply, "wrong-branch-activated", wrong_branch,
     said="the activation was taken of the branch that goes in as it is", mend="activate the branch of W_1 only, then multiply by {1}")
slip(multiply, "both-branches-activated", both_activated,
     said="both branches were activated", mend="activate the branch of W_1 only: {1} goes in as it is")
slip(multiply, "gate-not-activated", not_activated,
     said="the branch of W_1 was not activated", mend="take the activation of the branch of W_1 before it is multiplied by {1}")
slip(multiply, "activated-after-product", activated_after,
     said="the branches were multiplied first and the product activated", mend="activate the branch of W_1, then multiply by {1}")
slip(multiply, "branch-left-out", branch_left_out,
     said="{missing} was left out: these are the numbers of {kept}", mend="multiply {0} and {1}, cell by cell")
slip(multiply, "branches-added", lambda step, a, b: None if _branches(step) is None else a + b,
     said="the two branches were added", mend="multiply {0} and {1}, cell by cell")
slip((scale_columns, scale_and_shift), "offset-left-out", offset_left_out,
     said="{gamma} was multiplied by as it stands, not {offset} + {gamma}", mend="add {offset} to {gamma} first")
slip(add_number, "number-left-out", lambda _, a: a,
     said="{number} was not added: these are the numbers of {0}", mend="add {number} to every number of {0}")
slip(add_number, "taken-from-number", lambda step, a: step["number"] - a, rare=1,
     said="{0} was taken off {number}, not added to it", mend="add {number} to every number of {0}")
slip(leaky_relu, "activation-left-out", lambda _, a: a,
     said="the activation was left out: these are the numbers of {0}", mend="multiply every negative number of {0} by {slope}")
slip(leaky_relu, "slope-left-out", lambda _, a: np.maximum(a, 0.0),
     said="negative numbers were put to 0", mend="multiply a negative number by {slope}")
slip(leaky_relu, "slope-on-wrong-side", lambda step, a: np.minimum(a, step["slope"] * a),
     said="the positive numbers were multiplied by {slope}, and the negative ones kept", mend="multiply a negative number by {slope}, and keep a positive one")
slip(leaky_relu, "another-slope", another_slope, rare=1,
     said="negative numbers were multiplied by {taken}", mend="multiply them by {slope}")
slip(scale_rows, "share-left-out", lambda _, a, shares: a,
     said="{0} was not multiplied by its share", mend="multiply each row of {0} by its number in column {column} of {1}")
slip((scale_rows, add_scaled), "share-of-another-expert", of_another_expert, rare=1,
     said="the share of expert {taken} was taken", mend="take column {column}")
slip(add_scaled, "share-left-out", lambda _, a, b, shares: a + b,
     said="{1} was not multiplied by its share", mend="multiply each row of {1} by its number in column {column} of {2}")
slip(add_scaled, "expert-left-out", lambda _, a, b, shares: a,
     said="{1} was left out", mend="add each row of {1} by its share")
