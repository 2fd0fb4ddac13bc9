"""An encoder's folder run on a text: embeddings, then layer after layer; only what is asked for is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError, fold
from tmat.models.embedding import embedded
from tmat.models.picking import OF_A_LAYER, Picked, numbered
from tmat.progress import working
from tmat.sheet.names import places
from tmat.sheet.worksheet import Worksheet
from tmat.stages.encode import encode
from tmat.stages.parts import stack as stacks

if TYPE_CHECKING:
    from tmat.models.folder import Model


def encoded(
    model: Model,
    ids: Sequence[int],
    words: Sequence[str],
    types: Sequence[int],
    *,
    keep: Iterable[str] | None,
    layers: int | None,
    matrices: Mapping[str, Any],
    common: dict[str, Any],
    options: Mapping[str, Any],
) -> Worksheet:
    """The worksheet of an encoder on a text: its first ``layers`` layers, by default all.

    A layer's weights are read when the layer is computed, and freed after it with all that is not kept; layers above the
    last one that ``keep`` names are not computed. ``options`` of encode win over the model's own, ``matrices`` over its
    weights.

    Errors: more layers than the model has, a name in ``keep`` that nothing has; those of encode.
    """
    count = count_of(model, layers)
    matrices = dict(matrices)
    over_words = stacks.outside(matrices, "embed")
    stacks.by_layer(matrices, model.design.layers, norms=2)  # refuses names that no layer has
    settings = {**model.design.options, **options}
    norm = {name: settings[name] for name in ("norm", "deviation", "epsilon", "epsilon_in") if name in settings}
    sheet = embedded(model, ids, words, types, over_words, common, **norm)
    picked = None if keep is None else Picked(keep)
    if picked is not None:
        count = min(count, max(highest(name, sheet, count) for name in picked.names))
        sheet = picked.of(sheet, 0, last=count == 0)
    with working("encoding", count) as tell:
        for n in range(1, count + 1):
            first = len(sheet.stages)
            own = {**model.weights(n), **of_layer(matrices, n)}
            sheet = encode(
                sheet, layers=1, matrices={f"layer1.{name}": each for name, each in own.items()}, **settings, **common
            )
            numbered(sheet.stages[first:], n, model.design.layers)
            if picked is not None:
                sheet = picked.of(sheet, first, last=n == count)
            tell(n)
    return sheet if picked is None else picked.sheet(sheet)


def count_of(model: Model, layers: int | None) -> int:
    """The number of layers to compute."""
    own = model.design.layers
    if layers is not None and layers > own:
        raise InputError(
            f"‹layers {layers}› does not fit", f"{model.folder} has {own} layers", mend=f"try ‹layers {own}›"
        )
    return own if layers is None else layers


def highest(name: str, before: Worksheet, layers: int) -> int:
    """The last layer that a name needs: 3 for layer3.weights5, 0 for PE, all for output."""
    found = OF_A_LAYER.fullmatch(name)
    if found:
        return int(found[1])
    place, _, own = name.rpartition(".")
    stem = re.sub(r"\d+$", "", fold(own))
    known = {fold(each) for inner in encode.declared.made_of for each in inner.declared.matrices}
    alone = any(fold(place) == fold(stage.id) for stage in before.stages) if place else stem not in known | {"weights"}
    return 0 if alone and any(places(before, name)) else layers


def of_layer(matrices: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The given matrices of layer n by their names in it; a name without a layer is for all."""
    found = {name: value for name, value in matrices.items() if OF_A_LAYER.fullmatch(name) is None}
    return found | {
        of_one[2]: value
        for name, value in matrices.items()
        if (of_one := OF_A_LAYER.fullmatch(name)) and int(of_one[1]) == n
    }
