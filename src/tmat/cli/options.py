"""The options that stages share, declared once, and the decorator that gives them to a command.

Annotations are values here and in the commands, which Typer reads: kept as text (the __future__ import of
our other files) each would be compiled again when a command starts.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Annotated, Any

import typer

from tmat.cli.completing import assignments, formats, listed, matrices, sources
from tmat.cli.environment import Environment
from tmat.engine.declaration import CONVENTIONS, DRAWS, INPUT, MASK, OUTPUT, SHAPE, SHARED
from tmat.rendering import known_formats
from tmat.stages.parts.options import seed_of

OTHER_FORMATS = ", ".join(name for name in known_formats() if name not in ("table", "json"))


def split_names(parts: Sequence[str] | None) -> list[str]:
    """Names said in one option or in several, with commas or without."""
    return [name.strip() for part in parts or () for name in part.split(",") if name.strip()]


def flag(flags: str, panel: str, help: str, metavar: str | None = None, **rest: Any) -> Any:
    """An option by its flags, in a panel of the help."""
    return typer.Option(*flags.split(), metavar=metavar, rich_help_panel=panel, help=help, **rest)


def one_of(values: Sequence[str]) -> Callable[[str], list[str]]:
    """What completes an option that takes one of some values."""
    return lambda incomplete: [value for value in values if value.startswith(incomplete)]


def some_of(values: Sequence[str]) -> Callable[[str], list[str]]:
    """What completes an option that takes several of them."""
    return lambda incomplete: listed(values, incomplete)


class Common:
    """What every stage command takes."""

    matrix: Annotated[
        list[str] | None,
        flag(
            "--matrix -m",
            INPUT,
            'A matrix by name, again and again: inline ("1 2; 3 4"), a file, file:name, or - for standard input. '
            "NAME.T=… takes the transpose. A step may be given too and is then not computed. A file alone: as --weights.",
            "NAME=SOURCE",
            autocompletion=assignments,
        ),
    ] = None
    weights: Annotated[
        list[str] | None,
        flag(
            "--weights",
            INPUT,
            "All that a file names; of a model's file (.safetensors, .pt, .npz) what fits here, FILE:layers.0 for one layer.",
            "FILE",
            autocompletion=sources,
        ),
    ] = None
    batch: Annotated[
        int | None,
        flag("--batch", INPUT, "Which of a batch (arrays of batch × rows × columns), from 1.", "N", min=1),
    ] = None
    tokens: Annotated[str | None, flag("--tokens", INPUT, "The words of the rows, as labels.", "TEXT")] = None
    seed: Annotated[
        str | None,
        flag(
            "--seed", DRAWS, "What is not given is drawn from this seed: a number, or name:li.wei. 0 unless told.", "N"
        ),
    ] = None
    init: Annotated[
        str,
        flag(
            "--init",
            DRAWS,
            "uniform (0 to 1, two decimals), normal, xavier, integers, torch-rand, torch-randn, torch-linear.",
            "KIND",
            autocompletion=one_of(SHARED["init"].legal),
        ),
    ] = "uniform"
    round: Annotated[
        str | None,
        flag(
            "--round",
            CONVENTIONS,
            "Round each step to N decimals before the next one uses it, or by step: scores=2,weights=4. "
            "scores.used=2 shows scores as they are and takes them on rounded. none: exact; thrones: as its article.",
            "N|NAME=N,…",
        ),
    ] = None
    dtype: Annotated[
        str, flag("--dtype", CONVENTIONS, "float64 or float32.", "TYPE", autocompletion=one_of(SHARED["dtype"].legal))
    ] = "float64"
    format: Annotated[
        str | None,
        flag(
            "--format -f",
            OUTPUT,
            f"table on a terminal, json elsewhere; or {OTHER_FORMATS}.",
            "FORMAT",
            autocompletion=formats,
        ),
    ] = None
    output: Annotated[
        str | None,
        flag("--output -o", OUTPUT, "Write a file; the format goes by its suffix. -: standard output.", "FILE"),
    ] = None
    digits: Annotated[int | None, flag("--digits", OUTPUT, "Decimals shown.", "N", min=0, max=17)] = None
    only: Annotated[
        list[str] | None,
        flag("--only", OUTPUT, "Only these matrices: Q,K or output.", "NAMES", autocompletion=matrices),
    ] = None
    work: Annotated[
        list[str] | None,
        flag(
            "--work",
            OUTPUT,
            "The working of a cell, row or step: 'scores[When,play]', 'Z[When]', scores; without a cell, of all.",
            "CELL",
        ),
    ] = None
    work_steps: Annotated[
        str | None,
        flag(
            "--work-steps",
            OUTPUT,
            "Which lines of the working: symbols, numbers, products, result.",
            "PARTS",
        ),
    ] = None
    fragment: Annotated[bool, flag("--fragment", OUTPUT, "LaTeX for a document of your own, not a whole one.")] = False
    plot: Annotated[
        str | None, flag("--plot", OUTPUT, "Heat maps as PNG, SVG or PDF: of the weights, or of --only.", "FILE")
    ] = None
    trace: Annotated[
        list[str] | None, flag("--trace", OUTPUT, "Follow a number back to the given matrices.", "CELL")
    ] = None
    depth: Annotated[int | None, flag("--depth", OUTPUT, "How far --trace goes back (2).", "N", min=0)] = None
    heat: Annotated[bool, flag("--heat", OUTPUT, "Shade the numbers, a scale beside them.")] = False
    full: Annotated[bool, flag("--full", OUTPUT, "Large matrices whole, not by their edges.")] = False
    width: Annotated[int | None, flag("--width", OUTPUT, "Lay tables out for this width.", "COLUMNS", min=20)] = None
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False

    # options that few commands have
    position: Annotated[
        int | None,
        flag(
            "--position", OUTPUT, "The working of one position, a line a column: i, even or odd, formula, value.", "N"
        ),
    ] = None
    symbols: Annotated[bool, flag("--symbols", OUTPUT, "The general form: every cell of Z written out in symbols.")] = (
        False
    )
    top: Annotated[int, flag("--top", OUTPUT, "How many words to list with their probabilities.", "N", min=1)] = 5
    all_stages: Annotated[bool, flag("--all", OUTPUT, "Print every stage of every word, not the last one only.")] = (
        False
    )

    # no shared options: what single commands add for those who print, and where it is printed
    environment: Environment
    blank: list[str] | None = None
    step: bool = False
    typed: frozenset[str] = frozenset()  # the options that were, by their parameters

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def having(self, **more: Any) -> "Common":
        """The same with other values."""
        return Common(**{**self.__dict__, **more})

    @property
    def seed_value(self) -> int | str:
        """The seed as a number where it is one."""
        return seed_of(self.seed or "0")


FEW = ("position", "symbols", "top", "all_stages")
"""Options that only those commands have which say so."""

MOST_USED = ("matrix", "round", "work")
OPENING = 5
"""How many options a stage's help opens with: its own, then of those that all have."""

