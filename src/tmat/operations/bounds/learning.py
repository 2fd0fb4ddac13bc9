"""Forward errors of losses, of their gradients, and of optimizer steps."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("cross_entropy")
def _(step: Inexact) -> Array:
    """ln Σ e^z moves by Σ p·δz, the target's logit by its own δ."""
    (z, y), (ez, ey) = step.operands, step.errors
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    u = step.type.roundoff
    moved = together(shares * ez, y * ez, sizes(z) * ey)
    lost = together(step.summed(z.shape[1]), u * sizes(z).max(axis=1, keepdims=True, initial=0.0) * ELEMENTARY)
    return together(np.sqrt((moved**2).sum(axis=1, keepdims=True)), lost)


@bound("cross_entropy_of_probabilities")
def _(step: Inexact) -> Array:
    (p, y), (ep, ey) = step.operands, step.errors
    p = np.maximum(p, step.type.smallest)
    logarithms = sizes(np.log(p))
    each = together(y * ep / p, logarithms * ey, ELEMENTARY * step.type.roundoff * y * (1.0 + logarithms))
    return np.asarray(np.sqrt((each**2).sum(axis=1, keepdims=True)))


@bound("cross_entropy_gradient")
def _(step: Inexact) -> Array:
    (p, y, d), (ep, ey, ed) = step.operands, step.errors
    return together(d * ep, d * ey, (p - y) * ed, step.type.roundoff * d * y)


@bound("logarithm_gradient")
def _(step: Inexact) -> Array:
    (d, y, p), (ed, ey, ep) = step.operands, step.errors
    p = np.maximum(p, step.type.smallest)
    return together(y * ed / p, d * ey / p, step.result * ep / p, ELEMENTARY * step.type.roundoff * step.result)


def _mean(step: Inexact, terms: Array, errors: Array) -> Array:
    lost = step.summed(terms.size) * terms
    return np.asarray(np.sqrt((errors**2 + lost**2).sum()) / max(terms.size, 1)).reshape(1, 1)


@bound("mean_of_all")
def _(step: Inexact) -> Array:
    return _mean(step, step.operands[0], step.errors[0])


@bound("mean_square")
def _(step: Inexact) -> Array:
    a = step.operands[0]
    return _mean(step, a * a, 2.0 * a * step.errors[0])


@bound("mean_square_gradient")
def _(step: Inexact) -> Array:
    (d, a), (ed, ea) = step.operands, step.errors
    return together(2.0 * a * ed, 2.0 * d * ea, 2.0 * step.type.roundoff * d * a) / a.size


@bound("exponential")
def _(step: Inexact) -> Array:
    return together(step.result * step.errors[0], ELEMENTARY * step.type.roundoff * step.result)


@bound("descend")
def _(step: Inexact) -> Array:
    rate = step.params["rate"]
    return together(step.errors[0], rate * step.errors[1], step.type.roundoff * rate * step.operands[1])


@bound("blend")
def _(step: Inexact) -> Array:
    return _blended(step, step.operands[1], step.errors[1])


@bound("blend_squares")
def _(step: Inexact) -> Array:
    g = step.operands[1]
    return _blended(step, g * g, 2.0 * g * step.errors[1])


def _blended(step: Inexact, g: Array, eg: Array) -> Array:
    keep, add, u = step.params["keep"], step.params["add"], step.type.roundoff
    return together(keep * step.errors[0], add * eg, u * keep * step.operands[0], ELEMENTARY * u * add * g)


@bound("descend_by_moments")
def _(step: Inexact) -> Array:
    (_, m, v), (ew, em, ev) = step.operands, step.errors
    rate, root = step.params["rate"], np.sqrt(np.maximum(v, 0.0))
    below = np.maximum(root + step.params["epsilon"], step.type.smallest)
    moved = together(em, m * np.minimum(ev / (2.0 * np.maximum(root, step.type.smallest)), np.sqrt(ev)) / below)
    return together(ew, rate * moved / below, ELEMENTARY * step.type.roundoff * rate * m / below)
