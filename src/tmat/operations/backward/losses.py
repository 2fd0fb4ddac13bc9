"""Backward rules of losses."""

from __future__ import annotations

from typing import Any

from tmat.operations.attention import softmax
from tmat.operations.backward.rule import RESULT, SLOPE, backward, made
from tmat.operations.elementwise import multiply
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


@backward(cross_entropy)
def _(z: Any, y: Any) -> Any:  # dz = (softmax(z) − y) ∘ dlosses
    return made(cross_entropy_gradient, made(softmax, z, called="softmax"), y, SLOPE), None


@backward(cross_entropy_of_probabilities)
def _(p: Any, y: Any) -> Any:
    return made(logarithm_gradient, SLOPE, y, p), None


@backward(mean_of_all)
def _(a: Any) -> Any:
    return [made(spread_over_all, SLOPE, height=a.height, width=a.width)]


@backward(mean_square)
def _(a: Any) -> Any:
    return [made(mean_square_gradient, SLOPE, a)]


@backward(exponential)
def _(a: Any) -> Any:
    return [made(multiply, SLOPE, RESULT)]
