"""Sums, products and scalings cell by cell; rows and columns selected, joined, rearranged; the weighted sum of experts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.numbers.exact import Exact, exactly_by_cell, root
from tmat.operations.expression import Call, Expression, Number, Operand, sqrt
from tmat.operations.formula import ALL, MatrixSymbol, Places, SideBySide, Transposed, prose
from tmat.operations.operation import Array, Shape, operation


@operation("n m, n m -> n m", lambda a, b: a + b)
@exactly_by_cell
def add(a: Array, b: Array) -> Array:  # [n, m] + [n, m] -> [n, m]
    """The sum, cell by cell: cᵢⱼ = aᵢⱼ + bᵢⱼ, as of embedding and position, or of sublayer and residual.

    >>> add(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[4., 6.]])
    """
    return a + b


@operation("n m -> n m", lambda a, *, number: number + a)
@exactly_by_cell
def add_number(a: Array, *, number: float) -> Array:  # [n, m] -> [n, m]
    """One number plus every cell: cᵢⱼ = number + aᵢⱼ, as in norms that scale by 1 + γ.

    >>> add_number(np.array([[0.5, -0.25]]), number=1.0)
    array([[1.5 , 0.75]])
    """
    return a + number


@operation("n m, n m -> n m", lambda a, b: a * b)
@exactly_by_cell
def multiply(a: Array, b: Array) -> Array:  # [n, m] ∘ [n, m] -> [n, m]
    """The product, cell by cell: cᵢⱼ = aᵢⱼ·bᵢⱼ, as of weights and a mask of ones and zeros.

    >>> multiply(np.array([[2.0, 3.0]]), np.array([[1.0, 0.0]]))
    array([[2., 0.]])
    """
    return a * b


@operation("n m -> n m", lambda a, *, by: a / by)
@exactly_by_cell
def divide(a: Array, *, by: float) -> Array:  # [n, m] -> [n, m]
    """Every cell divided by one number: cᵢⱼ = aᵢⱼ / by.

    >>> divide(np.array([[6.0]]), by=3.0)
    array([[2.]])
    """
    return a / by if isinstance(a, Exact) else over(a, by)


@exactly_by_cell
def times(a: Array, *, by: float) -> Array:
    """Every cell times one number."""
    return a * by


def over(a: Array, by: float) -> Array:
    """a / by; in float64 where ``by`` overflows or underflows the type of a."""
    with np.errstate(all="ignore"):
        own = abs(a.dtype.type(by))
        if np.finfo(a.dtype).tiny <= own < np.inf or a.dtype == np.float64:
            return a / by
        return (a.astype(np.float64) / by).astype(a.dtype)


@operation("n m -> n m", lambda a, *, d: a / sqrt(d))
@exactly_by_cell
def divide_by_root(a: Array, *, d: float) -> Array:  # [n, m] -> [n, m]
    """Every cell divided by the square root of a width: cᵢⱼ = aᵢⱼ / √d (Vaswani et al. 2017, eq. 1).

    >>> divide_by_root(np.array([[6.0]]), d=4)
    array([[3.]])
    """
    return a / root(d) if isinstance(a, Exact) else a / float(np.sqrt(d))


@operation("n m, 1 m, 1 m -> n m", lambda a, scale, shift: a * scale + shift)
@exactly_by_cell
def scale_and_shift(a: Array, scale: Array, shift: Array) -> Array:  # [n, m], [1, m], [1, m] -> [n, m]
    """Column j times γⱼ plus βⱼ: LayerNorm's learned gain and bias (Ba et al. 2016, eq. 4).

    >>> scale_and_shift(np.array([[1.0, 2.0]]), np.array([[2.0, 2.0]]), np.array([[0.0, 1.0]]))
    array([[2., 5.]])
    """
    return a * scale + shift


@operation("n m, 1 m -> n m", lambda a, scale: a * scale)
@exactly_by_cell
def scale_columns(a: Array, scale: Array) -> Array:  # [n, m], [1, m] -> [n, m]
    """Column j times γⱼ: RMSNorm's learned gain.

    >>> scale_columns(np.array([[1.0, 2.0]]), np.array([[2.0, 3.0]]))
    array([[2., 6.]])
    """
    return a * scale


@operation("n m, 1 m -> n m", lambda a, row: a + row)
@exactly_by_cell
def add_row(a: Array, row: Array) -> Array:  # [n, m] + [1, m] -> [n, m]
    """The same row added to every row, as a bias or β: cᵢⱼ = aᵢⱼ + rowⱼ.

    >>> add_row(np.array([[1.0, 2.0]]), np.array([[0.5, 0.0]]))
    array([[1.5, 2. ]])
    """
    return a + row


@operation("n w -> n *", lambda a, *, start, stop: a[ALL, Places(start, stop)])
def columns(a: Array, *, start: int, stop: int) -> Array:  # [n, w] -> [n, stop - start + 1]
    """Columns start to stop of a, counted from 1, both included: one head's part of a projection.

    >>> columns(np.array([[1.0, 2.0, 3.0]]), start=2, stop=3)
    array([[2., 3.]])
    """
    return a[:, start - 1 : stop]


@columns.cell
def _(i: int, j: int, a: Operand, *, start: int, stop: int) -> Expression:
    return a[i, start - 1 + j]


@columns.shape
def _(a: Shape, *, start: int, stop: int) -> Shape:
    return a[0], stop - start + 1


@columns.labels
def _(a: Operand, *, start: int, stop: int) -> tuple[None, Sequence[str]]:
    return None, a.cols[start - 1 : stop]


@operation("n * ... -> n *", lambda *parts: SideBySide(parts))
def concat(*parts: Array) -> Array:  # [n, w1], [n, w2], … -> [n, w1 + w2 + …]
    """Matrices side by side, as the heads are (Vaswani et al. 2017, §3.2.2).

    >>> concat(np.array([[1.0]]), np.array([[2.0, 3.0]]))
    array([[1., 2., 3.]])
    """
    return np.concatenate(parts, axis=1)


@concat.cell
def _(i: int, j: int, *parts: Operand) -> Expression:
    for part in parts:
        if j < part.width:
            return part[i, j]
        j -= part.width
    raise AssertionError("no such column")


@concat.shape
def _(*shapes: Shape) -> Shape:
    return shapes[0][0], sum(width for _, width in shapes)


@concat.labels
def _(*parts: Operand) -> tuple[None, Sequence[str]]:
    return None, tuple(label for part in parts for label in part.cols)


@operation(
    "* m -> 1 m", lambda a, *, row: prose(f"row {row} of ", a, written=a[Number(float(row)), ALL]), by_rows=False
)
def one_row(a: Array, *, row: int) -> Array:  # [n, m] -> [1, m]
    """One row of a, counted from 1: the position from which the next word is predicted.

    >>> one_row(np.array([[1.0], [2.0]]), row=2)
    array([[2.]])
    """
    return a[row - 1 : row]


@one_row.cell
def _(i: int, j: int, a: Operand, *, row: int) -> Expression:
    return a[row - 1, j]


@one_row.labels
def _(a: Operand, *, row: int) -> tuple[Sequence[str], None]:
    return (a.rows[row - 1],), None


@operation(
    "n m -> 1 *", lambda a: prose(a, " flattened", written=Transposed(Call("vec", a.T))), by_rows=False, row="all"
)
def flatten(a: Array) -> Array:  # [n, m] -> [1, n·m]
    """All rows one after the other, as a single row.

    >>> flatten(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 2., 3., 4.]])
    """
    return a.reshape(1, -1)


@flatten.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return a[divmod(j, a.width)]


@flatten.shape
def _(a: Shape) -> Shape:
    return 1, a[0] * a[1]


@operation("n m, n k -> n m", lambda a, shares, *, column: shares[ALL, Number(float(column))] * a)
def scale_rows(a: Array, shares: Array, *, column: int) -> Array:  # [n, m], [n, k] -> [n, m]
    """Row i of an expert's output times the expert's share: cᵢⱼ = sᵢₑ·aᵢⱼ, e the ``column`` of the shares, from 1 (Shazeer et al. 2017, eq. 1).

    >>> scale_rows(np.array([[1.0, 2.0]]), np.array([[0.25, 0.75]]), column=1)
    array([[0.25, 0.5 ]])
    """
    return multiply.evaluate(a, shares[:, column - 1 : column])


@scale_rows.cell
def _(i: int, j: int, a: Operand, shares: Operand, *, column: int) -> Expression:
    return shares[i, column - 1] * a[i, j]


@operation("n m, n m, n k -> n m", lambda a, b, shares, *, column: a + shares[ALL, Number(float(column))] * b)
def add_scaled(a: Array, b: Array, shares: Array, *, column: int) -> Array:  # [n, m], [n, m], [n, k] -> [n, m]
    """One more expert b, times its share, added to those before: cᵢⱼ = aᵢⱼ + sᵢₑ·bᵢⱼ (Shazeer et al. 2017, eq. 1).

    >>> add_scaled(np.array([[0.25, 0.5]]), np.array([[4.0, 0.0]]), np.array([[0.25, 0.75]]), column=2)
    array([[3.25, 0.5 ]])
    """
    return _plus_times(a, b, shares[:, column - 1 : column])


@exactly_by_cell
def _plus_times(a: Array, b: Array, column: Array) -> Array:
    return a + b * column


@add_scaled.cell
def _(i: int, j: int, a: Operand, b: Operand, shares: Operand, *, column: int) -> Expression:
    return a[i, j] + shares[i, column - 1] * b[i, j]


def _stacked(*parts: MatrixSymbol) -> Expression:
    """One matrix above the other; typeset as the transpose of their transposes side by side."""
    first, *others = parts
    spoken = [piece for part in others for piece in (" above ", part)]
    return prose(first, *spoken, written=Transposed(SideBySide(tuple(part.T for part in parts))))


@operation("* m ... -> * m", _stacked, by_rows=False)
def append_rows(*parts: Array) -> Array:  # [n1, m], [n2, m], … -> [n1 + n2 + …, m]
    """Matrices one above the other, as a cache of keys and the new token's key.

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
    raise AssertionError("no such row")


@append_rows.shape
def _(*shapes: Shape) -> Shape:
    return sum(height for height, _ in shapes), shapes[0][1]


@append_rows.labels
def _(*parts: Operand) -> tuple[Sequence[str], None]:
    return tuple(label for part in parts for label in part.rows), None
