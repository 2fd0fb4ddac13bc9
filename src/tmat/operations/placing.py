"""Gradients of selections (put back at their places, the other cells 0) and of means; the transpose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tmat.operations.elementwise import divide
from tmat.operations.expression import Expression, Number, Operand, total
from tmat.operations.formula import prose
from tmat.operations.operation import Array, Shape, operation
from tmat.operations.words import lookup


@operation("n w -> n *", lambda d, *, start, width: prose(d, f" from column {start} on, 0 in the others", written=d))
def put_columns(d: Array, *, start: int, width: int) -> Array:  # [n, w] -> [n, width]
    """d as columns of a wider matrix from ``start`` on, counted from 1, the others 0: the gradient of ``columns``.

    >>> put_columns(np.array([[5.0]]), start=2, width=3)
    array([[0., 5., 0.]])
    """
    result = np.zeros((d.shape[0], width), dtype=d.dtype)
    result[:, start - 1 : start - 1 + d.shape[1]] = d
    return result


@put_columns.cell
def _(i: int, j: int, d: Operand, *, start: int, width: int) -> Expression:
    own = j - start + 1
    return d[i, own] if 0 <= own < d.width else Number(0.0)


@put_columns.shape
def _(d: Shape, *, start: int, width: int) -> Shape:
    return d[0], width


@operation(
    "1 m -> * m", lambda d, *, row, height: prose(d, f" in row {row}, 0 in the others", written=d), by_rows=False
)
def put_row(d: Array, *, row: int, height: int) -> Array:  # [1, m] -> [height, m]
    """d as one row, counted from 1, the other rows 0: the gradient of ``one_row``.

    >>> put_row(np.array([[5.0]]), row=2, height=2)
    array([[0.],
           [5.]])
    """
    result = np.zeros((height, d.shape[1]), dtype=d.dtype)
    result[row - 1] = d[0]
    return result


@put_row.cell
def _(i: int, j: int, d: Operand, *, row: int, height: int) -> Expression:
    return d[0, j] if i == row - 1 else Number(0.0)


@put_row.shape
def _(d: Shape, *, row: int, height: int) -> Shape:
    return height, d[1]


@operation("1 w -> * *", lambda d, *, width: prose(d, f" in rows of {width}", written=d), by_rows=False)
def in_rows(d: Array, *, width: int) -> Array:  # [1, n·width] -> [n, width]
    """One row cut into rows of a width: the gradient of ``flatten``.

    >>> in_rows(np.array([[1.0, 2.0, 3.0, 4.0]]), width=2)
    array([[1., 2.],
           [3., 4.]])
    """
    return d.reshape(-1, width)


@in_rows.cell
def _(i: int, j: int, d: Operand, *, width: int) -> Expression:
    return d[0, i * width + j]


@in_rows.shape
def _(d: Shape, *, width: int) -> Shape:
    return d[1] // width, width


@operation(
    "n 1, n d -> * d",
    lambda ids, d, *, first, height: prose("the rows of ", d, " added up by ", ids, written=d[ids]),
    by_rows=False,
)
def gather_rows(ids: Array, d: Array, *, first: int, height: int) -> Array:  # [n, 1], [n, d] -> [height, d]
    """For each id the sum of the rows of d that have it, 0 where none has: the gradient of ``lookup``.

    Errors: an id that is no whole number, or that names no row.

    >>> gather_rows(np.array([[2.0], [2.0]]), np.array([[0.5], [0.25]]), first=1, height=2)
    array([[0.  ],
           [0.75]])
    """
    places = lookup.evaluate(ids, np.arange(height, dtype=np.float64).reshape(-1, 1), first=first)[:, 0]
    result = np.zeros((height, d.shape[1]), dtype=d.dtype)
    np.add.at(result, places.astype(np.int64), d)
    return result


@gather_rows.cell
def _(i: int, j: int, ids: Operand, d: Operand, *, first: int, height: int) -> Expression:
    numbers = [i + first] * ids.height if ids.values is None else ids.values[:, 0].tolist()
    return total(d[k, j] for k, own in enumerate(numbers) if own == i + first)


@gather_rows.shape
def _(ids: Shape, d: Shape, *, first: int, height: int) -> Shape:
    return height, d[1]


@gather_rows.labels
def _(ids: Operand, d: Operand, *, first: int, height: int) -> tuple[Sequence[str], None]:
    return [str(n) for n in range(first, height + first)], None


@operation("n m -> m n", lambda a: a.T, by_rows=False)
def transpose(a: Array) -> Array:  # [n, m] -> [m, n]
    """The transpose: cᵢⱼ = aⱼᵢ, as an output layer tied to the embedding table is (Press & Wolf 2017).

    >>> transpose(np.array([[1.0, 2.0]]))
    array([[1.],
           [2.]])
    """
    return a.T.copy()


@transpose.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return a[j, i]


@operation("n 1 -> n *", lambda d, *, width: d / float(width))
def spread_mean(d: Array, *, width: int) -> Array:  # [n, 1] -> [n, width]
    """The number of each row over the width, in each of its cells: cᵢⱼ = dᵢ / width: the gradient of ``row_mean``.

    >>> spread_mean(np.array([[3.0]]), width=2)
    array([[1.5, 1.5]])
    """
    return np.repeat(divide.evaluate(d, by=float(width)), width, axis=1)


@spread_mean.shape
def _(d: Shape, *, width: int) -> Shape:
    return d[0], width
