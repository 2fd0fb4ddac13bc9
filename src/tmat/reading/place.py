"""Where in a JSON document something stands, and how an error names it."""

from __future__ import annotations

from tmat.errors import InputError
from tmat.visible import visible


class Place:
    """A JSON path, and the file or stream that the document came from. The path is spelled only when it is asked for.

    >>> Place("key.json")["stages"][0]["given"]["W Q"].path
    '$.stages[0].given["W Q"]'
    """

    __slots__ = ("_above", "_key", "origin")

    def __init__(self, origin: str, above: Place | None = None, key: str | int = "") -> None:
        self.origin = origin
        self._above = above
        self._key = key

    def __getitem__(self, key: str | int) -> Place:
        return Place(self.origin, self, key)

    @property
    def path(self) -> str:
        steps: list[str] = []
        place = self
        while place._above is not None:
            steps.append(_spelled(place._key))
            place = place._above
        return "".join(["$", *reversed(steps)])

    def error(self, found: str, expected: str, mend: str | None = None) -> InputError:
        """The error for this place: what is there, and what was expected."""
        return InputError(f"{self.path} {found}", f"in {self.origin}", f"expected {expected}", mend=mend)


def _spelled(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if all(character.isalnum() or character == "_" for character in key) and key:
        return f".{key}"
    quoted = visible(key, 60).replace('"', '\\"')
    return f'["{quoted}"]'


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
