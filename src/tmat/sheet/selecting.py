"""Choosing matrices of a worksheet by name: Q, output, attention-2.Q, layer2.Q."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tmat.errors import InputError, fold, meant
from tmat.sheet.names import stem
from tmat.sheet.origins import drawn
from tmat.sheet.worksheet import Stage, Worksheet


def chosen(
    sheet: Worksheet, names: Iterable[str], *, first: int = 0, known: Iterable[str] = (), besides: str = ""
) -> Worksheet:
    """The worksheet with only the named matrices in its stages from ``first`` on; stages with none are left out.

    A name is a matrix (in every stage that has it; Q means Q1, Q2, … where there is no Q), ``output`` (the last
    stage's), or a place and a matrix: attention-2.Q, layer2.Q. A given matrix called ``besides`` is kept in each stage
    of which another is chosen. An error for an unknown name lists ``known``, or the names of the stages.
    """
    wanted = list(names)
    of_many = layers(sheet.stages)
    sheet = Worksheet(placed(sheet.stages), sheet.vocabulary, sheet.tokens)
    picked: dict[int, set[str]] = {}
    for name in wanted:
        found = list(places(sheet, name, first))
        if not found:
            known = list(known) or sorted({n for stage in sheet.stages[first:] for n in stage.names()})
            raise InputError(f"no matrix '{name}' here", f"there are {', '.join(known)}", mend=meant(name, known))
        for n, own in found:
            picked.setdefault(n, set()).add(own)
    stages = sheet.stages[:first]
    for n, names_here in sorted(picked.items()):
        stage = sheet.stages[n]
        given = {key: matrix for key, matrix in stage.given.items() if key in names_here or stem(key) == besides}
        left_out = {key: matrix for key, matrix in stage.given.items() if key not in names_here}
        steps = [step for step in stage.steps if step.name in names_here]
        output = stage.output if stage.output in names_here else ""
        remarks = replace(stage.remarks, end=()) if stage.remarks else None
        notes = (*stage.notes, *drawn(left_out))  # the notes still say how left-out matrices were drawn
        params = stage.params
        if stage.id in of_many:  # what is left may not be enough to see it
            params = params | dict(zip(("layer", "layer_of"), of_many[stage.id], strict=True))
        stages.append(
            replace(stage, params=params, given=given, steps=steps, output=output, remarks=remarks, notes=notes)
        )
    return Worksheet(stages, sheet.vocabulary, sheet.tokens)


def places(sheet: Worksheet, name: str, first: int = 0) -> Iterator[tuple[int, str]]:
    """The matrices that a name means, each with the index of its stage."""
    place, _, own = name.rpartition(".")
    stages = list(enumerate(placed(sheet.stages)))[first:]
    if place:
        stages = [(n, stage) for n, stage in stages if stands_at(stage, place)]
    elif fold(own) == "output":
        stages = stages[-1:]
    for n, stage in stages:
        for matrix in matching(stage, own):
            yield n, matrix


def matching(stage: Stage, name: str) -> list[str]:
    """The stage's matrices that a name means: those of that name, else the output, else those of every head."""
    wanted = fold(name)
    names = stage.names()
    exact = [own for own in names if fold(own) == wanted]
    if not exact and wanted == "output" and stage.output:
        exact = [own for own in names if own == stage.output]
    return exact or [own for own in names if re.sub(r"\d+$", "", fold(own)) == wanted]


SUBLAYERS = ("attention", "addnorm", "ffn")


def layers(stages: Sequence[Stage], least: int = 2) -> dict[str, tuple[int, int]]:
    """For each stage of a stack its layer and the number of layers, by the stage's id.

    A stack is a sequence of layers with the same kinds of stages, one network each; a stage may say its layer itself.
    Stacks of fewer layers than ``least`` are left out.

    >>> [f"{n} of {count}" for n, count in layers([Stage(f"{k}{n}", k) for n in "12" for k in SUBLAYERS]).values()]
    ['1 of 2', '1 of 2', '1 of 2', '2 of 2', '2 of 2', '2 of 2']
    """
    stacks: dict[str, list[Stage]] = {}
    found: dict[str, tuple[int, int]] = {}
    for stage in stages:
        layer, count = stage.params.get("layer"), stage.params.get("layer_of")
        if isinstance(layer, int) and isinstance(count, int):
            found[stage.id] = layer, count
        elif stage.stage in SUBLAYERS and not re.search(r"(embed|final)-norm(-\d+)?$", stage.id):
            stacks.setdefault(stage.id.rpartition(".")[0], []).append(stage)
    for own in stacks.values():
        kinds = [stage.stage for stage in own]
        number = kinds.count(SUBLAYERS[-1])
        size = len(own) // number if number else 0
        if number and kinds == kinds[:size] * number:
            found |= {stage.id: (n // size + 1, number) for n, stage in enumerate(own)}
    return found if least == 1 else {id: told for id, told in found.items() if told[1] >= least}


def placed(stages: Sequence[Stage]) -> list[Stage]:
    """The stages, with their layer as a parameter where the number in their id tells another, as with three norms a layer."""
    found = layers(stages, least=1)
    return [
        replace(stage, params={**stage.params, "layer": found[stage.id][0]})
        if stage.id in found and "layer" not in stage.params and not stands_at(stage, f"layer{found[stage.id][0]}")
        else stage
        for stage in stages
    ]


def in_order(stage: Stage, names: Iterable[str]) -> list[str]:
    """The stage's matrices that the names mean, in the order of the names, each once."""
    found: dict[str, None] = {}
    for name in names:
        place, _, own = name.rpartition(".")
        if not place or stands_at(stage, place):
            found |= dict.fromkeys(matching(stage, own))
    return list(found)


def stands_at(stage: Stage, place: str) -> bool:
    """Whether a place is this stage: its id, attention-2; or its layer, layer2, by its parameter or the number in its id."""
    layer = re.fullmatch(r"layer(\d{1,9})", place, re.IGNORECASE)
    if layer is None:
        return fold(stage.id) == fold(place)
    if isinstance(own := stage.params.get("layer"), int):
        return own == int(layer[1])
    number = re.fullmatch(rf"(?:.*\.)?(?:\w+-)?{stage.stage}(?:-(\d{{1,9}}))?", stage.id)
    if number is None or stage.stage not in SUBLAYERS:  # embed-norm and its like belong to no layer
        return False
    nth = int(number[1] or 1)
    per_layer = 2 if stage.stage == "addnorm" else 1
    return (nth - 1) // per_layer + 1 == int(layer[1])
