"""How a stage is declared: its matrices, its steps and its options, in one place that all others read.

A stage is a file in tmat.stages. Its options, inputs and steps are the fields of a dataclass, and what it does is a
recipe, a function of a sheet::

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
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property, wraps
from importlib import import_module
from inspect import Parameter, Signature, signature
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    Protocol,
    TypeVar,
    dataclass_transform,
    get_args,
    get_type_hints,
)

from tmat.errors import InputError, fold, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.engine.rounding import Rounding
    from tmat.sheet.worksheet import Matrix, Vocabulary, Worksheet

    Numbers = Matrix | NDArray[np.generic] | Sequence[Sequence[float]] | Sequence[float] | None
    """A matrix as a caller may give it."""
    Rounds = str | int | Rounding | None
    Words = Vocabulary | Sequence[str] | None
    """A vocabulary, or its words in the order of their ids."""
else:
    Numbers = Rounds = Words = Any

INPUT, SHAPE, MASK, CONVENTIONS, DRAWS, OUTPUT = "Input", "Shape", "Mask", "Conventions", "Draws", "Output"
"""The panels of a command's help, in their order."""

Seed = int | str
Init = Literal["uniform", "normal", "xavier", "integers", "torch-rand", "torch-linear"]
DType = Literal["float64", "float32"]

How = TypeVar("How", bound="Options")
Kind = TypeVar("Kind")
P = ParamSpec("P")


@dataclass(eq=False, repr=False)
class Option:
    """What an option says of itself; its name, type and default are the field's."""

    help: str
    panel: str
    metavar: str | None = None
    flag: str | None = None  # on the command line, where it is not the name with dashes
    at_least: int | None = None
    most: int | None = None
    fits: Callable[[Any], bool] | None = None
    expected: str = ""
    legal: tuple[str, ...] = ()  # where the type does not say it
    alone: tuple[str, ...] = ()  # values that have a flag of their own: --causal
    open: bool = False  # other values are legal too
    matrix: str = ""  # the shape, where such a value is a matrix
    read: Callable[[str], Any] | None = None  # of what is typed on a command line

    def check(self, name: str, value: Any) -> None:
        """Say no to a value that is not legal."""
        if value is None:
            return
        if self.legal and not self.open and value not in self.legal:
            near = nearest(str(value), self.legal)
            mend = f"did you mean {near[0]}?" if near else None
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
    """A matrix that may be given: an input, or a step, which is then not computed. n rows are tokens, m are the context's."""

    shape: str
    step: bool = False
    of_a_head: bool = False  # each head has its own: scores1, scores2, …
    drawn: str = ""  # the letter of its columns, where it is the input that a seed draws
    name: str = ""  # where it is not the keyword, which an option has taken
    called: str = ""  # what else people call it

    @property
    def rows_are_tokens(self) -> bool:
        rows, _, cols = self.shape.partition("×")
        return rows in ("n", "m") if self.step else rows == "n" and cols != "m"

    @property
    def columns_are_tokens(self) -> bool:
        return self.step and self.shape.partition("×")[2] in ("n", "m")


def option(default: Any, help: str, panel: str, metavar: str | None = None, **rest: Any) -> Any:
    """A field that is an option: of the command by its flag, of the function by its name."""
    return field(default=default, metadata={"is": Option(help, panel, metavar, **rest)})


def given(shape: str, *, drawn: str = "", name: str = "") -> Any:
    """A field that is an input of that shape."""
    return field(default=None, metadata={"is": Given(shape, drawn=drawn, name=name)})


def step(shape: str, *, of_a_head: bool = False, name: str = "", called: str = "") -> Any:
    """A field that is a step; the order of the fields is the order of the steps."""
    return field(default=None, metadata={"is": Given(shape, step=True, of_a_head=of_a_head, name=name, called=called)})


@dataclass_transform(kw_only_default=True)
def declares(kind: type[Kind]) -> type[Kind]:
    """A class whose fields are options, inputs and steps; its instances are never compared or printed."""
    return dataclass(kw_only=True, eq=False, repr=False)(kind)


@declares
class Options:
    """Options of a stage; fields without a declaration are for callers in Python alone."""


