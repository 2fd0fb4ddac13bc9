"""Parsing a command line: checks before the parser, conversion of values, and help without broken names.

Click takes the next option as the value that is missing: of ``--qk-norm --d-k 2`` it is left with the word 2, and its
error cannot say what to do. It has no public hook for this, so missing values and words that belong to no option are
looked for before it parses.

From 0.29 on typer converts values with pydantic: that takes 100 ms to import at each start, accepts ``--heads 2.0``, and
has other errors; its help also adds brackets to arguments. Only texts, integers and floats are needed, so they are
converted here with every version of typer.
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
"""A hyphen at which no line is wrapped."""


class Command(TyperCommand):
    """A command with our checks, our conversion of values, and help whose names are not broken at hyphens."""

    def get_params(self, ctx: Any) -> list[Any]:
        return converted_here(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        text: str = super().get_help(ctx)
        return text.replace(UNBROKEN, "-")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """In panels, drawn by Rich, brackets are escaped; in plain lines hyphens are unbroken: torch-randn."""
        shown = copy(self)
        if self.rich_markup_mode:
            from rich.markup import escape

            shown.help = escape(self.help or "")
        else:
            shown.params = [copy(parameter) for parameter in self.params]
            texts: list[Any] = [shown, *shown.params]
            for each in texts:
                each.help = (each.help or "").replace("-", UNBROKEN)
        TyperCommand.format_help(shown, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:  # as completion does
            refuse_malformed(args, self.get_params(ctx))
        rest: list[str] = super().parse_args(ctx, args)
        return rest


def converted_here(parameters: list[Any]) -> list[Any]:
    """The parameters, set to use our conversion; those of an older typer convert the same way and are not changed."""
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
    if parameter.param_type_name == "argument":  # our metavars have brackets already
        parameter.get_usage_pieces = lambda ctx: [parameter.metavar]
        parameter.display_type_rich = lambda ctx: "<str>"


@dataclass(frozen=True)
class Conversion:
    """Replaces typer's conversion of one parameter."""

    kind: Any
    least: float | None
    most: float | None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if self.kind == list[str]:
            return [str(part) for part in value or ()]
        if value is None:
            return None
        try:
            number = self.kind(value)
        except ValueError:
            expected = "a whole number" if self.kind is int else "a number"
            raise InputError(
                f"{param.opts[0]} needs {expected}, not {value!r}", mend=takes(param.opts[0], param)
            ) from None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise InputError(f"{param.opts[0]} goes {self.range()}, not {number}", mend=takes(param.opts[0], param))
        return number

    def range(self) -> str:
        """The bounds in words: from 1 to 9, from 1 on."""
        from_least = "" if self.least is None else f"from {self.least} "
        return f"{from_least}on" if self.most is None else f"{from_least}to {self.most}"


def refuse_malformed(arguments: Sequence[str], parameters: Sequence[Any]) -> None:
    """Refuse an option without its value, and a word that no option and no argument takes."""
    options = {
        flag: parameter
        for parameter in parameters
        for flag in (*parameter.opts, *parameter.secondary_opts)
        if flag[0] == "-"
    }
    positional = [parameter for parameter in parameters if parameter.param_type_name == "argument"]
    room = sum(len(arguments) if parameter.nargs < 0 else parameter.nargs for parameter in positional)
    previous, previous_value = "", None
    for index, flag, value in _pieces(arguments, options):
        if flag and value is None and not options[flag].is_flag:
            raise _missing_value(flag, arguments[index + 1 : index + 2], options)
        room -= not flag
        if room < 0 and not flag:
            only = f"one {positional[0].metavar.strip('[]')}" if positional else "options only"
            raise _left_over(only, previous, previous_value, arguments[index:], options)
        previous, previous_value = flag, value


def takes(flag: str, option: Any) -> str:
    """An option as help shows it: flag, metavar, text."""
    return f"{flag} {option.metavar}: {option.help}"


def _pieces(arguments: Sequence[str], options: Options) -> Iterator[tuple[int, str, str | None]]:
    """For each option and each single word: its index, the flag or "", and the option's value, None if it is missing."""
    index = 0
    while index < len(arguments) and arguments[index] != "--":
        word = arguments[index]
        name, _, attached = word.partition("=") if word[:2] == "--" else (word[:2], "", word[2:])
        if len(word) < 2 or word[0] != "-":
            yield index, "", None
        elif name not in options:
            return  # the parser reports it
        elif options[name].is_flag or name != word:
            yield index, name, attached
        elif index + 1 == len(arguments) or _is_option(arguments[index + 1], options):
            yield index, name, None
        else:
            yield index, name, arguments[index + 1]
            index += 1
        index += 1


def _is_option(word: str, options: Options) -> bool:
    """Whether a word is an option, known or mistyped: a word that begins with two dashes and a letter is no value."""
    name = word.partition("=")[0]
    return (
        word == "--"
        or name in options
        or (name[:2] == "--" and name[2:3].isalpha() and name.replace("-", "").isalnum())
    )


def _missing_value(flag: str, following: Sequence[str], options: Options) -> InputError:
    reason = f"the next option, {following[0].partition('=')[0]}, follows it" if following else "nothing follows it"
    return InputError(f"{flag} needs a value", reason, mend=takes(flag, options[flag]))


def _left_over(only: str, previous: str, value: str | None, rest: Sequence[str], options: Options) -> InputError:
    """The error for a word that nothing takes, the first of ``rest``, with a mend that fits the option before it."""
    word = rest[0]
    if "--matrix" in options and os.path.isfile(word):
        mend = f"try --weights {word} for all that it names, -m X={word} for one matrix, < {word} for a worksheet"
        return InputError(f"no file by itself: {word}", mend=mend)
    if not previous:
        return InputError(f"it takes {only}: what is {word} for?", mend="try it with --help")
    option = options[previous]
    if option.is_flag:
        return InputError(f"{previous} takes no value, but {word} follows it", mend=f"try {previous} alone")
    words = [value or "", *takewhile(lambda part: not part.startswith("-"), rest)]
    separator = "," if "," in option.metavar or option.metavar == "NAMES" else " "
    meant_value = words[0] if _is_number(option) else separator.join(words)
    return InputError(
        f"{previous} takes one value, but {word} follows {value}", mend=f"try {previous} {shlex.quote(meant_value)}"
    )


def _is_number(option: Any) -> bool:
    """Whether the value of an option is a number, in old and new versions of typer."""
    if hasattr(option, "type_descriptor"):
        return option.type_descriptor.annotation in (int, float)
    return str(option.type.name).startswith(("integer", "float"))
