"""Failures: a block on standard error and an exit code; a traceback only with --debug."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from tmat.cli.environment import Environment
from tmat.errors import TmatError, meant
from tmat.visible import visible

MOST_TOLD = 3
"""The most commands that are named if an option belongs to others."""


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    NOT_RIGHT = 1
    BAD_INPUT = 2
    LIMIT = 3
    INTERRUPTED = 130


def answer(error: BaseException, arguments: Sequence[str], environment: Environment, commands: Iterable[str]) -> int:
    """Report an error; returns the exit code. ``commands`` are the names of all commands."""
    if "--debug" in arguments and not isinstance(error, SystemExit):
        import traceback

        environment.say("".join(traceback.format_exception(error)))
    if _interrupted(error):
        return Exit.INTERRUPTED
    command = f"tmat {arguments[0]}" if arguments and arguments[0] in commands else "tmat"
    kind = type(error).__name__
    if isinstance(error, TmatError):
        from tmat.cli.made import spelling

        environment.complain(f"{command}: {error.told(spelling(arguments[0] if arguments else ''))}")
        return error.exit_code
    # Click exits with 1 on a broken pipe, a code that has another meaning here.
    cause = error.__context__ if isinstance(error, SystemExit) else error
    if isinstance(cause, BrokenPipeError) or (isinstance(cause, OSError) and cause.errno == errno.EPIPE):
        _close_quietly(environment)
        return Exit.DONE
    if kind == "Abort":
        return Exit.INTERRUPTED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else Exit.BAD_INPUT
    if kind == "Exit":
        return int(getattr(error, "exit_code", 0))
    if hasattr(error, "format_message"):
        environment.complain(_usage(command, kind, error, commands))
        return Exit.BAD_INPUT
    if isinstance(error, MemoryError):
        environment.complain(
            f"{command}: not enough memory\n  the matrices are too large for this machine\n  try --only output"
        )
        return Exit.LIMIT
    if isinstance(error, OSError):
        environment.complain(f"{command}: cannot write\n  {error.strerror or error}")
        return Exit.LIMIT
    environment.complain(f"{command}: something unforeseen: {kind}: {error}\n  --debug shows where; please report it")
    return Exit.LIMIT


def _interrupted(error: BaseException | None) -> bool:
    """Whether an interrupt caused it, directly or through an error in what it interrupted."""
    depth = 0
    while error is not None and depth < 20:
        if isinstance(error, KeyboardInterrupt):
            return True
        error, depth = error.__context__, depth + 1
    return False


def _usage(command: str, kind: str, error: BaseException, commands: Iterable[str]) -> str:
    """An error of the parser in our form: what is wrong, and what to try."""
    message = str(error.format_message()).rstrip(".")  # type: ignore[attr-defined]
    if kind == "NoSuchOption":
        option = str(getattr(error, "option_name", ""))
        context = getattr(error, "ctx", None)
        flags = _flags(context.command) if context else []
        others = (
            [name for name in commands if option in _flags(context.parent.command.get_command(None, name))]
            if context and context.parent
            else []
        )
        elsewhere = f"it is an option of tmat {', tmat '.join(others)}" if 0 < len(others) <= MOST_TOLD else None
        mend = elsewhere or meant(option, flags) or f"try {command} --help"
        return f"{command}: no such option: {visible(option)}\n  {mend}"
    if message.lower().startswith("no such command"):
        name = message.partition("'")[2].rpartition("'")[0] or message
        mend = meant(name, commands) or f"there are {', '.join(commands)}"
        return f"tmat: no such command: {visible(name)}\n  {mend}"
    first, *rest = message.split("\n")
    lines = [f"{command}: {first[:1].lower()}{first[1:]}", *(f"  {line.strip()}" for line in rest if line.strip())]
    return "\n".join([*map(visible, lines), f"  try {command} --help"])


def _flags(command: Any) -> list[str]:
    return [flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)]


def _close_quietly(environment: Environment) -> None:
    """Send further output to nowhere, as the reader went away."""
    import os

    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, environment.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        pass
