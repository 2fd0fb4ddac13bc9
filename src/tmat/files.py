"""Reading, writing and showing worksheets in Python, as ``tmat show`` and ``-o`` do.

>>> from tmat.stages.attention import attention
>>> print(show(attention([[1.0, 2.0]], weights=False), only=["scores"]).splitlines()[2])
 1   scores = X·Xᵀ              → 1×1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from numbers import Integral
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError, expect, meant
from tmat.outputs import write_files

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.sheet.worksheet import Matrix, Stage, Worksheet

    Whole = Worksheet | Stage | Matrix


def read(path: str | PathLike[str]) -> Worksheet:
    """The worksheet of a JSON file; the matrices of any other file as a worksheet.

    Errors: a file that cannot be read; a JSON file with no worksheet or several.
    """
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices
    from tmat.sheet.worksheet import Worksheet

    path = _path(path)
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
    return of_matrices(named)


def write(sheet: Whole, path: str | PathLike[str], *, format: str | None = None, **look: Any) -> None:
    """Write a worksheet, a stage or a matrix to a file, in ``format`` or that of the suffix; ``look`` as in ``show``."""
    from tmat.rendering import format_of_suffix, known_formats, rendered

    path = _path(path)
    if format is not None and format not in known_formats():
        raise InputError(f"‹format {format}› is not known", f"expected one of {', '.join(known_formats())}")
    whole = _worksheet(sheet, "write takes a worksheet, a stage or a matrix")
    write_files(rendered([whole], format or format_of_suffix(path), _look(look), name=path))


def show(sheet: Whole, *, stages: Sequence[str] = (), only: Sequence[str] = (), **look: Any) -> str:
    """The tables of a worksheet, a stage or a matrix as text: of the ``stages`` and matrices (``only``) named, or all."""
    from tmat.rendering.layout import render
    from tmat.rendering.styled import to_text
    from tmat.sheet.names import chosen

    whole = _worksheet(sheet, "show takes a worksheet, a stage or a matrix")
    stages, only = _names("stages", stages), _names("only", only)
    whole = chosen(whole, only) if only else whole
    return to_text(render(whole, width=None, look=_look(look), stages=[whole[id] for id in stages] or whole.stages))


def _names(option: str, names: object) -> list[str]:
    """One name or several, as a list."""
    expect(names, (str, list, tuple, set, frozenset), f"‹{option}› takes names")
    return [names] if isinstance(names, str) else list(names)  # type: ignore[call-overload]


def _path(path: object) -> str:
    expect(path, (str, PathLike), "a file goes by its path, a text")
    return fspath(path)  # type: ignore[call-overload,no-any-return]


def _worksheet(of: object, expected: str) -> Worksheet:
    from tmat.sheet.worksheet import Matrix, Stage, Worksheet

    expect(of, (Worksheet, Stage, Matrix), expected)
    if isinstance(of, Matrix):
        return of_matrices({of.name: of})
    return Worksheet([of]) if isinstance(of, Stage) else of  # type: ignore[return-value]


def of_matrices(named: Mapping[str, Matrix]) -> Worksheet:
    """A worksheet of one stage with these matrices and no steps; a matrix without a name is A."""
    from tmat.sheet.worksheet import Stage, Worksheet

    given = {name or "A": matrix.renamed(name or "A") for name, matrix in named.items()}
    return Worksheet([Stage("matrices", "matrices", given=given, output=next(iter(given), ""))])


def _look(choices: dict[str, Any]) -> Look:
    """The choices of display.

    Errors: an unknown choice, or one of a wrong type.
    """
    from tmat.rendering.layout import Look

    known = [own.name for own in fields(Look)]
    for name, value in choices.items():
        if name not in known:
            raise InputError(f"a page has no choice {name!r}", f"it has {', '.join(known)}", mend=meant(name, known))
        if name in ("digits", "width", "top") and value is not None:
            expect(value, Integral, f"‹{name}› takes a whole number")
        if name in ("only", "work") and isinstance(value, str):
            choices = {**choices, name: (value,)}
    return Look(**choices)
