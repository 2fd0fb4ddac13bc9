"""A formula taken apart into matrices, signs and brackets, so that it can be set with the matrices themselves.

Nothing here knows an operation: only how formulas are written. ``Q·Kᵀ`` is a matrix, a sign, and a
matrix that is transposed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tmat.operations import REGISTRY

_MARK = "\ue000"  # stands for an operand while the formula is taken apart
_PARTS = re.compile(rf"{_MARK}(\d+){_MARK}(ᵀ?)(²?)|([()\[\]])|([^{_MARK}()\[\]]+)")
PROSE = re.compile(r"\bof $|^'s ")  # "mean of X's rows" is said, not set
BETWEEN = {"×": " · ", "+": " + ", "∘": " ∘ ", "−": " − "}
PICKS = re.compile(rf"{_MARK}\[")  # a part of a matrix: E[ids], Q[:, 1…2]


@dataclass(eq=False)
class Sign:
    """Text between matrices: an operator, a function's name, a number."""

    text: str


@dataclass(eq=False)
class Place:
    """Where operand ``n`` stands, transposed or not, and what is raised after it (²)."""

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
    known = REGISTRY.get(op)
    try:
        return known.said(names, dict(params)) if known else f"{op}({', '.join(names)})"
    except (IndexError, KeyError):  # a worksheet from elsewhere need not fit our operation of that name
        return f"{op}({', '.join(names)})"


def parts(op: str, count: int, params: Mapping[str, Any]) -> tuple[Part, ...] | None:
    """The formula of an operation in parts; None where it is no equation that matrices can be set in.

    >>> parts("matmul_transposed", 2, {})
    (Place(n=0, transposed=False, raised=''), Sign(text=' × '), Place(n=1, transposed=True, raised=''))
    >>> parts("lookup", 2, {"first": 1}) is None
    True
    """
    if op not in REGISTRY:
        return None
    text = said(op, [f"{_MARK}{n}{_MARK}" for n in range(count)], params)
    if PICKS.search(text) or _MARK not in text:
        return None
    found = _PARTS.findall(text)
    if any(PROSE.search(sign) for *_, sign in found):
        told = tuple(Place(int(n), bool(flip)) for n, flip, *_ in found if n)
        return (*told, Sign(" → "))
    return _tree(found)


def picks(op: str, count: int, params: Mapping[str, Any]) -> bool:
    """Whether an operation takes a part of one matrix: Q[:, 1…4]."""
    return count == 1 and op in REGISTRY and PICKS.search(said(op, [f"{_MARK}0{_MARK}"], params)) is not None


def _tree(found: list[tuple[str, str, str, str, str]]) -> tuple[Part, ...] | None:
    """Brackets as groups; None where they do not pair."""
    levels: list[list[Part]] = [[]]
    opened: list[str] = []
    for n, flip, raised, bracket, sign in found:
        if n:
            levels[-1].append(Place(int(n), bool(flip), raised))
        elif bracket and bracket in "([":
            levels.append([])
            opened.append(bracket)
        elif bracket:
            if not opened or opened.pop() + bracket not in ("()", "[]"):
                return None
            inner = _joined(levels.pop())
            levels[-1].append(Group(inner, "(" if bracket == ")" else "["))
        else:
            levels[-1].append(Sign(" × " if sign == "·" else sign))
    return None if opened else _joined(levels[0])


def _joined(tree: Sequence[Part]) -> tuple[Part, ...]:
    """Signs side by side made one; brackets around numbers alone are text."""
    tidy: list[Part] = []
    for part in tree:
        if isinstance(part, Group) and not places(part.parts):
            inner = "".join(own.text for own in part.parts if isinstance(own, Sign))
            part = Sign(f"({inner})" if part.bracket == "(" else f"[{inner}]")
        if isinstance(part, Sign) and tidy and isinstance(tidy[-1], Sign):
            part = Sign(tidy.pop().text + part.text)  # type: ignore[union-attr]
        tidy.append(part)
    return tuple(tidy)


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
