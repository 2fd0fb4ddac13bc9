"""Positions: sinusoidal encodings, scaled embeddings, rotary angles and rotation of column pairs, ALiBi."""

from __future__ import annotations

import math

import numpy as np

from tmat.numbers import steady
from tmat.numbers.exact import Exact, exactly_by_cell, root
from tmat.operations.adding import subtract
from tmat.operations.expression import Call, Expression, Number, Operand, lift, sqrt
from tmat.operations.formula import Symbol, prose
from tmat.operations.operation import Array, Shape, operation


def _wave(*, base: float, d_model: int, exponent: str, **_: object) -> Expression:
    """One formula for both kinds of columns; a note says which have the sine."""
    i = Symbol("i")
    e = Number(2.0) * (Call("floor", i / 2.0) if exponent == "paired" else i)
    return Call("sin, cos", Symbol("pos") / Number(float(base)) ** (e / float(d_model)))


@operation("-> * *", _wave)
def sinusoid(
    *, positions: int, d_model: int, base: float, start: int, exponent: str, layout: str = "adjacent"
) -> Array:  # -> [n, d]
    """Sinusoidal positional encoding: sin(pos / base^(e/d)) in even columns i, cos in odd ones.

    Source: Vaswani et al. 2017, §3.5. The exponent e is 2⌊i/2⌋ as in the paper ("paired": a sine and
    its cosine share a frequency) or 2i ("column": each column its own), i counted from 0. The layout
    "halves" puts all sines first, then all cosines.

    >>> sinusoid(positions=1, d_model=4, base=10000.0, start=0, exponent="paired")
    array([[0., 1., 0., 1.]])
    """
    from tmat.numbers.waves import sines  # decimal arithmetic takes as long to load as all operations

    exponents = [_exponent(i, exponent) for i in range(d_model)]
    distinct = list(dict.fromkeys(exponents))
    sine, cosine = sines(start, positions, float(base), [(e, d_model) for e in distinct])
    waves = np.empty((positions, d_model))
    for first, all_of_them in enumerate((sine, cosine)):
        waves[:, first::2] = all_of_them[:, [distinct.index(e) for e in exponents[first::2]]]
    return waves if layout == "adjacent" else waves[:, [place(j, d_model, layout) for j in range(d_model)]]


def place(j: int, d_model: int, layout: str) -> int:
    """The column i of the layout "adjacent" that is column j of this layout, both from 0.

    >>> [place(j, 5, "halves") for j in range(5)]
    [0, 2, 4, 1, 3]
    """
    sines = (d_model + 1) // 2
    return j if layout == "adjacent" else 2 * j if j < sines else 2 * (j - sines) + 1


def power_of(i: int, d_model: int, kind: str) -> float:
    """The power of the base in column i: e/d."""
    return _exponent(i, kind) / d_model


