"""A model's folder as Hugging Face saves it: read, listed, and run by the stages."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING

from tmat.errors import expect

if TYPE_CHECKING:
    from tmat.models.folder import Model


def read_model(folder: str | PathLike[str]) -> Model:
    """A model of a folder: config.json, model.safetensors (or its parts by model.safetensors.index.json), tokenizer.json.

    The files of weights are mapped: of each only what is asked for is read. ``encode`` and ``decode`` of it run the stages.

    Errors: a folder without these files; a model of no family that is known, or that asks for an arithmetic that is not
    (the field of config.json that says so is named); a tensor that is missing, or that would change the numbers and is not
    known.
    """
    from tmat.models.folder import Model

    expect(folder, (str, PathLike), "a model goes by its folder, a text")
    return Model(fspath(folder))
