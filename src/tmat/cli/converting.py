"""What the command line's words become, and how help shows parameters: alike whatever the version of typer.

From 0.29 on typer has pydantic convert every value: 100 ms to import at each start, ``--heads 2.0`` taken for 2, other
errors; and its help brackets arguments once more. What is needed here is little: text, whole numbers and numbers.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from typer.core import TyperCommand

from tmat.cli.arguments import look_through, takes
from tmat.errors import InputError

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
