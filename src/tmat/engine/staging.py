"""Functions of stages: a caller's arguments are sorted into options and matrices, and the recipe is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tmat.engine.declaration import Declaration, StageFunction
from tmat.engine.fields import Options, StageOptions

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.sheet.worksheet import Worksheet

How = TypeVar("How", bound="Options")
P = ParamSpec("P")


def stage(options: Callable[P, How], **facts: Any) -> Callable[[Callable[[Sheet, How], Node]], StageFunction[P]]:
    """A stage of one sheet: the recipe writes steps down, and says which of them is the output."""

    def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
        sheet, output = laid_out(declared, x, how, matrices)
        return sheet.finish(output)

    return lambda recipe: _function(options, recipe, run, facts)


def laid_out(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Sheet, Node]:
    """The sheet of a stage with its steps written down and nothing computed, and the node that is its output."""
    sheet = sheet_of(how, declared.name, *arrived(declared, x, how, matrices))
    sheet.declared = declared
    return sheet, declared.recipe(sheet, how)


def sheet_of(how: StageOptions, stage: str, before: Worksheet | None, matrices: Mapping[str, Any]) -> Sheet:
    """The sheet of a stage with these options."""
    from tmat.engine.builder import Sheet

    return Sheet(
        stage, before, matrices, seed=how.seed, init=how.init, round=how.round, keep=how.keep, dtype=how.dtype,
        id=how.id, stream=how.stream, ordinal=how.ordinal,
    )  # fmt: skip


def arrived(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Worksheet, dict[str, Any]]:
    """The worksheet so far, and the matrices with the input among them where it was given, or is drawn."""
    from tmat.engine.drawn_input import with_input
    from tmat.sheet.worksheet import Worksheet

    matrices = understood(declared, matrices)
    before = x if isinstance(x, Worksheet) else Worksheet()
    if x is not None and not isinstance(x, Worksheet):
        matrices = {**matrices, **_chosen({declared.main: x}, declared, how)}
    return before, with_input(declared, before, how, matrices)


def understood(declared: Declaration, matrices: Mapping[str, Any]) -> dict[str, Any]:
    """The matrices by the stage's names: what people call one of them otherwise, where it can mean one alone.

    The origin says so: S was given, and is the scores.
    """
    from tmat.sheet.names import canonical, meanings
    from tmat.sheet.worksheet import Matrix

    own = {canonical(name): name for name in (*declared.inputs, *declared.masks, *declared.steps)}
    found: dict[str, Any] = {}
    for name, value in matrices.items():
        stem = name.rstrip("0123456789")
        meant = [own[each] for each in meanings(stem) if each in own]
        if (
            value is None
            or isinstance(value, (bool, int, float, str))  # an option that was misspelt
            or canonical(stem) in own
            or len(meant) != 1
            or {meant[0], meant[0] + name[len(stem) :]} & matrices.keys()
        ):
            found[name] = value
            continue
        known = meant[0] + name[len(stem) :]
        matrix = value if isinstance(value, Matrix) else Matrix.of(known, value)
        said = f"{matrix.origin}; " if matrix.origin else ""
        found[known] = Matrix(known, matrix.values, matrix.rows, matrix.cols, f"{said}{name} is read as {known}")
    return found


def stages(
    options: Callable[P, How], **facts: Any
) -> Callable[[Callable[[Any, How, dict[str, Any]], Worksheet]], StageFunction[P]]:
    """A stage that makes its worksheet itself, of several stages or of none: it is called with x as it came."""

    def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
        made: Worksheet = declared.recipe(x, how, matrices)
        return made

    return lambda recipe: _function(options, recipe, run, facts)


def _function(options: Any, recipe: Any, run: Callable[..., Worksheet], facts: dict[str, Any]) -> Any:
    """The function that users call: it sorts the arguments into options and matrices, and runs the recipe."""
    declared = Declaration(recipe.__name__, options, recipe, **facts)

    @wraps(recipe)
    def function(x: Any = None, *args: Any, **said: Any) -> Worksheet:
        how, matrices = declared.sort(args, said)
        matrices = _chosen(matrices, declared, how)
        return _noted(run(declared, x, how, matrices), x, declared.name, getattr(how, "notes", ()))

    function.declared = declared  # type: ignore[attr-defined]
    x = Parameter("x", Parameter.POSITIONAL_OR_KEYWORD, default=None)
    function.__signature__ = Signature([x, *signature(options).parameters.values()])  # type: ignore[attr-defined]
    return function


def _chosen(matrices: Mapping[str, Any], declared: Declaration, how: Any) -> dict[str, Any]:
    """The matrices, one of each batch."""
    if not matrices:
        return {}
    from tmat.engine.batches import one_each

    return one_each(
        matrices, declared, getattr(how, "batch", None), getattr(how, "heads", None), getattr(how, "kv_heads", None)
    )


def _noted(sheet: Worksheet, x: Any, stage: str, notes: tuple[str, ...]) -> Worksheet:
    """The worksheet with notes before those of its first new stage, or of the first that has the function's name."""
    first = len(getattr(x, "stages", ()))
    if not notes or len(sheet.stages) <= first:
        return sheet
    first = next((n for n, own in enumerate(sheet.stages) if n >= first and own.stage == stage), first)
    new = replace(sheet.stages[first], notes=(*notes, *sheet.stages[first].notes))
    return replace(sheet, stages=[*sheet.stages[:first], new, *sheet.stages[first + 1 :]])
