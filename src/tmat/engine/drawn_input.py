"""The input of a stage where its size is said: drawn, or held against what was said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tmat.engine.builder import arriving
from tmat.engine.declaration import Declaration
from tmat.engine.fields import Seed, StageOptions
from tmat.engine.limits import refuse_size
from tmat.errors import InputError, fold
from tmat.sheet.names import stem
from tmat.sheet.origins import aside
from tmat.sheet.worksheet import Matrix, Worksheet

SIZE = 6


def with_input(declared: Declaration, before: Worksheet, how: StageOptions, matrices: dict[str, Any]) -> dict[str, Any]:
    """The matrices, with the input drawn where its size is said and nothing else begins; else it must have that size."""
    main = declared.main
    size = {"positions": getattr(how, "positions", None), "d_model": getattr(how, "d_model", None)}
    said = {name: number for name, number in size.items() if number is not None}
    if not said or declared.without_input or not main:
        return matrices
    found = next((value for name, value in matrices.items() if stem(name) == fold(main)), None)
    if found is None:
        found = arriving(before)
    if found is None and not any(stem(name) in declared.begins for name in matrices):
        found = drawn(declared, vars(how), how.seed, how.init, before.tokens, **size)
        matrices = {main: found, **matrices}
    for name, number in said.items():
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


def drawn(
    declared: Declaration,
    options: Mapping[str, Any],
    seed: Seed,
    init: str,
    tokens: Sequence[str] = (),
    positions: int | None = None,
    d_model: int | None = None,
) -> Matrix:
    """The input of a stage, drawn; a row a token where there are tokens."""
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
        init = init if init == "torch-randn" else "torch-rand"  # a stage's input is no Linear
        generator = TorchGenerator(seed)
        values = generator.randn(rows, cols) if init == "torch-randn" else generator.rand(rows, cols)
    else:
        values = draw(init, (rows, cols), seed=seed, stage=stage, name=name)
    labels = [f"{letter}{n}" for n in range(1, cols + 1)]
    return Matrix.of(name, values, tokens or None, labels, f"drawn: {init}, seed {seed}")
