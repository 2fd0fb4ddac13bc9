"""The declaration of a stage: its matrices, steps and options in one place.

A stage is a file in tmat.stages. Its options, inputs and steps are the fields of a dataclass; its recipe is a function that
writes steps on a sheet::

    @declares
    class ShrinkOptions(StageOptions):
        by: float = option(2.0, "Divide by this.", CONVENTIONS, "NUMBER")
        X: Numbers = given("n×d")
        Y: Numbers = step("n×d")

    @stage(ShrinkOptions, summary="X divided.", formula="Y = X / by", main="X")
    def shrink(sheet: Sheet, how: ShrinkOptions) -> Node:
        return sheet.step("Y", ops.divide, sheet.main("X"), by=how.by)

mypy and editors see ``shrink(x, *, by: float = 2.0, X: Numbers = None, …) -> Worksheet``. Nothing here needs NumPy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from tmat.errors import InputError, expect, fold, meant

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Worksheet


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
        if self.legal and not self.open and value not in self.legal:
            mend = meant(str(value), self.legal)
            raise InputError(f"‹{name} {value}› is not known", f"expected one of {', '.join(self.legal)}", mend=mend)
        if self.at_least is not None and value < self.at_least:
            raise InputError(f"‹{name} {value}› does not fit", f"expected a whole number from {self.at_least}")
        if self.fits is not None and not self.fits(value):
            shown = f"{value:g}" if isinstance(value, float) else value
            raise InputError(f"‹{name} {shown}› does not fit", self.expected)
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


P = ParamSpec("P")


def part(how: Options, *kinds: type) -> dict[str, Any]:
    """The values of the options that the classes ``kinds`` declare: a stack hands them to its sublayers."""
    return {name: getattr(how, name) for kind in kinds for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


class StageFunction(Protocol[P]):
    """A stage as the library's users call it."""

    declared: Declaration
    __name__: str

    def __call__(self, x: object = None, *args: P.args, **how: P.kwargs) -> Worksheet: ...


