"""A key prepared for marking: its matrices in order, each step with the indices of its operands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from tmat.errors import InputError, fold
from tmat.numbers import round_half_away
from tmat.operations.operation import REGISTRY, Array, Operation
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

CANNOT = (InputError, ValueError, IndexError, TypeError)
"""What an operation raises that cannot be done with its operands: a word that a slip made may have no row in the table."""

Content = tuple[tuple[int, ...], bytes]


def _content(values: Array) -> Content:
    """Shape and hash of a matrix, in which all NaN are equal, and both zeros."""
    numbers = np.array(values, dtype=np.float64) + 0.0  # −0 becomes 0
    numbers[np.isnan(numbers)] = np.nan
    return numbers.shape, blake2b(numbers.tobytes()).digest()


@dataclass(slots=True, eq=False)
class KeyMatrix:
    """One matrix of the key: given, or a step with its operation and where its operands are."""

    index: int  # in the key
    stage: str
    name: str
    values: Array
    rows: Sequence[str]
    cols: Sequence[str]
    op: Operation | None = None
    of: tuple[int, ...] | None = ()  # None: an operand is not in the key, so the step cannot be recomputed
    names: tuple[str, ...] = ()  # of the operands, as the step's own stage calls them
    params: dict[str, Any] = field(default_factory=dict)
    used: int | None = None  # the decimals that later steps take of it
    decimals: int | None = None  # the fewest to which it is rounded, as it is shown or as later steps take it
    label: str = ""
    exact: Array | None = None  # recomputed without any rounding on the way
    unrounded: Array | None = None  # recomputed from the key's own operands, not rounded

    @property
    def given(self) -> bool:
        return self.op is None


@dataclass(eq=False, repr=False)
class KeySheet(Worksheet):
    """A corrected worked example as a key, and the same as its article ``printed`` it, which is right too."""

    printed: Worksheet | None = None


def _shared(values: Array, known: Array) -> Array:
    """The known values where these are the same, so that they are held once."""
    return known if values.shape == known.shape and np.array_equal(values, known, equal_nan=True) else values


def own_names(sheet: Worksheet) -> frozenset[str]:
    """What a worksheet calls its matrices, as files of one matrix are called: Q, or attention.Q."""
    names = [(stage.id, name) for stage in sheet.stages for name in stage.names()]
    return frozenset(each for stage, name in names for each in (name, f"{stage}.{name}"))


class Key:
    """The matrices of a key in order."""

    def __init__(self, sheet: Worksheet, unasked: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.sheet, self.unasked = sheet, unasked  # steps, each with its stage, that nobody misses
        self.matrices: list[KeyMatrix] = []
        self.own_names = own_names(sheet)
        self._before: dict[int, frozenset[int]] = {}
        self.flowed: set[tuple[str, str]] = set()  # (stage, name) of given matrices that an earlier stage holds
        self._last: dict[tuple[Content, str | None], KeyMatrix] = {}  # by what later steps take, and by its name
        for stage in sheet.stages:
            self._add_stage(stage)
        self._label()
        for matrix in self.matrices:
            self._recompute(matrix)
        self.widths = self._widths()
        printed = Key(sheet.printed) if isinstance(sheet, KeySheet) and sheet.printed is not None else None
        self.printed = None if printed is None or printed.contents == self.contents else printed
        self.epsilons = tuple(sorted({float(m.params["epsilon"]) for m in self.matrices if m.params.get("epsilon")}))

    @property
    def contents(self) -> list[tuple[str, str, Content]]:
        """The numbers of its matrices, by stage and name."""
        return [(matrix.stage, matrix.name, _content(matrix.values)) for matrix in self.matrices]

    @property
    def steps(self) -> list[KeyMatrix]:
        return [matrix for matrix in self.matrices if not matrix.given]

    def before(self, matrix: KeyMatrix) -> frozenset[int]:
        """The matrices that one was made from, all the way back."""
        if matrix.index not in self._before:
            direct = matrix.of or ()
            back = (self.before(self.matrices[index]) for index in direct)
            self._before[matrix.index] = frozenset(direct).union(*back)
        return self._before[matrix.index]

    def taken(self, matrix: KeyMatrix, values: Array) -> Array:
        """Values as later steps take them."""
        return values if matrix.used is None else round_half_away(values, matrix.used)

    def _add_stage(self, stage: Stage) -> None:
        known: dict[str, int] = {}  # the stage's own name -> the index of its matrix
        own: list[KeyMatrix] = []
        for name, matrix in stage.given.items():
            flowed = self._flowed(name, matrix)
            if flowed is None:
                flowed = self._add(stage.id, name, matrix)
                own.append(flowed)
            else:
                self.flowed.add((fold(stage.id), fold(name)))
            known[fold(name)] = flowed.index
        for flowed in own:  # only now: of two that are given together, none is the other
            self._remember(flowed)
        for step in stage.steps:
            known[fold(step.name)] = self._add_step(stage.id, step, known).index

    def _add_step(self, stage: str, step: Step, known: dict[str, int]) -> KeyMatrix:
        matrix = self._add(stage, step.name, step.result)
        operands = tuple(known[fold(name)] for name in step.of if fold(name) in known)
        matrix.of = operands if len(operands) == len(step.of) else None
        matrix.op, matrix.names = REGISTRY.get(step.op), tuple(step.of)
        matrix.params, matrix.used = dict(step.params), step.used
        matrix.decimals = min((n for n in (step.decimals, step.used) if n is not None), default=None)
        if matrix.op is None:  # an operation of another version: its numbers can be compared, not recomputed
            matrix.op, matrix.of = REGISTRY["identity"], None
        self._remember(matrix)
        return matrix

    def _add(self, stage: str, name: str, matrix: Matrix) -> KeyMatrix:
        values = np.asarray(matrix.values, dtype=np.float64)
        self.matrices.append(KeyMatrix(len(self.matrices), stage, name, values, matrix.rows, matrix.cols))
        return self.matrices[-1]

    def _remember(self, matrix: KeyMatrix) -> None:
        content = _content(self.taken(matrix, matrix.values))
        self._last[content, fold(matrix.name)] = self._last[content, None] = matrix

    def _flowed(self, name: str, given: Matrix) -> KeyMatrix | None:
        """The earlier matrix that a given one is, number for number: one of its name, else the last."""
        content = _content(given.values)
        return self._last.get((content, fold(name))) or self._last.get((content, None))

    def _label(self) -> None:
        """Labels that are clear: with the stage where two stages have the name."""
        counts = Counter(fold(matrix.name) for matrix in self.matrices if not matrix.given)
        for matrix in self.matrices:
            matrix.label = f"{matrix.stage}.{matrix.name}" if counts[fold(matrix.name)] > 1 else matrix.name

    def _recompute(self, matrix: KeyMatrix) -> None:
        """Each step from the key's own operands, and from operands without any rounding."""
        if matrix.op is None or matrix.of is None:
            matrix.exact = matrix.unrounded = matrix.values
            return
        operands = [self.matrices[index] for index in matrix.of]
        taken = [self.taken(operand, operand.values) for operand in operands]
        exact = [operand.values if operand.exact is None else operand.exact for operand in operands]
        try:
            with np.errstate(all="ignore"):
                matrix.unrounded = _shared(matrix.op.evaluate(*taken, **matrix.params), matrix.values)
                same = all(one is other for one, other in zip(taken, exact, strict=True))
                again = matrix.unrounded if same else matrix.op.evaluate(*exact, **matrix.params)
                matrix.exact = _shared(again, matrix.values)
        except CANNOT:
            matrix.unrounded = None
        if matrix.unrounded is None or matrix.unrounded.shape != matrix.values.shape:
            matrix.exact = matrix.unrounded = matrix.values
            matrix.of = None

    def _widths(self) -> dict[int, str]:
        """The widths in the key that could be taken for one another, the commonest mix-ups first, and what each is."""
        called = {"Q": "the width of Q", "K": "the width of K", "X": "d_model", "V": "d_v", "E": "d_model"}
        wide = [
            (m.values.shape[1], called.get(name, f"the width of {name}"))
            for name in ("Q", "K", "X", "V", "Q1", "E", "context")
            for m in self.matrices
            if m.name == name
        ]
        high = [(m.values.shape[0], "the number of tokens") for m in self.matrices if m.name in ("X", "Q", "Q1")]
        found: dict[int, str] = {}
        for width, name in [*wide, *high]:
            if width > 0 and (name == "d_model" or width not in found):
                found[int(width)] = name
        return found
