"""Steps of optimizers: gradient descent, momentum, Adam."""

from __future__ import annotations

import numpy as np

from tmat.operations.expression import Number, sqrt
from tmat.operations.operation import Array, operation


@operation("n m, n m -> n m", lambda w, g, *, rate: w - Number(float(rate)) * g)
def descend(w: Array, g: Array, *, rate: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """A step of gradient descent: wᵢⱼ − η·gᵢⱼ, η the learning rate.

    >>> descend(np.array([[1.0]]), np.array([[2.0]]), rate=0.25)
    array([[0.5]])
    """
    return w - rate * g


@operation("n m, n m -> n m", lambda m, g, *, keep, add: Number(float(keep)) * m + Number(float(add)) * g)
def blend(m: Array, g: Array, *, keep: float, add: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """A decaying sum of gradients: keep·mᵢⱼ + add·gᵢⱼ: momentum, or Adam's first moment.

    >>> blend(np.array([[1.0]]), np.array([[2.0]]), keep=0.5, add=1.0)
    array([[2.5]])
    """
    return keep * m + add * g


@operation("n m, n m -> n m", lambda v, g, *, keep, add: Number(float(keep)) * v + Number(float(add)) * g**2.0)
def blend_squares(v: Array, g: Array, *, keep: float, add: float) -> Array:  # [n, m], [n, m] -> [n, m]
    """A decaying sum of squared gradients: keep·vᵢⱼ + add·gᵢⱼ²: Adam's second moment (Kingma & Ba 2015, algorithm 1).

    >>> blend_squares(np.array([[1.0]]), np.array([[2.0]]), keep=0.5, add=0.5)
    array([[2.5]])
    """
    return keep * v + add * g * g


@operation(
    "n m, n m, n m -> n m",
    lambda w, m, v, *, rate, epsilon: w - Number(float(rate)) * m / (sqrt(v) + Number(float(epsilon))),
)
def descend_by_moments(w: Array, m: Array, v: Array, *, rate: float, epsilon: float) -> Array:
    """Adam's step: wᵢⱼ − η·mᵢⱼ / (√vᵢⱼ + ε), m and v the moments with their bias corrected (Kingma & Ba 2015, algorithm 1).

    Shapes: all n×m.

    >>> one = np.array([[1.0]])
    >>> descend_by_moments(one, one, 4 * one, rate=0.5, epsilon=0.0)
    array([[0.75]])
    """
    return w - rate * m / (np.sqrt(v) + epsilon)