@dataclass(eq=False, repr=False)
class Declaration:
    """All that is known of a stage without running it."""

    name: str
    options: type[Options]
    recipe: Callable[..., Any]
    summary: str  # a line in the list of commands
    formula: str  # the first sentence of its help
    main: str = ""  # the input that comes down the pipe
    about: str = ""  # more paragraphs of help
    examples: tuple[str, ...] = ()
    order: int = 100  # its place in the list of commands
    then: str = ""  # the command that usually comes next
    closing: str = ""  # the stage after which this one ends a layer, so that another layer or the decoder comes next
    made_of: tuple[StageFunction[...], ...] = ()  # the stages of a stack
    begins_alone: Callable[[Mapping[str, Any]], bool] | None = None  # whether, with these options, it takes no input
    without_input: tuple[str, ...] = ()  # options that together replace the input
    on_letters: Callable[[Mapping[str, Any], Mapping[str, tuple[int, int]]], dict[str, tuple[int, int]]] | None = None
    # shapes of the matrices for --symbols, by the options and the shapes of given matrices
    drawn_as: Callable[[Mapping[str, Any]], str] | None = None  # the stage whose stream draws the input, by the options
    opens: tuple[str, ...] = ()  # the options that its help lists first
    prints: tuple[str, ...] = ()  # options of output that only this stage's command has

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The declaration of each field: those of shared classes in the order of the bases, then the stage's own."""
        found = {f.name: f.metadata["is"] for f in fields(self.options) if "is" in f.metadata}
        own, *shared = self.options.__mro__
        order = [name for kind in (*shared, own) for name in vars(kind).get("__annotations__", ())]
        return {name: found[name] for name in order if name in found}

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The types of the fields."""
        return get_type_hints(self.options)

    @cached_property
    def conventions(self) -> dict[str, Option]:
        """The options by name, each with its legal values."""
        found = {name: one for name, one in self.fields.items() if isinstance(one, Option)}
        return {name: replace(one, legal=one.legal or _literals(self.hints[name])) for name, one in found.items()}

    @cached_property
    def matrices(self) -> dict[str, Given]:
        """The inputs and steps by their keyword."""
        return {name: one for name, one in self.fields.items() if isinstance(one, Given)}

    @property
    def inputs(self) -> dict[str, Given]:
        return {one.name or name: one for name, one in self.matrices.items() if not one.step}

    @property
    def masks(self) -> list[str]:
        """The options that may be a matrix."""
        return [name for name, one in self.fields.items() if isinstance(one, Option) and one.matrix]

    @cached_property
    def steps(self) -> dict[str, Given]:
        """The steps by name, in order; in a stack, those of its stages first."""
        own = {one.name or name: one for name, one in self.matrices.items() if one.step}
        return {name: one for inner in self.made_of for name, one in inner.declared.steps.items()} | own

    def after(self, name: str) -> list[str]:
        """The steps that come after one."""
        names = list(self.steps)
        return names[names.index(name) + 1 :]

    @property
    def begins(self) -> set[str]:
        """The folded names that a calculation can begin with: the input, and every step."""
        return {fold(name) for name in (self.main, *self.steps) if name}

    @property
    def of_tokens(self) -> set[str]:
        """The folded names of matrices whose rows are tokens."""
        named = {**self.inputs, **self.steps}
        return {fold(name) for name, one in named.items() if one.rows_are_tokens}

    @property
    def across(self) -> set[str]:
        """The folded names of steps whose columns are tokens."""
        return {fold(name) for name, one in self.steps.items() if one.columns_are_tokens}

    def sort(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """A caller's arguments, sorted into checked options and matrices by name."""
        known = {f.name for f in fields(self.options)}
        options = {name: value for name, value in keywords.items() if name in known and name not in self.matrices}
        try:
            how = self.options(*args, **options)
        except TypeError:
            mend = "say the rest by name, as in ‹round 2›"
            raise InputError(f"{self.name} was given {len(args) + 1} values without names", mend=mend) from None
        declared = {**SHARED, **self.conventions}
        for name, value in options.items():
            if name in declared and value is not None:
                _refuse_kind(name, self.hints.get(name), value)
                declared[name].check(name, value)
        self._refuse_others(how, keywords)
        rest = {name: value for name, value in keywords.items() if name not in options and value is not None}
        named = {self.matrices[name].name or name if name in self.matrices else name: rest[name] for name in rest}
        named |= {name: mask for name in self.masks if not _is_no_matrix(mask := getattr(how, name))}
        return how, {**(getattr(how, "matrices", None) or {}), **named}

    def _refuse_others(self, how: Any, keywords: Mapping[str, Any]) -> None:
        """Refuse wrong types of options for Python only, and misspelt options, which have a single value."""
        for name in ("id", "stream", "batch"):
            _refuse_kind(name, self.hints.get(name), getattr(how, name, None))
        expect(getattr(how, "keep", None) or (), Iterable, "‹keep› takes names of matrices")
        expect(getattr(how, "matrices", None) or {}, Mapping, "‹matrices› are numbers by their names")
        for name, value in keywords.items():
            if name in self.matrices or name in self.hints or not isinstance(value, str | int | float):
                continue
            near = meant(name, self.conventions)
            if near:
                raise InputError(f"{self.name} has no option {name!r}", mend=near)


def _is_no_matrix(value: Any) -> bool:
    """Whether the value of an option that may be a matrix is none: it is missing, or words."""
    words = value if isinstance(value, list | tuple) else [value]
    return value is None or all(isinstance(word, str) for word in words)


KINDS = {
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    str: (str, "a text"),
    bool: (bool, "True or False"),
}


def _refuse_kind(name: str, hint: Any, value: Any) -> None:
    """Refuse a value of another type than the option has; types that are not simple are left to the stage."""
    each = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    simple = [str if get_origin(one) is Literal else one for one in each]
    if value is None or any(one not in KINDS and one is not NoneType for one in simple):
        return
    kinds = [KINDS[one] for one in simple if one in KINDS]
    fits = (isinstance(value, kind) and isinstance(value, bool) == (kind is bool) for kind, _ in kinds)
    if not any(fits):
        raise InputError(f"‹{name} {value}› does not fit", f"expected {' or '.join(words for _, words in kinds)}")


def _literals(hint: Any) -> tuple[str, ...]:
    """The strings that a type allows: of Literal["a", "b"], or of that or None."""
    values = get_args(hint)
    if values and all(isinstance(value, str) for value in values):
        return values
    return next((found for value in values if (found := _literals(value))), ())
