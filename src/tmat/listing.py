"""The modules of a package by name, so that a new one is one new file; none is imported.

pkgutil.iter_modules would say the same, and takes longer to import than all modules that there are to find.
"""

from __future__ import annotations

import os


def modules_in(package: str, *, packages: bool = True) -> list[str]:
    """The modules of a package whose ``__file__`` is given, with or without the packages in it, by the alphabet."""
    try:
        names = os.listdir(os.path.dirname(package))
    except NotADirectoryError:
        raise ImportError(f"tmat cannot run from inside an archive: {package} is no file. Try pip install.") from None
    modules = (name.removesuffix(".py") for name in names if packages or name.endswith(".py"))
    return sorted(name for name in modules if name.isidentifier() and not name.startswith("_"))
