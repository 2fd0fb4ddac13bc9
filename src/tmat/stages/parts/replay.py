"""The forward pass computed again with other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tmat.engine.node import rounded
from tmat.errors import InputError
from tmat.operations import REGISTRY
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.stages.parts.graph import ON_THE_WAY_BACK, Graph, Value


def replayed(sheet: Worksheet, graph: Graph, changed: Mapping[Value, Matrix]) -> list[Stage]:
    """The forward stages with every step computed again, after some given matrices have changed.

    Errors: a step with an operand that the worksheet lacks.
    """
    now: dict[Value, Matrix] = dict(changed)
    stages = []
    for stage in sheet.stages:
        if stage.stage in ON_THE_WAY_BACK:
            continue
        given = {}
        for name, matrix in stage.given.items():
            value = graph.known[stage.id, name]
            if value not in now and value.step is not None and value.stage is stage and value.name == name:
                now[value] = replace(matrix, values=now[_only(value)].values.T.copy())  # tied by its transpose
            found = now.setdefault(value, matrix)
            origin = found.origin if value in changed else matrix.origin
            given[name] = Matrix(matrix.name, found.values, matrix.rows, matrix.cols, origin)
        steps = [_again(stage, step, graph, now) for step in stage.steps]
        stages.append(_with_words(replace(stage, given=given, steps=steps, params=dict(stage.params))))
    return stages


def _only(value: Value) -> Value:
    [source] = value.of
    assert source is not None
    return source


def _again(stage: Stage, step: Step, graph: Graph, now: dict[Value, Matrix]) -> Step:
    value = graph.known[stage.id, step.name]
    operands = [None if operand is None else now.get(operand) for operand in value.of]
    if None in operands or step.op not in REGISTRY:
        raise InputError(
            f"{stage.id} cannot be worked out again",
            f"{step.name} is {step.op} of {', '.join(step.of)}, and not all of these are in the worksheet",
            mend="keep every step: leave ‹keep› out",
        )
    op, arrays = REGISTRY[step.op], [one.values for one in operands if one is not None]
    values = op(*arrays, **step.params)
    if step.decimals is not None:
        values = rounded(op, arrays, step.params, values, step.decimals)
    new = replace(step, result=replace(step.result, values=values))
    now[value] = new.taken
    return new


def _with_words(stage: Stage) -> Stage:
    """The stage with the predicted words of its parameters renewed."""
    last = stage.steps[-1] if stage.steps else None
    if last is None or last.op != "largest" or "word" not in stage.params:
        return stage
    columns = stage.operand(last.of[0]).cols
    words = [columns[int(n)] for n in last.values[:, 0] - float(last.params["first"])]  # type: ignore[arg-type]
    stage.params |= {"word": words[-1], "words": words}
    return stage
