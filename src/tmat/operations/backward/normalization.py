"""Backward rules of norms: with respect to the numbers, their deviation and their mean; and of lengths of rows."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import minus_row_sums
from tmat.operations.backward.rule import GRADIENT, RESULT, backward, step
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
from tmat.operations.row_gradients import deviation_gradient, rms_gradient, spread_gradient, spread_gradient_outside


@backward(normalize)
def _(a: Any, mean: Any, std: Any, *, epsilon: float) -> Any:
    over = step(normalize_rms, GRADIENT, std, epsilon=epsilon, called="over_std")  # da, and −Σ of it is dmean
    return over, step(minus_row_sums, over), step(spread_gradient, GRADIENT, RESULT, std, epsilon=epsilon)


@backward(normalize_outside)
def _(a: Any, mean: Any, std: Any, *, epsilon: float) -> Any:
    over = step(normalize_rms_outside, GRADIENT, std, epsilon=epsilon, called="over_std")
    return over, step(minus_row_sums, over), step(spread_gradient_outside, GRADIENT, RESULT, std, epsilon=epsilon)


@backward(normalize_rms)
def _(a: Any, rms: Any, *, epsilon: float) -> Any:
    return step(normalize_rms, GRADIENT, rms, epsilon=epsilon), step(
        spread_gradient, GRADIENT, RESULT, rms, epsilon=epsilon
    )


@backward(normalize_rms_outside)
def _(a: Any, rms: Any, *, epsilon: float) -> Any:
    return (
        step(normalize_rms_outside, GRADIENT, rms, epsilon=epsilon),
        step(spread_gradient_outside, GRADIENT, RESULT, rms, epsilon=epsilon),
    )


@backward(row_mean)
def _(a: Any) -> Any:
    return [step(spread_mean, GRADIENT, width=a.width)]


@backward(row_deviation)
def _(a: Any, mean: Any, *, kind: str) -> Any:  # with respect to the mean it is 0 but for rounding
    own = step(deviation_gradient, GRADIENT, a, mean, RESULT, kind=kind, called="by_std")
    return own, step(minus_row_sums, own)


@backward(row_rms)
def _(a: Any) -> Any:
    return [step(rms_gradient, GRADIENT, a, RESULT)]


@backward(row_length)
def _(a: Any) -> Any:  # da = d·a / length
    return [step(divide, step(rms_gradient, GRADIENT, a, RESULT, called="over_m"), by=1.0 / a.width)]


@backward(over_rows)
def _(a: Any, by: Any) -> Any:
    return step(over_rows, GRADIENT, by), step(spread_gradient_outside, GRADIENT, RESULT, by, epsilon=0.0)
