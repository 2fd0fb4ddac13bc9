"""The matrices of worksheets under unique names, for formats that hold only matrices."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tmat.errors import InputError
from tmat.rendering.layout.look import Look
from tmat.rendering.page import is_blank, wanted
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s]')  # characters that some file system refuses in a name


@dataclass(frozen=True, slots=True)
class Entry:
    """A matrix, the name it is written under, its stage and its step (None for a given matrix)."""

    name: str
    stage: Stage
    step: Step | None
    matrix: Matrix

    @property
    def blank(self) -> bool:
        """Whether its cells are left blank, to be filled in by hand."""
        return is_blank(self.matrix, given=self.step is None)


def entries(sheets: Sequence[Worksheet], look: Look) -> Iterator[Entry]:
    """The matrices, those given to a stage before its steps, named ``Q``; of several stages ``attention.Q``.

    Of several worksheets the names begin with the worksheet's number: ``2.attention.Q``. A given matrix has the
    name that its stage calls it by.

    >>> sheet = Worksheet([Stage("attention", "attention", given={"X": Matrix.of("E", [[1, 2]])})])
    >>> [entry.name for entry in entries([sheet], Look())], [entry.name for entry in entries([sheet, sheet], Look())]
    (['X'], ['1.X', '2.X'])
    """
    for number, sheet in enumerate(sheets, start=1):
        names = wanted(sheet, look)
        for stage in sheet.stages:
            prefix = (f"{number}." if len(sheets) > 1 else "") + (f"{stage.id}." if len(sheet.stages) > 1 else "")
            steps = {step.name: step for step in stage.steps}
            matrices = stage.given | {name: step.result for name, step in steps.items()}
            for name in matrices if names is None else names.get(stage.id, ()):
                yield Entry(prefix + name, stage, steps.get(name), matrices[name].renamed(name))


def files(sheets: Sequence[Worksheet], look: Look, name: str, format: str) -> dict[str, Entry]:
    """File names and matrices, for a format that holds one matrix a file; several matrices go in a folder with the file's name.

    Errors: no matrix; several matrices and no file name.
    """
    chosen = {entry.name: entry for entry in entries(sheets, look)}
    if not chosen:
        raise InputError(f"no matrix to write as {format}", "the worksheet has none", mend="try ‹format json›")
    if len(chosen) == 1:
        return {name: next(iter(chosen.values()))}
    if not name:
        names = list(chosen)
        listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        raise InputError(
            f"{format} holds one matrix, and here are {len(names)}",
            f"they are {listed}",
            mend=f"choose one with ‹keep›, or write a folder of files with ‹-o FOLDER.{format}›",
        )
    folder, suffix = os.path.splitext(name)
    suffix = suffix or f".{format}"
    paths: dict[str, Entry] = {}
    for full_name, entry in chosen.items():
        path = os.path.join(folder, _UNFIT.sub("-", full_name).lstrip(".-") or "matrix")
        unique, n = path, 2
        while unique.casefold() + suffix in {other.casefold() for other in paths}:
            unique, n = f"{path}-{n}", n + 1
        paths[unique + suffix] = entry
    return paths
