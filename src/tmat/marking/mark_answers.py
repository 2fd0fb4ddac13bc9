"""Marking from Python: what `tmat check` does with one submission, and one matrix held against its operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, TypeAlias, Unpack

import numpy as np

from tmat.errors import InputError, expect
from tmat.marking.answers import Answer, Answers, Called, headings_of
from tmat.marking.key import Key
from tmat.marking.options import Choices, Options
from tmat.marking.submission import mark_submission
from tmat.marking.verdicts import Report, StepReport
from tmat.numbers.claim import Claim
from tmat.operations.operation import REGISTRY, Operation
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

Given: TypeAlias = str | Path | Mapping[str, object] | Worksheet | Answers
"""Answers: a file, text with its line breaks, named arrays, a worksheet."""


def mark(
    answers: Given,
    key: Worksheet | None = None,
    *,
    names: Mapping[str, Called] | None = None,
    **choices: Unpack[Choices],
) -> Report:
    """The marking of answers against a key; a worksheet without a key is held against itself.

    ``answers`` are a file (a path), text as people type it (a string of several lines), arrays by name, or a
    worksheet; ``names`` says what they call the key's steps. A cell is right within half a unit of the
    last place that the printed numbers claim, or within ``atol`` and ``rtol`` where they are given.
    ``points`` says what each step is worth, ``follow`` and ``close`` ("full", "half", "none") what a number
    earns that follows from an earlier mistake or is off by rounding; with ``slips=False`` no mistake is looked for.
    With ``columns=True`` the answers have a token in each column: every matrix is transposed.

    Errors: answers that cannot be read or hold no matrices, a key without steps.

    >>> from tmat.stages.attention import attention
    >>> key = attention([[1.0, 2.0], [3.0, 4.0]], weights=False)
    >>> report = mark({"scores": [[5, 11], [11, 25]], "scaled": [[2.5, 5.5], [5.5, 12.5]]}, key)
    >>> [(step.name, step.verdict.word) for step in report.steps]
    [('scores', 'right'), ('scaled', 'slip'), ('weights', 'missing'), ('Z', 'missing')]
    >>> report["scaled"].findings[0].names
    ('divided-by-d-k',)
    """
    expect(
        answers,
        (str, Path, Mapping, Worksheet, Answers),
        "answers are a file, a text, arrays by their names, or a worksheet",
    )
    expect(key, (Worksheet, NoneType), "a key is a worksheet")
    if key is not None:
        return mark_submission(answers_of(answers, names or {}).called(names or {}), Key(key), Options(**choices))
    if isinstance(answers, Worksheet):
        return mark_self(answers, **choices)
    raise InputError("there is no key to mark by", "without one, only a worksheet can be marked: by itself")


def mark_self(sheet: Worksheet, origin: str = "worksheet", **choices: Unpack[Choices]) -> Report:
    """A worksheet held against itself: each step recomputed from its own operands."""
    key = Key(sheet)
    for matrix in key.steps:
        if matrix.of is not None and matrix.unrounded is not None:
            matrix.values = matrix.unrounded
    return mark_submission(Answers.of_worksheet(sheet, origin, given=False), key, Options(**choices))


def answers_of(given: Given, names: Mapping[str, Called]) -> Answers:
    """Answers in whatever form they come, whose matrices are called by ``names``.

    >>> answers_of("Q\\n3.88 3.8\\n", {}).matrices[0].values
    array([[3.88, 3.8 ]])
    """
    if isinstance(given, Answers):
        return given
    if isinstance(given, Worksheet):
        return Answers.of_worksheet(given)
    if isinstance(given, Path) or (isinstance(given, str) and "\n" not in given):
        return Answers.read(given, headings_of(names))
    return (
        Answers.of_bytes(given.encode(), "answers", headings_of(names)) if isinstance(given, str) else Answers.of(given)
    )


def explain(
    op: str | Operation,
    operands: Mapping[str, object],
    params: Mapping[str, Any] | None = None,
    printed: object = None,
    claim: Claim | None = None,
    context: Mapping[str, object] | None = None,
    *,
    name: str = "result",
    texts: Sequence[Sequence[str]] | None = None,
    options: Options | None = None,
) -> StepReport:
    """The verdict on one printed matrix: ``op`` of named operands, the other matrices of the page as ``context``.

    The precision is what ``texts``, the numbers as typed, claim, or ``claim`` says.

    Errors: an operation it does not know; operands that do not fit.

    >>> scores = [[3.0, 6.0, 1.5], [9.0, 2.0, 4.0]]
    >>> printed = [[1.0, 2.0, 0.5], [3.0, 0.667, 1.333]]
    >>> step = explain("divide_by_root", {"scores": scores}, {"d": 3}, printed, name="scaled")
    >>> step.verdict.word, step.findings[0].names
    ('slip', ('divided-by-d-k',))
    """
    operation = op if isinstance(op, Operation) else REGISTRY.get(op)
    if operation is None:
        raise InputError(f"no operation '{op}'", f"there are {', '.join(sorted(REGISTRY))}")
    how = dict(params or {})
    given = {key: _matrix(key, value) for key, value in {**operands, **(context or {})}.items()}
    shapes = [(m.height, m.width) for m in (given[key] for key in operands)]
    if operation.mismatch(shapes) is not None:
        sizes = ", ".join(f"{key} is {given[key].size}" for key in operands)
        raise InputError(f"cannot form {operation.formula_text(list(operands), how)}", sizes)
    with np.errstate(all="ignore"):
        values = operation.evaluate(*(given[key].values for key in operands), **how)
    step = Step(Matrix.of(name, values), operation.name, tuple(operands), how)
    key = Worksheet([Stage("page", "page", given=given, steps=[step], output=name)])
    shown = _matrix(name, printed)
    answer = Answer(name, shown.values, texts, said=claim)
    return mark_submission(Answers([answer], name), Key(key), options or Options())[name]


def _matrix(name: str, value: object) -> Matrix:
    return value.renamed(name) if isinstance(value, Matrix) else Matrix.of(name, value)
