"""config.json: its fields, each asked for with what is legal, and what each decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tmat.errors import InputError, meant
from tmat.visible import visible

Kind = TypeVar("Kind")
NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Fact:
    """A convention in force: what it is, and what said so."""

    name: str
    value: Any
    by: str  # the field of config.json; or that every model of the family has it so


class Config:
    """The fields of a config.json. What is asked for with a name is a convention in force, and is listed with its field."""

    def __init__(self, values: Mapping[str, Any], origin: str) -> None:
        self.values, self.origin = values, origin
        self.facts: list[Fact] = []

    def whole(self, field: str, called: str = "", default: Any = NOTHING, *, least: int = 1) -> int:
        """A whole number."""
        value = self._of(field, default)
        if type(value) is not int or value < least:
            raise self._refusal(field, value, f"expected a whole number from {least}")
        return self._fact(called, value, field)

    def divided(self, field: str, by: str) -> int:
        """How often one whole number goes into another: the width of a head.

        Errors: where it leaves a rest.
        """
        whole, parts = self.whole(field), self.whole(by)
        if whole % parts:
            raise self._refusal(by, parts, f"{field}, {whole}, is no multiple of it")
        return whole // parts

    def number(self, field: str, called: str = "", default: Any = NOTHING) -> float:
        """A number above 0."""
        value = self._of(field, default)
        if type(value) not in (int, float) or not 0 < value < float("inf"):
            raise self._refusal(field, value, "expected a number above 0")
        return self._fact(called, float(value), field)

    def flag(self, field: str, called: str = "", default: Any = NOTHING) -> bool:
        """True or false."""
        value = self._of(field, default)
        if type(value) is not bool:
            raise self._refusal(field, value, "expected true or false")
        return self._fact(called, value, field)

    def one_of(self, field: str, legal: Mapping[str, Kind], called: str = "", default: Any = NOTHING) -> Kind:
        """What one of some words stands for."""
        value = self._of(field, default)
        if not isinstance(value, str) or value not in legal:
            raise self._refusal(field, value, f"expected one of {', '.join(legal)}", meant(str(value), legal))
        return self._fact(called, legal[value], field)

    def refuse(self, field: str, *legal: Any, because: str) -> None:
        """Say no to a field that would ask for another arithmetic; absent, null and what is legal pass."""
        value = self.values.get(field)
        if value is not None and value not in legal:
            raise self._refusal(field, value, because)

    def fixed(self, **facts: Any) -> None:
        """What holds for every model of the family."""
        for name, value in facts.items():
            self.fact(name.replace("_", " "), value, "every model of this kind")

    def fact(self, name: str, value: Any, by: str) -> None:
        self.facts.append(Fact(name, value, by))

    def wrong(self, field: str, expected: str) -> InputError:
        """The error for a field whose value does not go with others."""
        return self._refusal(field, self.values.get(field), expected)

    def _fact(self, called: str, value: Kind, field: str) -> Kind:
        if called:
            self.fact(called, value, field if self.values.get(field) is not None else f"no {field}")
        return value

    def _of(self, field: str, default: Any) -> Any:
        value = self.values.get(field)
        if value is not None:
            return value
        if default is NOTHING:
            raise InputError(f"{self.origin} has no {field}", "it decides the arithmetic, and is not guessed")
        return default

    def _refusal(self, field: str, value: Any, expected: str, mend: str | None = None) -> InputError:
        return InputError(f"{self.origin}: {field} is {visible(repr(value), 60)}", expected, mend=mend)
