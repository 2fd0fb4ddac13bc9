"""Write worksheets in any format; a format's module is imported when that format is first needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.modules import modules_in
from tmat.rendering import formats
from tmat.rendering.formats import Format

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.sheet.worksheet import Worksheet


def known_formats() -> list[str]:
    return modules_in(formats.__file__)


def format_named(name: str) -> Format:
    """A known format."""
    format: Format = import_module(f"tmat.rendering.formats.{name}").FORMAT
    return format


def format_of_suffix(path: str) -> str:
    """The format that goes with a file's suffix. Errors: a suffix of no format."""
    suffix = os.path.splitext(path)[1].lower()
    known = known_formats()
    known.sort(key=lambda name: not set(suffix[1:]) <= set(name))  # .md is short for markdown: not all need be imported
    for name in known:
        if suffix in format_named(name).suffixes:
            return name
    raise InputError(
        f"cannot tell the format of {path}",
        f"its suffix is {suffix or 'missing'}; expected one of {' '.join(s for n in known for s in format_named(n).suffixes)}",
        mend="or say it: ‹format markdown›",
    )


def rendered(sheets: Sequence[Worksheet], format: str, look: Look, name: str = "") -> dict[str, bytes]:
    """Worksheets in a format, as file names and contents; ``name`` is that of the one file or of the folder, empty on standard output."""
    return format_named(format).dump(sheets, look, name)
