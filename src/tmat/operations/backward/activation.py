"""Backward rules of activation functions."""

from __future__ import annotations

from typing import Any

from tmat.operations.activation import gelu, gelu_tanh, identity, leaky_relu, relu, silu, tanh
from tmat.operations.activation_gradients import gelu_slope, gelu_tanh_slope, relu_gate, silu_slope, tanh_slope
from tmat.operations.backward.rule import GRADIENT, RESULT, backward, step
from tmat.operations.learning import blend


@backward(relu)
def _(a: Any) -> Any:
    return [step(relu_gate, GRADIENT, RESULT)]


@backward(tanh)
def _(a: Any) -> Any:
    return [step(tanh_slope, GRADIENT, RESULT)]


@backward(gelu)
def _(a: Any) -> Any:
    return [step(gelu_slope, GRADIENT, a)]


@backward(gelu_tanh)
def _(a: Any) -> Any:
    return [step(gelu_tanh_slope, GRADIENT, a)]


@backward(silu)
def _(a: Any) -> Any:
    return [step(silu_slope, GRADIENT, a)]


@backward(leaky_relu)
def _(a: Any, *, slope: float) -> Any:  # slope·a + (1 − slope)·max(0, a)
    gate = step(relu_gate, GRADIENT, step(relu, a, called="positive"), called="gate")
    return [step(blend, GRADIENT, gate, keep=slope, add=1.0 - slope)]


@backward(identity)
def _(a: Any) -> Any:
    return [GRADIENT]
