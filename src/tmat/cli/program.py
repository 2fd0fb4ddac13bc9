"""The program: its commands, and how one is found, run and ended.

Only the command that is run is imported and built. Help and completion use the one-line summaries here and load no
arithmetic.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    "show": "A worksheet, whole or in part, in any format.",
    "check": "Mark answers, and name the mistake.",
    "example": "The worked articles, every number reproduced or explained.",
    "scaling": "Why divide by √d_k: the experiment.",
    "help": "The help of a command; --man: a manual page of all commands.",
}
"""The commands that are not stages, with their summaries."""

PANELS = 80
"""The least columns of a terminal for help in panels."""


def command_names() -> list[str]:
    """The stages in their declared order, then the other commands."""
    stages = sorted(stage_names(), key=lambda name: declared(name).order)
    return [*stages, *OTHERS]


def unwrapped(text: str) -> str:
    """The text with a line a paragraph, which help wraps to the terminal's width."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


ABOUT = """Transformer arithmetic as a person does it with a pencil:
every matrix on the table, every rounding stated.

The seven stages vocab, embed, posenc, attention, addnorm, ffn and decode pass a worksheet from one to
the next through a pipe; on a terminal each prints its tables."""

BEGIN = (
    ("a worked article, each number beside the printed one", "tmat example thrones"),
    ("one stage, on that article's own matrices", "tmat attention --d-k 6"),
    ("how one of its numbers came about", "tmat attention --d-k 6 --work 'scores[When,play]'"),
    ("numbers of your own", "tmat attention -m X='1 0; 0 1; 1 1' --no-weights"),
    ("a sentence through two stages", "tmat embed --text 'When you play' | tmat posenc"),
)

LAST_LINE = "tmat --help: all commands · tmat help attention: one of them"


def first_screen() -> str:
    """What tmat prints without a command: what it is, and five commands to begin with."""
    about = ABOUT.partition("\n\n")[0]
    commands = "\n".join(f"   {what}\n     {command}\n" for what, command in BEGIN)
    return f"{about}\n\n{commands}\n{LAST_LINE}\n"


def _markup() -> Literal["rich"] | None:
    """Help in panels, or in plain lines if the terminal is so narrow that panels would cut the names of options."""
    try:
        pager = os.get_terminal_size(2)  # standard output may be a pipe to a pager
    except (OSError, ValueError):
        pager = os.terminal_size((PANELS, 24))
    return "rich" if get_terminal_size(pager).columns >= PANELS else None


class Commands(TyperGroup):
    """The commands by name, each imported when it is needed."""

    def get_params(self, ctx: Any) -> list[Any]:
        parameters = converted_here(super().get_params(ctx))
        for parameter in parameters:
            parameter.hidden = parameter.hidden or parameter.name in ("install_completion", "show_completion")
        return parameters

    def list_commands(self, ctx: Any) -> list[str]:
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return built(cmd_name, _markup()) if cmd_name in OTHERS or cmd_name in stage_names() else None


@cache
def built(name: str, markup: Literal["rich"] | None) -> Any:
    """A command with all its options, built once a process: that takes twice as long as running a small one."""
    has_module = find_spec(f"tmat.cli.commands.{name}") is not None
    module = import_module(f"tmat.cli.commands.{name}") if has_module else None
    if name in stage_names():
        from tmat.cli.made import command_of, help_of

        stage = getattr(import_module(f"tmat.stages.{name}"), name)
        command = module.command if module is not None else command_of(stage)
        about, summary, examples = help_of(stage.declared), stage.declared.summary, stage.declared.examples
    else:
        assert module is not None
        command, about, summary, examples = module.command, module.ABOUT, OTHERS[name], module.EXAMPLES
    epilog = "\n\n".join(["Examples:", *(f"  {line}" for line in examples)])
    app_of_one = typer.Typer(add_completion=False, rich_markup_mode=markup)
    app_of_one.command(name, cls=Command, short_help=summary, epilog=epilog, help=unwrapped(about))(command)
    return typer.main.get_command(app_of_one)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tmat {version('tmat')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands, rich_markup_mode=_markup(), invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback(
    help=unwrapped(ABOUT),
    epilog="tmat alone shows five commands to begin with, tmat help COMMAND is tmat COMMAND --help.\n\n"
    "tmat --install-completion: completion for bash, zsh and fish.",
)
def tmat(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """The program; without a command, its first screen."""
    if context.invoked_subcommand is None:
        context.obj.write(first_screen())


@cache
def program() -> Any:
    return typer.main.get_command(app)


def run(arguments: Sequence[str], environment: Environment) -> int:
    """Run one command line in an environment; returns its exit code."""
    arguments = _with_bare_work(list(arguments))
    try:
        with _watched(environment), environment.printing():
            code = program().main(args=arguments, prog_name="tmat", standalone_mode=False, obj=environment)
        return code if isinstance(code, int) else 0
    except BaseException as error:
        from tmat.cli import failing

        return failing.answer(error, arguments, environment, command_names())


@contextmanager
def _watched(environment: Environment) -> Iterator[None]:
    """Show the progress of long work on a terminal; an interrupt removes the bar before it ends the program."""
    if not environment.stderr_tty:
        yield
        return
    from tmat.cli.progress import bar_in
    from tmat.interrupts import tidied
    from tmat.progress import watched_by

    with tidied(), watched_by(bar_in(environment)):
        yield


def _with_bare_work(arguments: list[str]) -> list[str]:
    """Write ``--work`` without a cell as ``--work=*``, all cells: the parser needs a value for every option."""
    if arguments[:1] == ["check"]:  # its --work is a flag
        return arguments
    for n, argument in enumerate(arguments):
        following = arguments[n + 1 : n + 2]
        if argument == "--work" and (not following or following[0].startswith("-") or os.path.isfile(following[0])):
            arguments[n] = "--work=*"
    return arguments


def _spelling_out() -> None:
    """Make standard output spell out characters that its encoding lacks; help writes to it directly."""
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
    for name in ("COLUMNS", "LINES"):  # Rich accepts ² as a digit and fails
        value = os.environ.get(name, "1")
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) < 100_000):
            del os.environ[name]
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        os.environ.setdefault("FORCE_COLOR", "1")  # the variable that typer's help reads
    environment = Environment.system()
    _spelling_out()
    if os.environ.get("_TMAT_COMPLETE") == "complete_bash":
        from tmat.cli.completing import in_bash

        code = in_bash(lambda page: run(sys.argv[1:], page), environment)
    else:
        code = run(sys.argv[1:], environment)
    # Flush and exit without the interpreter's own clean-up, which would report a reader that went away as an error.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError) as error:
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                code = code or 3  # the last output could not be written
    os._exit(code)
