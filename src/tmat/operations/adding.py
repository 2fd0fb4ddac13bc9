"""Sums of matrices, sums of rows and columns, dot products: mostly what gradients are made of."""

from __future__ import annotations

import numpy as np

from tmat.numbers.exact import Exact, exactly_by_cell
from tmat.operations.elementwise import multiply
from tmat.operations.expression import Expression, Negative, Operand, Sum, total
from tmat.operations.formula import MatrixProduct, RowSums, Symbol, Transposed, prose
from tmat.operations.operation import Array, operation
from tmat.operations.products import product


@operation("n m ... -> n m", lambda *parts: Sum(parts))
@exactly_by_cell
def add_all(*parts: Array) -> Array:  # [n, m] + [n, m] + … -> [n, m]
    """The sum of any number of matrices: cᵢⱼ = aᵢⱼ + bᵢⱼ + …: the gradient of a matrix that is used in several places.

    >>> add_all(np.array([[1.0]]), np.array([[2.0]]), np.array([[4.0]]))
    array([[7.]])
    """
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result + 0.0 if len(parts) == 1 and not isinstance(result, Exact) else result


@operation("n m, n m -> n m", lambda a, b: a - b)
@exactly_by_cell
def subtract(a: Array, b: Array) -> Array:  # [n, m] − [n, m] -> [n, m]
    """The difference, cell by cell: cᵢⱼ = aᵢⱼ − bᵢⱼ.

    >>> subtract(np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]]))
    array([[-2.,  1.]])
    """
    return a - b


@operation("n k, n m -> k m", lambda a, b: MatrixProduct(a.T, b), by_rows=False)
def transposed_matmul(a: Array, b: Array) -> Array:  # [n, k], [n, m] -> [k, m]
    """Columns of a times columns of b: aᵀ·b, cᵢⱼ = Σₖ aₖᵢbₖⱼ: a weight's gradient, of the input and the output's gradient.

    >>> transposed_matmul(np.array([[1.0, 2.0]]), np.array([[3.0]]))
    array([[3.],
           [6.]])
    """
    return product(a.T, b)


@transposed_matmul.cell
def _(i: int, j: int, a: Operand, b: Operand) -> Expression:
    return total(a[k, i] * b[k, j] for k in range(a.height))


@operation(
    "n m -> 1 m",
    lambda a: prose("column sums of ", a, written=MatrixProduct(Transposed(Symbol("1")), a)),
    by_rows=False,
)
def column_sums(a: Array) -> Array:  # [n, m] -> [1, m]
    """The sum of each column: cⱼ = Σᵢ aᵢⱼ: the gradient of a bias, which was added to every row.

    >>> column_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[4., 6.]])
    """
    return product(np.ones((1, a.shape[0]), dtype=a.dtype), a)


@column_sums.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a.column(j))


@operation("n m, n m -> n 1", lambda a, b: prose("row sums of ", a * b, written=RowSums(a * b)), column="sum")
def row_dots(a: Array, b: Array) -> Array:  # [n, m], [n, m] -> [n, 1]
    """The dot product of each row of a with the same row of b: cᵢ = Σⱼ aᵢⱼbᵢⱼ.

    >>> row_dots(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[11.]])
    """
    return product(multiply.evaluate(a, b), np.ones((a.shape[1], 1), dtype=a.dtype))


@row_dots.cell
def _(i: int, j: int, a: Operand, b: Operand) -> Expression:
    return total(a[i, k] * b[i, k] for k in range(a.width))


@operation(
    "n m, n m -> 1 m",
    lambda a, b: prose("column sums of ", a * b, written=MatrixProduct(Transposed(Symbol("1")), a * b)),
    by_rows=False,
)
def column_dots(a: Array, b: Array) -> Array:  # [n, m], [n, m] -> [1, m]
    """The dot product of each column of a with the same column of b: cⱼ = Σᵢ aᵢⱼbᵢⱼ: the gradient of a gain γ.

    >>> column_dots(np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    return product(np.ones((1, a.shape[0]), dtype=a.dtype), multiply.evaluate(a, b))


@column_dots.cell
def _(i: int, j: int, a: Operand, b: Operand) -> Expression:
    return total(a[k, j] * b[k, j] for k in range(a.height))


@operation("n m -> n 1", lambda a: prose("−(row sums of ", a, ")", written=Negative(RowSums(a))), column="sum")
def minus_row_sums(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The negative sum of each row: cᵢ = −Σⱼ aᵢⱼ: the gradient of a mean that was subtracted from the row.

    >>> minus_row_sums(np.array([[1.0, 2.0]]))
    array([[-3.]])
    """
    return product(a, np.full((a.shape[1], 1), -1.0, dtype=a.dtype))


@minus_row_sums.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return -total(a.row(i))
