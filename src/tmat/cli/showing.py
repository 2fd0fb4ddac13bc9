"""Choosing what of a worksheet to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tmat.cli.options import Common, split_names
from tmat.errors import InputError, fold, meant
from tmat.sheet.worksheet import Array, Batch, Matrix, Stage, Step, Worksheet


def sheets_of(files: Sequence[str], batch: int | None = None) -> Iterator[Worksheet]:
    """The worksheets of files, one after another."""
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices

    for path in files:
        if path.lower().endswith((".json", ".jsonl")):
            with open_file(path) as stream:
                found = list(read_documents(stream, path))
            if not found:
                raise InputError(f"{path} is empty", "expected a worksheet in JSON")
            for document in found:
                yield document if isinstance(document, Worksheet) else as_sheet(document, batch)
        else:
            yield as_sheet(read_matrices(path), batch)


def as_sheet(named: Mapping[str, Matrix], batch: int | None = None) -> Worksheet:
    """Bare matrices as a worksheet of one stage, so that they can be shown like any other; ``batch``: which of a batch."""
    given = {name or "A": matrix.renamed(name or "A") for name, matrix in named.items()}
    if batch is not None:
        given = {name: one.nth(batch) if isinstance(one, Batch) else one for name, one in given.items()}
    return Worksheet([Stage("matrices", "matrices", given=given, output=next(iter(given), ""))])


def picked(sheet: Worksheet, stages: Sequence[str]) -> Worksheet:
    """Only the stages asked for: by id, by kind, or by layer."""
    from tmat.sheet.names import placed, stands_at

    wanted = split_names(stages)
    if not wanted:
        return sheet
    chosen: list[Stage] = []
    for place in wanted:
        found = [stage for stage in placed(sheet.stages) if stands_at(stage, place)]
        found = found or [stage for stage in sheet.stages if fold(stage.stage) == fold(place)]
        found = found or [stage for stage in sheet.stages if stage.id.startswith(place + ".")]
        if not found:
            known = [stage.id for stage in sheet.stages]
            raise InputError(
                f"no stage '{place}' in this worksheet",
                f"it has {', '.join(known) or 'none yet'}",
                mend=meant(place, known),
            )
        chosen += [stage for stage in found if stage not in chosen]
    return Worksheet(chosen, sheet.vocabulary, sheet.tokens)


def prepared(sheet: Worksheet, common: Common) -> Worksheet:
    """The worksheet with only the matrices asked for, and those to be filled in emptied."""
    names = split_names(common.only)
    blank = split_names(getattr(common, "blank", None))
    if blank:
        sheet = emptied(sheet, blank)
    if names and not (common.work or common.trace):  # a working needs what its matrix was made of
        from tmat.sheet.names import chosen

        sheet = chosen(sheet, names)
    return sheet


def emptied(sheet: Worksheet, names: Sequence[str]) -> Worksheet:
    """The named steps, or all, with nothing in their cells, for homework; nor is what shows their numbers again."""
    from tmat.sheet.names import matching

    every = [fold(name) for name in names] == ["all"]
    stages: list[Stage] = []
    found: set[str] = set()
    hidden: list[Matrix] = []
    for stage in sheet.stages:
        given = {name: _empty(own) if _shows(own, hidden) else own for name, own in stage.given.items()}
        mine = {own for name in names for own in matching(stage, name) if stage.step(own) is not None}
        found |= {name for name in names if any(own in mine for own in matching(stage, name))}
        steps: list[Step] = []
        for step in stage.steps:
            if every or step.name in mine or _shows(step.result, hidden):
                hidden += (step.result, step.taken)
                step = replace(step, result=_empty(step.result))
            steps.append(step)
        stages.append(replace(stage, given=given, steps=steps))
    missing = [name for name in names if name not in found and not every]
    if missing:
        known = sorted({step.name for stage in sheet.stages for step in stage.steps})
        raise InputError(
            f"--blank: no step '{missing[0]}' here",
            f"there are {', '.join(known)}",
            mend=meant(missing[0], known) or "try --blank all",
        )
    return Worksheet(stages, sheet.vocabulary, sheet.tokens)


def _shows(matrix: Matrix, hidden: Sequence[Matrix]) -> bool:
    """Whether a matrix holds the numbers of a hidden one again: it flowed on, was cut into heads, or they were joined."""
    return any(_stands_in(one.values, matrix.values) or _stands_in(matrix.values, one.values) for one in hidden)


def _stands_in(part: Array, whole: Array) -> bool:
    """Whether a matrix is some neighbouring columns of another."""
    import numpy as np

    last = whole.shape[1] - part.shape[1]
    return part.shape[0] == whole.shape[0] and any(
        np.array_equal(part, whole[:, first : first + part.shape[1]], equal_nan=True) for first in range(last + 1)
    )


def _empty(matrix: Matrix) -> Matrix:
    import numpy as np

    from tmat.sheet.worksheet import BLANK

    return Matrix(matrix.name, np.full_like(matrix.values, np.nan), matrix.rows, matrix.cols, BLANK)
