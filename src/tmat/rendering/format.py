"""What a format says of itself; its name is the name of its module in ``tmat.rendering.formats``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tmat.rendering.layout.look import Look
    from tmat.sheet.worksheet import Worksheet

Dump: TypeAlias = "Callable[[Sequence[Worksheet], Look, str], dict[str, bytes]]"
"""Worksheets as files of a name, or of no name on standard output: what is to be in each."""
Stream: TypeAlias = "Callable[[IO[bytes], Sequence[Worksheet], Look], None]"


@dataclass(frozen=True, slots=True)
class Format:
    suffixes: tuple[str, ...]
    dump: Dump
    working: bool = False  # whether it shows the working of a cell
    pages: bool = False  # whether it draws pages, remarks and all; others hold numbers alone
    stream: Stream | None = None  # writes straight into a file, where a format is made for gigabytes


def text_of(document: Callable[[Sequence[Worksheet], Look], str]) -> Dump:
    """The dump of a format that is one text of all worksheets."""
    return lambda sheets, look, name: {name: document(sheets, look).encode("utf-8", "replace")}
