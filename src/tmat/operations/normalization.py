"""Mean, standard deviation, root mean square and length of rows; LayerNorm, RMSNorm, and rows over their length."""

from __future__ import annotations

import numpy as np

from tmat.numbers.exact import Exact, exactly, exactly_by_cell
from tmat.operations.expression import Call, Expression, Operand, sqrt, total
from tmat.operations.formula import prose
from tmat.operations.operation import Array, operation

NOISE = 4  # roundings of the mean by which the numbers of a constant row may differ from it


@operation("n m -> n 1", lambda a: prose("mean of ", a, "'s rows", written=Call("mean", a)), column="mean")
@exactly
def row_mean(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The mean of each row: μᵢ = Σⱼ aᵢⱼ / m (Ba et al. 2016, eq. 3).

    >>> row_mean(np.array([[1.0, 3.0]]))
    array([[2.]])
    """
    if isinstance(a, Exact):
        return a.row_sums() / a.shape[1]
    with np.errstate(all="ignore"):
        means: Array = a.mean(axis=1, keepdims=True)
        if not np.isfinite(means).all():  # the sum overflows, the mean does not
            peak = _peak(a)
            own = (a / peak).mean(axis=1, keepdims=True) * peak
            means = np.where(np.isfinite(means) | ~np.isfinite(peak), means, own)
        sizes = np.abs(a / a.shape[1]).sum(axis=1, keepdims=True)
        means = np.where(np.abs(means) <= np.finfo(a.dtype).eps * sizes, a.dtype.type(0), means)  # the terms cancel
        return np.where(a.max(axis=1, keepdims=True) == a.min(axis=1, keepdims=True), a[:, :1], means)


def _peak(a: Array) -> Array:
    """The largest absolute value of each row, 1 for a row of zeros."""
    peak = np.abs(a).max(axis=1, keepdims=True, initial=0.0)
    return np.where(peak == 0.0, a.dtype.type(1), peak)


def _root_mean_square(a: Array, count: int) -> Array:
    """√(Σ a² / count) of each row, scaled by its largest number where the squares would over- or underflow."""
    if isinstance(a, Exact):
        return ((a * a).row_sums() / count).roots()
    with np.errstate(all="ignore"):
        root: Array = np.sqrt((a * a).sum(axis=1, keepdims=True) / count)
        odd = ~np.isfinite(root) | (root < np.sqrt(np.finfo(a.dtype).tiny) * 1e4)
        if odd.any():
            peak = _peak(a)
            scaled = a / peak
            own = np.sqrt((scaled * scaled).sum(axis=1, keepdims=True) / count) * peak
            root = np.where(odd & np.isfinite(peak), own, root)
    return root


@row_mean.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return total(a.row(i)) / float(a.width)


@operation(
    "n m, n 1 -> n 1",
    lambda a, mean, *, kind: prose(f"{kind} deviation of ", a, "'s rows", written=Call("std", a)),
    column="std",
)
@exactly
def row_deviation(a: Array, mean: Array, *, kind: str) -> Array:  # [n, m], [n, 1] -> [n, 1]
    """The standard deviation of each row: σᵢ = √(Σⱼ (aᵢⱼ − μᵢ)² / m) (Ba et al. 2016, eq. 3).

    ``kind`` "sample" divides by m − 1 instead; of a row of one number it is 0.

    >>> row_deviation(np.array([[1.0, 3.0]]), np.array([[2.0]]), kind="population")
    array([[1.]])
    """
    count = deviation_count(a.shape[1], kind)
    if isinstance(a, Exact):
        return _root_mean_square(a - mean, count)
    off = _less(a, mean)
    beyond = np.isinf(off) & np.isfinite(a) & np.isfinite(mean)
    if beyond.any():  # a difference overflows, the deviation does not: computed from halves
        halves = _root_mean_square(a / 2 - mean / 2, count)
        return np.where(beyond.any(axis=1, keepdims=True), halves * 2, _root_mean_square(off, count))
    return _root_mean_square(off, count)


def deviation_count(width: int, kind: str) -> int:
    """What the sum of squares is divided by: m, or m − 1 of a sample."""
    return max(width - (kind == "sample"), 1)


@row_deviation.cell
def _(i: int, j: int, a: Operand, mean: Operand, *, kind: str) -> Expression:
    return sqrt(total((cell - mean[i, 0]) ** 2.0 for cell in a.row(i)) / float(deviation_count(a.width, kind)))


@operation("n m -> n 1", lambda a: prose("root mean square of ", a, "'s rows", written=Call("rms", a)), column="rms")
@exactly
def row_rms(a: Array) -> Array:  # [n, m] -> [n, 1]
    """The root of the mean square of each row: √(Σⱼ aᵢⱼ² / m) (Zhang & Sennrich 2019, eq. 4).

    >>> row_rms(np.array([[3.0, 3.0]]))
    array([[3.]])
    """
    return _root_mean_square(a, max(a.shape[1], 1))


@row_rms.cell
def _(i: int, j: int, a: Operand) -> Expression:
    return sqrt(total(cell**2.0 for cell in a.row(i)) / float(a.width))


@operation("n m, n 1, n 1 -> n m", lambda a, mean, std, *, epsilon: (a - mean) / sqrt(std**2.0 + epsilon))
@exactly_by_cell
def normalize(a: Array, mean: Array, std: Array, *, epsilon: float) -> Array:
    """Each row minus its mean, over its deviation, ε inside the root: (aᵢⱼ − μᵢ) / √(σᵢ² + ε) (Ba et al. 2016).

    Shapes: a n×m, mean and std n×1, result n×m.

    A constant row with ε = 0 is 0, not 0/0.

    >>> normalize(np.array([[1.0, 3.0]]), np.array([[2.0]]), np.array([[1.0]]), epsilon=0.0)
    array([[-1.,  1.]])
    """
    return _less_over(a, mean, _with_epsilon(std, epsilon))


def _with_epsilon(spread: Array, epsilon: float) -> Array:
    """√(spread² + ε), also where the square overflows."""
    if isinstance(spread, Exact):
        return (spread * spread + epsilon).roots()
    return np.hypot(spread, spread.dtype.type(epsilon**0.5))


def _plus(spread: Array, epsilon: float) -> Array:
    return spread + (epsilon if isinstance(spread, Exact) else spread.dtype.type(epsilon))


def _less_over(a: Array, mean: Array, spread: Array) -> Array:
    """(a − mean) / spread, from halves where the difference overflows."""
    if isinstance(a, Exact):
        return (a - mean).over(spread)
    off = _less(a, mean)
    result = _over(off, spread)
    beyond = np.isinf(off) & np.isfinite(a) & np.isfinite(mean)
    return np.where(beyond, _over(a / 2 - mean / 2, spread / 2), result) if beyond.any() else result


def _less(a: Array, mean: Array) -> Array:
    """a − mean; 0 in a row whose numbers differ by no more than the rounding error of the mean."""
    off = a - mean
    with np.errstate(all="ignore"):
        noise = NOISE * np.finfo(a.dtype).eps * np.abs(mean)
        constant = np.abs(off).max(axis=1, keepdims=True, initial=0.0) <= noise
        return np.where(constant, a.dtype.type(0), off) if constant.any() else off


def _over(off: Array, spread: Array) -> Array:
    if isinstance(off, Exact):
        return off.over(spread)
    with np.errstate(all="ignore"):
        return np.where((spread == 0.0) & (off == 0.0), off.dtype.type(0), off / spread)


@operation("n m, n 1, n 1 -> n m", lambda a, mean, std, *, epsilon: (a - mean) / (std + epsilon))
@exactly_by_cell
def normalize_outside(a: Array, mean: Array, std: Array, *, epsilon: float) -> Array:
    """Each row minus its mean, over its deviation plus ε: (aᵢⱼ − μᵢ) / (σᵢ + ε), as many articles write it.

    >>> normalize_outside(np.array([[1.0, 3.0]]), np.array([[2.0]]), np.array([[1.0]]), epsilon=1.0)
    array([[-0.5,  0.5]])
    """
    return _less_over(a, mean, _plus(std, epsilon))


@operation("n m, n 1 -> n m", lambda a, rms, *, epsilon: a / sqrt(rms**2.0 + epsilon))
@exactly_by_cell
def normalize_rms(a: Array, rms: Array, *, epsilon: float) -> Array:  # [n, m], [n, 1] -> [n, m]
    """Each row over its root mean square, ε inside the root: aᵢⱼ / √(rmsᵢ² + ε) (Zhang & Sennrich 2019, eq. 4).

    >>> normalize_rms(np.array([[3.0, 3.0]]), np.array([[3.0]]), epsilon=0.0)
    array([[1., 1.]])
    """
    return _over(a, _with_epsilon(rms, epsilon))


@operation("n m, n 1 -> n m", lambda a, rms, *, epsilon: a / (rms + epsilon))
@exactly_by_cell
def normalize_rms_outside(a: Array, rms: Array, *, epsilon: float) -> Array:  # [n, m], [n, 1] -> [n, m]
    """Each row over its root mean square plus ε: aᵢⱼ / (rmsᵢ + ε).

    >>> normalize_rms_outside(np.array([[3.0, 3.0]]), np.array([[3.0]]), epsilon=0.0)
    array([[1., 1.]])
    """
    return _over(a, _plus(rms, epsilon))


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
    """Each row divided by its own number: cᵢⱼ = aᵢⱼ / byᵢ; 0/0 is 0.

    >>> over_rows(np.array([[3.0, 4.0]]), np.array([[5.0]]))
    array([[0.6, 0.8]])
    """
    if isinstance(a, Exact):
        return a.over(by)
    with np.errstate(all="ignore"):
        return np.where((a == 0.0) & (by == 0.0), a.dtype.type(0), a / by)
