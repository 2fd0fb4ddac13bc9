"""How far a correct program's numbers lie from the exact ones: the forward error of each operation.

Each rounding is off by up to u of its number, in a direction of its own, so errors add as lengths do: by the root
of the sum of their squares, as a sum of n terms loses √n·u and not n·u (Higham & Mary 2019, *A new approach to
probabilistic rounding error analysis*). An operand's error reaches the result by the operation's derivative.
Worst-case bounds (n·u) grow so fast through a stack of layers that every output would pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tmat.numbers.floats import FloatType
from tmat.operations.operation import Array, Operation

CONFIDENCE = 4.0
"""Deviations that are allowed. u is taken for the deviation of a rounding, which is about 0.4 u, so these are ten. Of 2,364
correct outputs of torch's kernels in four types the farthest lay at 2.4, at 3.3 for TF32 (tests/marking/programs/right.py)."""

ELEMENTARY = 4.0
"""Roundings within one elementary function: libraries promise results within a few units in the last place."""


@dataclass(frozen=True, slots=True, eq=False)
class Inexact:
    """One step as a program does it: the operands, their errors, the exact result and the type computed in."""

    op: Operation
    operands: Sequence[Array]
    errors: Sequence[Array]
    result: Array
    type: FloatType
    params: Mapping[str, Any]

    def summed(self, terms: int) -> float:
        """The relative error of a sum of so many terms."""
        return float(np.sqrt(terms + 1.0)) * self.type.sums


Bound: TypeAlias = Callable[[Inexact], Array]
_BOUNDS: dict[str, tuple[Bound, bool]] = {}


def bound(*names: str, rounds: bool = True) -> Callable[[Bound], Bound]:
    """Register the bound of some operations; one that only moves numbers does not round its result."""

    def register(function: Bound) -> Bound:
        _BOUNDS.update(dict.fromkeys(names, (function, rounds)))
        return function

    return register


def forward_error(step: Inexact) -> Array:
    """The deviation to expect of a correct program in this step, cell by cell; ∞ where none is stated.

    >>> from tmat.numbers.floats import FLOAT32
    >>> from tmat.operations.operation import REGISTRY
    >>> two, exact = np.array([[2.0]]), np.array([[0.0]])
    >>> step = Inexact(REGISTRY["add"], [two, two], [exact, exact], two + two, FLOAT32, {})
    >>> round(float(forward_error(step)[0, 0]) / 2**-24, 6)
    4.0
    """
    stated, rounds = _BOUNDS.get(step.op.name, (None, True))
    if stated is None:
        return np.full(step.result.shape, np.inf)
    with np.errstate(all="ignore"):
        size = np.where(np.isfinite(step.result), np.abs(step.result), 0.0) if rounds else 0.0
        found = together(stated(step), step.type.roundoff * size) + step.type.smallest
    return np.asarray(np.where(np.isnan(found), np.inf, found))


def together(*errors: Array | float) -> Array:
    """Independent errors together: the root of the sum of their squares."""
    return np.asarray(np.sqrt(sum(np.square(error) for error in errors)))


def sizes(a: Array) -> Array:
    return np.where(np.isfinite(a), np.abs(a), 0.0)
