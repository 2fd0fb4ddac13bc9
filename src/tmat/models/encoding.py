"""An encoder's folder run on a text: embeddings, then a layer after the other, of which only what is asked for is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError, fold, meant
from tmat.models.embedding import embedded
from tmat.progress import working
from tmat.sheet.selecting import chosen, places
from tmat.sheet.worksheet import Stage, Worksheet
from tmat.stages.encode import encode

if TYPE_CHECKING:
    from tmat.models.folder import Model

_LAYER = re.compile(r"layer(\d{1,9})\.(.+)", re.IGNORECASE)


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
    """The worksheet of an encoder on a text: ``layers`` of its layers, all unless told.

    A layer's weights are read when it is its turn, and let go with what nobody asked for; a layer above all that is
    asked for is not computed. ``options`` of encode win over the model's own, ``matrices`` over its weights.

    Errors: more layers than it has, a name that nothing has; as encode's.
    """
    count = _count(model, layers)
    said = {**model.design.options, **options}
    norm = {name: said[name] for name in ("norm", "deviation", "epsilon", "epsilon_in") if name in said}
    sheet = embedded(model, ids, words, types, common, **norm)
    picked = None if keep is None else _Picked(keep)
    if picked is not None:
        count = min(count, max(highest(name, sheet, count) for name in picked.names))
        sheet = picked.of(sheet, 0, last=count == 0)
    with working("encoding", count) as tell:
        for n in range(1, count + 1):
            first = len(sheet.stages)
            own = {**model.weights(n), **_of_layer(matrices, n, model.design.layers)}
            sheet = encode(
                sheet, layers=1, matrices={f"layer1.{name}": each for name, each in own.items()}, **said, **common
            )
            if picked is not None:
                sheet = picked.of(sheet, first, last=n == count)
            tell(n)
    return sheet if picked is None else picked.sheet(sheet)


def _count(model: Model, layers: int | None) -> int:
    own = model.design.layers
    if layers is not None and layers > own:
        raise InputError(
            f"‹layers {layers}› does not fit", f"{model.folder} has {own} layers", mend=f"try ‹layers {own}›"
        )
    return own if layers is None else layers


def asked_for(names: Iterable[str]) -> int | None:
    """The layer up to which names ask to be computed, where each says its layer; None: all."""
    found = [_LAYER.fullmatch(name) for name in names]
    return max(int(each[1]) for each in found if each) if found and all(found) else None


def highest(name: str, before: Worksheet, layers: int) -> int:
    """The layer up to which a name asks to be computed: layer3.weights5 the third, PE none, output all."""
    found = _LAYER.fullmatch(name)
    if found:
        return int(found[1])
    place, _, own = name.rpartition(".")
    stem = re.sub(r"\d+$", "", fold(own))
    known = {fold(each) for inner in encode.declared.made_of for each in inner.declared.matrices}
    alone = any(fold(place) == fold(stage.id) for stage in before.stages) if place else stem not in known | {"weights"}
    return 0 if alone and any(places(before, name)) else layers


def _of_layer(matrices: Mapping[str, Any], n: int, layers: int) -> dict[str, Any]:
    """What is given for a layer, under its names there; a name without a layer is meant for all."""
    found: dict[str, Any] = {}
    for name, value in matrices.items():
        of_one = _LAYER.fullmatch(name)
        if of_one is None:
            found.setdefault(name, value)
        elif int(of_one[1]) == n:
            found[of_one[2]] = value
        elif not 1 <= int(of_one[1]) <= layers:
            raise InputError(f"'{name}' is no matrix of this stack", f"it has {layers} layers")
    return found


class _Picked:
    """What is kept of a run: stages as they are done are cut down to what is asked for."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self.stages: list[Stage] = []
        self.known: dict[str, None] = {}
        self.found: set[str] = set()

    def of(self, sheet: Worksheet, first: int, *, last: bool) -> Worksheet:
        """The worksheet with nothing in its stages but what flows on: their ids number what comes."""
        new = Worksheet(sheet.stages[first:], None, sheet.tokens)
        self.known |= dict.fromkeys(name for stage in new.stages for name in stage.names())
        names = [name for name in self.names if (last or fold(name) != "output") and any(places(new, name))]
        self.found.update(names)
        self.stages += chosen(new, names).stages if names else []
        *passed, end = new.stages
        going = chosen(Worksheet([end]), ["output"]).stages
        return Worksheet(
            [*sheet.stages[:first], *(Stage(each.id, each.stage) for each in passed), *going], None, sheet.tokens
        )

    def sheet(self, sheet: Worksheet) -> Worksheet:
        """The worksheet of what was kept.

        Errors: a name that no stage has.
        """
        for name in self.names:
            if name not in self.found:
                raise InputError(
                    f"no matrix '{name}' here", f"there are {', '.join(self.known)}", mend=meant(name, self.known)
                )
        return Worksheet(self.stages, None, sheet.tokens)
