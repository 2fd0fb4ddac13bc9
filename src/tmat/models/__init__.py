"""A model's folder as Hugging Face saves it: read, summarised, and run by the stages."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING

from tmat.errors import expect

if TYPE_CHECKING:
    from tmat.models.folder import Model


def read_model(folder: str | PathLike[str]) -> Model:
    """Open a model's folder: config.json, model.safetensors (or its parts by model.safetensors.index.json), tokenizer.json.

    The weights are memory-mapped: only what is used is read. The model's ``encode`` or ``decode`` runs the stages.

    Errors: a folder without these files; a model of an unknown family, or with an arithmetic that tmat does not have (the
    error names the field of config.json); a missing tensor, or an unknown one that would change the numbers.
    """
    from tmat.models.folder import Model

    expect(folder, (str, PathLike), "a model goes by its folder, a text")
    return Model(fspath(folder))
