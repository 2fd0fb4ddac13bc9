"""Gradients of activation functions: the result's gradient d times the derivative, cell by cell."""

from __future__ import annotations

import math

import numpy as np

from tmat.numbers import steady
from tmat.operations.activation import erfc
from tmat.operations.expression import Call, Expression, Number, Operand, exp, sqrt
from tmat.operations.operation import Array, operation
from tmat.operations.selections import Choice

ROOT = math.sqrt(2.0 * math.pi)


@operation("n m, n m -> n m", lambda d, y: Choice(y, d, Number(0.0)))
def relu_gate(d: Array, y: Array) -> Array:  # [n, m], [n, m] -> [n, m]
    """The gradient of ReLU's input, y its result: dᵢⱼ where yᵢⱼ is not 0, else 0.

    >>> relu_gate(np.array([[5.0, 6.0]]), np.array([[0.0, 0.1]]))
    array([[0., 6.]])
    """
    return np.where(y != 0.0, d, d.dtype.type(0))


@operation("n m, n m -> n m", lambda d, y: d * (1.0 - y**2.0))
def tanh_slope(d: Array, y: Array) -> Array:  # [n, m], [n, m] -> [n, m]
    """The gradient of tanh's input, y its result: dᵢⱼ·(1 − yᵢⱼ²).

    >>> tanh_slope(np.array([[2.0]]), np.array([[0.5]]))
    array([[1.5]])
    """
    return d * (1.0 - y * y)


@operation("n m, n m -> n m", lambda d, a: d * Call("gelu′", a))
def gelu_slope(d: Array, a: Array) -> Array:  # [n, m], [n, m] -> [n, m]
    """The gradient of GELU's input a: dᵢⱼ·(Φ(a) + a·φ(a)), φ(a) = e^(−a²/2)/√(2π).

    >>> gelu_slope(np.array([[2.0]]), np.array([[0.0]]))
    array([[1.]])
    """
    return np.asarray(d * (erfc(a / -math.sqrt(2)).astype(a.dtype) / 2 + a * steady.exp(-a * a / 2) / ROOT))


@gelu_slope.cell
def _(i: int, j: int, d: Operand, a: Operand) -> Expression:
    x = a[i, j]
    below = (1.0 + Call("erf", x / sqrt(2.0))) / 2.0
    return d[i, j] * (below + x * exp(-(x**2.0) / 2.0) / sqrt(2.0 * Number(math.pi)))


@operation("n m, n m -> n m", lambda d, a: d * Call("gelu′", a))
def gelu_tanh_slope(d: Array, a: Array) -> Array:  # [n, m], [n, m] -> [n, m]
    """The gradient of the input a of GELU approximated with tanh: with t = tanh(u), dᵢⱼ·((1 + t)/2 + a/2·(1 − t²)·u′).

    u = √(2/π)·(a + 0.044715·a³), u′ = √(2/π)·(1 + 0.134145·a²).

    >>> gelu_tanh_slope(np.array([[2.0]]), np.array([[0.0]]))
    array([[1.]])
    """
    scale = math.sqrt(2 / math.pi)
    t = steady.tanh(scale * (a + 0.044715 * a * a * a))
    return d * ((1.0 + t) / 2 + a / 2 * (1.0 - t * t) * scale * (1.0 + 0.134145 * a * a))


@gelu_tanh_slope.cell
def _(i: int, j: int, d: Operand, a: Operand) -> Expression:
    x, scale = a[i, j], sqrt(2.0 / Number(math.pi))
    t = Call("tanh", scale * (x + 0.044715 * x**3.0))
    return d[i, j] * ((1.0 + t) / 2.0 + x / 2.0 * (1.0 - t**2.0) * scale * (1.0 + 0.134145 * x**2.0))


@operation("n m, n m -> n m", lambda d, a: d * Call("silu′", a))
def silu_slope(d: Array, a: Array) -> Array:  # [n, m], [n, m] -> [n, m]
    """The gradient of SiLU's input a, s = 1/(1 + e^−a): dᵢⱼ·s·(1 + a·(1 − s)).

    >>> silu_slope(np.array([[2.0]]), np.array([[0.0]]))
    array([[1.]])
    """
    s = 1.0 / (1.0 + steady.exp(-a))
    return d * s * (1.0 + a * (1.0 - s))


@silu_slope.cell
def _(i: int, j: int, d: Operand, a: Operand) -> Expression:
    x = a[i, j]
    s = 1.0 / (1.0 + exp(-x))
    return d[i, j] * s * (1.0 + x * (1.0 - s))
