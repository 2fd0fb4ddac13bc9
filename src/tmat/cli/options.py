"""The options that commands share, declared once, and the decorators that add them to a command.

Typer reads the annotations here and in the commands. Without ``from __future__ import annotations`` they are values; as
texts they would be compiled again at every start.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Annotated, Any

import typer

from tmat.cli.completing import assignments, matrices, sources
from tmat.cli.environment import Environment
from tmat.engine.declaration import CONVENTIONS, DRAWS, INPUT, MASK, OUTPUT, SHAPE, SHARED
from tmat.rendering import known_formats
from tmat.stages.parts.options import seed_of

OTHER_FORMATS = ", ".join(name for name in known_formats() if name not in ("table", "json"))


def split_names(parts: Sequence[str] | None) -> list[str]:
    """The names in one option or several, separated by commas."""
    return [name.strip() for part in parts or () for name in part.split(",") if name.strip()]


def flag(flags: str, panel: str, help: str, metavar: str | None = None, **rest: Any) -> Any:
    """An option with its flags, in a panel of the help."""
    return typer.Option(*flags.split(), metavar=metavar, rich_help_panel=panel, help=help, **rest)


class Common:
    """The options of every stage command, a line each, and what a command is run with."""

    # fmt: off
    matrix: Annotated[list[str] | None, flag("--matrix -m", INPUT, 'A matrix by name; may be repeated: inline ("1 2; 3 4"), a file, file:name, or - for standard input. NAME.T=… takes the transpose. A step may be given too and is then not computed. A file without a name: as --weights.', "NAME=SOURCE", autocompletion=assignments)] = None
    weights: Annotated[list[str] | None, flag("--weights", INPUT, "All matrices that a file names; of a model's file (.safetensors, .pt, .npz) those of this stage, FILE:layers.0 for one layer.", "FILE", autocompletion=sources)] = None
    batch: Annotated[int | None, flag("--batch", INPUT, "Which matrix of a batch (an array of batch × rows × columns), from 1.", "N", min=1)] = None
    tokens: Annotated[str | None, flag("--tokens", INPUT, "The words of the rows, as labels.", "TEXT")] = None
    seed: Annotated[str | None, flag("--seed", DRAWS, "The seed for drawing what is not given: a number, or name:li.wei; default: 0.", "N")] = None
    init: Annotated[str, flag("--init", DRAWS, "uniform (0 to 1, two decimals), normal, xavier, integers, torch-rand, torch-randn, torch-linear.", "KIND", autocompletion=lambda: list(SHARED["init"].legal))] = "uniform"
    round: Annotated[str | None, flag("--round", CONVENTIONS, "Round each step to N decimals before the next one uses it, or by step: scores=2,weights=4. scores.used=2 shows scores unrounded and rounds them where they are used. none: exact; thrones: as in that article.", "N|NAME=N,…")] = None
    dtype: Annotated[str, flag("--dtype", CONVENTIONS, "float64 or float32.", "TYPE", autocompletion=lambda: list(SHARED["dtype"].legal))] = "float64"
    format: Annotated[str | None, flag("--format -f", OUTPUT, f"table on a terminal, json elsewhere; or {OTHER_FORMATS}.", "FORMAT", autocompletion=known_formats)] = None
    output: Annotated[str | None, flag("--output -o", OUTPUT, "Write a file, in the format of its suffix. -: standard output.", "FILE")] = None
    digits: Annotated[int | None, flag("--digits", OUTPUT, "Decimals shown.", "N", min=0, max=17)] = None
    only: Annotated[list[str] | None, flag("--only", OUTPUT, "Only these matrices: Q,K or output.", "NAMES", autocompletion=matrices)] = None
    work: Annotated[list[str] | None, flag("--work", OUTPUT, "The working of a cell, row or step: 'scores[When,play]', 'Z[When]', scores; without a cell, of all.", "CELL")] = None
    work_steps: Annotated[str | None, flag("--work-steps", OUTPUT, "Which lines of the working: symbols, numbers, products, result.", "PARTS")] = None
    fragment: Annotated[bool, flag("--fragment", OUTPUT, "LaTeX to include in your own document, not a whole one.")] = False
    plot: Annotated[str | None, flag("--plot", OUTPUT, "Heat maps as PNG, SVG or PDF: of the weights, or of --only.", "FILE")] = None
    trace: Annotated[list[str] | None, flag("--trace", OUTPUT, "Follow a number back to the given matrices.", "CELL")] = None
    depth: Annotated[int | None, flag("--depth", OUTPUT, "How many steps --trace goes back; default: 2.", "N", min=0)] = None
    heat: Annotated[bool, flag("--heat", OUTPUT, "Shade the numbers, a scale beside them.")] = False
    full: Annotated[bool, flag("--full", OUTPUT, "Show large matrices whole, not only their edges.")] = False
    width: Annotated[int | None, flag("--width", OUTPUT, "Lay tables out for this width.", "COLUMNS", min=20)] = None
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False

    # options of a few commands
    position: Annotated[int | None, flag("--position", OUTPUT, "The working of one position, a line a column: i, even or odd, formula, value.", "N")] = None
    symbols: Annotated[bool, flag("--symbols", OUTPUT, "The general form: every cell of every step in symbols.")] = False
    top: Annotated[int, flag("--top", OUTPUT, "How many words to list with their probabilities.", "N", min=1)] = 5
    all_stages: Annotated[bool, flag("--all", OUTPUT, "Print every stage of every word, not only the last one.")] = False
    # fmt: on

    # no options of all commands
    environment: Environment
    blank: list[str] | None = None
    step: bool = False
    typed: frozenset[str] = frozenset()  # parameters of the options that were typed

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def having(self, **more: Any) -> "Common":
        """A copy with other values."""
        return Common(**{**self.__dict__, **more})

    @property
    def seed_value(self) -> int | str:
        """The seed, as a number if it is one."""
        return seed_of(self.seed or "0")


FEW = ("position", "symbols", "top", "all_stages")
"""Options that a command has only if it names them in ``prints``."""

MOST_USED = ("matrix", "round", "work")
OPENING = 5
"""How many options the help of a stage begins with: its own, then the most used of all commands."""

PANELS = (None, INPUT, SHAPE, MASK, CONVENTIONS, DRAWS, OUTPUT)


def _panel(parameter: inspect.Parameter) -> int:
    """The position of its panel in help, which follows the calculation from input to output."""
    (option,) = parameter.annotation.__metadata__
    return PANELS.index(option.rich_help_panel)


def parameters_of(options: type, *leave_out: str) -> list[inspect.Parameter]:
    """The options that a class declares, as parameters of a command's function."""
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(options, name), annotation=option)
        for name, option in options.__annotations__.items()
        if name not in leave_out and hasattr(option, "__metadata__")  # options are Annotated
    ]


