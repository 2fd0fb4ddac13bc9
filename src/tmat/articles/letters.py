"""Matrices of symbols as an article prints them, derived from an operation's cell and from where its numbers are 0 or −∞."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from tmat.operations import REGISTRY
from tmat.operations.expression import Operand
from tmat.operations.printing.symbols import Symbols
from tmat.sheet.worksheet import Stage, Step

_INDEXED = re.compile(r"([a-zA-Z])([₀-₉])([₀-₉])")


def symbols_of(stage: Stage, name: str, kind: str, spelled: Sequence[tuple[str, str]] = ()) -> list[list[str]]:
    """The cells of a step in symbols without blanks; ``spelled`` pairs our letters with the article's.

    ``kind``: cells (a₁₁v₁₁+a₁₂v₂₁); rows (a₁₁v₁+a₁₂v₂, the rows of the operands); past (one column, without terms of
    weight 0); dots (q₂k₁, or −∞ where the number is); shares (a₂₁, or 0 where the number is exactly 0).
    """
    letters = str.maketrans(dict(spelled))
    return [[text.translate(letters) for text in row] for row in _symbols(stage, name, kind)]


def _symbols(stage: Stage, name: str, kind: str) -> list[list[str]]:
    step = stage.step(name)
    assert step is not None, name
    height, width = step.values.shape
    if kind == "dots":
        return [
            ["−∞" if np.isneginf(x) else f"q{_low(i)}k{_low(j)}" for j, x in enumerate(row)]
            for i, row in enumerate(step.values)
        ]
    if kind == "shares":
        return [
            ["0" if x == 0.0 else f"a{_low(i)}{_low(j)}" for j, x in enumerate(row)]
            for i, row in enumerate(step.values)
        ]
    if kind == "past":
        return [[_past(stage, step, i)] for i in range(height)]
    cells = [[_cell(stage, step, i, j) for j in range(width)] for i in range(height)]
    return cells if kind == "cells" else [[_rows(text) for text in row] for row in cells]


def _cell(stage: Stage, step: Step, i: int, j: int) -> str:
    operands = [Operand(name, shape=stage[name].values.shape) for name in step.of]
    return Symbols().text(REGISTRY[step.op].at(i, j, *operands, **step.params)).replace(" ", "")


def _rows(text: str) -> str:
    """The second operand by its row: a₁₁v₁ for a₁₁v₁₁.

    >>> _rows("a₁₁v₁₁+a₁₂v₂₁")
    'a₁₁v₁+a₁₂v₂'
    """
    return _INDEXED.sub(lambda found: found[0] if found[1] == "a" else found[1] + found[2], text)


def _past(stage: Stage, step: Step, i: int) -> str:
    weights = stage.operand(step.of[0]).values[i]
    terms = _rows(_cell(stage, step, i, 0)).split("+")
    return "+".join(term for term, weight in zip(terms, weights, strict=True) if weight != 0.0)


def _low(n: int) -> str:
    """The subscript of an index that counts from 0."""
    return str(n + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def spaced(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """Symbols with blanks around + and /.

    >>> spaced([["a₁₁v₁₁+a₁₂v₂₁"]])
    [['a₁₁v₁₁ + a₁₂v₂₁']]
    """
    return [[text.replace("+", " + ").replace("/", " / ") for text in row] for row in cells]
