"""The matrices that a caller gives a stage: read by the stage's names, one of each batch; the input drawn where its size is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tmat.engine.builder import arriving
from tmat.engine.declaration import Declaration
from tmat.engine.fields import Seed, StageOptions
from tmat.engine.limits import refuse_size
from tmat.errors import InputError, fold
from tmat.sheet.names import HEADS, canonical, meanings, stem
from tmat.sheet.origins import aside
from tmat.sheet.worksheet import Batch, Matrix, Worksheet

SIZE = 6
"""Rows and columns of a drawn input whose size is not given."""


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
