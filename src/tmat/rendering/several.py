"""All matrices of some worksheets by name, for the formats that hold matrices and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tmat.errors import InputError
from tmat.rendering.layout.look import Look
from tmat.rendering.page import is_blank, wanted
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s]')  # what some file system does not take in a name


@dataclass(frozen=True, slots=True)
class Entry:
    """A matrix with the name it is written by, and where it stands; ``step`` is None where it was given."""

    name: str
    stage: Stage
    step: Step | None
    matrix: Matrix

    @property
    def blank(self) -> bool:
        """Whether it is to be filled in by hand."""
        return is_blank(self.matrix, given=self.step is None)


def entries(sheets: Sequence[Worksheet], look: Look) -> Iterator[Entry]:
    """The matrices, those given to a stage before its steps, under names such as ``Q``; of several stages ``attention.Q``.

    Of several worksheets the names begin with their number: ``2.attention.Q``. A given matrix goes by
    the name that its stage knows it by.
    """
    for number, sheet in enumerate(sheets, start=1):
        names = wanted(sheet, look)
        for stage in sheet.stages:
            place = (f"{number}." if len(sheets) > 1 else "") + (f"{stage.id}." if len(sheet.stages) > 1 else "")
            steps = {step.name: step for step in stage.steps}
            own = stage.given | {name: step.result for name, step in steps.items()}
            for name, matrix in own.items():
                if names is None or name in names.get(stage.id, ()):
                    yield Entry(place + name, stage, steps.get(name), matrix.renamed(name))


def named(sheets: Sequence[Worksheet], look: Look) -> dict[str, Matrix]:
    """The matrices by the names that they are written by.

    >>> sheet = Worksheet([Stage("attention", "attention", given={"X": Matrix.of("E", [[1, 2]])})])
    >>> list(named([sheet], Look())), list(named([sheet, sheet], Look()))
    (['X'], ['1.X', '2.X'])
    """
    return {entry.name: entry.matrix for entry in entries(sheets, look)}


def files(sheets: Sequence[Worksheet], look: Look, name: str, format: str) -> dict[str, Entry]:
    """For a format that holds one matrix: a file for it, or for several a folder of them, called as the file would be.

    Errors: no matrix at all; several and no file to call the folder by.
    """
    found = {entry.name: entry for entry in entries(sheets, look)}
    if not found:
        raise InputError(f"no matrix to write as {format}", "the worksheet has none", mend="try ‹format json›")
    if len(found) == 1:
        return {name: next(iter(found.values()))}
    if not name:
        known = list(found)
        told = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
        raise InputError(
            f"{format} holds one matrix, and here are {len(known)}",
            f"they are {told}",
            mend=f"choose one with ‹keep›, or write a folder of files with ‹-o FOLDER.{format}›",
        )
    folder, suffix = os.path.splitext(name)
    suffix = suffix or f".{format}"
    made: dict[str, Entry] = {}
    for full, entry in found.items():
        path = os.path.join(folder, _UNFIT.sub("-", full).lstrip(".-") or "matrix")
        place, n = path, 2
        while place.casefold() + suffix in {other.casefold() for other in made}:
            place, n = f"{path}-{n}", n + 1
        made[place + suffix] = entry
    return made
