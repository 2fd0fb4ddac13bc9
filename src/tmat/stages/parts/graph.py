"""The forward pass of a worksheet as a graph: each matrix once, with its operands and its users.

A step names its operands. The origin of a given matrix names the earlier stage whose output or input it is; where the
numbers are equal too, both are one node of the graph. So a worksheet read from a file has the graph of the one written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tmat.errors import InputError
from tmat.sheet.names import TIED, canonical, input_of
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.stages import declared, stage_names

ON_THE_WAY_BACK = ("backward", "update", "train")
"""Stages that are no part of a forward pass."""


@dataclass(eq=False)
class Value:
    """A matrix of the forward pass, as rounded for later steps; ``step`` is None where it was given."""

    stage: Stage
    name: str
    matrix: Matrix
    step: Step | None = None
    of: tuple[Value | None, ...] = ()  # None: an operand that the worksheet does not have
    users: list[Value] = field(default_factory=list)

    @property
    def height(self) -> int:
        return self.matrix.height

    @property
    def width(self) -> int:
        return self.matrix.width


@dataclass(eq=False)
class Graph:
    """The values in the order in which they were made."""

    values: list[Value] = field(default_factory=list)
    known: dict[tuple[str, str], Value] = field(default_factory=dict)  # by the stage's id and its own name

    def of(self, stage: str, name: str) -> Value | None:
        return self.known.get((stage, name))


def graph_of(sheet: Worksheet, ties: Sequence[str] = ()) -> Graph:
    """The graph of the forward stages of a worksheet.

    ``ties`` name given matrices that are one: "W_E=W_vocab.T", the second the transpose of the first. A W_vocab whose
    origin says that it is tied needs no mention.

    Errors: a tie of matrices that are not there, or whose numbers differ.
    """
    graph = Graph()
    used = dict.fromkeys(ties, False)
    earlier: dict[str, Stage] = {}
    for stage in sheet.stages:
        if stage.stage in ON_THE_WAY_BACK:
            continue
        for name, matrix in stage.given.items():
            source = _source(graph, earlier, matrix) or _again(graph, stage, name, matrix)
            source = source or _tied(graph, used, stage, name, matrix)
            if source is None:
                source = Value(stage, name, matrix)
            if source.stage is stage and source.name == name:
                graph.values.append(source)
            graph.known[stage.id, name] = source
        for step in stage.steps:
            operands = tuple(graph.of(stage.id, name) for name in step.of)
            value = Value(stage, step.name, step.taken, step, operands)
            graph.values.append(value)
            graph.known[stage.id, step.name] = value
            for operand in dict.fromkeys(operands):
                if operand is not None:
                    operand.users.append(value)
        earlier[stage.id] = stage
    for tie, is_used in used.items():
        if not is_used:
            raise InputError(
                f"‹tie {tie}› ties nothing", "no two given matrices of these names", mend="say ‹tie W_E=W_vocab.T›"
            )
    return graph


def _tied(graph: Graph, ties: dict[str, bool], stage: Stage, name: str, matrix: Matrix) -> Value | None:
    """The value that a given matrix is tied to: the same one, or a step that transposes it."""
    declared = [*ties, *(["W_E=W_vocab.T"] if matrix.origin == TIED else [])]
    for tie in declared:
        first, _, second = tie.partition("=")
        transposed = second.endswith(".T")
        if canonical(second.removesuffix(".T") or first) not in (canonical(name), canonical(f"{stage.id}.{name}")):
            continue
        wanted = canonical(first)
        known = [
            value
            for value in graph.values
            if value.step is None and wanted in (canonical(value.name), canonical(f"{value.stage.id}.{value.name}"))
        ]
        if not known:
            continue
        source = known[-1]
        numbers = source.matrix.values.T if transposed else source.matrix.values
        if not np.array_equal(numbers, matrix.values, equal_nan=True):
            raise InputError(
                f"‹tie {tie}› does not fit",
                f"{first} of {source.stage.id} is {source.matrix.size}, {name} of {stage.id} is {matrix.size}, and their numbers differ",
            )
        ties[tie] = True
        if not transposed:
            return source
        value = Value(stage, name, matrix, Step(matrix, "transpose", (source.name,)), (source,))
        source.users.append(value)
        return value
    return None


def _again(graph: Graph, stage: Stage, name: str, matrix: Matrix) -> Value | None:
    """The input that an earlier stage of the kind was given by that name: a decoder's layers share one memory. Not so weights."""
    if not is_sequence(stage, name):
        return None
    for value in graph.values:
        if (
            value.step is None
            and value.name == name
            and value.stage.stage == stage.stage
            and _equal(value.matrix, matrix)
        ):
            return value
    return None


def is_sequence(stage: Stage, name: str) -> bool:
    """Whether a matrix given to a stage has a row for each token, as inputs and steps have and weights have not."""
    if stage.stage not in stage_names():
        return False
    own = {**declared(stage.stage).inputs, **declared(stage.stage).steps}
    found = own.get(name) or own.get(name.rstrip("0123456789"))
    return found is not None and found.shape.partition("×")[0] in ("n", "m")


def _equal(one: Matrix, other: Matrix) -> bool:
    return np.array_equal(one.values, other.values, equal_nan=True)


def _source(graph: Graph, earlier: dict[str, Stage], matrix: Matrix) -> Value | None:
    """The earlier stage's matrix that a given one is, by its origin: that stage's output, its matrix of this name, or its input."""
    stage = earlier.get(matrix.origin)
    if stage is not None:
        names: list[str] = [stage.output, matrix.name]
    else:
        stage = next((one for one in earlier.values() if input_of(one.id) == matrix.origin), None)
        names = list(stage.given) if stage is not None else []
    for name in names:
        found = graph.of(stage.id, name) if stage is not None else None
        if found is not None and _equal(found.matrix, matrix):
            return found
    return None
