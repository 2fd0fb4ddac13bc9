"""No numbers that someone writes end a marking: each step of each stage with numbers that fit nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.marking import Verdict, mark
from tmat.sheet.worksheet import Worksheet
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.posenc import posenc
from tmat.stages.vocab import vocab


def embedded() -> Worksheet:
    words = vocab("you win or you die in the game of thrones")
    return attention(posenc(embed(words, text="you win the game", d_model=4, seed=1)), d_k=2, seed=1)


KEY = embedded()
STEPS = [(stage.id, step.name) for stage in KEY.stages for step in stage.steps]
ODD = {"0": 0.0, "-1": -1.0, "a half": 0.5, "9e99": 9e99, "inf": np.inf, "-inf": -np.inf, "1e-300": 1e-300}


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_number_costs_its_step_alone(odd: str) -> None:
    right = {f"{stage.id}.{step.name}": step.values for stage in KEY.stages for step in stage.steps}
    for name in right:
        for whole in (False, True):
            values = right[name].copy()
            values[:, 0] = ODD[odd]
            values[0] = ODD[odd] if whole else values[0]
            report = mark({**right, name: values}, KEY)
            wrong = [s.label for s in report.steps if s.verdict not in (Verdict.RIGHT, Verdict.MISSING)]
            assert len(report.steps) == len(STEPS) and len(wrong) <= 1, (name, wrong)


def test_numbers_that_name_no_word_are_marked_wrong() -> None:
    """A row of E, or K where the key embeds: as ids they name no row of the table."""
    right = {f"{stage.id}.{step.name}": step.values for stage in KEY.stages for step in stage.steps}
    values = right["embed.E"].copy()
    values[1] = values[2]
    report = mark({**right, "embed.E": values}, KEY)
    assert report["E"].right == 12 and report["E"].verdict in (Verdict.SLIP, Verdict.WRONG)
    assert mark({"K": np.zeros((4, 2))}, KEY)["K"].right == 0
