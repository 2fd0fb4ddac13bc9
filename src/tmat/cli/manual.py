"""The manual page, made of what ``--help`` shows: ``tmat help --man | man -l -``."""

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
    """The page in the language of man (7): the program, then its commands one after another."""
    from importlib.metadata import version

    about, _, more = (commands.help or "").partition("\n\n")
    lines = [f'.TH TMAT 1 "" "tmat {version("tmat")}"', ".SH NAME", f"tmat \\- {_plain(about)}"]
    lines += [".SH SYNOPSIS", ".B tmat", "COMMAND [OPTIONS]", ".SH DESCRIPTION", _plain(more)]
    for name in commands.list_commands(program):
        command = commands.get_command(program, name)
        assert command is not None
        with command.make_context(name, [], parent=program, resilient_parsing=True) as context:
            lines += _of_command(command, context)
    lines += [".SH EXIT STATUS", *(line for code, said in EXITS.items() for line in _item(str(int(code)), said))]
    lines += [".SH ENVIRONMENT", *(line for name, said in VARIABLES.items() for line in _item(name, said))]
    return "\n".join(lines) + "\n"


def _of_command(command: Any, context: Any) -> Iterator[str]:
    """What it does, its options by their panels, its examples."""
    shown = [one for one in command.get_params(context) if not getattr(one, "hidden", False) and one.name != "help"]
    usage = [one.metavar for one in shown if one.param_type_name == "argument"]
    yield f".SH {_plain(' '.join(['tmat', command.name, '[OPTIONS]', *usage]))}"
    yield from _paragraphs(command.help)
    for panel, options in groupby(shown, lambda one: getattr(one, "rich_help_panel", None)):
        if panel is not None:
            yield f".SS {panel}"
        for one in options:
            yield from _item(_flags(one), one.help or "")
    yield from _paragraphs(command.epilog)


def _flags(one: Any) -> str:
    if one.param_type_name == "argument":
        return str(one.metavar)
    flags = ", ".join([*one.opts, *one.secondary_opts])
    return f"{flags} {one.metavar}" if one.metavar else flags


def _item(name: str, said: str) -> list[str]:
    return [".TP", f".B {_plain(name)}", _plain(said)]


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in (text or "").split("\n\n"):
        if paragraph.startswith("  "):  # a command to type
            yield from (".PP", ".RS", f".B {_plain(paragraph.strip())}", ".RE")
        elif paragraph.strip():
            yield from (".PP", _plain(paragraph))


def _plain(text: str) -> str:
    """Text as man takes it: no sign of man's own at the start of a line or within."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text
