"""The decorators that make a stage's function: it sorts a caller's arguments into options and matrices, and runs the recipe.

Matrices are read by the stage's names, one of each batch; the input is drawn where its size is given. Nothing here needs NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tmat.engine.declaration import Declaration, Options, Seed, StageFunction, StageOptions
from tmat.engine.limits import refuse_size
from tmat.errors import InputError, fold
from tmat.sheet.names import HEADS, aside, canonical, meanings, stem
from tmat.sheet.worksheet import Batch, Matrix, Worksheet, arriving

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node


How = TypeVar("How", bound="Options")
P = ParamSpec("P")

SIZE = 6
"""Rows and columns of a drawn input whose size is not given."""


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


def by_stage_names(declared: Declaration, matrices: Mapping[str, Any]) -> dict[str, Any]:
    """The matrices under the stage's own names: S becomes scores where the stage has one matrix that is called S.

    The origin of a renamed matrix names the caller's word for it.
    """
    own = {canonical(name): name for name in (*declared.inputs, *declared.masks, *declared.steps)}
    found: dict[str, Any] = {}
    for name, value in matrices.items():
        bare = name.rstrip("0123456789")
        meant = [own[each] for each in meanings(bare) if each in own]
        if (
            not _is_matrix(value)
            or canonical(bare) in own
            or len(meant) != 1
            or {meant[0], meant[0] + name[len(bare) :]} & matrices.keys()
        ):
            found[name] = value
            continue
        known = meant[0] + name[len(bare) :]
        matrix = value if isinstance(value, Matrix) else Matrix.of(known, value)
        origin = f"{matrix.origin}; " if matrix.origin else ""
        found[known] = Matrix(known, matrix.values, matrix.rows, matrix.cols, f"{origin}{name} is read as {known}")
    return found


def _is_matrix(value: object) -> bool:
    """Whether a keyword's value can be a matrix; a single value is a misspelt option, and is refused by its name later."""
    return value is not None and not isinstance(value, (bool, int, float, str))


def unbatched(
    matrices: Mapping[str, Any], declared: Declaration, batch: int | None, *heads: int | None
) -> dict[str, Any]:
    """The matrices with number ``batch`` of each batch; an h×n×m array of a step per head becomes mask1, mask2, …

    ``heads`` are the possible numbers of heads: of queries, and of keys and values.
    """
    found: dict[str, Any] = {}
    named = {**declared.inputs, **declared.steps}
    for name, value in matrices.items():
        if not _is_matrix(value) or (isinstance(value, Matrix) and not isinstance(value, Batch)):
            found[name] = value
            continue
        one = value if isinstance(value, Matrix) else Matrix.of(name, value)
        own = stem(name)
        masked = own in map(fold, declared.masks)
        if isinstance(one, Batch) and batch is not None and not (masked and _one_per_head(one, heads)):
            one = one.nth(batch)
        per_head = masked or any(each.of_a_head and fold(known) == own for known, each in named.items())
        if isinstance(one, Batch) and per_head and _one_per_head(one, heads):
            found |= {f"{name}{h}": one.nth(h).renamed(f"{name}{h}") for h in range(1, len(one) + 1)}
        else:
            found[name] = one
    return found


def _one_per_head(batch: Batch, heads: tuple[int | None, ...]) -> bool:
    return batch.arrays.ndim == 3 and len(batch) in heads and len(batch) in HEADS.values()


def with_input(declared: Declaration, before: Worksheet, how: StageOptions, matrices: dict[str, Any]) -> dict[str, Any]:
    """The matrices, the input drawn where ``positions`` or ``d_model`` is given and nothing else to begin with.

    Errors: an input of another size than these.
    """
    main = declared.main
    size = {"positions": getattr(how, "positions", None), "d_model": getattr(how, "d_model", None)}
    wanted = {name: number for name, number in size.items() if number is not None}
    if not wanted or declared.without_input or not main:
        return matrices
    found = next((value for name, value in matrices.items() if stem(name) == fold(main)), None)
    if found is None:
        found = arriving(before)
    if found is None and not any(stem(name) in declared.begins for name in matrices):
        found = drawn_input(declared, vars(how), how.seed, how.init, before.tokens, **size)
        matrices = {main: found, **matrices}
    for name, number in wanted.items():
        if found is None:
            raise InputError(f"‹{name}› has no use here", f"it is a size of {main}, which is not drawn here")
        matrix = found if isinstance(found, Matrix) else Matrix.of(main, found)
        if number != (matrix.height if name == "positions" else matrix.width):
            raise InputError(
                f"‹{name} {number}› does not fit {main}",
                f"{main} is {matrix.size}{aside(matrix.origin)}",
                mend=f"leave ‹{name}› out, or draw {main} with it: ‹seed 0›",
            )
    return matrices


def drawn_input(
    declared: Declaration,
    options: Mapping[str, Any],
    seed: Seed,
    init: str,
    tokens: Sequence[str] = (),
    positions: int | None = None,
    d_model: int | None = None,
) -> Matrix:
    """The input of a stage, drawn: ``positions`` × ``d_model``; one row for each of the tokens, where there are any."""
    from tmat.numbers.seeding import draw
    from tmat.numbers.torch_draws import TorchGenerator

    name, letter = declared.main, declared.inputs[declared.main].drawn
    rows = len(tokens) or (SIZE if positions is None else positions)
    cols = SIZE if d_model is None else d_model
    for option, size in (("positions", rows), ("d_model", cols)):
        if size < 1:
            raise InputError(f"‹{option} {size}› does not fit", "expected a whole number from 1")
    refuse_size(name, rows, cols, mend="choose a smaller ‹positions› or ‹d_model›")
    stage = declared.drawn_as(options) if declared.drawn_as else declared.name
    if init.startswith("torch"):
        init = init if init == "torch-randn" else "torch-rand"  # an input is no weight of a Linear
        generator = TorchGenerator(seed)
        values = generator.randn(rows, cols) if init == "torch-randn" else generator.rand(rows, cols)
    else:
        values = draw(init, (rows, cols), seed=seed, stage=stage, name=name)
    labels = [f"{letter}{n}" for n in range(1, cols + 1)]
    return Matrix.of(name, values, tokens or None, labels, f"drawn: {init}, seed {seed}")
