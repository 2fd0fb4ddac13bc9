"""Which given matrix is one that stands on an earlier sheet already, so that it is referred to and not written again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tmat.sheet.origins import input_of
from tmat.sheet.worksheet import Matrix, Stage, Worksheet


@dataclass(frozen=True, slots=True)
class Link:
    """The first ``rows`` rows of a given matrix are those of ``name`` in an earlier stage, rounded to ``decimals``."""

    stage: str
    name: str
    rows: int
    decimals: int | None = None


def links(sheet: Worksheet, stage: Stage) -> dict[str, Link]:
    """The links of a stage: what an earlier stage handed on, its input as a residual, weights used again.

    A matrix is only linked where its numbers are those of the earlier one.

    >>> first = Stage("a", "a", given={"X": Matrix.of("X", [[1.0]])}, output="X")
    >>> second = Stage("b", "b", given={"X": Matrix.of("X", [[1.0]], origin="a")})
    >>> links(Worksheet([first, second]), second)
    {'X': Link(stage='a', name='X', rows=1, decimals=None)}
    """
    before = sheet.stages[: sheet.stages.index(stage)]
    found: dict[str, Link] = {}
    for name, matrix in stage.given.items():
        link = next(_candidates(before, name, matrix), None)
        if link is not None:
            found[name] = link
    return found


def _candidates(before: list[Stage], name: str, matrix: Matrix) -> Iterator[Link]:
    for stage in reversed(before):
        if matrix.origin == stage.id and stage.output and _same(stage.result, matrix):
            step = stage.step(stage.output)
            own = step.name if step is not None else stage.output
            yield Link(stage.id, own, matrix.height, step.used if step is not None else None)
        if matrix.origin == input_of(stage.id):
            for flowed in ("X", "E"):
                if flowed in stage.given and _same(stage.given[flowed], matrix):
                    yield Link(stage.id, flowed, matrix.height)
    for stage in before:
        other = stage.given.get(name)
        if other is not None and other.height and _again(other, matrix):
            yield Link(stage.id, name, other.height)


def _same(one: Matrix, other: Matrix) -> bool:
    return one.values.dtype == other.values.dtype and np.array_equal(one.values, other.values)


def _again(one: Matrix, other: Matrix) -> bool:
    """The same weights again, as for every word of a decoder; or with more rows, for the words it adds."""
    if not other.origin or one.width != other.width or one.height > other.height:
        return False
    if one.height == other.height and one.origin != other.origin:
        return False  # two vectors of ones are alike, and not the same
    return np.array_equal(one.values, other.values[: one.height])
