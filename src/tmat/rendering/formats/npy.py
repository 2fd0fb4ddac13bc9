"""Matrices as .npy, NumPy's file of one array."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO

import numpy as np

from tmat.numbers import round_half_away
from tmat.rendering.formats import Format
from tmat.rendering.layout.look import Look
from tmat.rendering.several import files
from tmat.sheet.worksheet import Array, Worksheet

PIECE = 1 << 19  # bytes written at once, so that checksum and copy find them in the cache


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """A file for each matrix."""
    contents: dict[str, bytes] = {}
    for path, entry in files(sheets, look, name, "npy").items():
        stream = BytesIO()
        save_npy(stream, entry.matrix.values, look.digits)
        contents[path] = stream.getvalue()
    return contents


def save_npy(stream: IO[bytes], values: Array, digits: int | None) -> None:
    """One matrix, row by row; with ``digits`` rounded to so many decimals."""
    array = np.ascontiguousarray(values if digits is None else round_half_away(values, digits))
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
    cells = array.data.cast("B") if array.size else b""
    for start in range(0, len(cells), PIECE):
        stream.write(cells[start : start + PIECE])


FORMAT = Format((".npy",), dump)
