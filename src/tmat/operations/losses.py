"""Cross-entropy and mean square error, their gradients, and the probability of a text."""

from __future__ import annotations

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, exactly
from tmat.operations.adding import column_sums, row_dots
from tmat.operations.elementwise import divide, multiply
from tmat.operations.expression import Call, Expression, Negative, Operand, Product, exp, total
from tmat.operations.formula import ALL, RowSums, Symbol, Words, prose
from tmat.operations.operation import Array, Shape, operation


def _used(a: Operand, i: int) -> list[int]:
    """The columns of row i that are not 0; all where the numbers are unknown."""
    return [j for j in range(a.width) if a.values is None or a.values[i, j] != 0.0]


@operation("n m, n m -> n 1", lambda z, y: Call("ln", RowSums(Call("exp", z))) - RowSums(y * z), column="loss")
def cross_entropy(z: Array, y: Array) -> Array:  # [n, m], [n, m] -> [n, 1]
    """Cross-entropy of each row's softmax against the target y, whose rows sum to 1: ln Σⱼ e^zᵢⱼ − Σⱼ yᵢⱼzᵢⱼ.

    It is −ln of the probability that softmax gives the right word, where y has a single 1.

    >>> cross_entropy(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])).round(4)
    array([[0.6931]])
    """
    top = z.max(axis=1, keepdims=True)
    sums = steady.exp(z - top).sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        aimed = np.where(y != 0.0, y * (top - z), z.dtype.type(0)).sum(axis=1, keepdims=True)
        return np.asarray(steady.log(sums) + aimed + top * (1.0 - y.sum(axis=1, keepdims=True)))


@cross_entropy.cell
def _(i: int, j: int, z: Operand, y: Operand) -> Expression:
    return Call("ln", total(exp(cell) for cell in z.row(i))) - total(y[i, k] * z[i, k] for k in _used(y, i))


@operation(
    "n m, n m -> n 1",
    lambda p, y: prose("−row sums of ", y * Call("ln", p), written=Negative(RowSums(y * Call("ln", p)))),
    column="loss",
)
def cross_entropy_of_probabilities(p: Array, y: Array) -> Array:  # [n, m], [n, m] -> [n, 1]
    """Cross-entropy of each row of probabilities against the target y: −Σⱼ yᵢⱼ·ln pᵢⱼ (Shannon 1948, §6).

    >>> cross_entropy_of_probabilities(np.array([[0.25, 0.75]]), np.array([[1.0, 0.0]])).round(4)
    array([[1.3863]])
    """
    with np.errstate(all="ignore"):
        terms = np.where(y != 0.0, y * steady.log(p), p.dtype.type(0))
        return np.asarray(0.0 - terms.sum(axis=1, keepdims=True))


@cross_entropy_of_probabilities.cell
def _(i: int, j: int, p: Operand, y: Operand) -> Expression:
    return -total(y[i, k] * Call("ln", p[i, k]) for k in _used(y, i))


@operation("n m, n m, n 1 -> n m", lambda p, y, d: (p - y) * d)
def cross_entropy_gradient(p: Array, y: Array, d: Array) -> Array:  # [n, m], [n, m], [n, 1] -> [n, m]
    """The gradient of the logits in cross-entropy, p their softmax: (pᵢⱼ − yᵢⱼ)·dᵢ.

    >>> cross_entropy_gradient(np.array([[0.25, 0.75]]), np.array([[1.0, 0.0]]), np.array([[2.0]]))
    array([[-1.5,  1.5]])
    """
    return (p - y) * d


@operation("n 1, n m, n m -> n m", lambda d, y, p: Negative(d) * y / p)
def logarithm_gradient(d: Array, y: Array, p: Array) -> Array:  # [n, 1], [n, m], [n, m] -> [n, m]
    """The gradient of the probabilities p in −Σ y·ln p: −dᵢ·yᵢⱼ / pᵢⱼ.

    >>> logarithm_gradient(np.array([[1.0]]), np.array([[1.0, 0.0]]), np.array([[0.25, 0.75]]))
    array([[-4.,  0.]])
    """
    with np.errstate(all="ignore"):
        return np.where(y == 0.0, p.dtype.type(0), 0.0 - d * y / p)


