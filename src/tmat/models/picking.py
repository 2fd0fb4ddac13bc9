"""Keeping only the matrices that are asked for while a model runs: the rest is freed as soon as a layer is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tmat.errors import InputError, fold, meant
from tmat.sheet.names import SUBLAYERS, chosen, places
from tmat.sheet.worksheet import Stage, Worksheet

OF_A_LAYER = re.compile(r"layer(\d{1,9})\.(.+)", re.IGNORECASE)


def asked_for(names: Iterable[str]) -> int | None:
    """The last layer that matrices or cells (layer2.scores[1,2]) need, if each names its layer; None: all layers."""
    found = [OF_A_LAYER.fullmatch(name.partition("[")[0].strip()) for name in names]
    return max(int(each[1]) for each in found if each) if found and all(found) else None


def numbered(stages: Sequence[Stage], layer: int, count: int) -> None:
    """Record the number of the layer, and of how many, in its stages."""
    for stage in stages:
        if stage.stage in SUBLAYERS and not stage.id.endswith("-norm"):
            stage.params |= {"layer": layer, "layer_of": count}


class Picked:
    """The matrices kept so far."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self.stages: list[Stage] = []
        self.known: dict[str, None] = {}
        self.found: set[str] = set()

    def of(self, sheet: Worksheet, first: int, *, last: bool) -> Worksheet:
        """Keep what is asked for of the new stages, and empty them but for the last output; their ids stay, as later ids count on."""
        new = Worksheet(sheet.stages[first:], None, sheet.tokens)
        if not new.stages:
            return sheet
        self.known |= dict.fromkeys(name for stage in new.stages for name in stage.names())
        names = [name for name in self.names if (last or fold(name) != "output") and any(places(new, name))]
        self.found.update(names)
        self.stages += chosen(new, names).stages if names else []
        *passed, end = new.stages
        going = chosen(Worksheet([end]), ["output"]).stages
        stubs = [Stage(each.id, each.stage) for each in passed]
        return Worksheet([*sheet.stages[:first], *stubs, *going], sheet.vocabulary, sheet.tokens)

    def sheet(self, sheet: Worksheet) -> Worksheet:
        """The worksheet of what was kept.

        Errors: a name that no stage has.
        """
        for name in self.names:
            if name not in self.found:
                raise InputError(
                    f"no matrix '{name}' here", f"there are {', '.join(self.known)}", mend=meant(name, self.known)
                )
        return Worksheet(self.stages, sheet.vocabulary, sheet.tokens)
