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
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from tmat.cli.environment import Environment

COMMANDS = {
    "vocab": "The words of a corpus and their ids.",
    "embed": "The tokens' ids and their rows of the embedding table.",
    "posenc": "Sine and cosine of the position, added to the embeddings.",
    "attention": "softmax(Q·Kᵀ / √d_k)·V, one head or many.",
    "addnorm": "The residual added, each row brought to mean 0 and deviation 1.",
    "ffn": "Two linear layers with a bend between.",
    "encode": "N encoder layers in one go.",
    "decode": "From the encoder's output to the next word.",
    "show": "A worksheet again, whole or in part, in any format.",
    "check": "Mark answers, and name the mistake.",
    "example": "The worked articles, every number reproduced or explained.",
    "scaling": "Why divide by √d_k: the experiment.",
}


def flowing(text: str | None) -> str:
    """A docstring whose paragraphs are one line each, for whoever wraps them to the terminal's width."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


ABOUT = """Transformer arithmetic as a person does it with a pencil: every matrix on the table, every rounding stated.

The seven stages vocab, embed, posenc, attention, addnorm, ffn and decode pass a worksheet from one to
the next through a pipe; on a terminal each prints its tables."""


class Commands(TyperGroup):
    """The commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        built = typer.Typer(add_completion=False, rich_markup_mode="rich")
        module = import_module(f"tmat.cli.commands.{cmd_name}")
        built.command(
            cmd_name, short_help=COMMANDS[cmd_name], epilog=module.EXAMPLES, help=flowing(module.command.__doc__)
        )(module.command)
        return typer.main.get_command(built)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tmat {version('tmat')}")
        raise typer.Exit


app = typer.Typer(cls=Commands, rich_markup_mode="rich", no_args_is_help=True)


@app.callback(
    help=flowing(ABOUT),
    epilog="Two commands to begin with:\n\n  tmat attention --d-k 6\n\n"
    "  tmat attention --d-k 6 --only scores --work 'scores[When,play]'",
)
def tmat(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version and stop."
    ),
) -> None:
    """The program itself."""


def run(arguments: Sequence[str], environment: Environment) -> int:
    """Run one command line in an environment and answer its exit code."""
    from tmat.cli.flow import running_in

    arguments = _with_bare_work(list(arguments))
    program = typer.main.get_command(app)
    with running_in(environment):
        try:
            with _watched(environment):
                code = program.main(args=arguments, prog_name="tmat", standalone_mode=False)
            return code if isinstance(code, int) else 0
        except BaseException as error:
            from tmat.cli import failing

            return failing.answer(error, arguments, environment)


# CPython maps memory for its frames 16 KB at a time, and a loop that happens to call across the end of a piece maps and
# unmaps it at every call: two thousand times when a command starts. A frame that asks for 128 KB brings a piece large
# enough for all that a command calls.
run.__code__ = run.__code__.replace(co_stacksize=1 << 14)


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

    from tmat.cli.environment import PLAIN

    def spelled(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        text = error.object[error.start : error.end].translate(PLAIN)
        return text.encode(error.encoding, "backslashreplace").decode(error.encoding), error.end

    codecs.register_error("tmat.spelled", spelled)
    sys.stdout.reconfigure(errors="tmat.spelled")  # type: ignore[union-attr]


def main() -> NoReturn:
    """The console script."""
    for name in ("COLUMNS", "LINES"):  # Rich takes ² for a digit
        said = os.environ.get(name, "1")
        if not (said.isascii() and said.isdigit() and 0 < int(said[:9]) < 100_000):
            del os.environ[name]
    environment = Environment.system()
    _spelling_out()
    code = run(sys.argv[1:], environment)
    # Skip the interpreter's own farewell: a reader that went away is no error of ours.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError) as error:
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                code = code or 3  # the end of it could not be written
    os._exit(code)