@operation(
    "n m -> 1 1", lambda a: prose("mean of ", a, written=Call("mean", a)), by_rows=False, row="all", column="mean"
)
@exactly
def mean_of_all(a: Array) -> Array:  # [n, m] -> [1, 1]
    """The mean of all cells: Σᵢⱼ aᵢⱼ / (n·m): a sentence's loss, of the losses of its words.

    >>> mean_of_all(np.array([[1.0], [2.0]]))
    array([[1.5]])
    """
    if isinstance(a, Exact):
        return a.row_sums().T.row_sums() / (a.shape[0] * a.shape[1])
    return np.asarray(a.sum() / a.size).reshape(1, 1)


@mean_of_all.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a[k, n] for k in range(a.height) for n in range(a.width)) / float(a.height * a.width)


@operation(
    "n m -> 1 1",
    lambda a: prose("mean of ", a**2.0, written=Call("mean", a**2.0)),
    by_rows=False,
    row="all",
    column="mean",
)
def mean_square(a: Array) -> Array:  # [n, m] -> [1, 1]
    """The mean of all squares: Σᵢⱼ aᵢⱼ² / (n·m), of the differences between output and target.

    >>> mean_square(np.array([[1.0, 3.0]]))
    array([[5.]])
    """
    squares = column_sums.evaluate(row_dots.evaluate(a, a))
    return np.asarray(divide.evaluate(squares, by=float(a.size)))


@mean_square.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a[k, n] ** 2.0 for k in range(a.height) for n in range(a.width)) / float(a.height * a.width)


@operation("1 1 -> * *", lambda d, *, height, width: d / float(height * width), by_rows=False)
def spread_over_all(d: Array, *, height: int, width: int) -> Array:  # [1, 1] -> [height, width]
    """The gradient of each cell in ``mean_of_all``: d / (n·m).

    >>> spread_over_all(np.array([[1.0]]), height=2, width=1)
    array([[0.5],
           [0.5]])
    """
    return np.full((height, width), divide.evaluate(d, by=float(height * width))[0, 0], dtype=d.dtype)


@spread_over_all.shape
def _(d: Shape, *, height: int, width: int) -> Shape:
    return height, width


@operation(
    "1 1, n m -> n m",
    lambda d, a: 2.0 * d * a / prose("the number of cells", written=Words("nm")),
    by_rows=False,
)
def mean_square_gradient(d: Array, a: Array) -> Array:  # [1, 1], [n, m] -> [n, m]
    """The gradient of each cell in ``mean_square``: 2·d·aᵢⱼ / (n·m).

    >>> mean_square_gradient(np.array([[1.0]]), np.array([[1.0, 3.0]]))
    array([[1., 3.]])
    """
    products = multiply.evaluate(np.full(a.shape, d[0, 0], dtype=a.dtype), a)
    return np.asarray(divide.evaluate(2.0 * products, by=float(a.size)))


@mean_square_gradient.cell
def _(i: int, j: int, d: Operand, a: Operand) -> Expression:
    return 2.0 * d[0, 0] * a[i, j] / float(a.height * a.width)


@operation("n m -> n m", lambda a: Call("exp", a))
def exponential(a: Array) -> Array:  # [n, m] -> [n, m]
    """e to the power of each cell: the perplexity, of a mean cross-entropy.

    >>> exponential(np.array([[0.0, 1.0]])).round(4)
    array([[1.    , 2.7183]])
    """
    return steady.exp(a)


@operation(
    "* * -> * 1",
    lambda a, *, columns: prose("each row of ", a, " at its word", written=a[ALL, Symbol("word")]),
    by_rows=False,
)
def picked(a: Array, *, columns: list[int]) -> Array:  # [n, m] -> [k, 1], k at most n
    """One cell of each row, its column counted from 1: the probability of the word that follows.

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
    """The sum of all cells: of −ln p of the words of a text, −ln of the text's probability.

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
