"""One printed matrix held against the operation it is said to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tmat.errors import InputError
from tmat.marking.answers import Answer, Answers
from tmat.marking.key import Key
from tmat.marking.options import Options
from tmat.marking.submission import mark_submission
from tmat.marking.verdicts import StepReport
from tmat.numbers.claim import Claim
from tmat.operations.operation import REGISTRY, Operation
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet


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
