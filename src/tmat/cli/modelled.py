"""Running encode or decode on a model's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.cli.flow import given_matrices
from tmat.cli.made import options_of
from tmat.cli.options import Common, split_names
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration

NO_USE = ("weights", "batch", "seed", "init")
"""Options of weights and drawing, which have no use with a model."""


def run_on_model(
    declared: Declaration, folder: str, ids: str | None, common: Common, values: dict[str, Any], **said: Any
) -> None:
    """tmat encode --model FOLDER, tmat decode --model FOLDER: only options that were typed replace the model's own."""
    from tmat.cli.emit import Emitter
    from tmat.models import read_model

    options, masks = options_of(declared, values, common.typed)
    seeded = {"seed": common.seed_value} if options.get("sample") else {}  # for drawing words
    for name in NO_USE:
        if name in common.typed and name not in seeded:
            raise InputError(
                f"--{name} has no use with --model", "the model has all that is needed", mend="leave it out"
            )
    matrices = given_matrices(common.having(matrix=[*(common.matrix or ()), *masks] or None), declared, options)
    model = read_model(folder)
    cells = [*(common.work or ()), *(common.trace or ())]
    sheet = getattr(model, declared.name)(
        **said,
        tokens=common.tokens.split() if common.tokens is not None else None,
        ids=numbers(ids) if ids is not None else None,
        keep=None if cells else split_names(common.only) or None,
        cells=cells,
        matrices=matrices,
        round=common.round,
        dtype=common.dtype,
        **seeded,
        **options,
    )
    emitter = Emitter(common.environment, common)
    emitter.add(sheet, Worksheet())
    emitter.close()


def numbers(text: str) -> list[int]:
    """Ids as they are typed: whole numbers separated by blanks or commas.

    >>> numbers("101, 2377 102")
    [101, 2377, 102]
    """
    words = text.replace(",", " ").split()
    for word in words:
        if not word.isdecimal() or len(word) > 12:
            raise InputError(f"'{word}' is no id", "an id is a whole number from 0")
    return [int(word) for word in words]
