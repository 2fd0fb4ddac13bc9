"""The formula of a step, for its caption: ``scores = Q·Kᵀ``."""

from __future__ import annotations

from tmat.errors import InputError
from tmat.operations import REGISTRY, Operation
from tmat.operations.printing.notation import latex_name
from tmat.sheet.worksheet import Step
from tmat.visible import visible


def operation_of(step: Step) -> Operation:
    """The operation that made a step.

    Errors: one that is not known, as a worksheet from elsewhere may name.
    """
    found = REGISTRY.get(step.op)
    if found is None:
        raise InputError(
            f"{step.name} was made by the operation '{step.op}'",
            "there is none of that name here",
            f"known are {', '.join(REGISTRY)}",
        )
    return found


def formula(step: Step, *, latex: bool = False) -> str:
    r"""The step as an equation over the names of its matrices, as text or as LaTeX.

    >>> import numpy as np
    >>> from tmat.sheet.worksheet import Matrix
    >>> step = Step(Matrix.of("scores", np.zeros((2, 2))), "matmul_transposed", ("Q", "K"))
    >>> print(formula(step), formula(step, latex=True))
    scores = Q·Kᵀ \mathrm{scores} = Q K^{\top}
    """
    op = operation_of(step)
    own, *names = map(visible, (step.name, *step.of))  # a worksheet may come from anybody
    if not latex:
        return f"{own} = {op.said(names, step.params)}"
    return f"{latex_name(own)} = {op.said([latex_name(name) for name in names], step.params, latex=True)}"
