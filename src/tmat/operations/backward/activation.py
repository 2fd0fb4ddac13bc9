"""Backward rules of activation functions."""

from __future__ import annotations

from typing import Any

from tmat.operations.activation import gelu, gelu_tanh, identity, leaky_relu, relu, silu, tanh
from tmat.operations.backward.rule import RESULT, SLOPE, backward, made
from tmat.operations.learning import blend
from tmat.operations.slopes import gelu_slope, gelu_tanh_slope, relu_gate, silu_slope, tanh_slope


@backward(relu)
def _(a: Any) -> Any:
    return [made(relu_gate, SLOPE, RESULT)]


@backward(tanh)
def _(a: Any) -> Any:
    return [made(tanh_slope, SLOPE, RESULT)]


@backward(gelu)
def _(a: Any) -> Any:
    return [made(gelu_slope, SLOPE, a)]


@backward(gelu_tanh)
def _(a: Any) -> Any:
    return [made(gelu_tanh_slope, SLOPE, a)]


@backward(silu)
def _(a: Any) -> Any:
    return [made(silu_slope, SLOPE, a)]


@backward(leaky_relu)
def _(a: Any, *, slope: float) -> Any:  # slope·a + (1 − slope)·max(0, a)
    gate = made(relu_gate, SLOPE, made(relu, a, called="positive"), called="gate")
    return [made(blend, SLOPE, gate, keep=slope, add=1.0 - slope)]


@backward(identity)
def _(a: Any) -> Any:
    return [SLOPE]
