"""The given matrices that are on an earlier sheet already, so that they are written as references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tmat.sheet.names import input_of
from tmat.sheet.worksheet import Matrix, Stage, Worksheet


@dataclass(frozen=True, slots=True)
class Link:
    """The first ``rows`` rows of a given matrix are those of ``name`` in an earlier stage, in its ``rounded`` form or not."""

    stage: str
    name: str
    rows: int
    rounded: bool = False


def links(sheet: Worksheet, stage: Stage) -> dict[str, Link]:
    """The links of a stage: outputs of earlier stages, their inputs as residuals, shared weights, operands of gradients.

    A matrix is linked only if its numbers are equal to those of the earlier one.

    >>> first = Stage("a", "a", given={"X": Matrix.of("X", [[1.0]])}, output="X")
    >>> second = Stage("b", "b", given={"X": Matrix.of("X", [[1.0]], origin="a")})
    >>> links(Worksheet([first, second]), second)
    {'X': Link(stage='a', name='X', rows=1, rounded=False)}
    """
    before = sheet.stages[: sheet.stages.index(stage)]
    passes = {earlier.id for earlier in sheet.stages if _fed(earlier) is not None}
    linked: dict[str, Link] = {}
    for name, matrix in stage.given.items():
        same_weights = [earlier for earlier in before if _is_in_another_pass(earlier.id, stage.id, passes)]
        link = next(_candidates(before, same_weights, name, matrix), None)
        if link is not None:
            linked[name] = link
    return linked


def fed_back(sheet: Worksheet, stage: Stage) -> tuple[str, str] | None:
    """If a stage looks up words of which the last was predicted: the ids of the stages that looked up the others and predicted it."""
    words = _looked_up(stage)
    before = sheet.stages[: sheet.stages.index(stage)]
    for n, earlier in reversed(list(enumerate(before))):
        input_words = _fed(earlier)
        if input_words is not None and [*input_words, earlier.params.get("word")] == words:
            looked_up = next((other.id for other in reversed(before[:n]) if _looked_up(other) == input_words), None)
            return None if looked_up is None else (looked_up, earlier.id)
    return None


def _looked_up(stage: Stage) -> list[object] | None:
    """The words that a stage looks up; None if it looks up none."""
    words = next((step.params.get("words") for step in stage.steps if not step.of), None)
    return list(words) if isinstance(words, list | tuple) else None


def _is_in_another_pass(one: str, other: str, passes: set[str]) -> bool:
    """Whether two stages are the same part of two passes, each of a word: decode-1.ffn and decode-2.ffn."""
    (first, _, part), (second, _, other_part) = one.partition("."), other.partition(".")
    return part == other_part and {first, second} <= passes


def _fed(stage: Stage) -> list[object] | None:
    """The words that a prediction follows, if the predicted word is fed back."""
    words = stage.params.get("input")
    return list(words) if isinstance(words, list) and not stage.params.get("forced") else None


def _candidates(before: list[Stage], same_weights: list[Stage], name: str, matrix: Matrix) -> Iterator[Link]:
    for stage in reversed(before):
        if matrix.origin == stage.id and stage.output and _same(stage.result, matrix):
            step = stage.step(stage.output)
            key = step.name if step is not None else stage.output
            yield Link(stage.id, key, matrix.height, step is not None and step.used is not None)
        if matrix.origin.partition(" step ")[0] == stage.id:  # "update step 3"
            for key in (f"{name}_new", name, name.rpartition(".")[2]):
                if key in stage and _same(stage.operand(key), matrix):
                    step = stage.step(key)
                    yield Link(stage.id, key, matrix.height, step is not None and step.used is not None)
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
    """Whether two weights are the same, as for every word of a decoder, or ``other`` has further rows for new words."""
    if not other.origin or one.width != other.width or one.height > other.height:
        return False
    if one.height == other.height and one.origin != other.origin:
        return False  # two vectors of ones are equal, but not the same weights
    return np.array_equal(one.values, other.values[: one.height])