PANELS = (None, INPUT, SHAPE, MASK, CONVENTIONS, DRAWS, OUTPUT)


def _panel(parameter: inspect.Parameter) -> int:
    """Help lists the panels in the order of the calculation: what goes in first, what comes out last."""
    (option,) = parameter.annotation.__metadata__
    return PANELS.index(option.rich_help_panel)


def parameters_of(options: type, *leave_out: str) -> list[inspect.Parameter]:
    """The options that a class declares, as parameters of a command."""
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(options, name), annotation=option)
        for name, option in options.__annotations__.items()
        if name not in leave_out and hasattr(option, "__metadata__")  # Annotated: the others are no options
    ]


def taking(options: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function of the environment and of what was typed for the options that a class declares."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(context: typer.Context, **values: Any) -> None:
            command(context.obj, options(**_in_place(values)))

        assert isinstance(options, type)
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = inspect.Signature([context, *parameters_of(options)])  # type: ignore[attr-defined]
        run.__name__, run.__doc__, run.__annotations__ = command.__name__, command.__doc__, {}
        return run

    return decorate


def _in_place(values: dict[str, Any]) -> dict[str, Any]:
    """What was typed; -o - is standard output, which is where all goes that no file is named for."""
    return {**values, "output": None} if values.get("output") == "-" else values


def _typed(context: typer.Context, names: Iterable[str]) -> frozenset[str]:
    sources = {name: context.get_parameter_source(name) for name in names}
    return frozenset(name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE")


def _opening(parameters: list[inspect.Parameter], names: Sequence[str]) -> list[inspect.Parameter]:
    """The parameters by their panels, but for those of these names, which come before all panels."""
    first = []
    for name in names:
        own = next(each for each in parameters if each.name == name)
        kind, said = own.annotation.__origin__, copy(own.annotation.__metadata__[0])
        said.rich_help_panel = None
        first.append(own.replace(annotation=Annotated[kind, said]))
    return [*first, *sorted((each for each in parameters if each.name not in names), key=_panel)]


def with_common(
    *leave_out: str, prints: Sequence[str] = (), opens: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the shared options after its own: it takes them, and its environment, as one argument, ``common``."""
    left_out = {*leave_out, *(name for name in FEW if name not in prints)}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command)
        mine = [p for p in own.parameters.values() if p.name != "common"]
        shared = parameters_of(Common, *left_out)
        names = {p.name for p in shared}

        def run(context: typer.Context, **values: Any) -> Any:
            values = _in_place(values)
            common = Common(
                environment=context.obj, typed=_typed(context, values), **{name: values.pop(name) for name in names}
            )
            return command(**values, common=common)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        opening = [*opens, *(name for name in MOST_USED if opens and name in names)][:OPENING]
        merged = _opening([p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in mine] + shared, opening)
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = own.replace(parameters=[context, *merged])  # type: ignore[attr-defined]
        run.__annotations__ = {}  # the signature has them
        return run

    return decorate