def taking(options: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command from a function of the environment and an instance of the class that declares its options."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(context: typer.Context, **values: Any) -> None:
            command(context.obj, options(**_with_standard_output(values)))

        assert isinstance(options, type)
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = inspect.Signature([context, *parameters_of(options)])  # type: ignore[attr-defined]
        run.__name__, run.__annotations__ = command.__name__, {}
        return run

    return decorate


def _with_standard_output(values: dict[str, Any]) -> dict[str, Any]:
    """The values, with -o - read as no file: standard output."""
    return {**values, "output": None} if values.get("output") == "-" else values


def _typed(context: typer.Context, names: Iterable[str]) -> frozenset[str]:
    sources = {name: context.get_parameter_source(name) for name in names}
    return frozenset(name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE")


def _opening(parameters: list[inspect.Parameter], names: Sequence[str]) -> list[inspect.Parameter]:
    """The parameters sorted by panel, after those of these names, which come first and in no panel."""
    first = []
    for name in names:
        parameter = next(each for each in parameters if each.name == name)
        kind, option = parameter.annotation.__origin__, copy(parameter.annotation.__metadata__[0])
        option.rich_help_panel = None
        first.append(parameter.replace(annotation=Annotated[kind, option]))
    return [*first, *sorted((each for each in parameters if each.name not in names), key=_panel)]


def with_common(
    *leave_out: str, prints: Sequence[str] = (), opens: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the shared options to a command, which takes them, with its environment, as one argument, ``common``."""
    left_out = {*leave_out, *(name for name in FEW if name not in prints)}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(command)
        command_parameters = [p for p in signature.parameters.values() if p.name != "common"]
        shared = parameters_of(Common, *left_out)
        names = {p.name for p in shared}

        def run(context: typer.Context, **values: Any) -> Any:
            values = _with_standard_output(values)
            common = Common(
                environment=context.obj, typed=_typed(context, values), **{name: values.pop(name) for name in names}
            )
            return command(**values, common=common)

        run.__name__ = command.__name__
        opening = [*opens, *(name for name in MOST_USED if opens and name in names)][:OPENING]
        parameters = _opening(
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in command_parameters] + shared, opening
        )
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = signature.replace(parameters=[context, *parameters])  # type: ignore[attr-defined]
        run.__annotations__ = {}  # the signature has them
        return run

    return decorate
