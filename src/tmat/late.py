"""Modules that are loaded when something of them is first used: help and completion never wait for NumPy.

>>> math = late("math")
>>> math.sqrt(4.0)
2.0
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """Stands for a module until it is needed."""

    def __init__(self, name: str) -> None:
        self._module = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._module), name)
        setattr(self, name, value)
        return value


def late(name: str) -> Any:
    """The module of that name, loaded at its first use; ``if TYPE_CHECKING`` imports the real one for mypy."""
    return Late(name)
