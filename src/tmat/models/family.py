"""A family of models: how the fields of config.json decide its arithmetic, and where its tensors go.

A family is a file of ``families/``, found by listing the folder, with ``FAMILY = Family(kinds, design)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tmat.models.config import Config

ACTIVATIONS = {
    "gelu": "gelu", "gelu_new": "gelu-tanh", "gelu_pytorch_tanh": "gelu-tanh", "relu": "relu", "silu": "silu",
    "swish": "silu", "tanh": "tanh",
}  # fmt: skip
"""The activations of the stages, by their names in transformers."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a tensor goes: its name in the stages, and how the file stores it."""

    name: str
    key: str
    transposed: bool = False  # torch's Linear stores a weight as out × in
    part: int = 0  # the n-th of three matrices side by side; 0: the whole
    optional: bool = False


def linear(key: str, *letters: str, bias: bool | None = None) -> list[Slot]:
    """The weight (out × in) and the bias of a torch Linear; ``bias`` None: if the file has one."""
    (letter,) = letters
    weight = [Slot(f"W_{letter}", f"{key}.weight", transposed=True)]
    return weight if bias is False else [*weight, Slot(f"b_{letter}", f"{key}.bias", optional=bias is None)]


def conv(key: str, *letters: str) -> list[Slot]:
    """The weight (in × out) and the bias of a Conv1D of GPT-2; of several letters, packed side by side."""
    parts = enumerate(letters, start=1) if len(letters) > 1 else [(0, letters[0])]
    return [
        slot
        for n, letter in parts
        for slot in (Slot(f"W_{letter}", f"{key}.weight", part=n), Slot(f"b_{letter}", f"{key}.bias", part=n))
    ]


def norm(key: str, scale: str, shift: str = "") -> list[Slot]:
    """The scale of a norm, and its shift if it has one."""
    return [Slot(scale, f"{key}.weight"), *([Slot(shift, f"{key}.bias")] if shift else [])]


@dataclass(frozen=True)
class Design:
    """The arithmetic of one model, as its config.json decides it."""

    family: str
    kind: Literal["encoder", "decoder"]
    layers: int
    d_model: int
    heads: int
    d_k: int
    vocabulary: int
    places: int  # the largest number of tokens
    options: Mapping[str, object]  # of encode or decode
    prefixes: tuple[str, ...]  # possible prefixes of the names in the file
    words: str  # the table of embeddings
    positions: str = ""  # the table of learned positions
    types: str = ""  # the table of token types
    layer: str = "layers"  # the name before a layer's number
    of_layer: tuple[Slot, ...] = ()
    outside: tuple[Slot, ...] = ()  # before the first layer and after the last
    head: str = ""  # the weight of the last linear layer; empty where it is tied to the embeddings
    windows: tuple[int | None, ...] = ()  # the sliding window of each layer, the token itself included; None: none
    buffers: tuple[str, ...] = ()  # patterns of the names of tensors that are no parameters

    def slots(self, prefix: str) -> Iterator[tuple[int, Slot, str]]:
        """Each slot: the number of its layer (0 outside of them), and the full name of its tensor."""
        for slot in self.outside:
            yield 0, slot, prefix + slot.key
        for n in range(1, self.layers + 1):
            for slot in self.of_layer:
                yield n, slot, f"{prefix}{self.layer}.{n - 1}.{slot.key}"


@dataclass(frozen=True, slots=True)
class Family:
    """A family: its values of ``model_type``, and the function from a config to a design."""

    kinds: tuple[str, ...]
    design: Callable[[Config], Design]
