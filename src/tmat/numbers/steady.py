"""exp, log, sin, … with the same last bit on every processor, for matrices of a size that people print.

The last bit of NumPy's exp and tanh depends on the processor's vector units. Small arrays are therefore computed one
number at a time by the C library; larger ones, and all inside ``quickly``, by NumPy, which agrees to within a few
units in the last place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]

CELLS = 4096  # the largest array that is computed one number at a time

_quick: ContextVar[bool] = ContextVar("quick", default=False)


@contextmanager
def quickly() -> Iterator[None]:
    """Inside, NumPy computes everything: for numbers that are compared within a tolerance and never printed.

    >>> with quickly():
    ...     quick()
    True
    """
    token = _quick.set(True)
    try:
        yield
    finally:
        _quick.reset(token)


def quick() -> bool:
    """Whether the faster functions will do."""
    return _quick.get()


def exp(a: Array, out: Array | None = None) -> Array:
    """e to the power of each number, ∞ where it overflows; the result of a large array is written into ``out``.

    >>> exp(np.array([[0.0, -np.inf]]))
    array([[1., 0.]])
    """
    return _each(a, math.exp, lambda large: np.exp(large, out=out))


def log(a: Array) -> Array:
    """The natural logarithm of each number; of 0 it is −∞.

    >>> log(np.array([[1.0, 0.0]]))
    array([[  0., -inf]])
    """
    with np.errstate(all="ignore"):
        return _each(a, lambda x: math.log(x) if x else -math.inf, np.log)


def power(base: float, a: Array) -> Array:
    """A positive base to the power of each number: 3² is exactly 9, unlike e^(2·ln 3).

    >>> power(3.0, np.array([[2.0, -np.inf]]))
    array([[9., 0.]])
    """
    return _each(a, lambda x: math.pow(base, x), lambda large: np.power(large.dtype.type(base), large))


def sin(a: Array) -> Array:
    """The sine of each number.

    >>> sin(np.array([[np.pi / 6]]))
    array([[0.5]])
    """
    return _each(a, math.sin, np.sin)


def cos(a: Array) -> Array:
    """The cosine of each number.

    >>> cos(np.array([[np.pi / 3]]))
    array([[0.5]])
    """
    return _each(a, math.cos, np.cos)


def tanh(a: Array) -> Array:
    """The hyperbolic tangent of each number.

    >>> tanh(np.array([[1.0]]))
    array([[0.76159416]])
    """
    return _each(a, math.tanh, np.tanh)


def _each(a: Array, one: Callable[[float], float], all_at_once: Callable[[Array], Array]) -> Array:
    """A function of each number: one at a time in a small array of doubles, else all at once."""
    if a.size > CELLS or a.dtype != np.float64 or quick():
        return all_at_once(a)
    try:
        return np.array([one(x) for x in a.ravel().tolist()], dtype=np.float64).reshape(a.shape)
    except (OverflowError, ValueError):  # overflow, or outside the domain: NumPy gives ∞ or NaN
        return all_at_once(a)
