"""Worksheets out, a module a format; each is imported when it is asked for.

A format's module has ``dump(sheets, look, name) -> {file name: content}``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import IO, TYPE_CHECKING

from tmat.errors import InputError

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.sheet.worksheet import Worksheet

FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "table": ("terminal", ()),
    "json": ("worksheet_json", (".json", ".jsonl")),
    "text": ("plain_text", (".txt",)),
    "markdown": ("markdown", (".md", ".markdown")),
    "latex": ("latex", (".tex",)),
    "html": ("html", (".html", ".htm")),
    "svg": ("svg", (".svg",)),
    "csv": ("delimited", (".csv",)),
    "tsv": ("delimited", (".tsv",)),
    "npy": ("numpy", (".npy",)),
    "npz": ("numpy", (".npz",)),
    "xlsx": ("xlsx", (".xlsx",)),
}


def known_formats() -> list[str]:
    return list(FORMATS)


def format_of_suffix(path: str) -> str:
    """The format that a file's name asks for."""
    suffix = os.path.splitext(path)[1].lower()
    for name, (_, suffixes) in FORMATS.items():
        if suffix in suffixes:
            return name
    known = [suffix for _, suffixes in FORMATS.values() for suffix in suffixes]
    raise InputError(
        f"cannot tell the format of {path}",
        f"its suffix is {suffix or 'missing'}; expected one of {' '.join(known)}",
        mend="or say it: ‹format markdown›",
    )


def rendered(sheets: Sequence[Worksheet], format: str, look: Look, name: str | None = None) -> dict[str, bytes]:
    """Worksheets in a format: file names and what is to be in each; without a name, one nameless file."""
    module = import_module(f"tmat.rendering.{FORMATS[format][0]}")
    files: dict[str, bytes] = module.dump(sheets, look, name if name is not None else "", format)
    return files


def streamed(format: str) -> Callable[[IO[bytes], Sequence[Worksheet], Look], None] | None:
    """What writes worksheets straight into a file, where a format is made for gigabytes; else None."""
    if format != "npz":
        return None
    from tmat.rendering.numpy import save_npz

    return save_npz
