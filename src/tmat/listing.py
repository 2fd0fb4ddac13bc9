"""The names of a package's modules, without importing them, so that a new stage, format, … is one new file.

pkgutil.iter_modules does the same, but importing pkgutil takes longer than all these listings.
"""

from __future__ import annotations

import os


def modules_in(package: str, *, packages: bool = True) -> list[str]:
    """The modules of the package whose ``__file__`` is given, sorted; with or without the packages in it."""
    try:
        names = os.listdir(os.path.dirname(package))
    except NotADirectoryError:
        raise ImportError(f"tmat cannot run from inside an archive: {package} is no file. Try pip install.") from None
    modules = (name.removesuffix(".py") for name in names if packages or name.endswith(".py"))
    return sorted(name for name in modules if name.isidentifier() and not name.startswith("_"))
