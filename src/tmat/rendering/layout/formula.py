"""A formula as matrices, signs and brackets in a row, so that it can be set with the matrices themselves.

``Q·Kᵀ`` is a matrix, a sign, and a matrix that is transposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tmat.operations import REGISTRY
from tmat.operations.expression import Call, Difference, Expression, Negative, Number, Power, Product, Quotient, Sum
from tmat.operations.formula import (
    MatrixProduct,
    MatrixSymbol,
    OuterSum,
    Prose,
    RowSums,
    Selection,
    SideBySide,
    Transposed,
    Words,
    matrices,
)
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, QUOTIENT, SUM, superscript
from tmat.operations.selections import Choice, Maximum

BETWEEN = {"×": " · ", "+": " + ", "∘": " ∘ ", "−": " − "}


@dataclass(eq=False)
class Sign:
    """Text between matrices: an operator, a function's name, a number."""

    text: str


@dataclass(eq=False)
class Place:
    """The place of operand ``n``: whether it is transposed, and its exponent (²)."""

    n: int
    transposed: bool = False
    raised: str = ""


@dataclass(eq=False)
class Group:
    """What stands in brackets: ( or [."""

    parts: tuple[Part, ...]
    bracket: str = "("


Part: TypeAlias = "Sign | Place | Group"


def said(op: str, names: Sequence[str], params: Mapping[str, Any]) -> str:
    """The formula of a step over its operands' names; of an operation that is not known, its name and operands."""
    tree = _tree(op, names, params)
    return f"{op}({', '.join(names)})" if tree is None else Matrices().text(tree)


def _tree(op: str, names: Sequence[str], params: Mapping[str, Any]) -> Expression | None:
    """None also where a worksheet from elsewhere has another operation of the same name."""
    try:
        return REGISTRY[op].over(names, dict(params))
    except (KeyError, ValueError):
        return None


def parts(op: str, count: int, params: Mapping[str, Any]) -> tuple[Part, ...] | None:
    """The formula of an operation in parts; None where it is no equation that matrices can be set in.

    >>> parts("matmul_transposed", 2, {})
    (Place(n=0, transposed=False, raised=''), Sign(text=' × '), Place(n=1, transposed=True, raised=''))
    >>> parts("lookup", 2, {"first": 1}) is None
    True
    """
    tree = _tree(op, [str(n) for n in range(count)], params)
    if tree is None or isinstance(tree, Selection) or not any(matrices(tree)):
        return None
    if isinstance(tree, Prose) and isinstance(tree.said[0], Words):  # "mean of X's rows" is not set, but X → mean
        spoken = [own for own in tree.said if not isinstance(own, Words)]
        return (*_joined(_row(", ", spoken, LOOSE)), Sign(" → "))
    return tuple(_joined(_set(tree, LOOSE)))


def picks(op: str, count: int, params: Mapping[str, Any]) -> bool:
    """Whether an operation takes a part of one matrix: Q[:, 1…4]."""
    return count == 1 and isinstance(_tree(op, ["0"], params), Selection)


def _set(e: Expression, level: int) -> list[Part]:
    """A part of the formula, in brackets where it binds less tightly than the level."""
    if not any(matrices(e)):
        return [Sign(Matrices().at(e, level))]
    found, own = _bound(e)
    return found if own >= level else [Group(tuple(_joined(found)))]


