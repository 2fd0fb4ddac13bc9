"""Every cell of every step of every worked example has working, and its expression comes to the cell."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.articles import EXAMPLES, example
from tmat.numbers import round_half_away
from tmat.workings.cell import Workings


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_cell_has_working(name: str) -> None:
    cells = 0
    for sheet in example(name, remarks=False):
        for stage in sheet.stages:
            workings = Workings(stage, fold=8)
            for step in stage.steps:
                for i, j in np.ndindex(step.values.shape):
                    working = workings.cell(step.name, i, j)
                    expression = workings.expression(step.name, i, j)
                    assert working.head.text
                    assert expression is not None
                    came_to = expression.value
                    if step.decimals is not None:
                        came_to = float(round_half_away(np.array([came_to]), step.decimals)[0])
                    assert came_to == pytest.approx(float(step.values[i, j]), rel=1e-12, abs=1e-12)
                    cells += 1
    assert cells > 10
