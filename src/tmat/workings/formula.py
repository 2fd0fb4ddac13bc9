"""A step as an equation, for its caption: ``scores = Q·Kᵀ``."""

from __future__ import annotations

from tmat.errors import InputError, meant
from tmat.operations import REGISTRY, Operation
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.text import CAPTION, Notation
from tmat.sheet.worksheet import Step
from tmat.visible import visible


def operation_of(step: Step) -> Operation:
    """The operation that made a step.

    Errors: an unknown one, as a worksheet from elsewhere may name.
    """
    found = REGISTRY.get(step.op)
    if found is None:
        raise InputError(
            f"{step.name} was made by the operation '{step.op}'",
            "tmat has none of that name",
            mend=meant(step.op, REGISTRY),
        )
    return found


def formula(step: Step, notation: Notation = CAPTION) -> str:
    r"""The step as an equation over the names of its matrices.

    Errors: an unknown operation; ValueError, for matrices or parameters that do not fit the operation.

    >>> import numpy as np
    >>> from tmat.operations.printing.latex import LATEX_LINE
    >>> from tmat.sheet.worksheet import Matrix
    >>> step = Step(Matrix.of("scores", np.zeros((2, 2))), "matmul_transposed", ("Q", "K"))
    >>> print(formula(step), formula(step, LATEX_LINE))
    scores = Q·Kᵀ \mathrm{scores} = Q K^{\top}
    """
    own, *names = map(visible, (step.name, *step.of))  # a worksheet may come from anybody
    tree = operation_of(step).over(names, step.params)
    return f"{notation.name(own)}{notation.equals}{Matrices(notation).text(tree)}"
