"""The decorators that make a stage's function: it sorts a caller's arguments into options and matrices, and runs the recipe."""

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
    """Decorate the recipe of a stage of one sheet: it writes steps on the sheet and returns the output."""

    def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
        sheet, output = laid_out(declared, x, how, matrices)
        return sheet.finish(output)

    return lambda recipe: _function(options, recipe, run, facts)


def laid_out(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Sheet, Node]:
    """Run a recipe without computing anything: the sheet with its steps, and the output."""
    sheet = sheet_of(how, declared.name, *arrived(declared, x, how, matrices))
    sheet.declared = declared
    return sheet, declared.recipe(sheet, how)


def sheet_of(how: StageOptions, stage: str, before: Worksheet | None, matrices: Mapping[str, Any]) -> Sheet:
    """An empty sheet with the seed, rounding and other options that every stage has."""
    from tmat.engine.builder import Sheet

    return Sheet(
        stage, before, matrices, seed=how.seed, init=how.init, round=how.round, keep=how.keep, dtype=how.dtype,
        id=how.id, stream=how.stream, ordinal=how.ordinal,
    )  # fmt: skip


def arrived(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Worksheet, dict[str, Any]]:
    """The worksheet so far, and the matrices by the stage's names, with x or a drawn input among them."""
    from tmat.engine.inputs import by_stage_names, with_input
    from tmat.sheet.worksheet import Worksheet

    matrices = by_stage_names(declared, matrices)
    before = x if isinstance(x, Worksheet) else Worksheet()
    if x is not None and not isinstance(x, Worksheet):
        matrices = {**matrices, **_unbatched({declared.main: x}, declared, how)}
    return before, with_input(declared, before, how, matrices)


def worksheet_stage(
    options: Callable[P, How], **facts: Any
) -> Callable[[Callable[[Any, How, dict[str, Any]], Worksheet]], StageFunction[P]]:
    """Decorate the recipe of a stage that makes its worksheet itself; it is called with x as the caller gave it."""

    def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
        made: Worksheet = declared.recipe(x, how, matrices)
        return made

    return lambda recipe: _function(options, recipe, run, facts)


def _function(options: Any, recipe: Any, run: Callable[..., Worksheet], facts: dict[str, Any]) -> Any:
    """The function that users call: it sorts the arguments into options and matrices, and runs the recipe."""
    declared = Declaration(recipe.__name__, options, recipe, **facts)

    @wraps(recipe)
    def function(x: Any = None, *args: Any, **named: Any) -> Worksheet:
        how, matrices = declared.sort(args, named)
        matrices = _unbatched(matrices, declared, how)
        return _noted(run(declared, x, how, matrices), x, declared.name, getattr(how, "notes", ()))

    function.declared = declared  # type: ignore[attr-defined]
    x = Parameter("x", Parameter.POSITIONAL_OR_KEYWORD, default=None)
    function.__signature__ = Signature([x, *signature(options).parameters.values()])  # type: ignore[attr-defined]
    return function


def _unbatched(matrices: Mapping[str, Any], declared: Declaration, how: Any) -> dict[str, Any]:
    """The matrices, with the asked one of each batch."""
    if not matrices:
        return {}
    from tmat.engine.inputs import unbatched

    return unbatched(
        matrices, declared, getattr(how, "batch", None), getattr(how, "heads", None), getattr(how, "kv_heads", None)
    )


def _noted(sheet: Worksheet, x: Any, stage: str, notes: tuple[str, ...]) -> Worksheet:
    """The worksheet with notes added before those of the first new stage of that name, else of the first new stage."""
    first = len(getattr(x, "stages", ()))
    if not notes or len(sheet.stages) <= first:
        return sheet
    first = next((n for n, own in enumerate(sheet.stages) if n >= first and own.stage == stage), first)
    new = replace(sheet.stages[first], notes=(*notes, *sheet.stages[first].notes))
    return replace(sheet, stages=[*sheet.stages[:first], new, *sheet.stages[first + 1 :]])
