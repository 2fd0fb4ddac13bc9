"""The fields of a stage's declaration: its options, its input matrices and its steps. Nothing here needs NumPy."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, dataclass_transform, get_args

from tmat.errors import InputError, meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tmat.engine.rounding import Rounding
    from tmat.sheet.worksheet import Matrix
    from tmat.text.vocabulary import Vocabulary

    Numbers: TypeAlias = Matrix | NDArray[np.generic] | Sequence[Sequence[float]] | Sequence[float] | None
    """A matrix as a caller may give it."""
    Rounds: TypeAlias = str | int | Rounding | None
    Words: TypeAlias = Vocabulary | Sequence[str] | None
    """A vocabulary, or its words in the order of their ids."""
else:
    Numbers = Rounds = Words = Any

INPUT, SHAPE, MASK, CONVENTIONS, DRAWS, OUTPUT = "Input", "Shape", "Mask", "Conventions", "Draws", "Output"
"""The panels of a command's help, in their order."""

Seed = int | str
Init = Literal["uniform", "normal", "xavier", "integers", "torch-rand", "torch-randn", "torch-linear"]
DType = Literal["float64", "float32"]

Kind = TypeVar("Kind")


@dataclass(eq=False, repr=False)
class Option:
    """The declaration of an option; its name, type and default are those of the field."""

    help: str
    panel: str
    metavar: str | None = None
    flag: str | None = None  # on the command line, where it is not the name with dashes
    also: str | None = None  # another flag, in commands where that is not an option of the output
    at_least: int | None = None
    most: int | None = None
    fits: Callable[[Any], bool] | None = None
    expected: str = ""
    legal: tuple[str, ...] = ()  # where the type does not say it
    alone: tuple[str, ...] = ()  # values that are flags too: --causal
    open: bool = False  # other values are legal too
    matrix: str = ""  # the shape, where the value may be a matrix
    read: Callable[[str], Any] | None = None  # parses the command line's text

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that is not legal."""
        if value is None:
            return
        if self.legal and not self.open and value not in self.legal:
            mend = meant(str(value), self.legal)
            raise InputError(f"‹{name} {value}› is not known", f"expected one of {', '.join(self.legal)}", mend=mend)
        if self.at_least is not None and value < self.at_least:
            raise InputError(f"‹{name} {value}› does not fit", f"expected a whole number from {self.at_least}")
        if self.fits is not None and not self.fits(value):
            said = f"{value:g}" if isinstance(value, float) else value
            raise InputError(f"‹{name} {said}› does not fit", self.expected)
        if self.most is not None:
            from tmat.engine.limits import refuse_count

            refuse_count(name, value, self.most)


@dataclass(eq=False, repr=False)
class Given:
    """A matrix that may be given: an input, or a step, which is then not computed. n counts tokens, m those of the context."""

    shape: str
    step: bool = False
    of_a_head: bool = False  # each head may have its own: scores1, W_Q1, …
    drawn: str = ""  # the letter of its column labels, where it is an input that can be drawn
    name: str = ""  # where it is not the keyword, as an option has that name
    called: str = ""  # its other names, separated by blanks

    @property
    def rows_are_tokens(self) -> bool:
        rows, _, cols = self.shape.partition("×")
        return rows in ("n", "m") if self.step else rows == "n" and cols != "m"

    @property
    def columns_are_tokens(self) -> bool:
        return self.step and self.shape.partition("×")[2] in ("n", "m")


def option(default: Any, help: str, panel: str, metavar: str | None = None, **rest: Any) -> Any:
    """A field that is an option of the command and of the function."""
    return field(default=default, metadata={"is": Option(help, panel, metavar, **rest)})


def given(shape: str, *, of_a_head: bool = False, drawn: str = "", name: str = "") -> Any:
    """A field that is an input of that shape."""
    return field(default=None, metadata={"is": Given(shape, of_a_head=of_a_head, drawn=drawn, name=name)})


def step(shape: str, *, of_a_head: bool = False, name: str = "", called: str = "") -> Any:
    """A field that is a step; the order of the fields is the order of the steps."""
    return field(default=None, metadata={"is": Given(shape, step=True, of_a_head=of_a_head, name=name, called=called)})


def checked_seed(seed: int | str) -> int | str:
    """The seed; 7.0 and "7.0", which would draw otherwise than 7 does, are refused.

    >>> checked_seed(7), checked_seed("name:7.0"), checked_seed("Nan")
    (7, 'name:7.0', 'Nan')
    """
    text = str(seed).strip()
    if not re.search(r"\d", text) or re.fullmatch(r"[+-]?\d+", text):
        return seed
    try:
        number = float(text)
    except ValueError:
        return seed
    whole = f"‹seed {number:.0f}›, or " if math.isfinite(number) and abs(number) < 2**53 and number % 1 == 0 else ""
    raise InputError(
        f"‹seed {text}› is no whole number",
        "a seed is a whole number, or a text that is no number",
        mend=f"try {whole}‹seed name:{text}› for a text",
    )


@dataclass_transform(kw_only_default=True)
def declares(kind: type[Kind]) -> type[Kind]:
    """Make a class of options, inputs and steps a dataclass with keywords only."""
    return dataclass(kw_only=True, eq=False, repr=False)(kind)


@declares
class Options:
    """Options of a stage; fields without a declaration are for Python only."""


@declares
class StageOptions(Options):
    """Options of every stage that computes with matrices."""

    matrices: Mapping[str, Any] | None = None
    seed: Seed = 0
    init: Init = "uniform"
    round: Rounds = None
    keep: Iterable[str] | None = None
    dtype: DType = "float64"
    id: str | None = None
    stream: str | None = None
    ordinal: int | None = None
    batch: int | None = None  # which one, from 1, of arrays of batch × rows × columns
    notes: tuple[str, ...] = ()  # to put before the notes of the first stage
    drawing: bool = False  # draw inputs that are otherwise required, as a seed was given


SHARED = {"init": Option("", DRAWS, legal=get_args(Init)), "dtype": Option("", CONVENTIONS, legal=get_args(DType))}
