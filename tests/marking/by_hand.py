"""Right answers as people come by them: rounded at each step, at the end, or here and there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tmat.numbers import round_half_away
from tmat.operations import REGISTRY
from tmat.sheet.worksheet import Stage

WAYS: dict[str, Callable[[str], bool]] = {
    "at each step": lambda name: True,
    "at the end": lambda name: False,
    "weights only": lambda name: name in ("weights", "scores", "mean", "hidden"),
    "but for weights": lambda name: name not in ("weights", "scores", "std"),
}


def worked(stage: Stage, rounds: Callable[[str], bool], decimals: int) -> dict[str, np.ndarray]:
    """The steps of a stage, each shown rounded; later steps take the rounded number where ``rounds`` says so."""
    taken = {name: matrix.values for name, matrix in stage.given.items()}
    shown = {}
    for step in stage.steps:
        values = REGISTRY[step.op].evaluate(*(taken[name] for name in step.of), **step.params)
        shown[step.name] = round_half_away(values, decimals)
        taken[step.name] = shown[step.name] if rounds(step.name) else values
    return shown


def typed(matrices: dict[str, np.ndarray], decimals: int) -> str:
    """The matrices as people type them."""
    blocks = []
    for name, values in matrices.items():
        rows = (" ".join("-inf" if x == -np.inf else f"{x:.{decimals}f}" for x in row) for row in values)
        blocks.append("\n".join([name, *rows]))
    return "\n\n".join(blocks) + "\n"
