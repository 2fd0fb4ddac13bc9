"""The way back through what heads and networks of today do besides: pairs turned, scores capped, another base, rows by their length.

The operations are called by their names, wherever they stand.
"""

from __future__ import annotations

import math
from typing import Any

from tmat.operations.activation import relu
from tmat.operations.adding import column_dots, minus_row_sums, row_dots
from tmat.operations.backward.rule import FLAT, RESULT, SLOPE, Made, backward, made
from tmat.operations.elementwise import divide, multiply
from tmat.operations.learning import blend
from tmat.operations.operation import REGISTRY
from tmat.operations.placing import put_columns, spread_mean
from tmat.operations.shares import rms_gradient, softmax_gradient, spread_gradient_outside
from tmat.operations.slopes import relu_gate, tanh_slope

FLAT.update(("rotary_angles", "alibi_slopes", "range_of_draw", "keep_smallest", "nucleus"))
FLAT.update(("rotary_rates", "stretch_by_turns", "stretch_by_place", "angles_at"))


@backward("multiply_by_root")
def _(a: Any, *, d: float) -> Any:
    return [made(REGISTRY["multiply_by_root"], SLOPE, d=d)]


@backward("add_number")
def _(a: Any, *, number: float) -> Any:
    return [SLOPE]


@backward("alibi")
def _(a: Any, slopes: Any, **_: Any) -> Any:  # what is taken off by distance is a rule
    return SLOPE, None


@backward("rotate")
def _(a: Any, angles: Any, **how: Any) -> Any:  # turned back
    return made(REGISTRY["rotate"], SLOPE, made(divide, angles, by=-1.0, called="turned_back"), **how), None


@backward("soft_cap")
def _(a: Any, *, cap: float) -> Any:  # cap·tanh(a/cap), whose slope is 1 − (y/cap)²
    return [made(tanh_slope, SLOPE, made(divide, RESULT, by=cap, called="tanh"))]


@backward("softmax_based")
def _(a: Any, *, base: float) -> Any:  # the softmax of a·ln base
    own = made(softmax_gradient, RESULT, SLOPE, made(row_dots, RESULT, SLOPE, called="sums"), called="over_ln")
    return [made(divide, own, by=1.0 / math.log(base))]


@backward("softmax_sink")
def _(a: Any, sinks: Any, *, head: int) -> Any:  # the sink's own share is what the others leave of 1
    sums = made(row_dots, RESULT, SLOPE, called="sums")
    left = made(REGISTRY["add_number"], made(minus_row_sums, RESULT, called="taken"), number=1.0, called="left")
    own = made(divide, made(column_dots, left, sums, called="lost"), by=-1.0, called=f"of_{head}")
    return made(softmax_gradient, RESULT, SLOPE, sums), made(put_columns, own, start=head, width=sinks.width)


@backward("exponentials")
def _(a: Any, *, base: float | None, temperature: float) -> Any:
    own: Made = made(multiply, SLOPE, RESULT, called="powers")
    by = temperature if base is None else temperature / math.log(base)
    return [made(multiply, SLOPE, RESULT) if by == 1.0 else made(divide, own, by=by)]


@backward("row_sums")
def _(a: Any) -> Any:  # a mean's share, as many times as there are cells
    return [made(divide, made(spread_mean, SLOPE, width=a.width, called="mean"), by=1.0 / a.width)]


@backward("over_rows")
def _(a: Any, by: Any) -> Any:
    return made(REGISTRY["over_rows"], SLOPE, by), made(spread_gradient_outside, SLOPE, RESULT, by, epsilon=0.0)


@backward("row_length")
def _(a: Any) -> Any:  # da = d·a / length
    return [made(divide, made(rms_gradient, SLOPE, a, RESULT, called="over_m"), by=1.0 / a.width)]


@backward("leaky_relu")
def _(a: Any, *, slope: float) -> Any:  # slope·a + (1 − slope)·max(0, a)
    gate = made(relu_gate, SLOPE, made(relu, a, called="positive"), called="gate")
    return [made(blend, SLOPE, gate, keep=slope, add=1.0 - slope)]


@backward("keep_largest")
def _(a: Any, *, k: int, otherwise: float = -math.inf) -> Any:  # of shares: what is kept has its gradient, the others 0
    return [made(relu_gate, SLOPE, RESULT) if otherwise == 0.0 else None]


def _by_share(shares: Any, b: Any, column: int) -> tuple[Made, Made]:
    """Of each row by its share: the gradient by the share, and each row's product in the share's column."""
    dots = made(row_dots, SLOPE, b, called=f"of_{column}")
    scaled = made(REGISTRY["scale_rows"], SLOPE, shares, column=column)
    return scaled, made(put_columns, dots, start=column, width=shares.width)


@backward("scale_rows")
def _(a: Any, shares: Any, *, column: int) -> Any:
    return _by_share(shares, a, column)


@backward("add_scaled")
def _(a: Any, b: Any, shares: Any, *, column: int) -> Any:
    return SLOPE, *_by_share(shares, b, column)
