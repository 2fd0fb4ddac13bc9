"""Worksheets out, in any format; a format's module is imported when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import InputError
from tmat.modules import modules_in
from tmat.rendering import formats
from tmat.rendering.format import Format

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.sheet.worksheet import Worksheet


def known_formats() -> list[str]:
    return modules_in(formats.__file__)


def format_named(name: str) -> Format:
    """What a known format says of itself."""
    found: Format = import_module(f"tmat.rendering.formats.{name}").FORMAT
    return found


def format_of_suffix(path: str) -> str:
    """The format that a file's name asks for."""
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


def rendered(sheets: Sequence[Worksheet], format: str, look: Look, name: str | None = None) -> dict[str, bytes]:
    """Worksheets in a format: file names and what is to be in each; without a name, one nameless file."""
    return format_named(format).dump(sheets, look, name or "")
