"""Bugs of a stack: a layer left out, run twice, with another's weights, or in another's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations

from tmat.errors import fold
from tmat.marking.findings import Mistake, Scope
from tmat.marking.key import KeyMatrix
from tmat.marking.programs.bugs import Bug, Bugs
from tmat.marking.programs.chain import Held
from tmat.marking.programs.places import layers_of

MOST = 12  # layers of which every two are exchanged


def of_layers(bugs: Bugs) -> Iterator[Bug]:
    """The bugs that a stack of layers can have; none where there is one layer."""
    key = bugs.chain.key
    layers = layers_of(key)
    if len(layers) < 2:
        return
    numbered = range(len(layers))
    for n in numbered:
        yield from _left_out(bugs, layers, n)
        yield from _twice(bugs, layers, n)
    for first, second in combinations(numbered[:MOST], 2):
        taken = {first: second, second: first}
        said = f"layers {first + 1} and {second + 1} are exchanged"
        yield from _taking(bugs, layers, taken, "layers-exchanged", said, "run the layers in their order", 1)
    backwards = {n: len(layers) - 1 - n for n in numbered}
    said = "the layers run in reverse order"
    yield from _taking(bugs, layers, backwards, "layers-reversed", said, "run the layers in their order", 1)
    for n in numbered:
        said = f"every layer has the weights of layer {n + 1}"
        mend = "make a layer anew for each: one that is repeated is the same object"
        yield from _taking(bugs, layers, dict.fromkeys(numbered, n), "layers-shared", said, mend, 0)


def _steps(bugs: Bugs, layer: Sequence[str]) -> list[KeyMatrix]:
    """The steps of a layer that lead to the target."""
    return [matrix for index in bugs.steps if (matrix := bugs.chain.key.matrices[index]).stage in layer]


def _begins(bugs: Bugs, layer: Sequence[str]) -> int | None:
    """What flows into a layer: the first operand of its first step that was made before it."""
    for matrix in _steps(bugs, layer):
        for operand in matrix.of or ():
            made = bugs.chain.key.matrices[operand]
            if made.stage not in layer or (made.given and made.name == "X"):
                return operand
    return None


def _left_out(bugs: Bugs, layers: list[list[str]], n: int) -> Iterator[Bug]:
    steps, begins = _steps(bugs, layers[n]), _begins(bugs, layers[n])
    if steps and begins is not None:
        made = partial(_copied, begins)
        mistake = Mistake("layer-left-out", f"layer {n + 1} was left out", "run every layer once")
        yield Bug((steps[-1].index,), mistake, 0, Scope.STEP, made)


def _copied(source: int, bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]) -> Held | None:
    held = now.get(source) or bugs.held.get(source) or bugs.chain.fixed.get(source)
    return held and held.at(bugs.held[matrix.index].rows)


def _twice(bugs: Bugs, layers: list[list[str]], n: int) -> Iterator[Bug]:
    steps, begins = _steps(bugs, layers[n]), _begins(bugs, layers[n])
    if steps and begins is not None:
        made = partial(_once_more, [step.index for step in steps], begins)
        mistake = Mistake("layer-run-twice", f"layer {n + 1} was run twice", "run every layer once")
        yield Bug((steps[-1].index,), mistake, 0, Scope.STEP, made)


def _once_more(steps: list[int], begins: int, bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]) -> Held | None:
    """The layer's output where its input is its own output."""
    whole = bugs.whole
    chain, output = bugs.chain, whole.held[matrix.index]
    changed: dict[int, Held] = {begins: output}
    for index in steps:
        step = chain.key.matrices[index]
        found = chain.again(step, {**whole.held, **changed}, whole.held[index])
        if found is None:
            return None
        changed[index] = found
    return changed[matrix.index].at(bugs.held[matrix.index].rows)


def _taking(
    bugs: Bugs, layers: list[list[str]], taken: Mapping[int, int], name: str, said: str, mend: str, rare: int
) -> Iterator[Bug]:
    """Every layer named with the given matrices of another."""
    others: dict[int, int] = {}
    where = {(matrix.stage, fold(matrix.name)): matrix.index for matrix in bugs.chain.key.matrices if matrix.given}
    for n, other in taken.items():
        for stage, instead in zip(layers[n], layers[other], strict=True):
            for (its, given), index in where.items():
                found = where.get((instead, given))
                if its == stage and found is not None and found != index and given != "x":
                    others[index] = found
    fixed = bugs.chain.fixed
    yield from with_given(
        bugs, {index: fixed[other] for index, other in others.items()}, Mistake(name, said, mend), rare
    )


def with_given(bugs: Bugs, others: Mapping[int, Held], mistake: Mistake, rare: int) -> Iterator[Bug]:
    """The bug that other numbers stand for given matrices, wherever these are taken; none where they do not fit."""
    matrices = bugs.chain.key.matrices
    starts = tuple(index for index in bugs.steps if {*(matrices[index].of or ())} & others.keys())
    if starts and all(matrices[index].values.shape == held.values.shape for index, held in others.items()):
        yield Bug(starts, mistake, rare, Scope.STEP, partial(_with_given, others))


def _with_given(others: Mapping[int, Held], bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]) -> Held | None:
    return bugs.chain.again(matrix, {**bugs.held, **now, **others}, bugs.held[matrix.index])
