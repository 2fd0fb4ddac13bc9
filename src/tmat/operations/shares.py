"""Gradients where a cell depends on its whole row: softmax, row sums, deviations, norms, additive scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.numbers import steady
from tmat.operations.expression import Call, Expression, Negative, Number, Operand, total
from tmat.operations.formula import MatrixProduct, OuterSum, RowSums, Transposed, prose
from tmat.operations.normalization import deviation_count
from tmat.operations.operation import Array, operation
from tmat.operations.products import product


@operation("n m, n m, n 1 -> n m", lambda y, d, sums: y * (d - sums))
def softmax_gradient(y: Array, d: Array, sums: Array) -> Array:  # [n, m], [n, m], [n, 1] -> [n, m]
    """The gradient of softmax's input, y its result: yᵢⱼ·(dᵢⱼ − sᵢ), where sᵢ = Σₖ yᵢₖdᵢₖ are the ``sums``.

    >>> softmax_gradient(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), np.array([[0.5]]))
    array([[ 0.25, -0.25]])
    """
    return np.where(y == 0.0, y.dtype.type(0), y * (d - sums))


@operation(
    "n m, n 1, n m -> n m",
    lambda d, sums, a: (d - sums) / prose("row sums of ", a, written=RowSums(a)),
)
def shares_gradient(d: Array, sums: Array, a: Array) -> Array:  # [n, m], [n, 1], [n, m] -> [n, m]
    """The gradient of ``renormalize``'s input a, y its result: (dᵢⱼ − sᵢ) / Σₖ aᵢₖ, where sᵢ = Σₖ yᵢₖdᵢₖ.

    >>> shares_gradient(np.array([[1.0, 0.0]]), np.array([[0.5]]), np.array([[2.0, 2.0]]))
    array([[ 0.125, -0.125]])
    """
    return np.asarray((d - sums) / a.sum(axis=1, keepdims=True))


@shares_gradient.cell
def _(i: int, j: int, d: Operand, sums: Operand, a: Operand) -> Expression:
    return (d[i, j] - sums[i, 0]) / total(a.row(i))


@operation(
    "n m, n m, n 1 -> n 1",
    lambda d, y, s, *, epsilon: (
        prose("−row sums of ", d * y, written=Negative(RowSums(d * y))) * s / (s**2.0 + epsilon)
    ),
)
def spread_gradient(d: Array, y: Array, s: Array, *, epsilon: float) -> Array:  # [n, m], [n, m], [n, 1] -> [n, 1]
    """The gradient of the deviation s where y is a row over √(s² + ε): −Σⱼ dᵢⱼyᵢⱼ · sᵢ / (sᵢ² + ε).

    >>> spread_gradient(np.array([[1.0, 0.0]]), np.array([[2.0, 3.0]]), np.array([[4.0]]), epsilon=0.0)
    array([[-0.5]])
    """
    dots = product(d * y, np.full((d.shape[1], 1), -1.0, dtype=d.dtype))
    with np.errstate(all="ignore"):
        return np.where(dots == 0.0, d.dtype.type(0), dots * s / (s * s + epsilon))


@spread_gradient.cell
def _(i: int, j: int, d: Operand, y: Operand, s: Operand, *, epsilon: float) -> Expression:
    return -total(d[i, k] * y[i, k] for k in range(d.width)) * s[i, 0] / (s[i, 0] ** 2.0 + Number(epsilon))


@operation(
    "n m, n m, n 1 -> n 1",
    lambda d, y, s, *, epsilon: prose("−row sums of ", d * y, written=Negative(RowSums(d * y))) / (s + epsilon),
)
def spread_gradient_outside(d: Array, y: Array, s: Array, *, epsilon: float) -> Array:
    """The gradient of the deviation s where y is a row over s + ε: −Σⱼ dᵢⱼyᵢⱼ / (sᵢ + ε).

    Shapes: d and y n×m, s n×1, result n×1.

    >>> spread_gradient_outside(np.array([[1.0, 0.0]]), np.array([[2.0, 3.0]]), np.array([[4.0]]), epsilon=0.0)
    array([[-0.5]])
    """
    dots = product(d * y, np.full((d.shape[1], 1), -1.0, dtype=d.dtype))
    with np.errstate(all="ignore"):
        return np.where(dots == 0.0, d.dtype.type(0), dots / (s + epsilon))


@spread_gradient_outside.cell
def _(i: int, j: int, d: Operand, y: Operand, s: Operand, *, epsilon: float) -> Expression:
    return -total(d[i, k] * y[i, k] for k in range(d.width)) / (s[i, 0] + Number(epsilon))


@spread_gradient.labels
@spread_gradient_outside.labels
def _(d: Operand, y: Operand, s: Operand, *, epsilon: float) -> tuple[None, Sequence[str]]:
    return None, tuple(s.cols) or ("std",)


@operation(
    "n 1, n m, n 1, n 1 -> n m",
    lambda d, a, mean, std, *, kind: (
        d * (a - mean) / prose("m·" if kind == "population" else "(m − 1)·", std, written=std)
    ),
)
def deviation_gradient(d: Array, a: Array, mean: Array, std: Array, *, kind: str) -> Array:
    """The gradient of a row through its deviation: dᵢ·(aᵢⱼ − μᵢ) / (m·σᵢ), m − 1 for a sample's; 0 in a constant row.

    Shapes: d, mean and std n×1, a n×m, result n×m.

    >>> deviation_gradient(np.array([[2.0]]), np.array([[1.0, 3.0]]), np.array([[2.0]]), np.array([[1.0]]), kind="population")
    array([[-1.,  1.]])
    """
    top = d * (a - mean)
    with np.errstate(all="ignore"):
        return np.where(top == 0.0, a.dtype.type(0), top / (deviation_count(a.shape[1], kind) * std))


@deviation_gradient.cell
def _(i: int, j: int, d: Operand, a: Operand, mean: Operand, std: Operand, *, kind: str) -> Expression:
    return d[i, 0] * (a[i, j] - mean[i, 0]) / (float(deviation_count(a.width, kind)) * std[i, 0])


@operation("n 1, n m, n 1 -> n m", lambda d, a, rms: d * a / prose("m·", rms, written=rms))
def rms_gradient(d: Array, a: Array, rms: Array) -> Array:  # [n, 1], [n, m], [n, 1] -> [n, m]
    """The gradient of a row through its root mean square: dᵢ·aᵢⱼ / (m·rmsᵢ); 0 in a row of zeros.

    >>> rms_gradient(np.array([[2.0]]), np.array([[3.0, 3.0]]), np.array([[3.0]]))
    array([[1., 1.]])
    """
    top = d * a
    with np.errstate(all="ignore"):
        return np.where(top == 0.0, a.dtype.type(0), top / (a.shape[1] * rms))


@rms_gradient.cell
def _(i: int, j: int, d: Operand, a: Operand, rms: Operand) -> Expression:
    return d[i, 0] * a[i, j] / (float(a.width) * rms[i, 0])


def _hidden(queries: Expression, keys: Expression) -> Expression:
    return Call("tanh", OuterSum(queries, keys))


@operation(
    "n m, n h, m h, 1 h -> n h",
    lambda d, queries, keys, v: MatrixProduct(d, v * (1.0 - _hidden(queries, keys) ** 2.0)),
)
def additive_queries_gradient(d: Array, queries: Array, keys: Array, v: Array) -> Array:
    """The gradient of the queries in additive scores: Σⱼ dᵢⱼ·vₕ·(1 − tanh²(qᵢₕ + kⱼₕ)).

    Shapes: d n×m, queries n×h, keys m×h, v 1×h, result n×h.

    >>> one = np.array([[1.0]])
    >>> additive_queries_gradient(np.array([[3.0]]), 0 * one, 0 * one, 2 * one)
    array([[6.]])
    """
    t = steady.tanh(queries[:, None, :] + keys[None, :, :])
    return np.asarray((d[:, :, None] * (1.0 - t * t)).sum(axis=1) * v)


@additive_queries_gradient.cell
def _(i: int, j: int, d: Operand, queries: Operand, keys: Operand, v: Operand) -> Expression:
    return total(d[i, k] * v[0, j] * (1.0 - Call("tanh", queries[i, j] + keys[k, j]) ** 2.0) for k in range(d.width))


@operation(
    "n m, n h, m h, 1 h -> m h",
    lambda d, queries, keys, v: MatrixProduct(Transposed(d), v * (1.0 - _hidden(queries, keys) ** 2.0)),
    by_rows=False,
)
def additive_keys_gradient(d: Array, queries: Array, keys: Array, v: Array) -> Array:
    """The gradient of the keys in additive scores: Σᵢ dᵢⱼ·vₕ·(1 − tanh²(qᵢₕ + kⱼₕ)).

    Shapes: d n×m, queries n×h, keys m×h, v 1×h, result m×h.

    >>> one = np.array([[1.0]])
    >>> additive_keys_gradient(np.array([[3.0]]), 0 * one, 0 * one, 2 * one)
    array([[6.]])
    """
    t = steady.tanh(queries[:, None, :] + keys[None, :, :])
    return np.asarray((d[:, :, None] * (1.0 - t * t)).sum(axis=0) * v)


@additive_keys_gradient.cell
def _(i: int, j: int, d: Operand, queries: Operand, keys: Operand, v: Operand) -> Expression:
    return total(d[k, i] * v[0, j] * (1.0 - Call("tanh", queries[k, j] + keys[i, j]) ** 2.0) for k in range(d.height))


@operation("n m, n h, m h -> 1 h", lambda d, queries, keys: MatrixProduct(d, _hidden(queries, keys)), by_rows=False)
def additive_v_gradient(d: Array, queries: Array, keys: Array) -> Array:
    """The gradient of v in additive scores: Σᵢ Σⱼ dᵢⱼ·tanh(qᵢₕ + kⱼₕ).

    Shapes: d n×m, queries n×h, keys m×h, result 1×h.

    >>> additive_v_gradient(np.array([[3.0]]), np.array([[0.25]]), np.array([[0.75]])).round(4)
    array([[2.2848]])
    """
    t = steady.tanh(queries[:, None, :] + keys[None, :, :])
    return np.asarray((d[:, :, None] * t).sum(axis=(0, 1))[None, :])


@additive_v_gradient.cell
def _(i: int, j: int, d: Operand, queries: Operand, keys: Operand) -> Expression:
    return total(d[a, b] * Call("tanh", queries[a, j] + keys[b, j]) for a in range(d.height) for b in range(d.width))
