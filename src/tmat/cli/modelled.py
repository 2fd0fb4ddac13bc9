"""A stage run on a model's folder: what is read, what was typed of the stage's options, what of it all is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.cli.given import given_matrices
from tmat.cli.made import typed_of
from tmat.cli.options import Common, split_names
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration
    from tmat.models.folder import Model

NO_USE = ("weights", "batch", "seed", "init")
"""Options of what is drawn or given elsewhere: a model has all of its own."""


def encode_with(
    folder: str, text: str | None, ids: str | None, common: Common, declared: Declaration, values: dict[str, Any]
) -> None:
    """tmat encode --model FOLDER."""
    from tmat.models.picking import asked_for

    model, options, how = _prepared(folder, common, declared, values)
    layers = options.pop("layers", None)
    cells = [*(common.work or ()), *(common.trace or ())]
    if cells and layers is None:
        layers = asked_for([cell.partition("[")[0].strip() for cell in cells])
    _emit(
        model.encode(
            text,
            tokens=common.tokens.split() if common.tokens is not None else None,
            ids=numbers(ids) if ids is not None else None,
            keep=None if cells else split_names(common.only) or None,
            layers=layers,
            **how,
            **options,
        ),
        common,
    )


def decode_with(folder: str, ids: str | None, common: Common, declared: Declaration, values: dict[str, Any]) -> None:
    """tmat decode --model FOLDER."""
    model, options, how = _prepared(folder, common, declared, values)
    named = {name: options.pop(name, None) for name in ("prompt", "target", "max_tokens")}
    cells = common.work or common.trace
    _emit(
        model.decode(
            named["prompt"],
            target=named["target"],
            max_tokens=named["max_tokens"],
            tokens=common.tokens.split() if common.tokens is not None else None,
            ids=numbers(ids) if ids is not None else None,
            keep=None if cells else split_names(common.only) or None,
            **how,
            **options,
        ),
        common,
    )


def _prepared(
    folder: str, common: Common, declared: Declaration, values: dict[str, Any]
) -> tuple[Model, dict[str, Any], dict[str, Any]]:
    """The model, the stage's options that were typed, and what every run takes."""
    from tmat.models import read_model

    options, masks = typed_of(declared, values, common.typed)
    seeded = {"seed": common.seed_value} if options.get("sample") else {}  # words are drawn
    for name in NO_USE:
        if name in common.typed and name not in seeded:
            raise InputError(
                f"--{name} has no use with --model", "the model has all that is needed", mend="leave it out"
            )
    matrices = given_matrices(common.having(matrix=[*(common.matrix or ()), *masks] or None), declared, options)
    return read_model(folder), options, {"matrices": matrices, "round": common.round, "dtype": common.dtype, **seeded}


def _emit(sheet: Worksheet, common: Common) -> None:
    from tmat.cli.emit import Emitter

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
