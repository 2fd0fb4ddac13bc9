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

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol, Union, get_args, get_origin, get_type_hints

from tmat.engine.fields import SHARED, Given, Option, Options
from tmat.errors import InputError, expect, fold, meant

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Worksheet

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
        said = {f.name: f.metadata["is"] for f in fields(self.options) if "is" in f.metadata}
        own, *shared = self.options.__mro__
        order = [name for kind in (*shared, own) for name in vars(kind).get("__annotations__", ())]
        return {name: said[name] for name in order if name in said}

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

    def sort(self, args: tuple[Any, ...], said: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """A caller's arguments, sorted into checked options and matrices by name."""
        known = {f.name for f in fields(self.options)}
        options = {name: value for name, value in said.items() if name in known and name not in self.matrices}
        try:
            how = self.options(*args, **options)
        except TypeError:
            mend = "say the rest by name, as in ‹round 2›"
            raise InputError(f"{self.name} was given {len(args) + 1} values without names", mend=mend) from None
        for name, one in {**SHARED, **self.conventions}.items():
            value = getattr(how, name, None)
            _refuse_kind(name, self.hints.get(name), value)
            one.check(name, value)
        self._refuse_others(how, said)
        rest = {name: value for name, value in said.items() if name not in options and value is not None}
        named = {self.matrices[name].name or name if name in self.matrices else name: rest[name] for name in rest}
        named |= {name: mask for name in self.masks if not _is_no_matrix(mask := getattr(how, name))}
        return how, {**(getattr(how, "matrices", None) or {}), **named}

    def _refuse_others(self, how: Any, said: Mapping[str, Any]) -> None:
        """Refuse wrong types of options for Python only, and misspelt options, which have a single value."""
        for name in ("id", "stream", "batch"):
            _refuse_kind(name, self.hints.get(name), getattr(how, name, None))
        expect(getattr(how, "keep", None) or (), Iterable, "‹keep› takes names of matrices")
        expect(getattr(how, "matrices", None) or {}, Mapping, "‹matrices› are numbers by their names")
        for name, value in said.items():
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
        raise InputError(f"‹{name} {value}› does not fit", f"expected {' or '.join(told for _, told in kinds)}")


def _literals(hint: Any) -> tuple[str, ...]:
    """The strings that a type allows: of Literal["a", "b"], or of that or None."""
    values = get_args(hint)
    if values and all(isinstance(value, str) for value in values):
        return values
    return next((found for value in values if (found := _literals(value))), ())
