"""Forward errors of a text's probability."""

from __future__ import annotations

import numpy as np

from tmat.operations.bounds.bound import Inexact, bound, together
from tmat.operations.operation import Array


@bound("picked", rounds=False)
def _(step: Inexact) -> Array:
    """A cell of each row has its own error."""
    columns = [column - 1 for column in step.params["columns"]]
    return step.errors[0][np.arange(len(columns)), columns].reshape(-1, 1)


@bound("sum_of_all")
def _(step: Inexact) -> Array:
    a, ea = step.operands[0], step.errors[0]
    return np.asarray(np.sqrt(np.square(together(ea, step.summed(a.size) * a)).sum())).reshape(1, 1)


@bound("product_of_all")
def _(step: Inexact) -> Array:
    """Relative errors add, and each multiplication rounds once."""
    a, ea = step.operands[0], step.errors[0]
    off = np.square(ea / np.where(a == 0.0, 1.0, a)).sum() + a.size * step.type.roundoff**2
    return np.asarray(np.abs(step.result) * np.sqrt(off))
