"""What the command line's words become, and how help shows parameters: alike whatever the version of typer.

From 0.29 on typer has pydantic convert every value: 100 ms to import at each start, ``--heads 2.0`` taken for 2, other
errors; and its help brackets arguments once more. What is needed here is little: text, whole numbers and numbers.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand


class Command(TyperCommand):
    """A command whose values are converted here."""

    def get_params(self, ctx: Any) -> list[Any]:
        return converted_here(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """In panels, drawn by Rich, no bracket is markup."""
        shown = copy(self)
        if self.rich_markup_mode and self.help:
            from rich.markup import escape

            shown.help = escape(self.help)
        TyperCommand.format_help(shown, ctx, formatter)


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
        bounded = self.least is not None or self.most is not None
        try:
            number = self.kind(value)
        except ValueError:
            name = self.kind.__name__ + " range" * bounded
            raise BadParameter(f"{value!r} is not a valid {name}.", ctx=ctx, param=param) from None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise BadParameter(f"{number} is not in the range {self.range()}.", ctx=ctx, param=param)
        return number

    def range(self) -> str:
        """The numbers between the bounds, as help writes them."""
        least = "" if self.least is None else f"{self.least}<="
        if self.most is None:
            return f"x>={self.least}"
        return f"{least}x<={self.most}"
