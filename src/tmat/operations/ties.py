"""Rounding a step whose operands are too long for exact arithmetic: cells close to a tie are computed to sixty digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tmat.numbers import round_half_away
from tmat.numbers.exact import exact
from tmat.operations.expression import Operand
from tmat.operations.operation import Array, Operation

CLOSE = 1e-9  # how near to a tie, in units of the last place or relative to the number: floats lose less
MOST = 4096  # terms that are computed to sixty digits; where there are more, floats decide


def rounded(op: Operation, arrays: Sequence[Array], params: Mapping[str, Any], values: Array, decimals: int) -> Array:
    """The values of a step rounded half away from zero, as if computed exactly from the decimals its operands print as.

    >>> from tmat.operations import REGISTRY
    >>> a, b = np.array([[0.75]]), np.array([[0.4733333333333333]])  # 0.354999…, which floats multiply to 0.355
    >>> rounded(REGISTRY["matmul"], (a, b), {}, a @ b, 2)
    array([[0.35]])
    """
    result = round_half_away(values, decimals)
    with np.errstate(all="ignore"):
        units = np.abs(values) * 10.0**decimals
        close = np.abs(units - np.floor(units) - 0.5) <= CLOSE * np.maximum(units, 1.0)
    terms = max((array.shape[1] for array in arrays), default=1)
    if not 0 < np.count_nonzero(close) * terms <= MOST or values.dtype != np.float64:
        return result
    if all(exact(array) is not None for array in arrays):
        return result
    from decimal import ROUND_HALF_UP, Context, Decimal  # decimal arithmetic, which few roundings need

    from tmat.operations.printing.numbers import at_place
    from tmat.operations.printing.precise import KEPT, precise

    sure = Context(KEPT, ROUND_HALF_UP)  # a third and a third and a third lose the last of sixty digits
    operands = [Operand(f"operand {n}", array) for n, array in enumerate(arrays)]
    for i, j in np.argwhere(close).tolist():
        worth = precise(op.at(i, j, *operands, **params))
        if worth.is_finite():
            result[i, j] = float(at_place(sure.plus(worth), Decimal(1).scaleb(-decimals)))
    return result