def _bound(e: Expression) -> tuple[list[Part], int]:  # noqa: C901, PLR0912 - one table: a line a kind of expression
    """The parts, and how tightly they bind."""
    match e:
        case MatrixSymbol():
            return [Place(e.n)], ATOM
        case Transposed(inner=MatrixSymbol() as symbol):
            return [Place(symbol.n, transposed=True)], POWER
        case Selection(matrix=MatrixSymbol() as symbol, places=chosen):
            return [Place(symbol.n), Sign(f"[{', '.join(Matrices().text(one) for one in chosen)}]")], ATOM
        case Power(base=MatrixSymbol() as symbol, exponent=exponent):
            return [Place(symbol.n, raised=superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent) if not any(matrices(base)):
            return [Sign(Matrices().at(base, ATOM) + "^"), *_set(exponent, ATOM)], POWER
        case Power(base=base, exponent=Number() as exponent):
            return [*_set(base, ATOM), Sign(superscript(Matrices().text(exponent)))], POWER
        case Power(base=base, exponent=exponent):
            return [*_set(base, ATOM), Sign("^"), *_set(exponent, ATOM)], POWER
        case MatrixProduct(left=left, right=right):
            return [*_set(left, PRODUCT), Sign(" × "), *_set(right, POWER)], PRODUCT
        case Product(factors=factors):
            return _row(" ∘ " if all(any(matrices(one)) for one in factors) else "·", factors, POWER), PRODUCT
        case Sum(terms=terms):
            return _row(" + ", terms, QUOTIENT), SUM
        case OuterSum(left=left, right=right):
            return _row(" + ", (left, right), QUOTIENT), SUM
        case Difference(left=left, right=right):
            return _row(" − ", (left, right), QUOTIENT), SUM
        case Negative(inner=inner):
            return [Sign("−"), *_set(inner, PRODUCT)], LOOSE
        case Quotient(top=top, bottom=bottom):
            return [*_set(top, PRODUCT), Sign(" / "), *_set(bottom, POWER)], QUOTIENT
        case Call(function="sqrt", argument=argument):
            return [Sign("√"), *_set(argument, ATOM)], POWER
        case Call(function=function, argument=argument):
            return [Sign(function), _group((argument,))], ATOM
        case Maximum(terms=terms):
            return [Sign(e.sign), _group(terms)], ATOM
        case RowSums(matrix=matrix):
            return [Sign("row sums"), _group((matrix,))], ATOM
        case SideBySide(matrices=own):
            return [_group(own, "[")], ATOM
        case Choice(then=then, test=test, otherwise=otherwise):
            return [
                *_set(then, SUM),
                Sign(" where "),
                *_set(test, SUM),
                Sign(", else "),
                *_set(otherwise, LOOSE),
            ], LOOSE
        case Prose(said=told):
            return [part for own in told for part in _set(own, LOOSE)], LOOSE
    raise TypeError(f"no setting of {type(e).__name__}")  # pragma: no cover


def _row(sign: str, terms: Sequence[Expression], level: int) -> list[Part]:
    first, *others = terms
    return [*_set(first, level), *(part for term in others for part in (Sign(sign), *_set(term, level)))]


def _group(terms: Sequence[Expression], bracket: str = "(") -> Group:
    return Group(tuple(_joined(_row(", ", terms, LOOSE))), bracket)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Signs side by side made one."""
    waiting = ""
    for part in parts:
        if isinstance(part, Sign):
            waiting += part.text
            continue
        if waiting:
            yield Sign(waiting)
        waiting = ""
        yield part
    if waiting:
        yield Sign(waiting)


def places(tree: Sequence[Part]) -> list[Place]:
    """The operands in the order in which the formula has them."""
    found: list[Place] = []
    for part in tree:
        if isinstance(part, Place):
            found.append(part)
        elif isinstance(part, Group):
            found.extend(places(part.parts))
    return found


def shapes(op: str, sizes: Sequence[tuple[int, int]], result: tuple[int, int], params: Mapping[str, Any]) -> str:
    """The shapes of an equation, a transposed matrix with its sides exchanged.

    >>> shapes("matmul_transposed", [(6, 4), (6, 4)], (6, 6), {})
    '6×4 · 4×6 → 6×6'
    """
    tree = parts(op, len(sizes), params) or ()
    flips = {place.n for place in places(tree) if place.transposed}
    told = [_size(size, n in flips) for n, size in enumerate(sizes)]
    joined = _in_line(tree, told) or ", ".join(told)
    return f"{joined} → {_size(result)}" if joined else f"→ {_size(result)}"


def _in_line(tree: Sequence[Part], told: Sequence[str]) -> str:
    """The sizes with the formula's own signs between them, where it is no more than matrices and signs."""
    text = ""
    for n, part in enumerate(tree):
        if isinstance(part, Group):
            return ""
        if isinstance(part, Place):
            text += told[part.n]
        elif n < len(tree) - 1:
            if part.text.strip() not in BETWEEN:
                return ""
            text += BETWEEN[part.text.strip()]
    return text if len(places(tree)) == len(told) else ""


def _size(size: tuple[int, int], flipped: bool = False) -> str:
    height, width = size[::-1] if flipped else size
    return f"{height}×{width}"
