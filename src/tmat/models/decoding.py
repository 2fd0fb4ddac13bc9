"""A decoder's folder run on a prompt: a pass a word, of which only what is asked for is kept, greedily or as it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tmat.models.embedding import refuse_ids
from tmat.models.encoding import of_layer
from tmat.models.family import Slot
from tmat.models.picking import Picked, numbered
from tmat.models.weight import Weight
from tmat.numbers.seeding import uniform53
from tmat.progress import working
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.decode import decode
from tmat.stages.parts.choosing import draws_of
from tmat.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tmat.models.folder import Model


class Tokens(Vocabulary):
    """The words of a tokenizer: each is itself alone, to its last blank."""

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
    matrices: Mapping[str, Any],
    common: dict[str, Any],
    options: Mapping[str, Any],
) -> Worksheet:
    """The worksheet of a decoder on a prompt: ``count`` words more, or with ``target`` a prediction for each word of it.

    ``options`` of decode win over the model's own, ``matrices`` over its weights. Where something is kept, the weights are
    read anew for each word, and let go; else the passes share them.

    Errors: more words than the model has positions; as decode's.
    """
    refuse_ids(model, [*ids, *[0] * (0 if target else count - 1)])
    vocabulary = words_of(model)
    said = [vocabulary.words[id] for id in ids]
    weights = _weights(model, matrices)
    picked = None if keep is None else Picked(keep)
    if picked is None:
        weights = {name: _read(name, each) for name, each in weights.items()}
    told: dict[str, Any] = {
        **model.design.options,
        "layers": model.design.layers,
        "cross": False,
        "vocabulary": vocabulary,
        **options,
        **common,
    }
    windows = [{} if width is None else {"window": width - 1} for width in model.design.windows]
    told.setdefault("layer_options", windows or None)
    told.setdefault("tied", "W_vocab" not in weights)
    ends = _ends(model)
    if ends:
        told.setdefault("end", vocabulary.words[ends[0]])
    draws = draws_of(told.pop("draw", None))
    sheet = Worksheet([], None, tuple(said))
    if target:
        sheet = _done(model, decode(sheet, target=said, matrices=weights, **told), 0, picked, last=True)
        return sheet if picked is None else picked.sheet(sheet)
    with working("decoding", count) as tell:
        for n in range(1, count + 1):
            first = len(sheet.stages)
            own = _nth_draw(told, n, said)
            sheet = decode(
                sheet,
                prompt=said,
                max_tokens=1,
                matrices=weights | own,
                **told | ({"draw": draws[n - 1]} if draws else {}),
            )
            end = sheet.stages[-1].params
            said.append(str(end["word"]))
            last = bool(end["ended"]) or n == count or vocabulary.id(said[-1]) in ends[1:]
            sheet = _done(model, sheet, first, picked, last=last)
            if last:
                break
            for name in ("sentence", "ended"):  # of the last word alone
                end.pop(name)
            tell(n)
    return sheet if picked is None else picked.sheet(sheet)


def words_of(model: Model) -> Tokens:
    """The words of a model in the order of their ids, a row of its table each."""
    height = model.tensor(model.design.words).shape[0]
    return Tokens(tuple(model.words.called(range(height), blank="<{}>")), 0, "keep")


def _weights(model: Model, matrices: Mapping[str, Any]) -> dict[str, Any]:
    """All matrices of a model by the names of decode, none read yet; what is given wins."""
    design = model.design
    found: dict[str, Any] = {
        name: Weight(name, model.tensors[key], Slot(name, key, turned=key == model.key(design.head)))
        for name, key in model.tables()
    }
    found |= model.weights(0)
    for n in range(1, design.layers + 1):
        own = {**model.weights(n), **of_layer({k: v for k, v in matrices.items() if k not in found}, n, design.layers)}
        found |= {f"layer{n}.{name}": each for name, each in own.items()}
    return found | {name: value for name, value in matrices.items() if name in found}


def _read(name: str, value: Any) -> Matrix:
    """A matrix whose numbers are here, read once for all words."""
    own = value if isinstance(value, Matrix) else Matrix.of(name, value)
    return Matrix(name, own.values, own.rows, own.cols, own.origin)


def _nth_draw(told: Mapping[str, Any], n: int, said: Sequence[str]) -> dict[str, Matrix]:
    """The number that the n-th word is drawn with, where words are drawn from a seed."""
    if not told.get("sample"):
        return {}
    seed = told.get("seed", 0)
    value = float(uniform53(seed, "decode", "draw", n)[-1])
    return {"draw": Matrix.of("draw", [[value]], said[-1:], ["u"], f"drawn: from 0 to 1, seed {seed}")}


def _ends(model: Model) -> list[int]:
    """The ids of the words that end a text, as the config says them."""
    said = model.config.values.get("eos_token_id")
    found = said if isinstance(said, list) else [said]
    return [id for id in found if type(id) is int and 0 <= id < model.tensor(model.design.words).shape[0]]


def _done(model: Model, sheet: Worksheet, first: int, picked: Picked | None, *, last: bool) -> Worksheet:
    """A pass that is done: its stages say which layer each is of, and what nobody asked for is let go."""
    numbered(sheet.stages[first:], 1, model.design.layers)
    return sheet if picked is None else picked.of(sheet, first, last=last)
