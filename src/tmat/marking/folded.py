"""Steps that a key folds away, taken into it where answers show them: the exponentials, their sums, the variance."""

from __future__ import annotations

from collections.abc import Iterable

from tmat.errors import fold
from tmat.marking.answers import Answer
from tmat.marking.key import Key
from tmat.numbers import round_half_away
from tmat.operations.detail import names_of_parts, parts_of
from tmat.operations.operation import REGISTRY
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.stages import said_otherwise


def unfolded(key: Key, answers: Iterable[Answer]) -> Key:
    """The key with those of its folded steps that the answers show; the key itself where they show none."""
    shown = {_stem(answer.name) for answer in answers} & {fold(name) for name in names_of_parts()}
    shown -= {_stem(matrix.name) for matrix in key.matrices}
    if not shown:
        return key
    sheet = Worksheet([_with_parts(stage, shown) for stage in key.sheet.stages], key.sheet.vocabulary, key.sheet.tokens)
    before = {(stage.id, step.name) for stage in key.sheet.stages for step in stage.steps}
    new = {(stage.id, step.name) for stage in sheet.stages for step in stage.steps} - before
    found = Key(sheet, frozenset(new))
    found.printed = None if key.printed is None else unfolded(key.printed, answers)
    return found


def _with_parts(stage: Stage, shown: set[str]) -> Stage:
    steps: list[Step] = []
    values = {name: stage[name].values for name in stage.names()}
    values |= {
        step.name: round_half_away(step.result.values, step.used) for step in stage.steps if step.used is not None
    }
    for step in stage.steps:
        parts = list(parts_of(step.op, step.name, step.of, step.params))
        if not any(_stem(part[0]) in shown for part in parts[:-1]) or not all(name in values for name in step.of):
            steps.append(step)
            continue
        for name, op, of, params in parts[:-1]:
            result = REGISTRY[op]
            values[name] = result(*(values[one] for one in of), **params)
            cols = step.result.cols if values[name].shape[1] == len(step.result.cols) else [name]
            steps.append(Step(Matrix(name, values[name], step.result.rows, tuple(cols), ""), op, of, params))
        _, op, of, params = parts[-1]
        steps.append(Step(step.result, op, of, params, step.decimals, step.used))
    return Stage(stage.id, stage.stage, stage.params, stage.notes, stage.given, steps, stage.output)


def _stem(name: str) -> str:
    own = fold(name.rpartition(".")[2]).rstrip("0123456789")
    return said_otherwise().get(own, own)
