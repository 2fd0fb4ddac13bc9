"""tmat help."""

from typing import Annotated

import typer

from tmat.engine.declaration import OUTPUT

EXAMPLES = """Examples:

  tmat help attention

  tmat help --man"""

ABOUT = """tmat help attention = tmat attention --help.

With --man, a manual page of every command, as man reads it: tmat help --man | man -l -"""


def _commands(ctx: typer.Context, incomplete: str) -> list[str]:
    group: typer.core.TyperGroup = ctx.find_root().command  # type: ignore[assignment]
    return [name for name in group.list_commands(ctx) if name.startswith(incomplete)]


def command(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[COMMAND]", help="Which one; the program unless told.", autocompletion=_commands),
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
    _, found, _ = commands.resolve_command(program, [name])
    assert found is not None
    with found.make_context(name, [], parent=program, resilient_parsing=True) as own:
        typer.echo(found.get_help(own))


command.__doc__ = ABOUT
