"""The options that stages share, declared once, and the decorator that gives them to a command.

Annotations are values here and in the commands, which Typer reads: kept as text (the __future__ import of
our other files) each would be compiled again when a command starts.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from tmat.cli.environment import Environment
from tmat.engine.fields import CONVENTIONS, DRAWS, INPUT, MASK, OUTPUT, SHAPE, SHARED
from tmat.rendering import known_formats
from tmat.stages.parts.options import seed_of

OTHER_FORMATS = ", ".join(name for name in known_formats() if name not in ("table", "json"))


def split_names(parts: Sequence[str] | None) -> list[str]:
    """Names said in one option or in several, with commas or without."""
    return [name.strip() for part in parts or () for name in part.split(",") if name.strip()]


class Common:
    """What every stage command takes."""

    matrix: Annotated[
        list[str] | None,
        typer.Option(
            "--matrix", "-m", metavar="NAME=SOURCE", rich_help_panel=INPUT,
            help='A matrix by name, again and again: inline ("1 2; 3 4"), a file, file:name, or - for standard input. '
            "NAME.T=… takes the transpose. A step may be given too and is then not computed.",
        ),
    ] = None  # fmt: skip
    weights: Annotated[
        list[str] | None,
        typer.Option("--weights", metavar="FILE", rich_help_panel=INPUT, help="All matrices that a file names."),
    ] = None
    tokens: Annotated[
        str | None,
        typer.Option("--tokens", metavar="TEXT", rich_help_panel=INPUT, help="The words of the rows, as labels."),
    ] = None
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed", metavar="N", rich_help_panel=DRAWS,
            help="What is not given is drawn from this seed: a number, or name:li.wei. 0 unless told.",
        ),
    ] = None  # fmt: skip
    init: Annotated[
        str,
        typer.Option(
            "--init", metavar="KIND", rich_help_panel=DRAWS,
            help="uniform (0 to 1, two decimals), normal, xavier, integers, torch-rand, torch-linear.",
            autocompletion=lambda incomplete: [name for name in SHARED["init"].legal if name.startswith(incomplete)],
        ),
    ] = "uniform"  # fmt: skip
    round: Annotated[
        str | None,
        typer.Option(
            "--round", metavar="N|NAME=N,…", rich_help_panel=CONVENTIONS,
            help="Round each step to N decimals before the next one uses it, or by step: scores=2,weights=4. "
            "scores.used=2 shows scores as they are and takes them on rounded. none: exact.",
        ),
    ] = None  # fmt: skip
    dtype: Annotated[
        str, typer.Option("--dtype", metavar="TYPE", rich_help_panel=CONVENTIONS, help="float64 or float32.")
    ] = "float64"
    format: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT", rich_help_panel=OUTPUT,
            help=f"table on a terminal, json elsewhere; or {OTHER_FORMATS}.",
        ),
    ] = None  # fmt: skip
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", rich_help_panel=OUTPUT, help="Write a file; the format goes by its suffix."),
    ] = None  # fmt: skip
    digits: Annotated[
        int | None, typer.Option("--digits", metavar="N", min=0, max=17, rich_help_panel=OUTPUT, help="Decimals shown.")
    ] = None
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAMES", rich_help_panel=OUTPUT, help="Only these matrices: Q,K or output."),
    ] = None
    work: Annotated[
        list[str] | None,
        typer.Option(
            "--work", metavar="CELL", rich_help_panel=OUTPUT,
            help="The working of a cell, row or step: 'scores[When,play]', 'Z[When]', scores; without a cell, of all.",
        ),
    ] = None  # fmt: skip
    work_steps: Annotated[
        str | None,
        typer.Option(
            "--work-steps", metavar="PARTS", rich_help_panel=OUTPUT,
            help="Which lines of the working: symbols,numbers,products,result.",
        ),
    ] = None  # fmt: skip
    fragment: Annotated[
        bool,
        typer.Option("--fragment", rich_help_panel=OUTPUT, help="LaTeX for a document of your own, not a whole one."),
    ] = False
    plot: Annotated[
        str | None,
        typer.Option("--plot", metavar="FILE", rich_help_panel=OUTPUT, help="Heat maps as PNG, SVG or PDF: of the weights, or of --only."),
    ] = None  # fmt: skip
    trace: Annotated[
        list[str] | None,
        typer.Option("--trace", metavar="CELL", rich_help_panel=OUTPUT, help="Follow a number back to the given matrices."),
    ] = None  # fmt: skip
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", min=0, rich_help_panel=OUTPUT, help="How far --trace goes back (2)."),
    ] = None
    heat: Annotated[
        bool, typer.Option("--heat", rich_help_panel=OUTPUT, help="Shade the numbers, a scale beside them.")
    ] = False
    full: Annotated[
        bool, typer.Option("--full", rich_help_panel=OUTPUT, help="Large matrices whole, not by their edges.")
    ] = False
    width: Annotated[
        int | None,
        typer.Option("--width", metavar="COLUMNS", min=20, rich_help_panel=OUTPUT, help="Lay tables out for this width."),
    ] = None  # fmt: skip
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False

    # options that few commands have
    position: Annotated[
        int | None,
        typer.Option(
            "--position", metavar="N", rich_help_panel=OUTPUT,
            help="The working of one position, a line a column: i, even or odd, formula, value.",
        ),
    ] = None  # fmt: skip
    symbols: Annotated[
        bool,
        typer.Option("--symbols", rich_help_panel=OUTPUT, help="The general form: every cell of Z written out in symbols."),
    ] = False  # fmt: skip
    top: Annotated[
        int,
        typer.Option("--top", metavar="N", min=1, rich_help_panel=OUTPUT, help="How many words to list with their probabilities."),
    ] = 5  # fmt: skip
    all_stages: Annotated[
        bool,
        typer.Option("--all", rich_help_panel=OUTPUT, help="Print every stage of every word, not the last one only."),
    ] = False

    # no shared options: what single commands add for those who print, and where it is printed
    environment: Environment
    blank: list[str] | None = None
    step: bool = False

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
            command(context.obj, options(**values))

        assert isinstance(options, type)
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = inspect.Signature([context, *parameters_of(options)])  # type: ignore[attr-defined]
        run.__name__, run.__doc__, run.__annotations__ = command.__name__, command.__doc__, {}
        return run

    return decorate


def with_common(*leave_out: str, prints: Sequence[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the shared options after its own: it takes them, and its environment, as one argument, ``common``."""
    left_out = {*leave_out, *(name for name in FEW if name not in prints)}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command)
        mine = [p for p in own.parameters.values() if p.name != "common"]
        shared = parameters_of(Common, *left_out)
        names = {p.name for p in shared}

        def run(context: typer.Context, **values: Any) -> Any:
            common = Common(environment=context.obj, **{name: values.pop(name) for name in names})
            return command(**values, common=common)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        merged = sorted([p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in mine] + shared, key=_panel)
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        run.__signature__ = own.replace(parameters=[context, *merged])  # type: ignore[attr-defined]
        run.__annotations__ = {}  # the signature has them
        return run

    return decorate
