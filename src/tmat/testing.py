"""For the tests of a program: assert that its arrays are those of a worksheet; if not, the error names the bug."""

from __future__ import annotations

from collections.abc import Mapping

from tmat.errors import InputError
from tmat.marking.answers import Answer, Answers
from tmat.marking.key import Key
from tmat.marking.options import Options
from tmat.marking.programs.marking import last_of, mark_program
from tmat.marking.reports.words import mends, sentences
from tmat.marking.verdicts import Report, StepReport
from tmat.sheet.names import gradient
from tmat.sheet.worksheet import Matrix, Worksheet

__all__ = ["assert_matches", "explain"]


def explain(actual: object, sheet: Worksheet, name: str = "output", *, dtype: str | None = None) -> Report:
    """Mark a program's array, or several by name, and return the report as data.

    ``actual`` is an array of NumPy, torch, jax or mlx, or a mapping of names to arrays; ``name`` is the step that a
    single array is compared with: the last of that name, or that of a stage, "attention-2.output"; "output" is what the
        last stage puts out. Numbers are right within the forward error of the type in which they were computed; ``dtype`` names
    the type where the numbers do not show it.

    Errors: a name that the worksheet does not have; a value that is no array.

    >>> from tmat.stages.attention import attention
    >>> sheet = attention([[0.3, 2.1], [1.7, 0.4]], weights=False)
    >>> step = explain(sheet["attention"]["scores"].values, sheet, "scaled").steps[0]
    >>> step.verdict.word, step.findings[0].names[0]
    ('slip', 'scale-left-out')
    """
    arrays = actual if isinstance(actual, Mapping) else {name: actual}
    answers = Answers([_answer(label, value) for label, value in arrays.items()], "the program")
    if not isinstance(actual, Mapping) and last_of(sheet, name, answers.matrices[0].values.shape) is None:
        labels = [f"{stage.id}.{step.name}" for stage in sheet.stages for step in stage.steps]
        raise InputError(f"no step '{name}' in this worksheet", f"it has {', '.join(labels)}")
    return mark_program(answers, Key(sheet), Options(dtype=dtype))


def assert_matches(actual: object, sheet: Worksheet, name: str = "output", *, dtype: str | None = None) -> None:
    """Raise AssertionError where `explain` finds wrong cells: which step, how many cells, where and why.

    >>> from tmat.stages.attention import attention
    >>> sheet = attention([[0.3, 2.1], [1.7, 0.4]], weights=False)
    >>> assert_matches(sheet["attention"]["Z"].values, sheet, "Z")
    """
    report = explain(actual, sheet, name, dtype=dtype)
    if not report.all_right:
        wrong = [step for step in report.steps if step.counts and step.right < step.size]
        raise AssertionError("\n".join([*map(_told, wrong), *(f"no step '{each.name}'" for each in report.unknown)]))


def _told(step: StepReport) -> str:
    head = f"{step.label}: {step.size - step.right} of {step.size} cells are not the worksheet's ({step.precision})"
    return "\n  ".join([head, *sentences(step), *dict.fromkeys(mends(step))])


def _answer(label: str, value: object) -> Answer:
    stage, _, name = (gradient(label) or label).rpartition(".")
    matrix = value if isinstance(value, Matrix) else Matrix.of(label, value)
    return Answer(name, matrix.values, stage=stage or None, computed=True)
