"""A step as an equation of tables: its operands with their signs before them, to be followed by the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tmat.rendering.layout.equation import Group, Part, Sign, parts
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import operand
from tmat.rendering.page import Room, Shown, taken
from tmat.sheet.worksheet import Stage, Step

MOST = 1500
"""Cells of an equation's operands: more are not set again for every step that takes them."""


@dataclass(frozen=True, slots=True)
class Term:
    """A matrix with the signs before it and the power and the closing brackets after it."""

    before: str
    name: str
    shown: Shown
    transposed: bool
    raised: str
    after: str


@dataclass(frozen=True, slots=True)
class Equation:
    terms: list[Term]
    equal: str  # the sign before the result


def equation(stage: Stage, step: Step, look: Look, room: Room) -> Equation | None:
    """The step's equation; None where it is none, or one with matrices too large to be set whole."""
    tree = parts(step.op, len(step.of), step.params)
    if tree is None:
        return None
    flat = list(_flat(tree))
    terms: list[Term] = []
    before, cells = "", 0
    for part, following in pairwise([*flat, ""]):
        if isinstance(part, str):
            before += part[_closing(part) :]
            continue
        n, transposed, raised = part
        matrix = operand(stage, step.of[n]) if n < len(step.of) else None
        cells += 0 if matrix is None else matrix.values.size
        if matrix is None or not matrix.values.size or cells > MOST:
            return None
        seen = taken(stage, matrix, look, transposed=transposed)
        if len(seen.rows) > room.rows or len(seen.cols) > room.cols:
            return None
        closed = following[: _closing(following)] if isinstance(following, str) else ""
        terms.append(Term(before.strip(), step.of[n], seen, transposed, raised, closed))
        before = ""
    return Equation(terms, before.strip() if before.strip() == "→" else f"{before.strip()} =".strip())


def _flat(tree: Sequence[Part]) -> Iterator[str | tuple[int, bool, str]]:
    """Signs, and places of operands, with brackets for groups."""
    waiting = ""
    for part in _opened(tree):
        if isinstance(part, str):
            waiting += part
            continue
        if waiting:
            yield waiting
        waiting = ""
        yield part
    if waiting:
        yield waiting


def _opened(tree: Sequence[Part]) -> Iterator[str | tuple[int, bool, str]]:
    for part in tree:
        if isinstance(part, Sign):
            yield part.text
        elif isinstance(part, Group):
            yield part.bracket
            yield from _opened(part.parts)
            yield ")" if part.bracket == "(" else "]"
        else:
            yield part.n, part.transposed, part.raised


def _closing(text: str) -> int:
    """How many closing brackets a text begins with."""
    return len(text) - len(text.lstrip(")]"))
