"""Where in a JSON document something stands, and how an error names it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tmat.errors import InputError
from tmat.visible import visible

_PLAIN_KEY = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON path, and the file or stream that the document came from.

    >>> Place("key.json")["stages"][0]["given"]["W Q"].path
    '$.stages[0].given["W Q"]'
    """

    origin: str
    path: str = "$"

    def __getitem__(self, key: str | int) -> Place:
        if isinstance(key, int):
            return Place(self.origin, f"{self.path}[{key}]")
        if _PLAIN_KEY.fullmatch(key):
            return Place(self.origin, f"{self.path}.{key}")
        quoted = visible(key, 60).replace('"', '\\"')
        return Place(self.origin, f'{self.path}["{quoted}"]')

    def error(self, found: str, expected: str, mend: str | None = None) -> InputError:
        """The error for this place: what is there, and what was expected."""
        return InputError(f"{self.path} {found}", f"in {self.origin}", f"expected {expected}", mend=mend)


def shown(value: object) -> str:
    """A JSON value in a few words.

    >>> shown(None), shown("abc"), shown([1, 2]), shown({})
    ('null', '"abc"', 'an array of 2', 'an object')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f'"{visible(value, 40)}"'
    if isinstance(value, list):
        return f"an array of {len(value)}" if value else "an empty array"
    if isinstance(value, dict):
        return "an object"
    return str(value)
