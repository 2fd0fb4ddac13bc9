"""tmat help."""

from typing import Annotated

import typer

from tmat.engine.declaration import OUTPUT

EXAMPLES = (
    "tmat help attention",
    "tmat help --man",
)

ABOUT = """tmat help attention = tmat attention --help.

With --man, a manual page of all commands, for man: tmat help --man | man -l -"""


def _commands() -> list[str]:
    from tmat.cli.program import command_names

    return command_names()


def command(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[COMMAND]",
            help="Which command; without a name, the help of the program.",
            autocompletion=_commands,
        ),
    ] = None,
    man: Annotated[bool, typer.Option("--man", rich_help_panel=OUTPUT, help="A manual page, for man.")] = False,
) -> None:
    program = context.find_root()
    commands: typer.core.TyperGroup = program.command  # type: ignore[assignment]
    if man:
        from tmat.cli.manual import manual

        context.obj.write(manual(program, commands))
        return
    if name is None:
        typer.echo(commands.get_help(program))
        return
    _, subcommand, _ = commands.resolve_command(program, [name])
    assert subcommand is not None
    with subcommand.make_context(name, [], parent=program, resilient_parsing=True) as subcontext:
        typer.echo(subcommand.get_help(subcontext))