def _exponent(i: int, kind: str) -> int:
    return 2 * (i // 2) if kind == "paired" else 2 * i


@sinusoid.cell
def _(
    i: int, j: int, *, positions: int, d_model: int, base: float, start: int, exponent: str, layout: str = "adjacent"
) -> Expression:
    j = place(j, d_model, layout)
    power = Number(float(_exponent(j, exponent))) / Number(float(d_model))
    own = lift(base)
    return Call("sin" if j % 2 == 0 else "cos", Number(float(start + i)) / own**power)


@sinusoid.shape
def _(*, positions: int, d_model: int, **_: object) -> Shape:
    return positions, d_model


@sinusoid.labels
def _(*, positions: int, d_model: int, start: int, **_: object) -> tuple[list[str], list[str]]:
    return [str(n) for n in range(start, start + positions)], [f"p{j}" for j in range(1, d_model + 1)]


@operation("n m -> n m", lambda a, *, d: a * sqrt(d))
@exactly_by_cell
def multiply_by_root(a: Array, *, d: float) -> Array:  # [n, m] -> [n, m]
    """Every cell times the root of a width: cᵢⱼ = aᵢⱼ·√d, as the paper does with embeddings (Vaswani et al. 2017, §3.4).

    >>> multiply_by_root(np.array([[3.0]]), d=4)
    array([[6.]])
    """
    return a / root(d)[::-1] if isinstance(a, Exact) else a * float(np.sqrt(d))


def _angle(position: Expression, k: Expression, *, width: int, base: float, factor: float) -> Expression:
    """(position / factor) / base^(2k/width)."""
    own = position if factor == 1.0 else position / factor
    return own / lift(base) ** (2.0 * k / float(width))


@operation(
    "-> * *",
    lambda *, width, base, factor, **_: _angle(Symbol("pos"), Symbol("i"), width=width, base=base, factor=factor),
)
def rotary_angles(*, positions: int, width: int, base: float, start: int, factor: float) -> Array:  # -> [n, width/2]
    """The angle by which each pair of columns is rotated at each position: θₚᵢ = p / base^(2i/width), i from 0.

    ``factor`` divides the positions (linear scaling: Chen et al. 2023).

    Source: Su et al. 2021, *RoFormer*, eq. 15.

    >>> rotary_angles(positions=2, width=4, base=10000.0, start=0, factor=1.0)
    array([[0.  , 0.  ],
           [1.  , 0.01]])
    """
    rates = np.array([math.pow(base, 2.0 * k / width) for k in range(width // 2)])
    places = np.arange(start, start + positions, dtype=np.float64)[:, None]
    angles: Array = (places if factor == 1.0 else places / factor) / rates
    return angles


@rotary_angles.cell
def _(i: int, j: int, *, positions: int, width: int, base: float, start: int, factor: float) -> Expression:
    power = Number(2.0 * j) / float(width)
    position = Number(float(start + i))
    own = lift(base)
    return (position if factor == 1.0 else position / factor) / own**power


@rotary_angles.shape
def _(*, positions: int, width: int, base: float, start: int, factor: float) -> Shape:
    return positions, width // 2


@rotary_angles.labels
def _(*, positions: int, width: int, base: float, start: int, factor: float) -> tuple[list[str], list[str]]:
    return [str(n) for n in range(start, start + positions)], [f"θ{k}" for k in range(1, width // 2 + 1)]


def pairs(columns: int, angles: int, layout: str) -> tuple[list[int], list[int]]:
    """The first and the second column of each rotated pair, counted from 0, as many pairs as there are angles.

    >>> pairs(6, 3, "adjacent"), pairs(6, 3, "halves")
    (([0, 2, 4], [1, 3, 5]), ([0, 1, 2], [3, 4, 5]))
    """
    count = min(angles, columns // 2)
    if layout == "adjacent":
        return list(range(0, 2 * count, 2)), list(range(1, 2 * count, 2))
    return list(range(count)), list(range(count, 2 * count))


@operation(
    "n d, n * -> n d",
    lambda a, angles, *, layout, times=1.0: prose(
        "pairs of ",
        a,
        " turned by ",
        angles,
        f", times {times:g}" if times != 1.0 else "",
        written=_times(times, a * Call("cos", angles) + Call("turn", a) * Call("sin", angles)),
    ),
)
def rotate(a: Array, angles: Array, *, layout: str, times: float = 1.0) -> Array:  # [n, d], [n, d/2] -> [n, d]
    """Each pair of columns (x, y) rotated by its angle θ: (x·cos θ − y·sin θ, x·sin θ + y·cos θ).

    ``layout`` says which columns are a pair: "adjacent", 1 and 2, 3 and 4, as the paper; "halves", 1 and d/2 + 1, as Llama.
    Columns beyond the last pair stay as they are. The rotated ones are multiplied by ``times`` (YaRN: Peng et al. 2024, §3.4).

    Source: Su et al. 2021, *RoFormer*, eq. 34.

    >>> rotate(np.array([[1.0, 2.0]]), np.array([[np.pi / 2]]), layout="adjacent").round(9)
    array([[-2.,  1.]])
    """
    first, second = pairs(a.shape[1], angles.shape[1], layout)
    own = angles[:, : len(first)]
    cosine, sine = steady.cos(own), steady.sin(own)
    x, y = a[:, first], a[:, second]
    result: Array = a.copy()
    result[:, first] = (x * cosine - y * sine) * times
    result[:, second] = (x * sine + y * cosine) * times
    return result


@rotate.cell
def _(i: int, j: int, a: Operand, angles: Operand, *, layout: str, times: float = 1.0) -> Expression:
    first, second = pairs(a.width, angles.width, layout)
    if j in first:
        k = first.index(j)
        return _times(times, a[i, j] * Call("cos", angles[i, k]) - a[i, second[k]] * Call("sin", angles[i, k]))
    if j in second:
        k = second.index(j)
        return _times(times, a[i, first[k]] * Call("sin", angles[i, k]) + a[i, j] * Call("cos", angles[i, k]))
    return a[i, j]


def _times(times: float, turned: Expression) -> Expression:
    return turned if times == 1.0 else times * turned


def slope_powers(heads: int) -> list[tuple[int, int]]:
    """For each head (n, count): its slope is 2^(−8n/count). A number of heads that is no power of 2 goes as in the paper's code.

    >>> slope_powers(4), slope_powers(3)
    ([(1, 4), (2, 4), (3, 4), (4, 4)], [(1, 2), (2, 2), (1, 4)])
    """
    whole = 1 << (heads.bit_length() - 1)  # the largest power of 2 up to it
    more = [(n, 2 * whole) for n in range(1, 2 * whole, 2)]
    return [*((n, whole) for n in range(1, whole + 1)), *more[: heads - whole]]


@operation("-> 1 *", lambda *, heads: Number(2.0) ** (-(8.0 * Symbol("h") / float(heads))))
def alibi_slopes(*, heads: int) -> Array:  # -> [1, heads]
    """Each head's slope, by which scores fall with the distance: 2^(−8h/heads), h from 1.

    Where ``heads`` is no power of 2: the slopes of the next smaller power, then every second one of the next larger.

    Source: Press et al. 2022, *Train Short, Test Long*, §3 and its code.

    >>> alibi_slopes(heads=2)
    array([[0.0625    , 0.00390625]])
    """
    return np.array([[2.0 ** (-8.0 * n / count) for n, count in slope_powers(heads)]])


@alibi_slopes.cell
def _(i: int, j: int, *, heads: int) -> Expression:
    n, count = slope_powers(heads)[j]
    return Number(2.0) ** (-(8.0 * Number(float(n)) / float(count)))


@alibi_slopes.shape
def _(*, heads: int) -> Shape:
    return 1, heads


@alibi_slopes.labels
def _(*, heads: int) -> tuple[None, list[str]]:
    return None, [f"head {h}" for h in range(1, heads + 1)]


DISTANCE = Call("abs", Symbol("i") - Symbol("j"))


@operation(
    "n m, 1 * -> n m", lambda a, slopes, *, head, **_: a - slopes[Number(float(head))] * DISTANCE, counts="first"
)
def alibi(a: Array, slopes: Array, *, head: int, first: int) -> Array:  # [n, m], [1, heads] -> [n, m]
    """Scores minus the head's slope times the distance of query and key: cᵢⱼ = aᵢⱼ − slope·|i − j| (Press et al. 2022).

    The first query has the position of key ``first``, counted from 1.

    >>> alibi(np.array([[1.0, 1.0, 1.0]]), np.array([[0.5]]), head=1, first=3)
    array([[0. , 0.5, 1. ]])
    """
    return subtract.evaluate(a, slopes[:, head - 1 : head] * distances(a.shape, first).astype(a.dtype))


def distances(shape: tuple[int, ...], first: int) -> Array:
    """The distance |i − j| of each query and key, the first query at the position of key ``first``, from 1.

    >>> distances((1, 3), 3)
    array([[2., 1., 0.]])
    """
    away: Array = np.abs(np.arange(shape[0])[:, None] + (first - 1.0) - np.arange(shape[1])[None, :])
    return away


@alibi.cell
def _(i: int, j: int, a: Operand, slopes: Operand, *, head: int, first: int) -> Expression:
    return a[i, j] - slopes[0, head - 1] * float(abs(i + first - 1 - j))
