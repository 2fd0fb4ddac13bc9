"""An open model folder: config.json, model.safetensors in one file or several, tokenizer.json. Weights are read when used."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

import orjson

from tmat.engine.rounding import Rounding
from tmat.errors import InputError, nearest
from tmat.models.config import Config
from tmat.models.families import design_of
from tmat.models.family import Design, Slot
from tmat.models.weight import Weight
from tmat.models.words import Words
from tmat.reading.files import open_file, read_bytes
from tmat.reading.safetensors import map_safetensors
from tmat.reading.tensors import Tensor
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.visible import visible

CONFIG, WEIGHTS, INDEX, TOKENIZER = "config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json"


def json_of(path: str) -> dict[str, Any]:
    """The object that a JSON file holds."""
    with open_file(path) as stream:
        data = read_bytes(stream, visible(path, 200))
    try:
        found = orjson.loads(data)
    except ValueError as error:
        raise InputError(f"{visible(path, 200)} is no JSON", visible(str(error), 120)) from None
    if not isinstance(found, dict):
        raise InputError(f"{visible(path, 200)} is no object of names", "expected { … }")
    return found


class Model:
    """A model: its design, its tensors and its words; ``encode`` or ``decode`` runs it by the stages."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        if not os.path.isdir(folder):
            what = "is a file" if os.path.lexists(folder) else "is not there"
            raise InputError(f"{visible(folder, 200)} {what}", f"a model is a folder with {CONFIG} and {WEIGHTS}")
        path = os.path.join(folder, CONFIG)
        self.config = Config(json_of(path), visible(path, 200))
        self.design: Design = design_of(self.config)
        self.tensors = _tensors(folder)
        self.prefix = self._prefix()
        self.words = Words(os.path.join(folder, TOKENIZER))
        self._refuse_others()

    def encode(
        self, text: str | None = None, *, tokens: Sequence[str] | None = None, ids: Sequence[int] | None = None,
        keep: Iterable[str] | None = None, cells: Iterable[str] = (), layers: int | None = None,
        matrices: Mapping[str, Any] | None = None, round: Any = None, dtype: str = "float64", **options: Any,
    ) -> Worksheet:  # fmt: skip
        """The worksheet of an encoder on a text, on the tokenizer's own ``tokens``, or on ``ids``.

        ``keep`` names the matrices to keep, such as layer3.weights5; ``layers`` is the number of layers to compute, which
        ``cells``, such as layer2.Q[1,2], may say too: no layer above theirs is computed;
        ``matrices`` and ``options`` of ``tmat.encode`` win over the model's own.

        Errors: a decoder; a text where the extra 'models' is not installed; a token that the model does not know.
        """
        from tmat.models.encoding import encoded
        from tmat.models.picking import asked_for

        if self.design.kind != "encoder":
            raise InputError(f"{visible(self.folder, 200)} is {self.design.family}, a decoder", mend="try tmat decode")
        own, types = self._ids(text, tokens, ids)
        common = {"round": Rounding.parse(round, strict=False), "dtype": dtype}
        return encoded(
            self, own, self.words.of(own), types, keep=keep, layers=asked_for(cells) if layers is None else layers,
            matrices=matrices or {}, common=common, options=options,
        )  # fmt: skip

    def decode(
        self, prompt: str | None = None, *, target: str | None = None, tokens: Sequence[str] | None = None,
        ids: Sequence[int] | None = None, max_tokens: int | None = None, keep: Iterable[str] | None = None,
        cells: Iterable[str] = (), matrices: Mapping[str, Any] | None = None, round: Any = None, dtype: str = "float64",
        **options: Any,
    ) -> Worksheet:  # fmt: skip
        """The worksheet of a decoder that continues a prompt (or its ``tokens`` or ``ids``) by ``max_tokens`` (default 5)
        words; or with ``target``, a text, one pass with a prediction for each token of it.

        ``keep``, ``cells``, ``matrices`` and ``options`` as in ``encode``, the options those of ``tmat.decode``.

        Errors: an encoder; those of ``encode``.
        """
        from tmat.models.decoding import decoded
        from tmat.stages.decode import MOST_WORDS
        from tmat.stages.parts.choosing import draws_of

        if self.design.kind != "decoder":
            raise InputError(f"{visible(self.folder, 200)} is {self.design.family}, an encoder", mend="try tmat encode")
        if target is not None and (prompt is not None or max_tokens is not None):
            other = "prompt" if prompt is not None else "max_tokens"
            raise InputError(
                f"‹target› and ‹{other}› contradict each other",
                "with a target there is one pass, and no word is fed back",
            )
        own, _ = self._ids(target if target is not None else prompt, tokens, ids, option="prompt")
        common = {"round": Rounding.parse(round, strict=False), "dtype": dtype}
        return decoded(
            self, own, target=target is not None, count=max_tokens or len(draws_of(options.get("draw"))) or MOST_WORDS, keep=keep, cells=cells,
            matrices=matrices or {}, common=common, options=options,
        )  # fmt: skip

    def _ids(
        self,
        text: str | None,
        tokens: Sequence[str] | None = None,
        ids: Sequence[int] | None = None,
        option: str = "text",
    ) -> tuple[list[int], list[int]]:
        """The ids and token types of a text, of tokens, or of ids.

        Errors: none of the three, or several.
        """
        if sum(each is not None for each in (text, tokens, ids)) != 1:
            raise InputError(
                f"one of ‹{option}›, ‹tokens› and ‹ids› is needed",
                "they say what the model reads",
                mend=f'try ‹{option} "When you play"›',
            )
        if text is not None:
            return self.words.tokenized(text)
        found = self.words.ids_of(tokens) if tokens is not None else [int(id) for id in ids or ()]
        return found, [0] * len(found)

    # -- its tensors

    def tensor(self, key: str) -> Tensor:
        """A tensor by its name without the prefix.

        Errors: a name that the file does not have.
        """
        found = self._found(self.prefix + key) or self._found(key)
        if found is None:
            raise self._missing(self.prefix + key)
        return found

    def weights(self, layer: int) -> dict[str, Matrix]:
        """The matrices of a layer by their names in the stages; layer 0 are those outside the layers."""
        found: dict[str, Matrix] = {}
        for n, slot, key in self.design.slots(self.prefix):
            if n == layer and (tensor := self._slot(slot, key)) is not None:
                found[slot.name] = Weight(slot.name, tensor, slot)
        return found

    def tables(self) -> Iterator[tuple[str, str]]:
        """The tables and the output weight: their names, and those of their tensors."""
        design = self.design
        named = (
            ("W_E", design.words),
            ("PE", design.positions),
            ("token types", design.types),
            ("W_vocab", design.head),
        )
        for name, key in named:
            if key:
                yield name, self.key(key)

    def key(self, key: str) -> str:
        """A tensor's name in the file, with the prefix if it has one there; the output layer may have none."""
        return self._name(self.prefix + key if self._found(self.prefix + key) else key)

    def listed(self) -> Iterator[tuple[int, str, str, Weight]]:
        """Each matrix, not read: its layer or 0, its name, its tensor's name, and the matrix."""
        for name, key in self.tables():
            yield 0, name, key, Weight(name, self.tensors[key], Slot(name, key, transposed=name == "W_vocab"))
        for n, slot, key in self.design.slots(self.prefix):
            if (tensor := self._slot(slot, key)) is not None:
                yield n, slot.name, self._name(key), Weight(slot.name, tensor, slot)

    def parameters(self) -> int:
        """The number of parameters."""
        return sum(prod(tensor.shape) for key, tensor in self.tensors.items() if not self._is_buffer(key))

    def unused(self) -> list[str]:
        """The tensors that no step takes."""
        used = {key for _, _, key, _ in self.listed()}
        return [key for key in self.tensors if key not in used and not self._is_buffer(key)]

    # -- below

    def _is_buffer(self, key: str) -> bool:
        own = key.removeprefix(self.prefix)
        return any(re.fullmatch(pattern, own) for pattern in self.design.buffers)

    def _slot(self, slot: Slot, key: str) -> Tensor | None:
        found = self._found(key)
        if found is None and not slot.optional:
            raise self._missing(key)
        return found

    def _name(self, key: str) -> str:
        """The name in the file: old files have gamma and beta for weight and bias."""
        stem, _, kind = key.rpartition(".")
        old = f"{stem}.{ {'weight': 'gamma', 'bias': 'beta'}.get(kind, kind) }"
        return old if key not in self.tensors and old in self.tensors else key

    def _found(self, key: str) -> Tensor | None:
        return self.tensors.get(self._name(key))

    def _missing(self, key: str) -> InputError:
        near = nearest(key, self.tensors)
        return InputError(
            f"{visible(self.folder, 200)} has no tensor {visible(key, 120)}",
            f"a {self.design.family} of {self.design.layers} layers, as {CONFIG} says it, has one",
            f"it has {', '.join(visible(each, 80) for each in near or list(self.tensors)[:6])}",
        )

    def _prefix(self) -> str:
        """The prefix of the names in the file."""
        for prefix in self.design.prefixes:
            if prefix + self.design.words in self.tensors:
                return prefix
        raise self._missing(self.design.prefixes[0] + self.design.words)

    def _refuse_others(self) -> None:
        """Refuse a tensor of a layer that no slot takes: it would change the numbers."""
        within = re.compile(rf"{re.escape(self.prefix + self.design.layer)}\.\d+\.")
        for key in self.unused():
            if within.match(key):
                number = int(re.findall(r"\d+", key[len(self.prefix + self.design.layer) :])[0])
                why = (
                    f"{CONFIG} says {self.design.layers} layer{'s' if self.design.layers != 1 else ''}"
                    if number >= self.design.layers
                    else f"a layer of {self.design.family}, as {CONFIG} says it, has none such, and it would change the numbers"
                )
                raise InputError(f"{visible(self.folder, 200)} has a tensor {visible(key, 120)}", why)


def _tensors(folder: str) -> Mapping[str, Tensor]:
    """The tensors of the one file, or of all files that the index names."""
    single, index = os.path.join(folder, WEIGHTS), os.path.join(folder, INDEX)
    if os.path.lexists(single):
        return map_safetensors(single)
    if not os.path.lexists(index):
        others = sorted(name for name in os.listdir(folder) if name.endswith((".bin", ".safetensors", ".pt", ".gguf")))
        has = f"it has {', '.join(others[:6])}" if others else "no weights are in it"
        raise InputError(f"{visible(folder, 200)} has no {WEIGHTS}", f"nor {INDEX}; {has}")
    names = json_of(index).get("weight_map")
    if not isinstance(names, dict) or not all(isinstance(file, str) for file in names.values()):
        raise InputError(f"{visible(index, 200)} has no weight_map", "expected the file of each tensor")
    found: dict[str, Tensor] = {}
    for file in sorted(set(names.values())):
        if os.path.basename(file) != file:
            raise InputError(f"{visible(index, 200)} names {visible(file, 120)}", "expected a file of the same folder")
        found |= map_safetensors(os.path.join(folder, file))
    return found
