"""The worksheet and its parts: matrices, the steps that made them, stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from tmat.errors import InputError, expect, fold, meant
from tmat.sheet.like_array import LikeArray
from tmat.text.vocabulary import Vocabulary

if TYPE_CHECKING:  # a worksheet with only a vocabulary does not load NumPy
    import numpy as np
    from numpy.typing import NDArray

    from tmat.sheet.remarks import Cover, Remarks

Array: TypeAlias = "NDArray[np.floating]"
Parameter: TypeAlias = "float | int | str | bool | list[float] | list[int] | list[str] | None"

BLANK = "to be filled in"
"""The origin of a matrix that was emptied for homework."""


class OnScreen:
    """Shown at a prompt as text, in a notebook as HTML, by ``rendering``, which is imported only then."""

    def __repr__(self) -> str:
        from tmat.rendering.prompt import text

        return text(self)

    def _repr_html_(self) -> str:
        from tmat.rendering.notebook import html

        return html(self)


@dataclass(eq=False, repr=False)
class Matrix(LikeArray, OnScreen):
    """Two-dimensional numbers with a name, labels of rows and columns and, where known, their origin.

    >>> Matrix.of("X", [[1, 2], [3, 4]], rows=["When", "you"]).rows
    ('When', 'you')
    """

    name: str
    values: Array
    rows: tuple[str, ...]
    cols: tuple[str, ...]
    origin: str = ""

    @classmethod
    def of(cls, name: str, values: object, rows: object = None, cols: object = None, origin: str = "") -> Matrix:
        """A matrix from anything that holds numbers. A single dimension is one row; labels default to 1, 2, …

        Of three and more dimensions, those of size 1 are dropped, and the origin says so; else the result is a Batch.
        """
        from tmat.sheet.arrays import as_array

        expect(name, str, "a matrix has a name, then numbers")
        if isinstance(values, bool):
            raise InputError(f"{name} is no matrix", f"expected rows of numbers, not {values}")
        try:
            array, own_rows, own_cols = as_array(values)
        except (ValueError, TypeError, RuntimeError):
            raise InputError(f"{name} is no matrix", _why_not(values)) from None
        if array.ndim < 2:
            array = array.reshape(1, -1)
        while array.ndim > 2 and 1 in array.shape:
            axis = array.shape.index(1)
            array = array.squeeze(axis)
            dropped = f"{'a' if axis else 'an outer'} dimension of 1 is dropped"
            origin = origin if origin.endswith(dropped) else f"{origin or 'given'}; {dropped}"
        if array.ndim > 2:
            return Batch(name, array, origin)
        height, width = array.shape
        rows, cols = own_rows if rows is None else rows, own_cols if cols is None else cols
        return cls(name, array, _labels(rows, height, name, "row"), _labels(cols, width, name, "column"), origin)

    @property
    def height(self) -> int:
        return int(self.values.shape[0])

    @property
    def width(self) -> int:
        return int(self.values.shape[1])

    @property
    def size(self) -> str:
        """The shape as text: 6×4."""
        return f"{self.height}×{self.width}"

    @property
    def T(self) -> Matrix:
        """The transpose, named Qᵀ where this is Q."""
        name = self.name.removesuffix("ᵀ") if self.name.endswith("ᵀ") else f"{self.name}ᵀ"
        return Matrix(name, self.values.T, self.cols, self.rows, self.origin)

    def renamed(self, name: str) -> Matrix:
        return Matrix(name, self.values, self.rows, self.cols, self.origin)


class Batch(Matrix):
    """Several matrices of one size under one name: an array of three or more dimensions. One must be chosen for its numbers."""

    def __init__(self, name: str, arrays: Array, origin: str) -> None:
        self.name, self.arrays, self.origin = name, arrays, origin

    @property
    def shape(self) -> tuple[int, ...]:
        return self.arrays.shape

    def __len__(self) -> int:
        return len(self.arrays)

    def renamed(self, name: str) -> Matrix:
        return Batch(name, self.arrays, self.origin)

    def nth(self, n: int) -> Matrix:
        """The n-th of them, counted from 1."""
        if not 1 <= n <= len(self):
            raise InputError(f"‹batch {n}› does not fit {self._told()}", f"expected 1 to {len(self)}")
        return Matrix.of(
            self.name, self.arrays[n - 1], origin=f"{self.origin or 'given'}; {n} of a batch of {len(self)}"
        )

    def __getattr__(self, attribute: str) -> Any:
        if attribute not in ("values", "rows", "cols"):
            raise AttributeError(attribute)
        raise InputError(
            f"{self._told()} has {self.arrays.ndim} dimensions ({'×'.join(map(str, self.arrays.shape))})",
            "a matrix has rows and columns: two",
            mend=f"choose one of the {len(self)}: ‹batch 1›",
        )

    def _told(self) -> str:
        return self.name or self.origin or "the matrix"


def _why_not(values: object) -> str:
    """Why values are no matrix: rows of different lengths, or cells that are no numbers."""
    try:
        lengths = [len(row) for row in values]  # type: ignore[attr-defined]
    except TypeError:
        lengths = []
    for n, length in enumerate(lengths, start=1):
        if length != lengths[0] and not isinstance(values, str):
            return f"row {n} has {length} cells, row 1 has {lengths[0]}"
    return "expected rows of numbers"


def _labels(labels: object, count: int, name: str, kind: str) -> tuple[str, ...]:
    if labels is None:
        return tuple(str(n) for n in range(1, count + 1))
    expect(labels, Iterable, f"the {kind} labels of {name} are words")
    given = tuple(str(label) for label in labels)  # type: ignore[attr-defined]
    if len(given) != count:
        raise InputError(f"{name} has {count} {kind}s but {len(given)} {kind} labels")
    return given


@dataclass(repr=False)
class Step(OnScreen):
    """One operation applied to named matrices, and its result, named too.

    ``decimals`` is the rounding of the result, None for none; ``used`` a further rounding with which later steps take
    it (an article prints scores to four decimals and scales them rounded to two).
    """

    result: Matrix
    op: str
    of: tuple[str, ...]
    params: dict[str, Parameter] = field(default_factory=dict)
    decimals: int | None = None
    used: int | None = None

    def __hash__(self) -> int:
        return hash((self.op, self.of))

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def values(self) -> Array:
        return self.result.values

    @property
    def taken(self) -> Matrix:
        """The result as later steps take it."""
        if self.used is None:
            return self.result
        from tmat.numbers import round_half_away

        m = self.result
        return Matrix(m.name, round_half_away(m.values, self.used), m.rows, m.cols, m.origin)

    def _repr_latex_(self) -> str | None:
        from tmat.rendering.notebook import step_latex

        return step_latex(self)


@dataclass(repr=False)
class Stage(OnScreen):
    """The steps of one subcommand, the matrices given to it and its parameters.

    ``notes`` tell the conventions used, a short phrase each: "one head", "d_k = 6".
    """

    id: str
    stage: str
    params: dict[str, Parameter] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    given: dict[str, Matrix] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    output: str = ""
    remarks: Remarks | None = field(default=None, compare=False)  # for pages; not piped

    def __hash__(self) -> int:
        return hash((self.id, self.stage))

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def __getitem__(self, name: str) -> Matrix:
        """The matrix of that name, step or given; case and underscores are forgiven."""
        expect(name, str, "a stage is asked for a matrix by its name")
        found = self._find(name)
        if found is None:
            raise InputError(
                f"{self.id} has no matrix '{name}'", f"it has {', '.join(self.names())}", mend=meant(name, self.names())
            )
        return found

    def _find(self, name: str) -> Matrix | None:
        wanted = fold(name)
        for step in self.steps:
            if fold(step.name) == wanted:
                return step.result
        for key, matrix in self.given.items():
            if fold(key) == wanted:
                return matrix
        return None

    def step(self, name: str) -> Step | None:
        """The step of that name, or None where it was given or is absent; case and underscores are forgiven."""
        for step in self.steps:  # steps name each other exactly
            if step.result.name == name:
                return step
        wanted = fold(name)
        return next((step for step in self.steps if fold(step.name) == wanted), None)

    def operand(self, name: str) -> Matrix:
        """A matrix as later steps take it: rounded where its own step says so."""
        step = self.step(name)
        return step.taken if step else self[name]

    def names(self) -> list[str]:
        return [*self.given, *(step.name for step in self.steps)]

    _ipython_key_completions_ = names

    @property
    def result(self) -> Matrix:
        """The output, as the next stage takes it."""
        return self.operand(self.output)


@dataclass(repr=False)
class Worksheet(OnScreen):
    """The stages so far, the vocabulary and the tokens.

    ``page`` is the worksheet that formats with pages draw instead: an article's steps with remarks; ``cover`` goes with it.
    """

    stages: list[Stage] = field(default_factory=list)
    vocabulary: Vocabulary | None = None
    tokens: tuple[str, ...] = ()
    page: Worksheet | None = field(default=None, compare=False)
    cover: Cover | None = field(default=None, compare=False)

    def __hash__(self) -> int:
        return hash(self.tokens)

    def _ipython_key_completions_(self) -> list[str]:
        return [stage.id for stage in self.stages]

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __getitem__(self, id: str) -> Stage:
        expect(id, str, "a worksheet is asked for a stage by its name")
        for stage in self.stages:
            if stage.id == id:
                return stage
        known = [stage.id for stage in self.stages]
        raise InputError(
            f"no stage '{id}' in this worksheet", f"it has {', '.join(known) or 'none yet'}", mend=meant(id, known)
        )

    @property
    def last(self) -> Stage | None:
        return self.stages[-1] if self.stages else None

    def next_id(self, stage: str) -> str:
        """The id of one more stage of a kind: attention, then attention-2."""
        taken = {existing.id for existing in self.stages}
        if stage not in taken:
            return stage
        n = 2
        while f"{stage}-{n}" in taken:
            n += 1
        return f"{stage}-{n}"


def on_pages(sheets: Iterable[Worksheet]) -> list[Worksheet]:
    """The worksheets that formats with pages draw; a page that several share is drawn once."""
    pages: list[Worksheet] = []
    for sheet in sheets:
        if sheet.page is None or not any(page is sheet.page for page in pages):
            pages.append(sheet.page or sheet)
    return pages


def arriving(before: Worksheet) -> Matrix | None:
    """The output of the last stage, whose id becomes the origin."""
    last = before.last
    if last is None or not last.output:
        return None
    result = last.result
    return Matrix(result.name, result.values, result.rows, result.cols, last.id)
