"""Worksheets from and into files: what ``tmat show`` and ``-o`` do, for Python.

>>> from tmat.stages.attention import attention
>>> print(show(attention([[1.0, 2.0]], weights=False), only=["scores"]).splitlines()[2])
 1   scores = X·Xᵀ              → 1×1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError
from tmat.outputs import write_files

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Worksheet


def read(path: str) -> Worksheet:
    """The worksheet of a JSON file, or the matrices of any other kind of file as one.

    Errors: a file that cannot be read, or that has several worksheets.
    """
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices
    from tmat.sheet.worksheet import Stage, Worksheet

    if path.lower().endswith(".json"):
        with open_file(path) as stream:
            found = list(read_documents(stream, path))
        if len(found) != 1:
            raise InputError(f"{path} has {len(found)} worksheets", "expected one")
        named = found[0]
    else:
        named = read_matrices(path)
    if isinstance(named, Worksheet):
        return named
    given = {name or "A": matrix.renamed(name or "A") for name, matrix in named.items()}
    return Worksheet([Stage("matrices", "matrices", given=given, output=next(iter(given), ""))])


def write(sheet: Worksheet, path: str, **look: Any) -> None:
    """The worksheet in a file, in the format that its suffix asks for; ``look`` as in ``show``."""
    from tmat.rendering import format_of_suffix, rendered
    from tmat.rendering.layout import Look

    write_files(rendered([sheet], format_of_suffix(path), Look(**look), name=path))


def show(sheet: Worksheet, *, stages: Sequence[str] = (), only: Sequence[str] = (), **look: Any) -> str:
    """The tables of a worksheet as text: of these stages, of these matrices, or all of it."""
    from tmat.rendering.layout import Look, render
    from tmat.rendering.styled import to_text
    from tmat.sheet.selecting import chosen

    sheet = chosen(sheet, only) if only else sheet
    return to_text(render(sheet, width=None, look=Look(**look), stages=[sheet[id] for id in stages] or sheet.stages))
