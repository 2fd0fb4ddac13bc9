"""Forward errors of stretched rotary rates."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import ELEMENTARY, Inexact, bound, sizes, together
from tmat.operations.operation import Array


@bound("rotary_rates")
def _(step: Inexact) -> Array:
    """A power and a quotient."""
    return ELEMENTARY * step.type.roundoff * sizes(step.result)


@bound("stretch_by_turns")
def _(step: Inexact) -> Array:
    """The rate, and its share, which moves by length/2π of the rate's error over high − low."""
    a, ea, told = step.operands[0], step.errors[0], step.params
    steepness = told["length"] / (2.0 * np.pi * (told["high"] - told["low"]))
    return together(ea, a * steepness * ea, ELEMENTARY * step.type.roundoff * a * (1.0 + steepness * a))


@bound("stretch_by_place")
def _(step: Inexact) -> Array:
    return together(step.errors[0], ELEMENTARY * step.type.roundoff * sizes(step.operands[0]))


@bound("angles_at")
def _(step: Inexact) -> Array:
    start = step.params["start"]
    return np.abs(np.arange(start, start + step.params["positions"], dtype=np.float64))[:, None] * step.errors[0]
