"""Softmax and standard deviation in single steps: exponentials, row sums, variance, mean square, square root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, exactly
from tmat.operations.expression import Call, Expression, Number, Operand, exp, sqrt, total
from tmat.operations.formula import prose
from tmat.operations.normalization import deviation_count, over_rows
from tmat.operations.operation import Array, operation


def _raised(a: Expression, *, base: float | None, temperature: float) -> Expression:
    exponent = a if temperature == 1.0 else a / float(temperature)
    return exp(exponent) if base is None else Number(float(base)) ** exponent


@operation("n m -> n m", _raised)
def exponentials(a: Array, *, base: float | None, temperature: float) -> Array:  # [n, m] -> [n, m]
    """e, or another base, to the power of each cell over the temperature: base^(a/T) (Vaswani et al. 2017, eq. 1).

    >>> exponentials(np.array([[0.0, 2.0]]), base=3.0, temperature=1.0)
    array([[1., 9.]])
    """
    own = a if temperature == 1.0 else a / a.dtype.type(temperature)
    return steady.exp(own) if base is None else steady.power(base, own)


@operation("n m -> n 1", lambda a: prose("sums of ", a, "'s rows", written=Call("sum", a)), column="sum")
@exactly
def row_sums(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The sum of each row: Σⱼ aᵢⱼ, as of the exponentials in a softmax.

    >>> row_sums(np.array([[1.0, 3.0]]))
    array([[4.]])
    """
    sums: Array = a.row_sums() if isinstance(a, Exact) else a.sum(axis=1, keepdims=True)
    return sums


@row_sums.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a.row(i))


@operation(
    "n m, n 1 -> n 1",
    lambda a, mean, *, kind: prose(f"{kind} variance of ", a, "'s rows", written=Call("var", a)),
    column="variance",
)
@exactly
def row_variance(a: Array, mean: Array, *, kind: str) -> Array:  # [n, m], [n, 1] -> [n, 1]
    """The variance of each row: σᵢ² = Σⱼ (aᵢⱼ − μᵢ)² / m, of a sample over m − 1 (Ba et al. 2016, eq. 3).

    >>> row_variance(np.array([[1.0, 3.0]]), np.array([[2.0]]), kind="population")
    array([[1.]])
    """
    off = a - mean
    count = deviation_count(a.shape[1], kind)
    if isinstance(a, Exact):
        return (off * off).row_sums() / count
    variance: Array = (off * off).sum(axis=1, keepdims=True) / count
    return variance


@row_variance.cell
def _(i: int, j: int, a: Operand, mean: Operand, *, kind: str) -> Expression:
    return total((cell - mean[i, 0]) ** 2.0 for cell in a.row(i)) / float(deviation_count(a.width, kind))


@operation(
    "n m -> n 1", lambda a: prose("mean square of ", a, "'s rows", written=Call("mean", a**2.0)), column="mean square"
)
@exactly
def row_mean_square(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The mean square of each row, whose root RMSNorm divides by: Σⱼ aᵢⱼ² / m (Zhang & Sennrich 2019, eq. 4).

    >>> row_mean_square(np.array([[1.0, 3.0]]))
    array([[5.]])
    """
    if isinstance(a, Exact):
        return (a * a).row_sums() / a.shape[1]
    return np.asarray((a * a).sum(axis=1, keepdims=True) / a.shape[1])


@row_mean_square.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(cell**2.0 for cell in a.row(i)) / float(a.width)


@operation("n m -> n m", lambda a: sqrt(a))
@exactly
def square_root(a: Array) -> Array:  # [n, m] -> [n, m]
    """The square root of each cell, as the deviation is of the variance.

    >>> square_root(np.array([[4.0]]))
    array([[2.]])
    """
    if isinstance(a, Exact):
        return a.roots()
    with np.errstate(all="ignore"):
        root: Array = np.sqrt(a)
        return root


Part = tuple[str, str, tuple[str, ...], dict[str, Any]]
"""A step inside another: its name, its operation, its operands and its parameters."""

POWERS, SUMS = exponentials.name, row_sums.name  # these steps have the names of their operations
VARIANCE, MEAN_SQUARE = "variance", "mean_square"


def parts_of(op: str, name: str, of: Sequence[str], params: Mapping[str, Any]) -> Iterator[Part]:
    """The steps that a step consists of, itself as the last; none where it is a single one.

    >>> [(part[0], part[1], part[2]) for part in parts_of("softmax", "weights2", ["masked2"], {})]
    [('exponentials2', 'exponentials', ('masked2',)), ('row_sums2', 'row_sums', ('exponentials2',)), ('weights2', 'over_rows', ('exponentials2', 'row_sums2'))]
    """
    h = name[len(name.rstrip("0123456789")) :]
    if op in ("softmax", "softmax_tempered", "softmax_based"):
        how = {"base": params.get("base"), "temperature": params.get("temperature", 1.0)}
        yield POWERS + h, exponentials.name, tuple(of), how
        yield SUMS + h, row_sums.name, (POWERS + h,), {}
        yield name, over_rows.name, (POWERS + h, SUMS + h), {}
    elif op == "row_deviation":
        yield VARIANCE, row_variance.name, tuple(of), dict(params)
        yield name, square_root.name, (VARIANCE,), {}
    elif op == "row_rms" and name == "rms":  # of a norm; not those of queries and keys
        yield MEAN_SQUARE, row_mean_square.name, tuple(of), {}
        yield name, square_root.name, (MEAN_SQUARE,), {}


def names_of_parts() -> tuple[str, ...]:
    """The names of such inner steps, without a head's number."""
    return POWERS, SUMS, VARIANCE, MEAN_SQUARE
