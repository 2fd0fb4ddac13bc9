"""Modules by name: listed without importing them, and imported at first use.

So a new stage, format, … is one new file, and help and completion do not load NumPy. pkgutil.iter_modules lists too, but
importing pkgutil takes longer than all these listings.

>>> math = Late("math")
>>> math.sqrt(4.0)
2.0
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any


def modules_in(package: str, *, packages: bool = True) -> list[str]:
    """The modules of the package whose ``__file__`` is given, sorted; with or without the packages in it."""
    try:
        names = os.listdir(os.path.dirname(package))
    except NotADirectoryError:
        raise ImportError(f"tmat cannot run from inside an archive: {package} is no file. Try pip install.") from None
    modules = (name.removesuffix(".py") for name in names if packages or name.endswith(".py"))
    return sorted(name for name in modules if name.isidentifier() and not name.startswith("_"))


class Late:
    """The module of a name, loaded at its first attribute; under ``if TYPE_CHECKING`` mypy sees the real one."""

    def __init__(self, name: str) -> None:
        self._module = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._module), name)
        setattr(self, name, value)
        return value
