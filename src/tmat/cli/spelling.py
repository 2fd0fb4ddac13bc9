"""Options as the command line writes them: ‹heads 3› is --heads 3, ‹scale False› is --no-scale, ‹-m X› is -m X=…"""

from __future__ import annotations

from collections.abc import Callable

from tmat.stages import declared, stage_names

Spelled = Callable[[str, str], str]
OF_EVERY_COMMAND = {"keep": "only"}
"""Where the flag is not the name with dashes and no stage declares it."""


def spelling(command: str) -> Spelled:
    """How the options of a command are written, for ``TmatError.told``."""
    flags = dict(OF_EVERY_COMMAND)
    if command in stage_names():
        options = declared(command).conventions
        flags |= {name: one.flag for name, one in options.items() if one.flag}

    def spelled(name: str, value: str) -> str:
        if name == "-m":
            return f"-m {value}" if "=" in value else f"-m {value}=…"
        if name == "-o":
            return f"-o {value}"
        flag = "--" + (flags.get(name) or name.replace("_", "-"))
        if value in ("True", "False"):
            return flag if value == "True" or name in flags else flag.replace("--", "--no-", 1)
        return f"{flag} {value}" if value else flag

    return spelled
