"""Which given matrix is one that stands on an earlier sheet already, so that it is referred to and not written again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tmat.sheet.names import input_of
from tmat.sheet.worksheet import Matrix, Stage, Worksheet


@dataclass(frozen=True, slots=True)
class Link:
    """The first ``rows`` rows of a given matrix are those of ``name`` in an earlier stage, as later steps take it where ``rounded``."""

    stage: str
    name: str
    rows: int
    rounded: bool = False


def links(sheet: Worksheet, stage: Stage) -> dict[str, Link]:
    """The links of a stage: what an earlier stage handed on, its input as a residual, weights used again, what gradients are made of.

    A matrix is only linked where its numbers are those of the earlier one.

    >>> first = Stage("a", "a", given={"X": Matrix.of("X", [[1.0]])}, output="X")
    >>> second = Stage("b", "b", given={"X": Matrix.of("X", [[1.0]], origin="a")})
    >>> links(Worksheet([first, second]), second)
    {'X': Link(stage='a', name='X', rows=1, rounded=False)}
    """
    before = sheet.stages[: sheet.stages.index(stage)]
    passes = {one.id for one in sheet.stages if _fed(one) is not None}
    found: dict[str, Link] = {}
    for name, matrix in stage.given.items():
        same_weights = [one for one in before if _is_in_another_pass(one.id, stage.id, passes)]
        link = next(_candidates(before, same_weights, name, matrix), None)
        if link is not None:
            found[name] = link
    return found


def fed_back(sheet: Worksheet, stage: Stage) -> tuple[str, str] | None:
    """Of a stage that looks up the words so far, the last of them predicted: the stage of those before, and the prediction's."""
    words = _looked_up(stage)
    before = sheet.stages[: sheet.stages.index(stage)]
    for n, one in reversed(list(enumerate(before))):
        said = _fed(one)
        if said is not None and [*said, one.params.get("word")] == words:
            looked_up = next((other.id for other in reversed(before[:n]) if _looked_up(other) == said), None)
            return None if looked_up is None else (looked_up, one.id)
    return None


def _looked_up(stage: Stage) -> list[object] | None:
    """The words of a stage that looks up their numbers."""
    words = next((step.params.get("words") for step in stage.steps if not step.of), None)
    return list(words) if isinstance(words, list | tuple) else None


def _is_in_another_pass(one: str, other: str, passes: set[str]) -> bool:
    """Whether two stages are the same part of two passes, each of a word: decode-1.ffn and decode-2.ffn."""
    (first, _, part), (second, _, other_part) = one.partition("."), other.partition(".")
    return part == other_part and {first, second} <= passes


def _fed(stage: Stage) -> list[object] | None:
    """The words that a prediction was made of, where the word predicted is fed back."""
    said = stage.params.get("input")
    return list(said) if isinstance(said, list) and not stage.params.get("forced") else None


def _candidates(before: list[Stage], same_weights: list[Stage], name: str, matrix: Matrix) -> Iterator[Link]:
    for stage in reversed(before):
        if matrix.origin == stage.id and stage.output and _same(stage.result, matrix):
            step = stage.step(stage.output)
            own = step.name if step is not None else stage.output
            yield Link(stage.id, own, matrix.height, step is not None and step.used is not None)
        if matrix.origin.partition(" step ")[0] == stage.id:  # "update step 3"
            for own in (f"{name}_new", name, name.rpartition(".")[2]):
                if own in stage and _same(stage.operand(own), matrix):
                    step = stage.step(own)
                    yield Link(stage.id, own, matrix.height, step is not None and step.used is not None)
        if matrix.origin == input_of(stage.id):
            for flowed in ("X", "E"):
                if flowed in stage.given and _same(stage.given[flowed], matrix):
                    yield Link(stage.id, flowed, matrix.height)
    for stage in same_weights:
        if name in stage.given and _same(stage.given[name], matrix):
            yield Link(stage.id, name, matrix.height)
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
