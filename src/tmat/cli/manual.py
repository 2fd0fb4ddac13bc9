"""The manual page, made from the help of all commands: ``tmat help --man | man -l -``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tmat.cli.failing import Exit

EXITS = {
    Exit.DONE: "done, or all right",
    Exit.NOT_RIGHT: "check found something not right",
    Exit.BAD_INPUT: "bad usage or bad input",
    Exit.LIMIT: "a limit reached, or a file that cannot be written",
}
VARIABLES = {
    "COLUMNS": "how wide pages are laid out, where --width does not say it",
    "NO_COLOR": "no colour",
    "FORCE_COLOR, CLICOLOR_FORCE": "colour in a pipe too",
}


def manual(program: Any, commands: Any) -> str:
    """The page in roff, as man(7) describes: the program, then its commands."""
    from importlib.metadata import version

    about, _, more = (commands.help or "").partition("\n\n")
    lines = [f'.TH TMAT 1 "" "tmat {version("tmat")}"', ".SH NAME", f"tmat \\- {_plain(about)}"]
    lines += [".SH SYNOPSIS", ".B tmat", "COMMAND [OPTIONS]", ".SH DESCRIPTION", _plain(more)]
    for name in commands.list_commands(program):
        command = commands.get_command(program, name)
        assert command is not None
        with command.make_context(name, [], parent=program, resilient_parsing=True) as context:
            lines += _of_command(command, context)
    lines += [".SH EXIT STATUS", *(line for code, text in EXITS.items() for line in _item(str(int(code)), text))]
    lines += [".SH ENVIRONMENT", *(line for name, text in VARIABLES.items() for line in _item(name, text))]
    return "\n".join(lines) + "\n"


def _of_command(command: Any, context: Any) -> Iterator[str]:
    """The section of a command: its help, its options by panel, its examples."""
    parameters = [
        parameter
        for parameter in command.get_params(context)
        if not getattr(parameter, "hidden", False) and parameter.name != "help"
    ]
    usage = [parameter.metavar for parameter in parameters if parameter.param_type_name == "argument"]
    yield f".SH {_plain(' '.join(['tmat', command.name, '[OPTIONS]', *usage]))}"
    yield from _paragraphs(command.help)
    for panel, options in groupby(parameters, lambda parameter: getattr(parameter, "rich_help_panel", None)):
        if panel is not None:
            yield f".SS {panel}"
        for parameter in options:
            yield from _item(_flags(parameter), parameter.help or "")
    yield from _paragraphs(command.epilog)


def _flags(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    flags = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return f"{flags} {parameter.metavar}" if parameter.metavar else flags


def _item(name: str, text: str) -> list[str]:
    return [".TP", f".B {_plain(name)}", _plain(text)]


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in (text or "").split("\n\n"):
        if paragraph.startswith("  "):  # a command to type
            yield from (".PP", ".RS", f".B {_plain(paragraph.strip())}", ".RE")
        elif paragraph.strip():
            yield from (".PP", _plain(paragraph))


def _plain(text: str) -> str:
    """Text with roff's control characters escaped."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text
