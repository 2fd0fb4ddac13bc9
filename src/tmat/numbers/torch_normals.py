"""The normal numbers that torch draws, from uniform ones by the Box-Muller transform, as its CPU code computes them.

Fewer than sixteen numbers are computed in double precision, one pair at a time. Sixteen and more are computed in blocks of
sixteen in single precision, with Cephes' polynomials for the logarithm, the sine and the cosine, as in torch's code for AVX2
(avx_mathfun.h), where the compiler fuses products and sums into one rounding. The result has the same bits on every machine.
It was compared with torch 2.13 on a processor with AVX2; without AVX2 torch has other last bits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]
BLOCK = 16
"""The size of torch's blocks; fewer numbers are drawn one pair at a time."""

_LOG = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_LOG_OF_TWO = (-2.12194440e-4, 0.693359375)
_COSINE = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_SINE = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_PARTS_OF_PI = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)


def pair(u1: float, u2: float) -> tuple[float, float]:
    """Two normal numbers from two uniform ones, in double precision: r·cos θ, r·sin θ, θ = 2πu₁, r = √(−2·ln(1 − u₂)).

    >>> [round(x, 6) for x in pair(0.25, 0.5)]
    [0.0, 1.17741]
    """
    r, theta = math.sqrt(-2.0 * math.log1p(-u2)), 2.0 * math.pi * u1
    return r * math.cos(theta), r * math.sin(theta)


def blocks(units: Singles) -> Singles:
    """Normal numbers from whole blocks of sixteen uniform ones; the first eight of a block pair with the last eight.

    >>> [round(float(x), 4) for x in blocks(np.full(16, 0.25, dtype=np.float32))[[0, 8]]]
    [-0.0, 0.7585]
    """
    pairs = units.reshape(-1, 2, BLOCK // 2)
    one, two = np.float32(1), np.float32(2.0 * math.pi)
    radius = np.sqrt(np.float32(-2) * _log(one - pairs[:, 0]))
    sine, cosine = _waves(two * pairs[:, 1])
    return np.stack([radius * cosine, radius * sine], axis=1).reshape(-1)


def _log(x: Singles) -> Singles:
    """The logarithm of numbers above 0 and up to 1."""
    f = np.float32
    mantissa, exponent = np.frexp(x)  # from 0.5 to 1
    x, e = mantissa.astype(f), exponent.astype(f)
    small = x < f(0.707106781186547524)
    e = e - small.astype(f)
    x = (x - f(1)) + np.where(small, x, f(0))
    z = x * x
    y = np.full_like(x, _LOG[0])
    for coefficient in _LOG[1:]:
        y = _fused(y, x, f(coefficient))
    y = _fused(y * x, z, e * f(_LOG_OF_TWO[0])) - z * f(0.5)
    return np.asarray((x + y) + e * f(_LOG_OF_TWO[1]), dtype=f)


def _waves(x: Singles) -> tuple[Singles, Singles]:
    """The sine and the cosine of angles from 0 to 2π."""
    f = np.float32
    octant = (x * f(1.27323954473516)).astype(np.int32)
    octant = (octant + 1) & ~1
    y = octant.astype(f)
    for part in _PARTS_OF_PI:
        x = _fused(y, f(part), x)
    z = x * x
    cosine = _fused(_polynomial(_COSINE, z) * z, z, -(z * f(0.5))) + f(1)
    sine = _fused(_polynomial(_SINE, z) * z, x, x)
    swapped = (octant & 2) != 0
    minus_sine, minus_cosine = (octant & 4) != 0, ((octant - 2) & 4) == 0
    sines, cosines = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    return np.where(minus_sine, -sines, sines), np.where(minus_cosine, -cosines, cosines)


def _polynomial(coefficients: tuple[float, ...], z: Singles) -> Singles:
    y = np.full_like(z, coefficients[0])
    for coefficient in coefficients[1:]:
        y = _fused(y, z, np.float32(coefficient))
    return y


def _fused(a: Singles, b: Singles | np.float32, c: Singles | np.float32) -> Singles:
    """a·b + c rounded once to float32: exact in doubles but for the sum, which is rounded to odd first."""
    product, term = a.astype(np.float64) * np.float64(b), np.asarray(c, dtype=np.float64)
    total = product + term
    back = total - product
    lost = (product - (total - back)) + (term - back)
    even = (total.view(np.int64) & 1) == 0
    towards = np.where(lost > 0, np.inf, -np.inf)
    return np.where((lost != 0) & even, np.nextafter(total, towards), total).astype(np.float32)
