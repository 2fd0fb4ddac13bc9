"""Words as numbers: token ids, embedding lookup, sinusoidal positions, argmax."""

from __future__ import annotations

import numpy as np

from tmat.errors import InputError
from tmat.operations.expression import Call, Expression, Number, Operand, lift
from tmat.operations.formula import Symbol, Words, prose
from tmat.operations.operation import Array, Shape, operation
from tmat.operations.selections import Lookup, Place


@operation("-> * 1", lambda **_: prose("ids of the tokens", written=Words("ids")))
def token_ids(*, ids: list[int], words: list[str]) -> Array:  # -> [n, 1]
    """The id of each token in the vocabulary.

    >>> token_ids(ids=[5, 17], words=["When", "you"])
    array([[ 5.],
           [17.]])
    """
    return np.array(ids, dtype=np.float64).reshape(-1, 1)


@token_ids.cell
def _(i: int, j: int, *, ids: list[int], words: list[str]) -> Expression:
    return Number(float(ids[i]))


@token_ids.shape
def _(*, ids: list[int], words: list[str]) -> Shape:
    return len(ids), 1


@token_ids.labels
def _(*, ids: list[int], words: list[str]) -> tuple[list[str], tuple[str]]:
    return words, ("id",)


@operation("n 1, * d -> n d", lambda ids, table, *, first: table[ids])
def lookup(ids: Array, table: Array, *, first: int) -> Array:  # [n, 1], [N, d] -> [n, d]
    """The row of the table for each id, rows counted from ``first``: E[i] = W_E[idᵢ].

    Errors: an id that is no whole number, or that names no row.

    >>> lookup(np.array([[2.0]]), np.array([[0.1], [0.2]]), first=1)
    array([[0.2]])
    """
    found = ids[:, 0] - first
    known = (found >= 0) & (found < len(table)) & (found == np.floor(found))
    if not known.all():
        raise InputError(
            f"no row of the table has the id {ids[~known, 0][0]:g}",
            f"it is the id in row {int(np.flatnonzero(~known)[0]) + 1}",
            f"the table has {len(table)} rows: ids {first} to {first + len(table) - 1}",
        )
    return table[found.astype(np.int64)]


@lookup.cell
def _(i: int, j: int, ids: Operand, table: Operand, *, first: int) -> Expression:
    return Lookup(table, ids[i, 0], first, j)


@operation("n 1, * d -> n d", lambda ids, table, *, known: table[ids])
def lookup_known(ids: Array, table: Array, *, known: list[int]) -> Array:  # [n, 1], [k, d] -> [n, d]
    """The row for each id, of a table that holds only the rows of the ids ``known``, in their order.

    Errors: an id whose row is not among them.

    >>> lookup_known(np.array([[7.0], [3.0]]), np.array([[0.1], [0.2]]), known=[3, 7])
    array([[0.2],
           [0.1]])
    """
    place = {float(id): n for n, id in enumerate(known)}
    missing = [id for id in ids[:, 0] if id not in place]
    if missing:
        raise InputError(f"the row of id {missing[0]:g} is not here", f"those of {len(known)} ids are")
    return table[[place[id] for id in ids[:, 0]]]


@lookup_known.cell
def _(i: int, j: int, ids: Operand, table: Operand, *, known: list[int]) -> Expression:
    return table[known.index(int(ids[i, 0].value)), j]


EXPONENTS = ("paired", "column")


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


@operation("n m -> n 1", lambda a, *, first: Call("argmax", a), column="id")
def largest(a: Array, *, first: int) -> Array:  # [n, m] -> [n, 1]
    """The column of each row's largest number, counted from ``first``: the predicted word's id.

    >>> largest(np.array([[0.1, 0.7, 0.2]]), first=1)
    array([[2.]])
    """
    ids: Array = (a.argmax(axis=1) + first).astype(np.float64).reshape(-1, 1)
    return ids


@largest.cell
def _(i: int, j: int, a: Operand, *, first: int) -> Expression:
    return Place(tuple(a.row(i)), first)
