"""All matrices of a file by name; of a model's file, the weights that a stage takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tmat.errors import InputError, expect, fold
from tmat.reading.files import open_file, read_bytes
from tmat.reading.safetensors import read_tensors
from tmat.reading.sources import one_document, raise_problem, read_file, split_selector, transpose
from tmat.reading.tensors import Tensor, as_tensor, chosen
from tmat.sheet.worksheet import Matrix
from tmat.stages import declared
from tmat.visible import visible


def read_weights(
    source: str | Mapping[str, Any], stage: str | None = None, *, layers: int | None = None
) -> Mapping[str, Matrix]:
    """All matrices of a file or a state dict; one whose name ends in .T is transposed.

    Of a worksheet, the matrices that were given to its stages, the last stage's where several share a name. Where the
    names are a framework's (in_proj_weight, q_proj.weight, c_attn.weight), the weights by the names of the stages: cut
    and transposed as these take them; ``file:layers.0`` chooses a layer, ``stage`` what one stage takes.

    >>> found = read_weights({"linear1.weight": [[1, 2]], "linear2.weight": [[3], [4]]})
    >>> found["W_1"].values.tolist(), found["W_2"].values.tolist()
    ([[1.0], [2.0]], [[3.0, 4.0]])
    """
    expect(source, (str, Mapping), "weights are read from a file, or from arrays by their names")
    if not isinstance(source, str):
        named = {str(key): Matrix.of(str(key), value) for key, value in source.items()}
        origin = "the state dict"
        tensors = {key: replace(as_tensor(m), origin=f"{origin}:{visible(key, 60)}") for key, m in named.items()}
        return _of_model(tensors, stage, None, origin, layers) or _each_once(named, "the mapping")
    path, place = split_selector(source)
    origin = visible(path, 200)
    stem, suffix = os.path.splitext(path)
    suffix = suffix.lower()
    if not os.path.lexists(path) and os.path.isdir(stem):
        return _each_once(read_file(path), origin)
    with open_file(path) as stream:
        found = read_tensors(stream, suffix, origin) if stream.seekable() else None
        if found is not None:
            model = _of_model(found, stage, place, origin, layers)
            return model if model is not None else _each_once(chosen(found, None, origin), origin)
    matrices = _named(path, suffix, origin)
    model = _of_model({name: as_tensor(m) for name, m in matrices.items()}, stage, place, origin, layers)
    return model if model is not None else _each_once(matrices, origin)


def _of_model(
    tensors: Mapping[str, Tensor], stage: str | None, place: str | None, origin: str, layers: int | None
) -> dict[str, Matrix] | None:
    from tmat.reading.model_weights import weights_for  # for --weights alone

    found = weights_for(tensors, declared(stage) if stage else None, place, origin, layers)
    if found is None and place is not None:
        raise InputError(f"{origin} has no layers to choose from", mend=f"leave out :{visible(place, 60)}")
    return found


def _named(path: str, suffix: str, origin: str) -> Mapping[str, Matrix]:
    """All that a file names."""
    if suffix != ".json":
        return read_file(path)
    with open_file(path) as stream:
        read = one_document(read_bytes(stream, origin), origin)
    return read if isinstance(read, dict) else {name: m for stage in read for name, m in stage.given.items()}


def _each_once(found: Mapping[str, Matrix], origin: str) -> dict[str, Matrix]:
    """The matrices by name, transposed where the name ends in .T."""
    if "" in found:
        expected = "expected an .npz, an object of named arrays, or text with a name over each matrix"
        raise InputError(f"{origin} names no matrices", expected, mend=f"give it by name: -m W_Q={origin}")
    raise_problem(found, None)
    given: dict[str, Matrix] = {}
    names: dict[str, str] = {}
    for name, m in found.items():
        stem = name.removesuffix(".T")
        twin = names.setdefault(fold(stem), name)
        if twin != name:
            what = f"{visible(twin, 60)} and {visible(name, 60)} are one matrix"
            raise InputError(what, f"in {origin}", "expected each once: case, _ and .T do not count")
        given[stem] = m if stem == name else transpose(m).renamed(stem)
    return given
