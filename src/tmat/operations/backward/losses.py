"""Backward rules of losses."""

from __future__ import annotations

from typing import Any

from tmat.operations.attention import softmax
from tmat.operations.backward.rule import GRADIENT, RESULT, backward, step
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
    return step(cross_entropy_gradient, step(softmax, z, called="softmax"), y, GRADIENT), None


@backward(cross_entropy_of_probabilities)
def _(p: Any, y: Any) -> Any:
    return step(logarithm_gradient, GRADIENT, y, p), None


@backward(mean_of_all)
def _(a: Any) -> Any:
    return [step(spread_over_all, GRADIENT, height=a.height, width=a.width)]


@backward(mean_square)
def _(a: Any) -> Any:
    return [step(mean_square_gradient, GRADIENT, a)]


@backward(exponential)
def _(a: Any) -> Any:
    return [step(multiply, GRADIENT, RESULT)]
