"""What a family of models is: which fields decide its arithmetic, and where its tensors go.

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
"""What transformers calls activations, and what the stages do."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a tensor goes: the name that the stages give it, and how it lies in the file."""

    name: str
    key: str
    turned: bool = False  # torch's Linear keeps a weight out × in
    part: int = 0  # the n-th of three that stand side by side
    optional: bool = False


def linear(key: str, *letters: str, bias: bool | None = None) -> list[Slot]:
    """A weight and a bias of torch's Linear: out × in; ``bias`` None: where the file has one."""
    (letter,) = letters
    weight = [Slot(f"W_{letter}", f"{key}.weight", turned=True)]
    return weight if bias is False else [*weight, Slot(f"b_{letter}", f"{key}.bias", optional=bias is None)]


def conv(key: str, *letters: str) -> list[Slot]:
    """A weight and a bias of GPT-2's Conv1D: in × out, not transposed; several letters: packed side by side."""
    parts = enumerate(letters, start=1) if len(letters) > 1 else [(0, letters[0])]
    return [
        slot
        for n, letter in parts
        for slot in (Slot(f"W_{letter}", f"{key}.weight", part=n), Slot(f"b_{letter}", f"{key}.bias", part=n))
    ]


def norm(key: str, scale: str, shift: str = "") -> list[Slot]:
    """The scale of a norm, and its shift where it has one."""
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
    places: int  # the most tokens that it takes
    options: Mapping[str, object]  # of encode or decode
    prefixes: tuple[str, ...]  # before the names in the file; which one holds, the file says
    words: str  # the table of embeddings
    positions: str = ""  # the table of learned positions
    types: str = ""  # the table of token types
    layer: str = "layers"  # before a layer's number
    of_layer: tuple[Slot, ...] = ()
    outside: tuple[Slot, ...] = ()  # before the first layer and after the last
    head: str = ""  # the weight of the last linear layer; none where it is the embeddings' own
    windows: tuple[int | None, ...] = ()  # how many tokens each layer sees back, itself among them
    buffers: tuple[
        str, ...
    ] = ()  # names, as patterns, of tensors that are no parameters and have no part in the arithmetic

    def slots(self, prefix: str) -> Iterator[tuple[int, Slot, str]]:
        """Each slot with the number of its layer, 0 outside of them, and its tensor's whole name."""
        for slot in self.outside:
            yield 0, slot, prefix + slot.key
        for n in range(1, self.layers + 1):
            for slot in self.of_layer:
                yield n, slot, f"{prefix}{self.layer}.{n - 1}.{slot.key}"


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one arithmetic: their ``model_type``, and the design that a config decides."""

    kinds: tuple[str, ...]
    design: Callable[[Config], Design]
