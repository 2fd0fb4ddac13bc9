"""Numbers that mean nothing are given no name."""

from __future__ import annotations

import numpy as np
import pytest
from tests.marking.injected import sheet_of

from tmat.marking import Answers, Certainty, mark
from tmat.marking.reports.words import sentence
from tmat.numbers import round_half_away

SHEETS = ("attention", "causal", "heads", "addnorm", "epsilon", "sample", "outside", "ffn", "posenc")


def false_names(nulls: tuple[str, ...], count: int, seed: int) -> tuple[int, int]:
    """How many steps with a row or more of random numbers are given a name, of how many."""
    r = np.random.RandomState(seed)
    named = done = 0
    while done < count:
        key = sheet_of(SHEETS[r.randint(len(SHEETS))], r)
        decimals = int(r.randint(2, 5))
        steps = key.stages[0].steps
        answers = {step.name: round_half_away(step.values, decimals) for step in steps}
        step = steps[r.randint(len(steps))]
        due = step.values
        rows = r.choice(len(due), r.randint(1, len(due) + 1), replace=False)
        for null in nulls:
            values = answers[step.name].copy()
            values[rows] = round_half_away(_random(null, due, rows, decimals, r), decimals)
            report = mark(Answers.of({**answers, step.name: values}), key)[step.name]
            wrong = int((report.cells > 1).sum())
            if wrong > 2:
                done += 1
                named += any(finding.kind != "property" for finding in report.findings)
    return named, done


def _random(null: str, due: np.ndarray, rows: np.ndarray, decimals: int, r: np.random.RandomState) -> np.ndarray:
    finite = due[np.isfinite(due)]
    shape = due[rows].shape
    if null == "anywhere":
        return r.uniform(finite.min(), finite.max() + 1e-9, shape)
    if null == "normal":
        return r.normal(finite.mean(), finite.std() + 1e-9, shape)
    right = np.where(np.isfinite(due[rows]), due[rows], 0.0)
    return right + r.normal(0, 0.1 * (finite.std() + 0.01), shape)


@pytest.mark.parametrize("null", ["anywhere", "normal", "near"])
def test_random_rows_are_not_explained(null: str) -> None:
    named, count = false_names((null,), 40, seed=31)
    assert count >= 40
    assert named == 0


def test_one_wrong_cell_is_perhaps_a_slip_and_at_most_three_are_named() -> None:
    r = np.random.RandomState(8)
    names = 0
    for _ in range(60):
        key = sheet_of("attention", r)
        answers = {s.name: round_half_away(s.values, 2) for s in key.stages[0].steps}
        i, j = (int(r.randint(n)) for n in answers["scores"].shape)
        answers["scores"][i, j] += round(float(r.uniform(0.5, 5)), 2)
        for finding in mark(Answers.of(answers), key)["scores"].findings:
            assert finding.certainty is Certainty.PERHAPS and sentence(finding).startswith("perhaps ")
            assert 1 <= len(finding.names) <= 3
            names += 1
    assert names
