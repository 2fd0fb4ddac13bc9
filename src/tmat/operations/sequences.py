"""The probability of a text: the chosen words' own probabilities, their product, and the sum that stands for it."""

from __future__ import annotations

import numpy as np

from tmat.numbers.exact import Exact
from tmat.numbers.exactly import exactly
from tmat.operations.expression import Call, Expression, Operand, Product, total
from tmat.operations.formula import ALL, Symbol, prose
from tmat.operations.operation import Array, Shape, operation


@operation(
    "* * -> * 1",
    lambda a, *, columns: prose("each row of ", a, " at its word", written=a[ALL, Symbol("word")]),
    by_rows=False,
)
def picked(a: Array, *, columns: list[int]) -> Array:  # [n, m] -> [k, 1], k at most n
    """One cell of each row, its column counted from 1: what the model gave the word that came.

    >>> picked(np.array([[0.25, 0.75], [0.5, 0.5]]), columns=[2, 1])
    array([[0.75],
           [0.5 ]])
    """
    return a[np.arange(len(columns)), [column - 1 for column in columns]].reshape(-1, 1)


@picked.cell
def _(i: int, j: int, a: Operand, *, columns: list[int]) -> Expression:
    return a[i, columns[i] - 1]


@picked.shape
def _(a: Shape, *, columns: list[int]) -> Shape:
    return len(columns), 1


@picked.labels
def _(a: Operand, *, columns: list[int]) -> tuple[list[str], tuple[str]]:
    return [a.cols[column - 1] for column in columns], ("p",)


@operation("n m -> 1 1", lambda a: prose("sum of ", a, written=Call("sum", a)), by_rows=False, row="all", column="sum")
@exactly
def sum_of_all(a: Array) -> Array:  # [n, m] -> [1, 1]
    """The sum of all cells: of −ln p of each word, it is −ln of the product of all p.

    >>> sum_of_all(np.array([[1.0], [2.0]]))
    array([[3.]])
    """
    if isinstance(a, Exact):
        return a.row_sums().T.row_sums()
    return np.asarray(a.sum()).reshape(1, 1)


@sum_of_all.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a[k, n] for k in range(a.height) for n in range(a.width))


@operation(
    "n m -> 1 1", lambda a: prose("product of ", a, written=Call("product", a)), by_rows=False, row="all", column="p"
)
@exactly
def product_of_all(a: Array) -> Array:  # [n, m] -> [1, 1]
    """The product of all cells: the probability of a text, p(w₁)·p(w₂ | w₁)·…, from those of its words.

    >>> product_of_all(np.array([[0.5], [0.25]]))
    array([[0.125]])
    """
    if isinstance(a, Exact):
        return a.product()
    return np.asarray(a.prod()).reshape(1, 1)


@product_of_all.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return Product(tuple(a[k, n] for k in range(a.height) for n in range(a.width)))
