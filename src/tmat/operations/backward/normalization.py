"""Backward rules of norms: with respect to the numbers, their deviation and their mean; and of lengths of rows."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import minus_row_sums
from tmat.operations.backward.rule import RESULT, SLOPE, backward, made
from tmat.operations.elementwise import divide
from tmat.operations.normalization import (
    normalize,
    normalize_outside,
    normalize_rms,
    normalize_rms_outside,
    over_rows,
    row_deviation,
    row_length,
    row_mean,
    row_rms,
)
from tmat.operations.placing import spread_mean
from tmat.operations.shares import deviation_gradient, rms_gradient, spread_gradient, spread_gradient_outside


@backward(normalize)
def _(a: Any, mean: Any, std: Any, *, epsilon: float) -> Any:
    over = made(normalize_rms, SLOPE, std, epsilon=epsilon, called="over_std")  # da, and −Σ of it is dmean
    return over, made(minus_row_sums, over), made(spread_gradient, SLOPE, RESULT, std, epsilon=epsilon)


@backward(normalize_outside)
def _(a: Any, mean: Any, std: Any, *, epsilon: float) -> Any:
    over = made(normalize_rms_outside, SLOPE, std, epsilon=epsilon, called="over_std")
    return over, made(minus_row_sums, over), made(spread_gradient_outside, SLOPE, RESULT, std, epsilon=epsilon)


@backward(normalize_rms)
def _(a: Any, rms: Any, *, epsilon: float) -> Any:
    return made(normalize_rms, SLOPE, rms, epsilon=epsilon), made(spread_gradient, SLOPE, RESULT, rms, epsilon=epsilon)


@backward(normalize_rms_outside)
def _(a: Any, rms: Any, *, epsilon: float) -> Any:
    return (
        made(normalize_rms_outside, SLOPE, rms, epsilon=epsilon),
        made(spread_gradient_outside, SLOPE, RESULT, rms, epsilon=epsilon),
    )


@backward(row_mean)
def _(a: Any) -> Any:
    return [made(spread_mean, SLOPE, width=a.width)]


@backward(row_deviation)
def _(a: Any, mean: Any, *, kind: str) -> Any:  # with respect to the mean it is 0 but for rounding
    own = made(deviation_gradient, SLOPE, a, mean, RESULT, kind=kind, called="by_std")
    return own, made(minus_row_sums, own)


@backward(row_rms)
def _(a: Any) -> Any:
    return [made(rms_gradient, SLOPE, a, RESULT)]


@backward(row_length)
def _(a: Any) -> Any:  # da = d·a / length
    return [made(divide, made(rms_gradient, SLOPE, a, RESULT, called="over_m"), by=1.0 / a.width)]


@backward(over_rows)
def _(a: Any, by: Any) -> Any:
    return made(over_rows, SLOPE, by), made(spread_gradient_outside, SLOPE, RESULT, by, epsilon=0.0)
