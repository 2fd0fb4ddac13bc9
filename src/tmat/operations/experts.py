"""The weighted sum of experts: each row of an expert times that expert's share of the row."""

from __future__ import annotations

from tmat.numbers.exactly import exactly_by_cell
from tmat.operations.expression import Expression, Number, Operand
from tmat.operations.formula import ALL
from tmat.operations.operation import Array, operation


@operation("n m, n k -> n m", lambda a, shares, *, column: shares[ALL, Number(float(column))] * a)
def scale_rows(a: Array, shares: Array, *, column: int) -> Array:  # [n, m], [n, k] -> [n, m]
    """Row i times its share: cᵢⱼ = sᵢₑ·aᵢⱼ, e the column of the shares, counted from 1 (Shazeer et al. 2017, eq. 1).

    >>> scale_rows(np.array([[1.0, 2.0]]), np.array([[0.25, 0.75]]), column=1)
    array([[0.25, 0.5 ]])
    """
    return _times(a, shares[:, column - 1 : column])


@exactly_by_cell
def _times(a: Array, column: Array) -> Array:
    return a * column


@scale_rows.cell
def _(i: int, j: int, a: Operand, shares: Operand, *, column: int) -> Expression:
    return shares[i, column - 1] * a[i, j]


@operation("n m, n m, n k -> n m", lambda a, b, shares, *, column: a + shares[ALL, Number(float(column))] * b)
def add_scaled(a: Array, b: Array, shares: Array, *, column: int) -> Array:  # [n, m], [n, m], [n, k] -> [n, m]
    """What the experts before come to and one more by its share: cᵢⱼ = aᵢⱼ + sᵢₑ·bᵢⱼ (Shazeer et al. 2017, eq. 1).

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
