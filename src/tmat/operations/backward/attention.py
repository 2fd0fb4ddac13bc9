"""The way back from weights to scores: through dropout, softmax and the mask."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import row_dots
from tmat.operations.attention import dropout, mask_fill, renormalize, softmax, softmax_tempered
from tmat.operations.backward.rule import RESULT, SLOPE, Made, backward, made
from tmat.operations.elementwise import divide
from tmat.operations.shares import shares_gradient, softmax_gradient


def _row_sums() -> Made:
    """What all shares of a row lose together: Σₖ yᵢₖ·dyᵢₖ."""
    return made(row_dots, RESULT, SLOPE, called="sums")


@backward(softmax)
def _(a: Any) -> Any:  # da = y ∘ (dy − row sums of y ∘ dy)
    return [made(softmax_gradient, RESULT, SLOPE, _row_sums())]


@backward(softmax_tempered)
def _(a: Any, *, temperature: float) -> Any:
    return [made(divide, made(softmax_gradient, RESULT, SLOPE, _row_sums(), called="times_T"), by=temperature)]


@backward(mask_fill)
def _(a: Any, mask: Any, *, value: float) -> Any:  # what is behind the mask moves nothing
    return made(mask_fill, SLOPE, mask, value=0.0), None


@backward(renormalize)
def _(a: Any) -> Any:
    return [made(shares_gradient, SLOPE, _row_sums(), a)]


@backward(dropout)
def _(a: Any, keep: Any, *, p: float) -> Any:  # kept and scaled as on the way there
    return made(dropout, SLOPE, keep, p=p), None