@declares
class StageOptions(Options):
    """What every stage of matrices takes."""

    matrices: Mapping[str, Any] | None = None
    seed: Seed = 0
    init: Init = "uniform"
    round: Rounds = None
    keep: Iterable[str] | None = None
    dtype: DType = "float64"
    id: str | None = None
    stream: str | None = None
    ordinal: int | None = None
    notes: tuple[str, ...] = ()  # said before the first stage's own
    drawing: bool = False  # what could be drawn is, and not missed: a seed was said

    def sheet(self, stage: str, before: Worksheet | None, matrices: Mapping[str, Any]) -> Sheet:
        """The sheet of a stage with these options."""
        from tmat.engine.builder import Sheet

        return Sheet(
            stage, before, matrices, seed=self.seed, init=self.init, round=self.round, keep=self.keep, dtype=self.dtype,
            id=self.id, stream=self.stream, ordinal=self.ordinal,
        )  # fmt: skip


def part(how: Options, *kinds: type) -> dict[str, Any]:
    """The options that a shared declaration names, by their names: what a stack hands on to its sublayers."""
    return {name: getattr(how, name) for kind in kinds for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


SHARED = {"init": Option("", DRAWS, legal=get_args(Init)), "dtype": Option("", CONVENTIONS, legal=get_args(DType))}


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
    main: str = ""  # the matrix that it works on: what comes down the pipe
    about: str = ""  # more paragraphs of help
    examples: tuple[str, ...] = ()
    order: int = 100  # its place in the list of commands
    then: str = ""  # the command that usually comes next
    made_of: tuple[StageFunction[...], ...] = ()  # the stages of a stack
    without_input: tuple[str, ...] = ()  # options that, all said, stand for an input
    on_letters: Callable[[Mapping[str, Any], Mapping[str, tuple[int, int]]], dict[str, tuple[int, int]]] | None = None
    # sizes of the matrices that its recipe is shown on, by its options and the shapes of what is given
    prints: tuple[str, ...] = ()  # options of the command line that only this stage has a use for

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What is declared of each field: what the stage shares, in the order of its bases, then its own."""
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
        """Inputs and steps by their keyword; of a stack, what its stages have."""
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
        """The steps by name, in order; of a stack, those of its stages before its own."""
        own = {one.name or name: one for name, one in self.matrices.items() if one.step}
        return {name: one for inner in self.made_of for name, one in inner.declared.steps.items()} | own

    def after(self, name: str) -> list[str]:
        """The steps that come after one."""
        names = list(self.steps)
        return names[names.index(name) + 1 :]

    @property
    def begins(self) -> set[str]:
        """Names, folded, that a calculation begins with: the input, and every step."""
        return {fold(name) for name in (self.main, *self.steps) if name}

    @property
    def of_tokens(self) -> set[str]:
        """Names, folded, of matrices whose rows are tokens."""
        named = {**self.inputs, **self.steps}
        return {fold(name) for name, one in named.items() if one.rows_are_tokens}

    @property
    def across(self) -> set[str]:
        """Names, folded, of steps whose columns are tokens too."""
        return {fold(name) for name, one in self.steps.items() if one.columns_are_tokens}

    def sort(self, args: tuple[Any, ...], said: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """What a caller said, as checked options and the matrices by name."""
        known = {f.name for f in fields(self.options)}
        options = {name: value for name, value in said.items() if name in known and name not in self.matrices}
        how = self.options(*args, **options)
        for name, one in {**SHARED, **self.conventions}.items():
            one.check(name, getattr(how, name, None))
        rest = {name: value for name, value in said.items() if name not in options and value is not None}
        named = {self.matrices[name].name or name if name in self.matrices else name: rest[name] for name in rest}
        named |= {name: mask for name in self.masks if not _is_said(mask := getattr(how, name))}
        return how, {**(getattr(how, "matrices", None) or {}), **named}


def stage(options: Callable[P, How], **facts: Any) -> Callable[[Callable[[Sheet, How], Node]], StageFunction[P]]:
    """A stage of one sheet: the recipe writes steps down, and says which of them is the output."""

    def declare(recipe: Callable[[Sheet, How], Node]) -> StageFunction[P]:
        def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
            sheet, output = laid_out(declared, x, how, matrices)
            return sheet.finish(output)

        made: StageFunction[P] = _function(options, recipe, run, facts)
        return made

    return declare


def laid_out(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Sheet, Node]:
    """The sheet of a stage with its steps written down and nothing computed, and the node that is its output."""
    sheet = how.sheet(declared.name, *arrived(declared, x, how, matrices))
    sheet.declared = declared
    return sheet, declared.recipe(sheet, how)


def arrived(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> tuple[Worksheet, dict[str, Any]]:
    """The worksheet so far, and the matrices with the input among them where it was given, or is drawn."""
    from tmat.engine.drawn_input import with_input
    from tmat.sheet.worksheet import Worksheet

    before = x if isinstance(x, Worksheet) else Worksheet()
    if x is not None and not isinstance(x, Worksheet):
        matrices = {**matrices, declared.main: x}
    return before, with_input(declared, before, how, matrices)


def stages(
    options: Callable[P, How], **facts: Any
) -> Callable[[Callable[[Any, How, dict[str, Any]], Worksheet]], StageFunction[P]]:
    """A stage that makes its worksheet itself, of several stages or of none: it is called with x as it came."""

    def declare(recipe: Callable[[Any, How, dict[str, Any]], Worksheet]) -> StageFunction[P]:
        def run(declared: Declaration, x: Any, how: Any, matrices: dict[str, Any]) -> Worksheet:
            return recipe(x, how, matrices)

        made: StageFunction[P] = _function(options, recipe, run, facts)
        return made

    return declare


def _function(options: Any, recipe: Any, run: Callable[..., Worksheet], facts: dict[str, Any]) -> Any:
    """The function that users call: it sorts what they say into options and matrices, and runs the recipe."""
    declared = Declaration(recipe.__name__, options, recipe, **facts)

    @wraps(recipe)
    def function(x: Any = None, *args: Any, **said: Any) -> Worksheet:
        how, matrices = declared.sort(args, said)
        return _noted(run(declared, x, how, matrices), x, getattr(how, "notes", ()))

    function.declared = declared  # type: ignore[attr-defined]
    x = Parameter("x", Parameter.POSITIONAL_OR_KEYWORD, default=None)
    function.__signature__ = Signature([x, *signature(options).parameters.values()])  # type: ignore[attr-defined]
    return function


def _noted(sheet: Worksheet, x: Any, notes: tuple[str, ...]) -> Worksheet:
    """The worksheet with notes before those of its first new stage."""
    first = len(getattr(x, "stages", ()))
    if not notes or len(sheet.stages) <= first:
        return sheet
    new = replace(sheet.stages[first], notes=(*notes, *sheet.stages[first].notes))
    return replace(sheet, stages=[*sheet.stages[:first], new, *sheet.stages[first + 1 :]])


def _is_said(value: Any) -> bool:
    """Whether an option that may be a matrix is said by words."""
    words = value if isinstance(value, list | tuple) else [value]
    return value is None or all(isinstance(word, str) for word in words)


def _literals(hint: Any) -> tuple[str, ...]:
    """The strings that a type allows: of Literal["a", "b"], or of that or None."""
    values = get_args(hint)
    if values and all(isinstance(value, str) for value in values):
        return values
    return next((found for value in values if (found := _literals(value))), ())


@cache
def stage_names() -> tuple[str, ...]:
    """The stages there are: the files of tmat.stages."""
    from pkgutil import iter_modules

    import tmat.stages

    return tuple(found.name for found in iter_modules(tmat.stages.__path__) if not found.ispkg)


@cache
def said_otherwise() -> dict[str, str]:
    """The steps of all stages, folded, by what else people call them."""
    steps = [item for name in stage_names() for item in declared(name).steps.items()]
    return {fold(word): fold(name) for name, one in steps for word in one.called.split()}


def declared(name: str) -> Declaration:
    """The declaration of a stage, from its file."""
    return getattr(import_module(f"tmat.stages.{name}"), name).declared  # type: ignore[no-any-return]
