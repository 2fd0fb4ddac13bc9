"""Forward errors of products of matrices."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


def product_error(step: Inexact, a: Array, b: Array, ea: Array, eb: Array) -> Array:
    """δ(a·b)² = Σ (δa·b)² + (a·δb)² + (√n·u·a·b)²; TF32 rounds the operands first."""
    a, b = sizes(a), sizes(b)
    ea = together(ea, step.type.products * a)
    eb = together(eb, step.type.products * b)
    left = ea**2 + (step.summed(a.shape[1]) * a) ** 2
    return np.asarray(np.sqrt(left @ b**2 + (a**2 + ea**2) @ eb**2))


@bound("matmul")
def _(step: Inexact) -> Array:
    return product_error(step, *step.operands, *step.errors)


@bound("matmul_transposed")
def _(step: Inexact) -> Array:
    (a, b), (ea, eb) = step.operands, step.errors
    return product_error(step, a, b.T, ea, eb.T)


@bound("linear")
def _(step: Inexact) -> Array:
    (a, b, _bias), (ea, eb, ebias) = step.operands, step.errors
    product = a @ b
    return together(product_error(step, a, b, ea, eb), ebias, step.type.roundoff * product)


@bound("additive_scores")
def _(step: Inexact) -> Array:
    """The derivative of tanh is at most 1: each term is off by |v|(δq + δk) and the roundings of the sum."""
    (queries, keys, v), (eq, ek, ev) = step.operands, step.errors
    u, sizes = step.type.roundoff, np.abs(v)
    off_queries = together(eq, u * queries) @ sizes.T
    off_keys = (together(ek, u * keys) @ sizes.T).T
    return together(off_queries, off_keys, (ELEMENTARY * u + step.summed(v.shape[1])) * sizes.sum(), ev.sum())
