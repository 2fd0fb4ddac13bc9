"""The program: which commands there are, how each is found, and what an error looks like.

Only the command that is run is imported and built; help and completion read the one-line
summaries here and never touch the arithmetic.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from shutil import get_terminal_size
from typing import Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from tmat.cli.environment import Environment
from tmat.cli.parsing import Command, converted_here
from tmat.stages import declared, stage_names

OTHERS = {
    "show": "A worksheet again, whole or in part, in any format.",
    "check": "Mark answers, and name the mistake.",
    "example": "The worked articles, every number reproduced or explained.",
    "scaling": "Why divide by √d_k: the experiment.",
    "help": "The help of a command; --man: a manual page of all.",
}
"""The commands that are no stages."""

PANELS = 80
"""Columns of a terminal from which on help stands in panels."""


def command_names() -> list[str]:
    """The stages in the order that they declare, then the other commands."""
    stages = sorted(stage_names(), key=lambda name: declared(name).order)
    return [*stages, *OTHERS]


def is_command(name: str) -> bool:
    return name in OTHERS or name in stage_names()


def flowing(text: str | None) -> str:
    """A docstring whose paragraphs are one line each, for whoever wraps them to the terminal's width."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


ABOUT = """Transformer arithmetic as a person does it with a pencil:
every matrix on the table, every rounding stated.

The seven stages vocab, embed, posenc, attention, addnorm, ffn and decode pass a worksheet from one to
the next through a pipe; on a terminal each prints its tables."""


def _markup() -> Literal["rich"] | None:
    """Help in panels, or in lines alone where panels would cut the names of options."""
    try:
        pager = os.get_terminal_size(2)  # standard output is a pipe to it
    except (OSError, ValueError):
        pager = os.terminal_size((PANELS, 24))
    return "rich" if get_terminal_size(pager).columns >= PANELS else None


class Commands(TyperGroup):
    """The commands by name, each imported when it is asked for."""

    def get_params(self, ctx: Any) -> list[Any]:
        found = converted_here(super().get_params(ctx))
        for parameter in found:
            parameter.hidden = parameter.hidden or parameter.name in ("install_completion", "show_completion")
        return found

    def list_commands(self, ctx: Any) -> list[str]:
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return built(cmd_name, _markup()) if is_command(cmd_name) else None


@cache
def built(name: str, markup: Literal["rich"] | None) -> Any:
    """A command with all its options: once in a process, which costs twice what it takes to run a small one."""
    command, summary, examples = found(name)
    alone = typer.Typer(add_completion=False, rich_markup_mode=markup)
    about = flowing(command.__doc__)
    alone.command(name, cls=Command, short_help=summary, epilog=examples, help=about)(command)
    return typer.main.get_command(alone)


def found(name: str) -> tuple[Any, str, str]:
    """A command, its summary and its examples: of its own module, where it has one, or made of the stage's declaration."""
    stage = getattr(import_module(f"tmat.stages.{name}"), name) if name in stage_names() else None
    own = find_spec(f"tmat.cli.commands.{name}")
    module = import_module(f"tmat.cli.commands.{name}") if own else None
    if stage is None:
        assert module is not None
        return module.command, OTHERS[name], module.EXAMPLES
    from tmat.cli.made import command_of

    examples = "\n\n".join(["Examples:", *(f"  {line}" for line in stage.declared.examples)])
    command = module.command if module is not None else command_of(stage)
    return command, stage.declared.summary, examples


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tmat {version('tmat')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands, rich_markup_mode=_markup(), invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback(
    help=flowing(ABOUT),
    epilog="tmat alone shows five commands to begin with, tmat help COMMAND is tmat COMMAND --help.\n\n"
    "tmat --install-completion: completion for bash, zsh and fish.",
)
def tmat(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version and stop."
    ),
) -> None:
    """The program itself."""
    if context.invoked_subcommand is None:
        from tmat.cli.opening import opening

        context.obj.write(opening(ABOUT.partition("\n\n")[0]))


@cache
def program() -> Any:
    return typer.main.get_command(app)


def run(arguments: Sequence[str], environment: Environment) -> int:
    """Run one command line in an environment and answer its exit code."""
    arguments = _with_bare_work(list(arguments))
    try:
        with _watched(environment), environment.printing():
            code = program().main(args=arguments, prog_name="tmat", standalone_mode=False, obj=environment)
        return code if isinstance(code, int) else 0
    except BaseException as error:
        from tmat.cli import failing

        return failing.answer(error, arguments, environment, command_names())


def _watched(environment: Environment) -> AbstractContextManager[None]:
    """Long work shows how far it is, where a person sits before it."""
    if not environment.stderr_tty:
        return nullcontext()
    from tmat.cli.progress import bar_in
    from tmat.progress import watched_by

    return _tidily(watched_by(bar_in(environment)))


@contextmanager
def _tidily(watched: AbstractContextManager[None]) -> Iterator[None]:
    """A bar is taken away before an interrupt ends the program."""
    from tmat.interrupts import tidied

    with tidied(), watched:
        yield


def _with_bare_work(arguments: list[str]) -> list[str]:
    """``--work`` without a cell means all of them: say so, as the parser wants every option to have its value."""
    if arguments[:1] == ["check"]:  # there it is the first wrong cell's, and takes no value
        return arguments
    for n, argument in enumerate(arguments):
        following = arguments[n + 1 : n + 2]
        if argument == "--work" and (not following or following[0].startswith("-") or os.path.isfile(following[0])):
            arguments[n] = "--work=*"
    return arguments


def _spelling_out() -> None:
    """Help goes straight to standard output: signs that its encoding lacks are spelled out there too."""
    if sys.stdout is None or sys.stdout.encoding.lower().replace("-", "") == "utf8":
        return
    import codecs

    from tmat.visible import Spelling

    spelling = Spelling(sys.stdout.encoding)

    def spelled(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        text = spelling(error.object[error.start : error.end])
        return text.encode(error.encoding, "backslashreplace").decode(error.encoding), error.end

    codecs.register_error("tmat.spelled", spelled)
    sys.stdout.reconfigure(errors="tmat.spelled")  # type: ignore[union-attr]


def main() -> NoReturn:
    """The console script."""
    for name in ("COLUMNS", "LINES"):  # Rich takes ² for a digit
        said = os.environ.get(name, "1")
        if not (said.isascii() and said.isdigit() and 0 < int(said[:9]) < 100_000):
            del os.environ[name]
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        os.environ.setdefault("FORCE_COLOR", "1")  # which the help of typer knows
    environment = Environment.system()
    _spelling_out()
    if os.environ.get("_TMAT_COMPLETE") == "complete_bash":
        from tmat.cli.completing import in_bash

        code = in_bash(lambda page: run(sys.argv[1:], page), environment)
    else:
        code = run(sys.argv[1:], environment)
    # Skip the interpreter's own farewell: a reader that went away is no error of ours.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError) as error:
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                code = code or 3  # the end of it could not be written
    os._exit(code)
