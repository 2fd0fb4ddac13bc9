"""What heads need beside cutting and joining: rows brought to length 1, and new rows below those of a cache."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.numbers.exact import Exact
from tmat.numbers.exactly import exactly, exactly_by_cell
from tmat.operations.expression import Call, Expression, Operand, sqrt, total
from tmat.operations.formula import MatrixSymbol, SideBySide, Transposed, prose
from tmat.operations.normalization import row_rms
from tmat.operations.operation import Array, Shape, operation


@operation("n m -> n 1", lambda a: prose("length of ", a, "'s rows", written=Call("length", a)), column="length")
@exactly
def row_length(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The length of each row as a vector, its L2 norm: √(Σⱼ aᵢⱼ²).

    >>> row_length(np.array([[3.0, 4.0]]))
    array([[5.]])
    """
    if isinstance(a, Exact):
        return (a * a).row_sums().roots()
    return row_rms.evaluate(a) * a.dtype.type(np.sqrt(a.shape[1]))


@row_length.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return sqrt(total(cell**2.0 for cell in a.row(i)))


@operation("n m, n 1 -> n m", lambda a, by: a / by)
@exactly_by_cell
def over_rows(a: Array, by: Array) -> Array:  # [n, m], [n, 1] -> [n, m]
    """Each row by its own number; 0 over 0 is 0.

    >>> over_rows(np.array([[3.0, 4.0]]), np.array([[5.0]]))
    array([[0.6, 0.8]])
    """
    if isinstance(a, Exact):
        return a.over(by)
    with np.errstate(all="ignore"):
        return np.where((a == 0.0) & (by == 0.0), a.dtype.type(0), a / by)


def _stacked(*parts: MatrixSymbol) -> Expression:
    """One matrix above the next; typeset as the transpose of their transposes side by side."""
    first, *others = parts
    said = [piece for part in others for piece in (" above ", part)]
    return prose(first, *said, written=Transposed(SideBySide(tuple(part.T for part in parts))))


@operation("* m ... -> * m", _stacked, by_rows=False)
def append_rows(*parts: Array) -> Array:  # [n1, m], [n2, m], … -> [n1 + n2 + …, m]
    """The rows of one matrix below those of another: a cache of keys, and the key of the new token.

    >>> append_rows(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[1., 2.],
           [3., 4.]])
    """
    return np.concatenate(parts, axis=0)


@append_rows.cell
def _(i: int, j: int, *parts: Operand) -> Expression:
    for part in parts:
        if i < part.height:
            return part[i, j]
        i -= part.height
    raise AssertionError("a cell below the last part")


@append_rows.shape
def _(*shapes: Shape) -> Shape:
    return sum(height for height, _ in shapes), shapes[0][1]


@append_rows.labels
def _(*parts: Operand) -> tuple[Sequence[str], None]:
    return tuple(label for part in parts for label in part.rows), None
