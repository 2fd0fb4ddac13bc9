"""The formats of worksheets, a module each: it is named as its format and states it in FORMAT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tmat.rendering.layout.look import Look
    from tmat.sheet.worksheet import Worksheet

Dump: TypeAlias = "Callable[[Sequence[Worksheet], Look, str], dict[str, bytes]]"
"""Worksheets, a look and a file name (empty on standard output) to file names and contents."""
Stream: TypeAlias = "Callable[[IO[bytes], Sequence[Worksheet], Look], None]"


@dataclass(frozen=True, slots=True)
class Format:
    suffixes: tuple[str, ...]
    dump: Dump
    working: bool = False  # whether it shows the working of cells
    pages: bool = False  # whether it draws pages with remarks; other formats hold numbers only
    stream: Stream | None = None  # writes straight into a file, for formats that hold gigabytes


def text_of(document: Callable[[Sequence[Worksheet], Look], str]) -> Dump:
    """The ``dump`` of a format that is one text for all worksheets."""
    return lambda sheets, look, name: {name: document(sheets, look).encode("utf-8", "replace")}
