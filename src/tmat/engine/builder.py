"""The sheet that a stage's recipe writes on: matrices given or drawn, named steps, notes of the conventions.

A recipe reads like the article: ``q = sheet.step("Q", matmul, x, w_q)``. Nothing is computed until ``finish``, which
computes only what the output needs. A step that was given is not computed; a missing matrix is an error only where it is
needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tmat.engine.compute import compute
from tmat.engine.declaration import checked_seed
from tmat.engine.draws import Draws, Seed
from tmat.engine.limits import refuse_size
from tmat.engine.node import Node, ancestors, given_node, step_node
from tmat.engine.rounding import Rounding
from tmat.errors import InputError, TmatError, fold, meant
from tmat.operations.operation import Operation
from tmat.sheet.names import HEADS, by_name, canonical
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet, arriving

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration


class WhereFound(list[str]):
    """Names to keep in those stages of a stack that have them; ``known`` collects the names of all."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(names)
        self.known: dict[str, None] = {}


class Sheet:
    """One stage while its recipe runs."""

    def __init__(
        self,
        stage: str,
        before: Worksheet | None = None,
        matrices: Mapping[str, object] | None = None,
        *,
        seed: Seed = 0,
        init: str = "uniform",
        round: str | int | Rounding | None = None,
        keep: Iterable[str] | None = None,
        dtype: str = "float64",
        id: str | None = None,
        stream: str | None = None,
        ordinal: int | None = None,
    ) -> None:
        self.before = before if before is not None else Worksheet()
        self.id = id or self.before.next_id(stage)
        self.stage = Stage(self.id, stage)
        self.seed, self.init, self.dtype = checked_seed(seed), init, np.dtype(dtype)
        self.rounding = Rounding.parse(round)
        self.keep = keep if keep is None or isinstance(keep, WhereFound) else list(keep)
        self._stream, self._ordinal = stream or self.id, ordinal
        self._matrices = by_name(matrices or {})
        self._allowed: dict[str, str] = {}
        self._order: list[Node] = []
        self._by_name: dict[str, Node] = {}
        self._notes: list[str] = []

    @cached_property
    def _draws(self) -> Draws:
        """The random numbers of the stage, made where something is drawn."""
        return Draws(self.seed, self.init, self.dtype, self._stream, self._ordinal)

    declared: Declaration
    """The declaration of the stage, where it is one of a single sheet."""

    # -- what goes in

    def has(self, name: str) -> bool:
        """Whether the user gave a matrix of that name."""
        return canonical(name) in self._matrices

    def first_given(self, steps: Iterable[str], heads: int) -> str | None:
        """The first of some steps that the user gave, whole or for every head."""
        for name in steps:
            own = canonical(name)
            if own in self._matrices or all(f"{own}{h}" in self._matrices for h in range(1, heads + 1)):
                return name
        return None

    def numbered(self) -> list[tuple[str, int]]:
        """The given matrices of single heads: ("wq", 2) for W_Q2."""
        stems = [(key.rstrip("0123456789"), key) for key in self._matrices]
        return [(stem, HEADS[key[len(stem) :]]) for stem, key in stems if key[len(stem) :] in HEADS]

    def lend(self, matrix: Matrix, origin: str) -> None:
        """Use a matrix of an earlier stage, unless the user gave one of that name."""
        own = Matrix(matrix.name, matrix.values, matrix.rows, matrix.cols, origin)
        self._matrices.setdefault(canonical(matrix.name), (matrix.name, own))

    def peek(self, name: str) -> Matrix | None:
        """The matrix that the user gave by that name, without allowing the name as ``take`` does."""
        entry = self._matrices.get(canonical(name))
        return None if entry is None else entry[1]

    def called(self, name: str) -> str:
        """The user's own name for a given matrix; empty where it was not given."""
        return self._matrices[canonical(name)][0] if self.has(name) else ""

    def rename(self, name: str, meant: str) -> None:
        """Read a matrix that was given by one name as another."""
        called, matrix = self._matrices.pop(canonical(name))
        before = f"{matrix.origin}; " if matrix.origin else ""
        own = Matrix(meant, matrix.values, matrix.rows, matrix.cols, f"{before}{called} is read as {meant}")
        self._matrices[canonical(meant)] = called, own

    def allow(self, *names: str) -> None:
        """Names that the user may give too; any other is refused at the end."""
        for name in names:
            self._allowed.setdefault(canonical(name), name)

    def place(self, node: Node) -> Node:
        """Add a node made elsewhere, whatever the user gave."""
        make, dtype = node.make, self.dtype
        if make is not None:
            node.make = lambda start, stop: make(start, stop).astype(dtype, copy=False)
        return self._write(node)

    def given(self, name: str, flowing: Matrix | None = None, *, hint: str = "") -> Node:
        """A matrix that the user gave, else ``flowing``; without either, an error where it is needed."""
        found = self.take(name)
        if found is not None:
            return self._write(given_node(name, found, self.dtype))
        if flowing is not None:
            return self._write(given_node(name, flowing, self.dtype))
        mend = hint or f"give it: ‹-m {name}›"
        problem = InputError(f"{self.stage.stage} needs {name}", "it was not given", mend=mend)
        return self._write(Node(name, problem=problem))

    def main(self, name: str) -> Node:
        """The main input of the stage: given, else the output of the last stage."""
        return self.given(name, arriving(self.before))

    def lost(self, name: str, problem: TmatError) -> Node:
        """A step that cannot be computed, and why: an error where it is needed."""
        self.allow(name)
        return self.place(Node(name, problem=problem))

    def weight(self, name: str, height: int, width: int, labels: str = "", *, rows: Iterable[str] = ()) -> Node:
        """A matrix that the user gave, else one drawn height × width; its columns are labelled labels1, labels2, …"""
        found = self.take(name)
        if found is not None:
            return self._write(_relabelled(given_node(name, found, self.dtype), labels))
        if height == 0 or width == 0:
            problem = InputError(f"{name} cannot be drawn", f"it would be {height}×{width}, without a cell")
            return self._write(Node(name, problem=problem))
        refuse_size(name, height, width, itemsize=self.dtype.itemsize)
        row_labels = list(rows) or [str(n) for n in range(1, height + 1)]
        cols = [f"{labels}{n}" for n in range(1, width + 1)]
        origin = f"drawn: {self.init}, seed {self.seed}"
        return self._write(Node(name, (height, width), row_labels, cols, origin, draw="weight"))

    def bias(self, name: str, width: int, labels: str = "", *, fan_in: int) -> Node:
        """A row that the user gave, else one drawn; torch draws a bias within ±1/√fan_in."""
        node = self.weight(name, 1 if width else 0, width, labels, rows=[name])
        if node.draw:
            node.draw = ("bias", fan_in)
        elif node.shape is not None and node.height != 1 and node.width == 1 and node.values is not None:
            node.values = node.values.T  # a column can only mean the row
            node.shape, node.rows, node.cols = (1, node.height), node.cols, node.rows
        return node

    def keep_mask(self, name: str, like: Node, p: float, seed: Seed | None = None) -> Node:
        """The cells that dropout keeps, as ones and zeros: given, else drawn from ``seed`` or the sheet's seed."""
        found = self.take(name)
        if found is not None:
            return self._write(given_node(name, found, self.dtype))
        if not like:
            return self._write(Node(name, problem=like.problem))
        seed = None if seed is None else checked_seed(seed)
        origin = f"drawn: kept with probability {1 - p:g}, seed {self.seed if seed is None else seed}"
        node = Node(name, like.shape, like.rows, like.cols, origin, draw=("keep", p, seed))
        if not self.init.startswith("torch"):  # torch draws all in order; our stream can begin at any row
            own = self.seed if seed is None else seed
            node.make = partial(self._draws.kept_rows, name, like.width, p, own)
        return self._write(node)

    def write(self, node: Node) -> Node:
        """Add a node made elsewhere (a mask by its rule), unless the user gave that name."""
        found = self.take(node.name)
        return self.place(given_node(node.name, found, self.dtype) if found is not None else node)

    # -- what is done

    def step(self, name: str, op: Operation, *of: Node, **params: Any) -> Node:
        """Apply an operation and name the result, unless the user gave that step."""
        found = self.take(name)
        if found is not None:
            return self._write(given_node(name, found, self.dtype))
        node = step_node(name, op, of, params)
        node.decimals, node.used = self.rounding.of(name), self.rounding.used(name)
        return self._write(node)

    def note(self, *phrases: str) -> None:
        """Add a note: a convention in force."""
        self._notes.extend(phrase for phrase in phrases if phrase)

    def record(self, **params: Any) -> None:
        """Record parameters of the stage; those that are None are left out."""
        self.stage.params.update({key: value for key, value in params.items() if value is not None})

    def written(self, output: Node) -> list[Node]:
        """The nodes that an output depends on, in their order, without computing them."""
        self._refuse_unknown()
        line = ancestors([output])
        self._refuse_lost(line)
        return [node for node in self._order if node in line]

    # -- what comes out

    def finish(self, output: Node, others: Iterable[Node] = ()) -> Worksheet:
        """Compute the steps that the output and ``others`` need; the worksheet with this stage at its end."""
        self._refuse_unknown()
        if output.problem is not None:
            raise output.problem
        line = ancestors([output, *others])
        kept = self._kept(line, output)
        self._refuse_lost(line)
        compute(self._order, kept, lambda node: self._draws(node), self.dtype)
        self.stage.output = output.name if output in kept else ""
        if self.rounding.default is not None:
            self.note(f"each step rounded to {self.rounding.default} decimals")
        self._note_no_numbers(kept)
        self.stage.notes = tuple(self._notes)
        for node in self._order:
            if node not in kept:
                continue
            if node.op is None:
                self.stage.given[node.name] = node.matrix()
            else:
                of = tuple(operand.name for operand in node.of)
                self.stage.steps.append(
                    Step(node.matrix(), node.op.name, of, dict(node.params), node.decimals, node.used)
                )
        return Worksheet([*self.before.stages, self.stage], self.before.vocabulary, self.before.tokens)

    def _note_no_numbers(self, kept: set[Node]) -> None:
        """Note the first step with a NaN; given matrices have none."""
        for node in self._order:
            if node in kept and node.values is not None and node.values.size and np.isnan(node.values.min()):
                self.note(f"NaN from {node.name} on: ∞ − ∞ and 0·∞ are no numbers")
                return

    def _kept(self, line: set[Node], output: Node) -> set[Node]:
        if self.keep is None:
            return line
        chosen: set[Node] = set()
        if isinstance(self.keep, WhereFound):
            self.keep.known.update(dict.fromkeys(node.name for node in self._order if node in line))
        for name in self.keep:
            wanted = canonical(output.name if fold(name) == "output" else name)
            found = {node for node in line if canonical(node.name) == wanted}
            found = found or {node for node in line if canonical(node.name).rstrip("0123456789") == wanted}
            if not found and not isinstance(self.keep, WhereFound):
                known = [node.name for node in self._order if node in line]
                raise InputError(
                    f"‹keep›: {self.stage.stage} has no matrix '{name}' here",
                    f"it has {', '.join(known)}",
                    mend=meant(name, known),
                )
            chosen |= found
        return chosen | {node for node in ancestors(chosen) if node.op is None and node.make is None}

    def _refuse_lost(self, line: set[Node]) -> None:
        for node in self._order:
            if node in line and node.problem is not None:
                raise node.problem

    def _refuse_unknown(self) -> None:
        unknown = [name for key, (name, _) in self._matrices.items() if key not in self._allowed]
        if unknown:
            raise InputError(
                f"{self.stage.stage} takes no matrix '{unknown[0]}'",
                f"here it takes {', '.join(self._allowed.values())}",
                mend=meant(unknown[0], self._allowed.values()),
            )
        if self.rounding.strict:
            steps = [node.name for node in self._order if node.op is not None]
            self.rounding.refuse_unknown(steps, self.stage.stage, given=self._by_name)

    # -- below

    def take(self, name: str) -> Matrix | None:
        """The matrix that the user gave by that name, a name that is allowed from now on."""
        key = canonical(name)
        self._allowed.setdefault(key, name)
        entry = self._matrices.get(key)
        return None if entry is None else entry[1].renamed(name)

    def _write(self, node: Node) -> Node:
        self._order.append(node)
        self._by_name[node.name] = node
        return node


def _relabelled(node: Node, labels: str) -> Node:
    """The node with the column labels of a drawn matrix (q1, q2, …), where it has none of its own."""
    if labels and list(node.cols) == [str(n) for n in range(1, node.width + 1)]:
        node.cols = [f"{labels}{n}" for n in range(1, node.width + 1)]
    return node
