"""A model as data: its conventions and what decided each, its matrices with their tensors, its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmat.models.folder import Model


@dataclass(frozen=True, slots=True)
class Row:
    """A matrix of a model; the tensor of a layer by its name in the layer."""

    name: str
    shape: tuple[int, int]
    parameters: int
    tensor: str
    how: str


@dataclass(frozen=True, slots=True)
class Part:
    """A group of matrices: those of each of ``count`` layers, or those before or after the layers."""

    name: str
    count: int
    rows: list[Row]
    at: str = ""  # the prefix of the names of its tensors, with N for the layer's number

    @property
    def parameters(self) -> int:
        return self.count * sum(row.parameters for row in self.rows)


def parts(model: Model) -> list[Part]:
    """The matrices of a model: before the layers, of one layer, and after the layers."""
    outside = list(_rows(model, 0))
    before = [row for row in outside if not row.name.startswith(AFTER)]
    after = sorted((row for row in outside if row.name.startswith(AFTER)), key=lambda row: row.name == "W_vocab")
    at = model.prefix + model.design.layer
    own = [replace(row, tensor=row.tensor.removeprefix(f"{at}.0.")) for row in _rows(model, 1)]
    found = [Part("before the layers", 1, before), Part("each layer", model.design.layers, own, f"{at}.N.")]
    return [*found, *([Part("after the layers", 1, after)] if after else [])]


AFTER = ("final.", "W_vocab")


def _rows(model: Model, layer: int) -> Iterator[Row]:
    for n, name, key, matrix in model.listed():
        if n == layer:
            yield Row(name, (matrix.height, matrix.width), matrix.height * matrix.width, key, matrix.done)


def unused(model: Model) -> list[tuple[str, int]]:
    """The tensors that no step uses, and the number of parameters of each."""
    return [(key, prod(model.tensors[key].shape)) for key in model.unused()]


def as_data(model: Model) -> dict[str, Any]:
    """The summary as data for JSON."""
    return {
        "model": model.folder,
        "family": model.design.family,
        "kind": model.design.kind,
        "parameters": model.parameters(),
        "conventions": [{"name": fact.name, "value": fact.value, "by": fact.by} for fact in model.config.facts],
        "matrices": [
            {
                "name": name,
                "layer": n or None,
                "shape": [matrix.height, matrix.width],
                "tensor": key,
                "how": matrix.done,
            }
            for n, name, key, matrix in model.listed()
        ],
        "unused": [{"tensor": key, "parameters": count} for key, count in unused(model)],
    }
