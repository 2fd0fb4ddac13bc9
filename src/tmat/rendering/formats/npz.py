"""Matrices as .npz, NumPy's archive of arrays by name. The same numbers make the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import IO

from tmat.errors import InputError
from tmat.rendering.formats import Format
from tmat.rendering.formats.npy import save_npy
from tmat.rendering.layout.look import Look
from tmat.rendering.several import entries
from tmat.sheet.worksheet import Matrix, Worksheet

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")  # no name may be a path when the archive is unpacked


def dump(sheets: Sequence[Worksheet], look: Look, name: str) -> dict[str, bytes]:
    """One archive with all matrices."""
    stream = BytesIO()
    save_npz(stream, sheets, look)
    return {name: stream.getvalue()}


def save_npz(stream: IO[bytes], sheets: Sequence[Worksheet], look: Look) -> None:
    """All matrices by name, written straight from memory: ``Q``, or of several stages ``attention.Q``.

    The archive is not compressed, as numpy.savez writes it. Errors: no matrix at all.

    >>> stream = BytesIO()
    >>> import numpy as np
    >>> from tmat.sheet.worksheet import Stage
    >>> save_npz(stream, [Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[0.5, -np.inf]])})])], Look())
    >>> _ = stream.seek(0)
    >>> np.load(stream)["X"]
    array([[ 0.5, -inf]])
    """
    matrices = _members({entry.name: entry.matrix for entry in entries(sheets, look)})
    if not matrices:
        raise InputError("no matrix to write as npz", "the worksheet has none", mend="try ‹format json›")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, matrix in matrices.items():
            info = zipfile.ZipInfo(f"{name}.npy", LONG_AGO)
            with archive.open(info, "w", force_zip64=True) as member:
                save_npy(member, matrix.values, look.digits)


def _members(matrices: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The matrices under unique names that are safe in an archive."""
    members: dict[str, Matrix] = {}
    for name, matrix in matrices.items():
        plain = _UNFIT.sub("-", name).lstrip(".") or "matrix"
        unique, n = plain, 2
        while unique in members:
            unique, n = f"{plain}-{n}", n + 1
        members[unique] = matrix
    return members


FORMAT = Format((".npz",), dump, stream=save_npz)
