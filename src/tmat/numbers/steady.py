"""Functions with the same last bit on every processor, for matrices of a size that people print.

NumPy's exp and tanh round their last bit as the processor's vector units do it. Small arrays therefore take them one
number at a time from the C library, which does not ask the processor; larger ones go the fast way, which agrees to
within a few units in the last place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]

CELLS = 4096  # the largest array that is worked one number at a time


def exp(a: Array, out: Array | None = None) -> Array:
    """e to each number; what is too large for a float is ∞. A large result is written into ``out``.

    >>> exp(np.array([[0.0, -np.inf]]))
    array([[1., 0.]])
    """
    return _each(a, math.exp, lambda large: np.exp(large, out=out))


def log(a: Array) -> Array:
    """The natural logarithm of each number; −∞ of 0.

    >>> log(np.array([[1.0, 0.0]]))
    array([[  0., -inf]])
    """
    with np.errstate(all="ignore"):
        return _each(a, lambda x: math.log(x) if x else -math.inf, np.log)


def power(base: float, a: Array) -> Array:
    """A number above 0 to the power of each number: 3² is 9, where e^(2·ln 3) is a little more.

    >>> power(3.0, np.array([[2.0, -np.inf]]))
    array([[9., 0.]])
    """
    return _each(a, lambda x: math.pow(base, x), lambda large: np.power(large.dtype.type(base), large))


def sin(a: Array) -> Array:
    """The sine of each number.

    >>> sin(np.array([[0.0]]))
    array([[0.]])
    """
    return _each(a, math.sin, np.sin)


def cos(a: Array) -> Array:
    """The cosine of each number.

    >>> cos(np.array([[0.0]]))
    array([[1.]])
    """
    return _each(a, math.cos, np.cos)


def tanh(a: Array) -> Array:
    """The hyperbolic tangent of each number.

    >>> tanh(np.array([[0.0]]))
    array([[0.]])
    """
    return _each(a, math.tanh, np.tanh)


def _each(a: Array, one: Callable[[float], float], all_at_once: Callable[[Array], Array]) -> Array:
    """A function one number at a time where the array is small and holds doubles."""
    if a.size > CELLS or a.dtype != np.float64:
        return all_at_once(a)
    try:
        return np.array([one(x) for x in a.ravel().tolist()], dtype=np.float64).reshape(a.shape)
    except (OverflowError, ValueError):  # beyond the range, or no number at all: NumPy knows ∞ and NaN
        return all_at_once(a)
