"""Values that were forgotten and words that belong to no option, looked for before the parser, which cannot say the mend.

A parser takes the next option for the value that is missing: of ``--qk-norm --d-k 2`` it is left with a 2.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from tmat.errors import InputError

Options = dict[str, Any]


def look_through(arguments: Sequence[str], parameters: Sequence[Any]) -> None:
    """Refuse an option without its value, and a word that neither an option nor the command takes."""
    options = {flag: each for each in parameters for flag in (*each.opts, *each.secondary_opts) if flag[0] == "-"}
    named = [each for each in parameters if each.param_type_name == "argument"]
    room = sum(len(arguments) if each.nargs < 0 else each.nargs for each in named)
    before, said = "", None
    for at, flag, value in _pieces(arguments, options):
        if flag and value is None and not options[flag].is_flag:
            raise _forgotten(flag, arguments[at + 1 : at + 2], options)
        room -= not flag
        if room < 0 and not flag:
            only = f"one {named[0].metavar.strip('[]')}" if named else "options only"
            raise _left_over(only, before, said, arguments[at:], options)
        before, said = flag, value


def takes(flag: str, option: Any) -> str:
    """What an option wants, as help has it."""
    return f"{flag} {option.metavar}: {option.help}"


def _pieces(arguments: Sequence[str], options: Options) -> Iterator[tuple[int, str, str | None]]:
    """Of each option and each word by itself: where it stands, its flag or "", and its value, None where it has none."""
    at = 0
    while at < len(arguments) and arguments[at] != "--":
        word = arguments[at]
        name, _, glued = word.partition("=") if word[:2] == "--" else (word[:2], "", word[2:])
        if len(word) < 2 or word[0] != "-":
            yield at, "", None
        elif name not in options:
            return  # the parser says so
        elif options[name].is_flag or name != word:
            yield at, name, glued
        elif at + 1 == len(arguments) or _is_option(arguments[at + 1], options):
            yield at, name, None
        else:
            yield at, name, arguments[at + 1]
            at += 1
        at += 1


def _is_option(word: str, options: Options) -> bool:
    """Whether a word is an option, known or mistyped: what begins with two dashes and a letter is nobody's value."""
    name = word.partition("=")[0]
    return (
        word == "--"
        or name in options
        or (name[:2] == "--" and name[2:3].isalpha() and name.replace("-", "").isalnum())
    )


def _forgotten(flag: str, following: Sequence[str], options: Options) -> InputError:
    follows = f"the next option, {following[0].partition('=')[0]}, follows it" if following else "nothing follows it"
    return InputError(f"{flag} needs a value", follows, mend=takes(flag, options[flag]))


def _left_over(only: str, before: str, value: str | None, rest: Sequence[str], options: Options) -> InputError:
    """A word that nothing takes, the first of the rest, and the mend by the option before it."""
    word = rest[0]
    if "--matrix" in options and os.path.isfile(word):
        mend = f"try --weights {word} for all that it names, -m X={word} for one matrix, < {word} for a worksheet"
        return InputError(f"no file by itself: {word}", mend=mend)
    if not before:
        return InputError(f"it takes {only}: what is {word} for?", mend="try it with --help")
    option = options[before]
    if option.is_flag:
        return InputError(f"{before} takes no value, but {word} follows it", mend=f"try {before} alone")
    kind = getattr(getattr(option, "type_descriptor", None), "annotation", str)
    words = [value or "", *takewhile(lambda each: not each.startswith("-"), rest)]
    joint = "," if "," in option.metavar or option.metavar == "NAMES" else " "
    kept = words[0] if kind in (int, float) else joint.join(words)
    return InputError(f"{before} takes one value, but {word} follows {value}", mend=f"try {before} {shlex.quote(kept)}")
