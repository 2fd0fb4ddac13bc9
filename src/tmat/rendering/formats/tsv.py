"""Matrices as TSV: CSV with tabs."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.rendering.format import Format
from tmat.rendering.formats.csv import separated
from tmat.rendering.layout.look import Look
from tmat.sheet.worksheet import Worksheet


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """A file for each matrix."""
    return separated(sheets, look, name, "tsv", "\t")


FORMAT = Format((".tsv",), dump)
