"""The standard normal distribution's inverse, for whole arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Numerators and denominators of Wichura's PPND16, the highest power first.
MIDDLE = (
    (
        2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
        1971.5909503065513, 133.14166789178438, 3.3871328727963665,
    ),
    (
        5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
        687.1870074920579, 42.31333070160091, 1.0,
    ),
)  # fmt: skip
NEAR = (
    (
        0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
        5.769497221460691, 4.630337846156546, 1.4234371107496835,
    ),
    (
        1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
        1.6763848301838038, 2.053191626637759, 1.0,
    ),
)  # fmt: skip
FAR = (
    (
        2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784, 0.026532189526576124,
        0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
    ),
    (
        2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05, 0.0007868691311456133,
        0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1.0,
    ),
)  # fmt: skip


def inverse_normal(u: Array) -> Array:
    """Φ⁻¹(u) for 0 < u < 1 in one dimension, to about 1e-15 of its value (Wichura 1988, AS 241).

    Three quotients of polynomials: in u − ½ where |u − ½| ≤ 0.425, else in √(−ln min(u, 1 − u)). The first has
    the same bits on every machine; the logarithm's last bit may differ.

    >>> inverse_normal(np.array([0.5, 0.975, 1e-10])).round(6)
    array([ 0.      ,  1.959964, -6.361341])
    """
    centred = u - 0.5
    square = 0.180625 - centred * centred  # 0.425² − (u − ½)²
    result = centred * _polynomial(square, MIDDLE[0]) / _polynomial(square, MIDDLE[1])
    tail = np.nonzero(square < 0)[0]
    if tail.size:
        depth = np.sqrt(-np.log(np.minimum(u[tail], 1 - u[tail])))
        size = _polynomial(depth - 1.6, NEAR[0]) / _polynomial(depth - 1.6, NEAR[1])
        far = depth > 5
        if far.any():
            deep = depth[far] - 5
            size[far] = _polynomial(deep, FAR[0]) / _polynomial(deep, FAR[1])
        result[tail] = np.copysign(size, centred[tail])
    return result


def _polynomial(x: Array, coefficients: Sequence[float]) -> Array:
    """By Horner's rule."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total
