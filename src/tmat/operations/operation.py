"""An operation: a named piece of mathematics, stated twice.

``evaluate`` computes all cells at once; ``cell`` gives one cell as an expression over cells of the operands. The
formula is an expression over the operands as whole matrices; where a cell depends only on the cells in its place, it
serves as ``cell`` too. The axes ("n k, k m -> n m") say which sizes must agree and where the labels of the result come
from, so shape errors and captions need no code of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tmat.operations.expression import Expression, Operand
from tmat.operations.formula import MatrixSymbol

Array: TypeAlias = NDArray[np.floating]
Shape: TypeAlias = tuple[int, int]
Cells: TypeAlias = Callable[..., Expression]

REGISTRY: dict[str, Operation] = {}


@dataclass(eq=False, repr=False)
class Operation:
    """One operation; calling it evaluates it."""

    name: str
    evaluate: Callable[..., Array]
    formula: Cells  # of the operands as wholes: ``(*symbols, **params) -> Expression``
    axes: tuple[tuple[str, str], ...]  # a pair of axis names an operand
    result: tuple[str, str]
    variadic: bool = False
    _cell: Cells | None = None
    _shape: Callable[..., Shape] | None = None
    _labels: Callable[..., tuple[Sequence[str] | None, Sequence[str] | None]] | None = None
    by_rows: bool = True  # row i of the result needs only row i of operands that share its row axis
    counts: str = ""  # the parameter that numbers the first row, where a row's number counts
    slips: list[Any] = field(default_factory=list)

    def __call__(self, *arrays: Array, **params: Any) -> Array:
        with np.errstate(all="ignore"):  # ∞ and what comes of it is shown, not warned of
            return self.evaluate(*arrays, **params)

    def __post_init__(self) -> None:
        self.__doc__ = self.evaluate.__doc__

    # -- the second statement, added by decorators beside the first

    def cell(self, function: Cells) -> Cells:
        """Register the statement for one cell: ``(i, j, *operands, **params) -> Expression``."""
        self._cell = function
        return function

    def shape(self, function: Callable[..., Shape]) -> Callable[..., Shape]:
        """Register the shape of the result where the axes alone do not say it."""
        self._shape = function
        return function

    def labels(
        self, function: Callable[..., tuple[Sequence[str] | None, Sequence[str] | None]]
    ) -> Callable[..., tuple[Sequence[str] | None, Sequence[str] | None]]:
        """Register row and column labels where the axes alone do not say them (None: by the axes)."""
        self._labels = function
        return function

    # -- what is derived

    @property
    def is_cellwise(self) -> bool:
        """Whether each cell of the result depends only on the cells in its place."""
        return self._cell is None

    def from_row(self, start: int, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters of the rows from one on, counted from 0."""
        return {**params, self.counts: params[self.counts] + start} if self.counts else params

    def at(self, i: int, j: int, *operands: Operand, **params: Any) -> Expression:
        """The working of cell (i, j), both counted from 0: as stated, else the formula over the cells in that place."""
        if self._cell is not None:
            return self._cell(i, j, *operands, **params)
        places = zip(operands, self.axes_of(len(operands)), strict=True)
        cells = [operand[0 if row == "1" else i, 0 if col == "1" else j] for operand, (row, col) in places]
        return self.formula(*cells, **params)

    def axes_of(self, count: int) -> tuple[tuple[str, str], ...]:
        return self.axes * count if self.variadic else self.axes

    def result_shape(self, shapes: Sequence[Shape], params: dict[str, Any]) -> Shape:
        """The shape of the result, the operands' shapes being known to fit."""
        if self._shape is not None:
            return self._shape(*shapes, **params)
        sizes = {"1": 1}
        for (row, col), (height, width) in zip(self.axes_of(len(shapes)), shapes, strict=True):
            sizes.setdefault(row, height)
            sizes.setdefault(col, width)
        return sizes[self.result[0]], sizes[self.result[1]]

    def mismatch(self, shapes: Sequence[Shape]) -> Mismatch | None:
        """The first two operand sizes that should be equal and are not."""
        seen: dict[str, tuple[int, int, int]] = {}
        for n, (names, shape) in enumerate(zip(self.axes_of(len(shapes)), shapes, strict=True)):
            for side, (axis, size) in enumerate(zip(names, shape, strict=True)):
                if axis == "1" and size != 1:
                    return Mismatch(n, side, size, n, side, 1)
                if axis in ("1", "*"):
                    continue
                if axis in seen and seen[axis][2] != size:
                    return Mismatch(*seen[axis], n, side, size)
                seen.setdefault(axis, (n, side, size))
        return None

    def source_of(self, side: int, count: int) -> tuple[int, int] | None:
        """Which operand and side the rows (0) or columns (1) of the result come from."""
        axis = self.result[side]
        for n, names in enumerate(self.axes_of(count)):
            for own_side in (side, 1 - side):
                if names[own_side] == axis and axis not in ("1", "*"):
                    return n, own_side
        return None

    def over(self, names: Sequence[str], params: dict[str, Any]) -> Expression:
        """The formula over operands of these names.

        Errors: ValueError, for names and parameters that are not this operation's.
        """
        try:
            return self.formula(*(MatrixSymbol(name, n) for n, name in enumerate(names)), **params)
        except (TypeError, OverflowError) as error:
            raise ValueError(f"no {self.name} of {', '.join(names)}") from error

    def formula_text(self, names: Sequence[str], params: dict[str, Any]) -> str:
        """The formula as a line of text: Q·Kᵀ."""
        from tmat.operations.printing.printer import Matrices  # most commands print JSON and no formula

        return Matrices().text(self.over(names, params))


@dataclass(eq=False, repr=False)
class Mismatch:
    """Operand ``first`` has ``size`` on ``side`` (0 height, 1 width) where operand ``second`` has another."""

    first: int
    first_side: int
    first_size: int
    second: int
    second_side: int
    second_size: int


def operation(
    axes: str, formula: Cells, *, by_rows: bool = True, counts: str = "", row: str = "", column: str = ""
) -> Callable[[Callable[..., Array]], Operation]:
    """Make an operation of the function that evaluates it and register it by its name.

    ``axes`` is written as in "n k, k m -> n m"; "1" is an axis of length one, "*" an axis of any
    length, and "n a ... -> n *" takes any number of operands of that form. ``formula`` states the whole
    by its operands: ``lambda q, k: q @ k.T``. ``row`` and ``column`` label the only row or column of a result.
    """

    def make(evaluate: Callable[..., Array]) -> Operation:
        left, _, right = axes.partition("->")
        variadic = "..." in left
        operands = [part.replace("...", "").split() for part in left.split(",") if part.strip()]
        result = right.split()
        made = Operation(
            evaluate.__name__,
            evaluate,
            formula,
            tuple((row, col) for row, col in operands),
            (result[0], result[1]),
            variadic,
            by_rows=by_rows,
            counts=counts,
        )
        if row or column:
            made.labels(lambda *_, **__: ((row,) if row else None, (column,) if column else None))
        REGISTRY[made.name] = made
        return made

    return make
