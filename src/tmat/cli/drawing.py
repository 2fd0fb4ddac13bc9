"""The input of a stage, drawn where a seed is given and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tmat.cli.options import Common
from tmat.errors import InputError

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Matrix

SIZE = 6


def drawn(stage: str, name: str, common: Common, height: int | None, width: int | None, letter: str) -> Matrix:
    """A matrix drawn from --seed and --init, its rows called by --tokens or numbered."""
    from tmat.cli.given import row_words
    from tmat.engine.limits import refuse_size
    from tmat.numbers.seeding import draw
    from tmat.numbers.torch_draws import TorchGenerator
    from tmat.sheet.worksheet import Matrix

    words = row_words(common.tokens) if common.tokens else None
    rows = len(words) if words else height if height is not None else SIZE
    cols = width if width is not None else SIZE
    for option, size in (("--positions", rows), ("--d-model", cols)):
        if size < 1:
            raise InputError(f"{option} {size} does not fit", "expected a whole number from 1")
    refuse_size(name, rows, cols, mend="choose a smaller --positions or --d-model")
    seed = common.seed_value
    init = common.init
    if init.startswith("torch"):
        init = "torch-rand"  # a stage's input is no Linear
        values = TorchGenerator(seed).rand(rows, cols)
    else:
        values = draw(init, (rows, cols), seed=seed, stage=stage, name=name)
    origin = f"drawn: {init}, seed {seed}"
    return Matrix.of(name, values, words, [f"{letter}{n}" for n in range(1, cols + 1)], origin)
