"""A step as an equation of tables: its operands with the signs before and after them, and the sign before the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tmat.rendering.layout.equation import Formula, Group, Part, Sign
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import operand
from tmat.rendering.page import Room, Shown, as_operand
from tmat.sheet.worksheet import Stage, Step

MOST = 1500
"""The most cells of an equation's operands: larger ones are not repeated in every step that uses them."""


@dataclass(frozen=True, slots=True)
class Term:
    """An operand with the signs before it, and the power and the closing brackets after it."""

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
    """The step's equation; None if it has none, or if its operands are too large to be drawn whole."""
    tree = Formula(step.op, step.of, step.params).parts
    if tree is None:
        return None
    flat = list(_flat(tree))
    terms: list[Term] = []
    before, cells = "", 0
    for part, following in pairwise([*flat, ""]):
        if isinstance(part, str):
            before += part[_closing(part) :]
            continue
        n, transposed, power = part
        matrix = operand(stage, step.of[n]) if n < len(step.of) else None
        cells += 0 if matrix is None else matrix.values.size
        if matrix is None or not matrix.values.size or cells > MOST:
            return None
        drawn = as_operand(stage, matrix, look, transposed=transposed)
        if len(drawn.rows) > room.rows or len(drawn.cols) > room.cols:
            return None
        closing = following[: _closing(following)] if isinstance(following, str) else ""
        terms.append(Term(before.strip(), step.of[n], drawn, transposed, power, closing))
        before = ""
    return Equation(terms, before.strip() if before.strip() == "→" else f"{before.strip()} =".strip())


def _flat(tree: Sequence[Part]) -> Iterator[str | tuple[int, bool, str]]:
    """Signs (with the brackets of groups, neighbours joined), and operands."""
    signs = ""
    for part in _opened(tree):
        if isinstance(part, str):
            signs += part
            continue
        if signs:
            yield signs
        signs = ""
        yield part
    if signs:
        yield signs


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
