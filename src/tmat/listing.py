"""The modules of a package by name, so that a new one is one new file; none is imported.

pkgutil.iter_modules would say the same, and takes longer to import than all modules that there are to find.
"""

from __future__ import annotations

import os


def modules_in(package: str) -> list[str]:
    """The modules and packages of a package whose ``__file__`` is given, in the order of the alphabet."""
    names = (name.removesuffix(".py") for name in os.listdir(os.path.dirname(package)))
    return sorted(name for name in names if name.isidentifier() and not name.startswith("_"))
