"""Modules that are loaded at first use, so that help and completion do not load NumPy.

>>> math = late("math")
>>> math.sqrt(4.0)
2.0
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """A placeholder for a module, which loads it at the first attribute."""

    def __init__(self, name: str) -> None:
        self._module = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._module), name)
        setattr(self, name, value)
        return value


def late(name: str) -> Any:
    """The module of that name, loaded at its first use; under ``if TYPE_CHECKING`` mypy sees the real one."""
    return Late(name)
