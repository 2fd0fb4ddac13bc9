"""Products of matrices: projections, scores, weighted sums."""

from __future__ import annotations

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, exactly
from tmat.operations.expression import Call, Expression, Operand, total
from tmat.operations.formula import MatrixProduct, OuterSum
from tmat.operations.operation import Array, operation

PENCIL = 1 << 18
"""The most multiplications of a product whose terms are added from left to right; larger ones go to BLAS."""
LONGEST = 256
"""The most terms of such a sum."""
FEW = 1 << 8
"""The most sums that are checked one by one for being rounding noise; more are checked by a product."""


@exactly
def product(a: Array, b: Array) -> Array:  # [n, k] @ [k, m] -> [n, m]
    """a·b: exact for short decimals, else floats, with sums that are nothing but rounding errors set to 0.

    Small products add their terms from left to right, rounding each product and sum, so that they have the same
    bits on every processor: BLAS adds in an order of its own and may fuse multiplication and addition.

    >>> product(np.array([[0.1, 0.2, -0.3]]), np.array([[1.0], [1.0], [1.0]]))
    array([[0.]])
    """
    return a @ b if isinstance(a, Exact) else _added(a, b)


def _added(a: Array, b: Array, more: Array | None = None) -> Array:  # [n, k] @ [k, m] + [1, m] -> [n, m]
    if steady.quick():
        return a @ b if more is None else a @ b + more
    n, k = a.shape
    if k > LONGEST or n * k * b.shape[1] > PENCIL:
        total: Array = a @ b
    else:
        total = np.zeros((n, b.shape[1]), dtype=np.result_type(a, b))
        for i in range(k):
            total += a[:, i : i + 1] * b[i : i + 1]
    if more is not None:
        total = total + more
    return _without_noise(total, a, b, more) if total.size and k else total


def _without_noise(total: Array, a: Array, b: Array, more: Array | None) -> Array:
    """The sums; those no larger than the rounding errors of their terms become 0."""
    noise = np.finfo(total.dtype).eps
    with np.errstate(all="ignore"):
        most = a.shape[1] * _largest(a) * _largest(b) + (0.0 if more is None else _largest(more))
        if not most < np.inf:
            return total
        i, j = np.nonzero((np.abs(total) <= noise * most) & (total != 0))  # few, unless the sizes differ much
        terms = np.abs(a[i] * b.T[j]).sum(axis=1) if len(i) <= FEW else (np.abs(a) @ np.abs(b))[i, j]
        terms = terms if more is None else terms + np.abs(more[0, j])
        lost = np.abs(total[i, j]) <= noise * terms
        total[i[lost], j[lost]] = 0.0
    return total


def _largest(a: Array) -> float:
    return max(float(a.max()), -float(a.min()))


@operation("n k, k m -> n m", lambda a, b: a @ b)
def matmul(a: Array, b: Array) -> Array:  # [n, k] @ [k, m] -> [n, m]
    """Rows of a times columns of b: cᵢⱼ = Σₖ aᵢₖbₖⱼ (Vaswani et al. 2017, §3.2.2).

    >>> matmul(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    return product(a, b)


@matmul.cell
def _(i: int, j: int, a: Operand, b: Operand) -> Expression:
    return total(a[i, k] * b[k, j] for k in range(a.width))


@operation("n k, k m, 1 m -> n m", lambda a, b, bias: a @ b + bias)
@exactly
def linear(a: Array, b: Array, bias: Array) -> Array:  # [n, k] @ [k, m] + [1, m] -> [n, m]
    """A projection with a bias, the same for every row: cᵢⱼ = Σₖ aᵢₖbₖⱼ + biasⱼ.

    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[0.5]]))
    array([[11.5]])
    """
    return a @ b + bias if isinstance(a, Exact) else _added(a, b, bias)


@linear.cell
def _(i: int, j: int, a: Operand, b: Operand, bias: Operand) -> Expression:
    return total([*(a[i, k] * b[k, j] for k in range(a.width)), bias[0, j]])


@operation("n d, m d -> n m", lambda a, b: a @ b.T)
def matmul_transposed(a: Array, b: Array) -> Array:  # [n, d], [m, d] -> [n, m]
    """The dot product of every row of a with every row of b: a·bᵀ (Vaswani et al. 2017, eq. 1).

    >>> matmul_transposed(np.array([[2.0, 0.0]]), np.array([[1.0, 5.0]]))
    array([[2.]])
    """
    return product(a, b.T)


@matmul_transposed.cell
def _(i: int, j: int, a: Operand, b: Operand) -> Expression:
    return total(a[i, k] * b[j, k] for k in range(a.width))


@operation("n h, m h, 1 h -> n m", lambda queries, keys, v: MatrixProduct(Call("tanh", OuterSum(queries, keys)), v.T))
def additive_scores(queries: Array, keys: Array, v: Array) -> Array:  # [n, h], [m, h], [1, h] -> [n, m]
    """Scores of each query and key by a small network: sᵢⱼ = Σₕ vₕ·tanh(qᵢₕ + kⱼₕ).

    Source: Bahdanau et al. 2015, A.1.2.

    >>> additive_scores(np.array([[0.25]]), np.array([[0.75], [-0.25]]), np.array([[3.0]])).round(4)
    array([[2.2848, 0.    ]])
    """
    scores = np.empty((queries.shape[0], keys.shape[0]), dtype=queries.dtype)
    for i, query in enumerate(queries):  # a row at a time: n × m × h is never held at once
        scores[i] = product(steady.tanh(query + keys), v.T)[:, 0]
    return scores


@additive_scores.cell
def _(i: int, j: int, queries: Operand, keys: Operand, v: Operand) -> Expression:
    return total(v[0, h] * Call("tanh", queries[i, h] + keys[j, h]) for h in range(v.width))
