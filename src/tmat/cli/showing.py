"""Reading worksheets for show and check, and choosing which parts are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from tmat.cli.options import Common, split_names
from tmat.errors import InputError, fold, meant
from tmat.files import of_matrices
from tmat.sheet.worksheet import Array, Batch, Matrix, Stage, Step, Worksheet


def sheets_of(files: Sequence[str], batch: int | None = None) -> Iterator[Worksheet]:
    """The worksheets in files, one after another."""
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices

    for path in files:
        if path.lower().endswith((".json", ".jsonl")):
            with open_file(path) as stream:
                documents = list(read_documents(stream, path))
            if not documents:
                raise InputError(f"{path} is empty", "expected a worksheet in JSON")
            for document in documents:
                yield document if isinstance(document, Worksheet) else as_sheet(document, batch)
        else:
            yield as_sheet(read_matrices(path), batch)


def as_sheet(named: Mapping[str, Matrix], batch: int | None) -> Worksheet:
    """Bare matrices as a worksheet of one stage; ``batch``: which of a batch."""
    if batch is not None:
        named = {name: each.nth(batch) if isinstance(each, Batch) else each for name, each in named.items()}
    return of_matrices(named)


def picked(sheet: Worksheet, stages: Sequence[str]) -> Worksheet:
    """Only the given stages: by id, by kind, or by layer."""
    from tmat.sheet.names import placed, stands_at

    places = split_names(stages)
    if not places:
        return sheet
    chosen: list[Stage] = []
    for place in places:
        matches = [stage for stage in placed(sheet.stages) if stands_at(stage, place)]
        matches = matches or [stage for stage in sheet.stages if fold(stage.stage) == fold(place)]
        matches = matches or [stage for stage in sheet.stages if stage.id.startswith(place + ".")]
        if not matches:
            ids = [stage.id for stage in sheet.stages]
            raise InputError(
                f"no stage '{place}' in this worksheet",
                f"it has {', '.join(ids) or 'none yet'}",
                mend=meant(place, ids),
            )
        chosen += [stage for stage in matches if stage not in chosen]
    return Worksheet(chosen, sheet.vocabulary, sheet.tokens)


def prepared(sheet: Worksheet, common: Common) -> Worksheet:
    """The worksheet with only the chosen matrices, and with those of --blank emptied."""
    names = split_names(common.only)
    blank = split_names(getattr(common, "blank", None))
    if blank:
        sheet = emptied(sheet, blank)
    if names and not (common.work or common.trace):  # a working needs the operands of its matrix
        from tmat.sheet.names import chosen

        sheet = chosen(sheet, names)
    return sheet


def emptied(sheet: Worksheet, names: Sequence[str]) -> Worksheet:
    """The worksheet with the named steps, or all, left blank for homework, and matrices that give their numbers away too."""
    from tmat.sheet.names import matching

    all_steps = [fold(name) for name in names] == ["all"]
    stages: list[Stage] = []
    found: set[str] = set()
    hidden: list[Matrix] = []
    for stage in sheet.stages:
        blank = {name for name, matrix in stage.given.items() if _repeats(matrix, hidden)}
        given = {name: _empty(matrix) if name in blank else matrix for name, matrix in stage.given.items()}
        chosen_steps = {matrix for name in names for matrix in matching(stage, name) if stage.step(matrix) is not None}
        found |= {name for name in names if any(matrix in chosen_steps for matrix in matching(stage, name))}
        steps: list[Step] = []
        for step in stage.steps:
            if all_steps or step.name in chosen_steps or _repeats(step.result, hidden) or _is_plain(step, blank):
                blank.add(step.name)
                hidden += (step.result, step.taken)
                step = replace(step, result=_empty(step.result))
            steps.append(step)
        stages.append(replace(stage, given=given, steps=steps))
    missing = [name for name in names if name not in found and not all_steps]
    if missing:
        step_names = sorted({step.name for stage in sheet.stages for step in stage.steps})
        raise InputError(
            f"--blank: no step '{missing[0]}' here",
            f"there are {', '.join(step_names)}",
            mend=meant(missing[0], step_names) or "try --blank all",
        )
    return Worksheet(stages, sheet.vocabulary, sheet.tokens)


def _repeats(matrix: Matrix, hidden: Sequence[Matrix]) -> bool:
    """Whether a matrix repeats the numbers of a hidden one: passed on, split into heads, or joined from them."""
    return any(
        _is_range_of(other.values, matrix.values) or _is_range_of(matrix.values, other.values) for other in hidden
    )


def _is_plain(step: Step, blank: Collection[str]) -> bool:
    """Whether the numbers of a blank operand can be read off a step: alone, or with the other operands, cell by cell."""
    from tmat.operations.operation import REGISTRY

    operation = REGISTRY.get(step.op)
    return operation is not None and operation.is_cellwise and sum(name in blank for name in step.of) == 1


def _is_range_of(part: Array, whole: Array) -> bool:
    """Whether a matrix is a range of columns of another."""
    import numpy as np

    last = whole.shape[1] - part.shape[1]
    return part.shape[0] == whole.shape[0] and any(
        np.array_equal(part, whole[:, first : first + part.shape[1]], equal_nan=True) for first in range(last + 1)
    )


def _empty(matrix: Matrix) -> Matrix:
    import numpy as np

    from tmat.sheet.worksheet import BLANK

    return Matrix(matrix.name, np.full_like(matrix.values, np.nan), matrix.rows, matrix.cols, BLANK)
