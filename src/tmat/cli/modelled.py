"""A stage run on a model's folder: what is read, what was typed of the stage's options, what of it all is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.cli.flow import given_matrices
from tmat.cli.made import typed_of
from tmat.cli.options import Common, split_names
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration

NO_USE = ("weights", "batch", "seed", "init")
"""Options of what is drawn or given elsewhere: a model has all of its own."""


def run_on_model(
    declared: Declaration, folder: str, ids: str | None, common: Common, values: dict[str, Any], **said: Any
) -> None:
    """tmat encode --model FOLDER, tmat decode --model FOLDER."""
    from tmat.cli.emit import Emitter
    from tmat.models import read_model

    options, masks = typed_of(declared, values, common.typed)
    seeded = {"seed": common.seed_value} if options.get("sample") else {}  # words are drawn
    for name in NO_USE:
        if name in common.typed and name not in seeded:
            raise InputError(
                f"--{name} has no use with --model", "the model has all that is needed", mend="leave it out"
            )
    matrices = given_matrices(common.having(matrix=[*(common.matrix or ()), *masks] or None), declared, options)
    model = read_model(folder)
    cells = [*(common.work or ()), *(common.trace or ())]
    if cells and declared.name == "encode" and "layers" not in options:
        from tmat.models.picking import asked_for

        options["layers"] = asked_for([cell.partition("[")[0].strip() for cell in cells])
    sheet = getattr(model, declared.name)(
        **said,
        tokens=common.tokens.split() if common.tokens is not None else None,
        ids=numbers(ids) if ids is not None else None,
        keep=None if cells else split_names(common.only) or None,
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
    """Ids as they are typed: whole numbers, parted by blanks or commas.

    >>> numbers("101, 2377 102")
    [101, 2377, 102]
    """
    found = text.replace(",", " ").split()
    for each in found:
        if not each.isdecimal() or len(each) > 12:
            raise InputError(f"'{each}' is no id", "an id is a whole number from 0")
    return [int(each) for each in found]
