"""A decoder's folder run on a prompt, a pass for each word; only what is asked for is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tmat.models.embedding import refuse_ids
from tmat.models.encoding import of_layer
from tmat.models.family import Slot
from tmat.models.picking import Picked, asked_for, numbered
from tmat.models.weight import Weight
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.decode import decode
from tmat.stages.parts import stack as stacks
from tmat.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tmat.models.folder import Model


class Tokens(Vocabulary):
    """The words of a tokenizer, compared exactly: neither case nor blanks are folded."""

    def id(self, word: str) -> int | None:
        return self.index().get(word)

    def index(self) -> Mapping[str, int]:
        if not self._index:
            self._index.update({word: n for n, word in enumerate(self.words)})
        return self._index


def decoded(
    model: Model,
    ids: Sequence[int],
    *,
    target: bool,
    count: int,
    keep: Iterable[str] | None,
    cells: Iterable[str],
    matrices: Mapping[str, Any],
    common: dict[str, Any],
    options: Mapping[str, Any],
) -> Worksheet:
    """The worksheet of a decoder on a prompt: ``count`` words more, or with ``target`` a prediction for each word of it.

    ``options`` of decode win over the model's own, ``matrices`` over its weights. With ``keep``, a layer's weights are read
    when the layer is computed, and freed after it; without, they are read once for all words. No layer above those that
    ``keep`` or else ``cells`` need is computed.

    Errors: more words than the model has positions; as decode's.
    """
    refuse_ids(model, [*ids, *[0] * (0 if target else count - 1)])
    vocabulary = words_of(model)
    text = [vocabulary.words[id] for id in ids]
    weights = _weights(model, matrices)
    if keep is None:
        weights = {name: _read(name, each) for name, each in weights.items()}
    settings: dict[str, Any] = {
        **model.design.options,
        "layers": model.design.layers,
        "cross": False,
        "vocabulary": vocabulary,
        **options,
        **common,
    }
    windows = [{} if width is None else {"window": width - 1} for width in model.design.windows]
    settings.setdefault("layer_options", windows or None)
    settings.setdefault("tied", "W_vocab" not in weights)
    ends = _ends(model)
    if ends:
        settings.setdefault("end", vocabulary.words[ends[0]])
    if not settings.get("sequence"):
        keep = None if keep is None else list(keep)
        until = asked_for(cells if keep is None else keep)
        settings["until"] = until if until is None or until < model.design.layers else None
    run = _Run(model, None if keep is None else Picked(keep))
    begun: dict[str, Any] = {"target": text} if target else {"prompt": text, "max_tokens": count}
    return run.end(decode(Worksheet([], None, tuple(text)), matrices=weights, layer_done=run.done, **begun, **settings))


class _Run:
    """A decoding under way: numbers the layers of its stages, and frees what is not kept layer by layer."""

    def __init__(self, model: Model, picked: Picked | None) -> None:
        self.layers, self.picked, self.first = model.design.layers, picked, 0

    def done(self, sheet: Worksheet, layer: int) -> Worksheet:
        """The worksheet to go on with when a layer is done."""
        numbered(sheet.stages[self.first :], layer, self.layers)
        if self.picked is not None:
            sheet = self.picked.of(sheet, self.first, last=False)
        self.first = len(sheet.stages)
        return sheet

    def end(self, sheet: Worksheet) -> Worksheet:
        """The whole worksheet, or what was kept of it."""
        if self.picked is None:
            return sheet
        return self.picked.sheet(self.picked.of(sheet, self.first, last=True))


def words_of(model: Model) -> Tokens:
    """The words of a model in the order of their ids, one for each row of its table."""
    height = model.tensor(model.design.words).shape[0]
    return Tokens(tuple(model.words.of(range(height), blank="<{}>")), 0, "keep")


def _weights(model: Model, matrices: Mapping[str, Any]) -> dict[str, Any]:
    """All matrices of a model by the names of decode, not read yet; given ones win."""
    design = model.design
    found: dict[str, Any] = {
        name: Weight(name, model.tensors[key], Slot(name, key, transposed=key == model.key(design.head)))
        for name, key in model.tables()
    }
    found |= model.weights(0)
    outside, of_layers = ({k: v for k, v in matrices.items() if (k in found) is there} for there in (True, False))
    stacks.by_layer(of_layers, design.layers, norms=2)  # refuses names that no layer has
    for n in range(1, design.layers + 1):
        found |= {f"layer{n}.{name}": each for name, each in {**model.weights(n), **of_layer(of_layers, n)}.items()}
    return found | outside


def _read(name: str, value: Any) -> Matrix:
    """A matrix with its numbers read."""
    own = value if isinstance(value, Matrix) else Matrix.of(name, value)
    return Matrix(name, own.values, own.rows, own.cols, own.origin)


def _ends(model: Model) -> list[int]:
    """The ids of the words that end a text (eos_token_id)."""
    ends = model.config.values.get("eos_token_id")
    found = ends if isinstance(ends, list) else [ends]
    return [id for id in found if type(id) is int and 0 <= id < model.tensor(model.design.words).shape[0]]
