"""Backward rules from weights to scores: dropout, softmax and its variants, the mask, caps and sinks."""

from __future__ import annotations

import math
from typing import Any

from tmat.operations.adding import column_dots, minus_row_sums, row_dots
from tmat.operations.attention import (
    dropout,
    mask_fill,
    renormalize,
    soft_cap,
    softmax,
    softmax_based,
    softmax_sink,
    softmax_tempered,
)
from tmat.operations.backward.rule import FLAT, RESULT, SLOPE, Made, backward, made
from tmat.operations.choosing import keep_largest, keep_smallest, nucleus, range_of_draw
from tmat.operations.detail import exponentials, row_sums
from tmat.operations.elementwise import add_number, divide, multiply
from tmat.operations.placing import put_columns, spread_mean
from tmat.operations.shares import shares_gradient, softmax_gradient
from tmat.operations.slopes import relu_gate, tanh_slope

FLAT.update(op.name for op in (keep_smallest, range_of_draw))


def _row_sums() -> Made:
    """What is subtracted in each row: Σₖ yᵢₖ·dyᵢₖ."""
    return made(row_dots, RESULT, SLOPE, called="sums")


@backward(softmax)
def _(a: Any) -> Any:  # da = y ∘ (dy − row sums of y ∘ dy)
    return [made(softmax_gradient, RESULT, SLOPE, _row_sums())]


@backward(softmax_tempered)
def _(a: Any, *, temperature: float) -> Any:
    return [made(divide, made(softmax_gradient, RESULT, SLOPE, _row_sums(), called="times_T"), by=temperature)]


@backward(softmax_based)
def _(a: Any, *, base: float) -> Any:  # the softmax of a·ln base
    own = made(softmax_gradient, RESULT, SLOPE, _row_sums(), called="over_ln")
    return [made(divide, own, by=1.0 / math.log(base))]


@backward(softmax_sink)
def _(a: Any, sinks: Any, *, head: int) -> Any:  # the sink's own share is what the others leave of 1
    sums = _row_sums()
    left = made(add_number, made(minus_row_sums, RESULT, called="taken"), number=1.0, called="left")
    own = made(divide, made(column_dots, left, sums, called="lost"), by=-1.0, called=f"of_{head}")
    return made(softmax_gradient, RESULT, SLOPE, sums), made(put_columns, own, start=head, width=sinks.width)


@backward(soft_cap)
def _(a: Any, *, cap: float) -> Any:  # y = cap·tanh(a/cap) has the derivative 1 − (y/cap)²
    return [made(tanh_slope, SLOPE, made(divide, RESULT, by=cap, called="tanh"))]


@backward(mask_fill)
def _(a: Any, mask: Any, *, value: float) -> Any:  # a masked cell does not depend on its score
    return made(mask_fill, SLOPE, mask, value=0.0), None


@backward(renormalize)
def _(a: Any) -> Any:
    return [made(shares_gradient, SLOPE, _row_sums(), a)]


@backward(dropout)
def _(a: Any, keep: Any, *, p: float) -> Any:  # the same cells are dropped, the others scaled
    return made(dropout, SLOPE, keep, p=p), None


@backward(keep_largest)
def _(a: Any, *, k: int, otherwise: float = -math.inf) -> Any:  # a kept share passes its gradient, the others 0
    return [made(relu_gate, SLOPE, RESULT) if otherwise == 0.0 else None]


@backward(nucleus)
def _(a: Any, *, p: float) -> Any:
    return [made(relu_gate, SLOPE, RESULT)]


@backward(exponentials)
def _(a: Any, *, base: float | None, temperature: float) -> Any:
    own: Made = made(multiply, SLOPE, RESULT, called="powers")
    by = temperature if base is None else temperature / math.log(base)
    return [made(multiply, SLOPE, RESULT) if by == 1.0 else made(divide, own, by=by)]


@backward(row_sums)
def _(a: Any) -> Any:  # the gradient of a mean, times the number of cells
    return [made(divide, made(spread_mean, SLOPE, width=a.width, called="mean"), by=1.0 / a.width)]
