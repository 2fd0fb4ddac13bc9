"""The parser's own part of a command: its words looked through before it is parsed, values converted, help's hyphens.

A parser takes the next option for a value that is missing: of ``--qk-norm --d-k 2`` it is left with a 2, and cannot say
what to do. So forgotten values and words that belong to no option are looked for first.

From 0.29 on typer has pydantic convert every value: 100 ms to import at each start, ``--heads 2.0`` taken for 2, other
errors; and its help brackets arguments once more. Text, whole numbers and numbers are all that is needed, so they are
converted here, whatever the version of typer.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from typer.core import TyperCommand

from tmat.errors import InputError

Options = dict[str, Any]
UNBROKEN = "\u2011"
"""A hyphen at which no line is folded."""


class Command(TyperCommand):
    """A command whose values are converted here."""

    def get_params(self, ctx: Any) -> list[Any]:
        return converted_here(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """In lines alone no name is folded within: torch-randn."""
        own = [self, *self.get_params(ctx)] if self.rich_markup_mode is None else []
        said = [each.help for each in own]
        for each in own:
            each.help = (each.help or "").replace("-", UNBROKEN)
        text: str = super().get_help(ctx)
        for each, help in zip(own, said, strict=True):
            each.help = help
        return text.replace(UNBROKEN, "-")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """In panels, drawn by Rich, no bracket is markup."""
        shown = copy(self)
        if self.rich_markup_mode and self.help:
            from rich.markup import escape

            shown.help = escape(self.help)
        TyperCommand.format_help(shown, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:  # completion
            look_through(args, self.get_params(ctx))
        rest: list[str] = super().parse_args(ctx, args)
        return rest


def converted_here(parameters: list[Any]) -> list[Any]:
    """The parameters, set to convert here; those of an older typer convert alike by themselves and stay as they are."""
    for parameter in parameters:
        if hasattr(parameter, "type_descriptor"):
            _convert_here(parameter)
    return parameters


def _convert_here(parameter: Any) -> None:
    kind = parameter.type_descriptor.annotation
    if kind in (bool, str, int, float, list[str]):
        parameter.get_runtime_param = lambda: Conversion(kind, parameter.min, parameter.max)
    if kind is bool:
        parameter.metavar = ""  # not <bool>: a flag takes no value
    if parameter.param_type_name == "argument":  # ours are written with their brackets
        parameter.get_usage_pieces = lambda ctx: [parameter.metavar]
        parameter.display_type_rich = lambda ctx: "<str>"


@dataclass(frozen=True)
class Conversion:
    """Takes the place of typer's conversion of one parameter."""

    kind: Any
    least: float | None
    most: float | None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if self.kind == list[str]:
            return [str(each) for each in value or ()]
        if value is None:
            return None
        try:
            number = self.kind(value)
        except ValueError:
            said = "a whole number" if self.kind is int else "a number"
            raise InputError(f"{param.opts[0]} needs {said}, not {value!r}", mend=takes(param.opts[0], param)) from None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise InputError(f"{param.opts[0]} goes {self.range()}, not {number}", mend=takes(param.opts[0], param))
        return number

    def range(self) -> str:
        """The numbers between the bounds, in words."""
        from_least = "" if self.least is None else f"from {self.least} "
        return f"{from_least}on" if self.most is None else f"{from_least}to {self.most}"


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
