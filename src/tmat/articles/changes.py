"""The differences between one part of an example and the one before: matrices, formulas and shapes."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.articles.running import PartDone
from tmat.operations import REGISTRY
from tmat.sheet.remarks import Table
from tmat.sheet.worksheet import Stage, Step


def changed(before: PartDone | None, after: PartDone) -> list[str]:
    """Lines about new matrices, changed formulas, missing matrices and changed shapes."""
    if before is None:
        return []
    old, new = before.calls[-1].stage, after.calls[-1].stage
    said = []
    added = [name for name in new.names() if name not in old]
    gone = [name for name in old.names() if name not in new]
    if added:
        said.append(f"new: {', '.join(_described(new, name) for name in added)}")
    others = [
        f"{formula(step)}, not {_was(old, step.name)}"
        for step in new.steps
        if step.name in old and _was(old, step.name) != formula(step)
    ]
    if others:
        said.append(f"otherwise: {'; '.join(others)}")
    if gone:
        said.append(f"gone: {', '.join(gone)}")
    sizes = [
        f"{name} {old[name].size} → {new[name].size}"
        for name in new.names()
        if name in old and new[name].size != old[name].size
    ]
    if sizes:
        said.append(f"sizes: {', '.join(sizes)}")
    return said or ["nothing"]


def formula(step: Step) -> str:
    """A step as an equation."""
    return f"{step.name} = {REGISTRY[step.op].formula_text(list(step.of), dict(step.params))}"


def _was(stage: Stage, name: str) -> str:
    step = stage.step(name)
    return formula(step) if step is not None else f"{name} given"


def _described(stage: Stage, name: str) -> str:
    step = stage.step(name)
    return formula(step) if step is not None else f"{name} {stage[name].size}"


def side_by_side(parts: Sequence[PartDone]) -> Table:
    """A table of the parts: the formula of the scores, the values, and the size of the result."""
    rows = tuple(_row(n, part) for n, part in enumerate(parts, 1))
    return Table("side by side", ("", "scores", "values", "result"), rows)


def _row(n: int, part: PartDone) -> tuple[str, ...]:
    stage = part.calls[-1].stage
    weights = next(name for name in ("weights", "weights1") if name in stage)
    result = stage.steps[-1].name
    scored = stage.step(weights)
    assert scored is not None
    step = stage.step(scored.of[0])
    assert step is not None
    values = _operands(stage, "Z" + weights.removeprefix("weights"))[-1]
    return (f"{n} {part.part.title}", _score(stage, step), values, f"{result} {stage[result].size}")


def _operands(stage: Stage, name: str) -> tuple[str, ...]:
    step = stage.step(name)
    assert step is not None
    return step.of


def _score(stage: Stage, step: Step) -> str:
    """The formula of the scores in queries and keys, with the scaling."""
    names = []
    for name in step.of:
        inner = stage.step(name)
        names.append(_score(stage, inner) if inner is not None and name.startswith("scores") else name)
    return REGISTRY[step.op].formula_text(names, dict(step.params))
