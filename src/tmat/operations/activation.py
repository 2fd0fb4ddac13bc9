"""Activation functions: ReLU, leaky ReLU, GELU, tanh, SiLU."""

from __future__ import annotations

import math

import numpy as np

from tmat.numbers import steady
from tmat.operations.elementwise import times
from tmat.operations.expression import Call, Expression, Number, Operand, exp, sqrt
from tmat.operations.formula import prose
from tmat.operations.operation import Array, Operation, operation
from tmat.operations.selections import Limit, Maximum


@operation("n m -> n m", lambda a: Maximum((Number(0.0), a)))
def relu(a: Array) -> Array:  # [n, m] -> [n, m]
    """Negative numbers become 0: max(0, aᵢⱼ) (Vaswani et al. 2017, eq. 2).

    >>> relu(np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """
    return np.maximum(a, a.dtype.type(0))


@operation("n m -> n m", lambda a, *, slope: Maximum((slope * a, a)))
def leaky_relu(a: Array, *, slope: float) -> Array:  # [n, m] -> [n, m]
    """Negative numbers are multiplied by a slope from 0 to 1: max(slope·aᵢⱼ, aᵢⱼ) (Maas et al. 2013, eq. 2).

    >>> leaky_relu(np.array([[-1.0, 2.0]]), slope=0.5)
    array([[-0.5,  2. ]])
    """
    return np.maximum(times(a, by=slope), a)


erfc = np.frompyfunc(math.erfc, 1, 1)


@operation("n m -> n m", lambda a: Call("gelu", a))
def gelu(a: Array) -> Array:  # [n, m] -> [n, m]
    """a·Φ(a), Φ the standard normal distribution function: a/2·(1 + erf(a/√2)) (Hendrycks & Gimpel 2016, §2).

    >>> gelu(np.array([[-1.0, 1.0]])).round(4)
    array([[-0.1587,  0.8413]])
    """
    with np.errstate(all="ignore"):  # 1 + erf x is erfc −x, which keeps its digits where erf is close to −1
        return np.where(np.isneginf(a), a.dtype.type(0), a / 2 * erfc(a / -math.sqrt(2)).astype(a.dtype))


@gelu.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return Limit(a[i, j] / 2.0 * (1.0 + Call("erf", a[i, j] / sqrt(2.0))), 0.0)


@operation("n m -> n m", lambda a: prose(Call("gelu", a), " by tanh", written=Call("gelu_tanh", a)))
def gelu_tanh(a: Array) -> Array:  # [n, m] -> [n, m]
    """GELU approximated with tanh: a/2·(1 + tanh(√(2/π)·(a + 0.044715·a³))) (Hendrycks & Gimpel 2016, §2).

    >>> gelu_tanh(np.array([[-1.0, 1.0]])).round(4)
    array([[-0.1588,  0.8412]])
    """
    with np.errstate(all="ignore"):  # (1 + tanh x)/2 is 1/(1 + e^−2x), which keeps its digits where tanh is close to −1
        inner = math.sqrt(2 / math.pi) * (a + 0.044715 * a * a * a)
        return np.where(np.isneginf(a), a.dtype.type(0), a / (1 + steady.exp(-2 * inner)))


@gelu_tanh.cell
def _(i: int, j: int, a: Operand) -> Expression:
    x = a[i, j]
    inner = sqrt(2.0 / Number(math.pi)) * (x + 0.044715 * x**3.0)
    return Limit(x / 2.0 * (1.0 + Call("tanh", inner)), 0.0)


@operation("n m -> n m", lambda a: Call("tanh", a))
def tanh(a: Array) -> Array:  # [n, m] -> [n, m]
    """The hyperbolic tangent, between −1 and 1.

    >>> tanh(np.array([[-1.0, 1.0]])).round(4)
    array([[-0.7616,  0.7616]])
    """
    return steady.tanh(a)


@operation("n m -> n m", lambda a: Call("silu", a))
def silu(a: Array) -> Array:  # [n, m] -> [n, m]
    """a times its sigmoid: a / (1 + e^−a) (Elfwing et al. 2018).

    >>> silu(np.array([[-1.0, 1.0]])).round(4)
    array([[-0.2689,  0.7311]])
    """
    with np.errstate(all="ignore"):
        return np.where(np.isneginf(a), a.dtype.type(0), a / (1 + steady.exp(-a)))


@silu.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return Limit(a[i, j] / (1.0 + exp(-a[i, j])), 0.0)


@operation("n m -> n m", lambda a: a)
def identity(a: Array) -> Array:  # [n, m] -> [n, m]
    """The matrix as it is: no activation.

    >>> identity(np.array([[-1.0]]))
    array([[-1.]])
    """
    return a.copy()


ACTIVATIONS: dict[str, Operation] = {
    "relu": relu,
    "leaky-relu": leaky_relu,
    "gelu": gelu,
    "gelu-tanh": gelu_tanh,
    "tanh": tanh,
    "silu": silu,
    "none": identity,
}

GATED: dict[str, Operation] = {"swiglu": silu, "geglu": gelu}
"""The activation of a gated network's first branch, by the network's name (Shazeer 2020)."""
