"""config.json: its fields, checked as they are read, and the conventions that they decide."""

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
    """A convention in force, and what decided it."""

    name: str
    value: Any
    by: str  # the field of config.json, or "every model of this kind"


class Config:
    """The fields of a config.json. A field read with a name (``called``) is recorded as a fact."""

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
        """One whole number over another: the width of a head.

        Errors: a remainder.
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
        """A boolean."""
        value = self._of(field, default)
        if type(value) is not bool:
            raise self._refusal(field, value, "expected true or false")
        return self._fact(called, value, field)

    def one_of(self, field: str, legal: Mapping[str, Kind], called: str = "", default: Any = NOTHING) -> Kind:
        """The value that one of the legal words stands for."""
        value = self._of(field, default)
        if not isinstance(value, str) or value not in legal:
            raise self._refusal(field, value, f"expected one of {', '.join(legal)}", meant(str(value), legal))
        return self._fact(called, legal[value], field)

    def refuse(self, field: str, *legal: Any, because: str) -> None:
        """Refuse a field whose value would change the arithmetic; an absent field, null and the ``legal`` values pass."""
        value = self.values.get(field)
        if value is not None and value not in legal:
            raise self._refusal(field, value, because)

    def fixed(self, **facts: Any) -> None:
        """Record what holds for every model of the family."""
        for name, value in facts.items():
            self.fact(name.replace("_", " "), value, "every model of this kind")

    def fact(self, name: str, value: Any, by: str) -> None:
        self.facts.append(Fact(name, value, by))

    def wrong(self, field: str, expected: str) -> InputError:
        """The error for a field whose value contradicts others."""
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
