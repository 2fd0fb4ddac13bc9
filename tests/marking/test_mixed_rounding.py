"""Steps carried on otherwise one than the next: as written, with guard digits, in full, and some left out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.marking.handed_in import HABITS, any_sheet, leave_out, work

import tmat
from tmat.marking import Answers, Verdict, mark


def wrong_steps(seed: int, *, vary: bool, left_out: bool) -> tuple[list[str], int]:
    r = np.random.RandomState(seed)
    found, steps = [], 0
    for _ in range(12):
        one = work(any_sheet(r), "some steps rounded", r, vary=vary)
        assert one is not None
        if left_out:
            leave_out(one, r)
        report = mark(one.answers(), one.key)
        found += [
            f"{s.name} {s.verdict.word}" for s in report.steps if s.verdict not in (Verdict.RIGHT, Verdict.MISSING)
        ]
        steps += len(one.shown)
    return found, steps


@pytest.mark.parametrize("vary", [False, True])
@pytest.mark.parametrize("left_out", [False, True])
def test_right_steps_are_right_however_each_was_carried(vary: bool, left_out: bool) -> None:
    found, steps = wrong_steps(11, vary=vary, left_out=left_out)
    assert len(found) <= 0.03 * steps


def test_a_number_off_by_a_unit_is_not_taken_for_another_way_of_rounding() -> None:
    """One cell in the weights, moved by three last places: beyond what the rounding of its scores could do."""
    r = np.random.RandomState(3)
    kept = 0
    for _ in range(12):
        one = work(any_sheet(r), list(HABITS)[r.randint(len(HABITS))], r)
        assert one is not None
        name = next(name for name in ("weights", "weights1", "normalized", "PE", "hidden") if name in one.shown)
        values = one.shown[name]
        i, j = r.randint(values.shape[0]), r.randint(values.shape[1])
        values[i, j] += 3 * 10.0 ** -one.decimals[name]
        kept += mark(one.answers(), one.key)[name].verdict is Verdict.RIGHT
    assert kept == 0


SCALED = """0.53 0.77 0.76 1.06 0.84 1.04
0.82 1.18 1.21 1.68 1.34 1.62
1.22 1.75 1.82 2.53 2.04 2.41
1.68 2.42 2.50 3.48 2.80 3.33
1.35 1.92 2.01 2.80 2.26 2.65
1.26 1.82 1.87 2.60 2.08 2.49"""
VALUES = """0.54 0.57 0.31 0.99 0.31
0.92 1.12 0.68 1.37 0.77
1.17 0.89 1.02 1.61 0.95
1.60 1.09 1.36 2.30 1.18
1.25 1.03 1.02 1.72 1.08
1.32 1.38 1.01 1.96 1.06"""
SMALL = """weights
0.01 0.01 0.01 0.01 0.01 0.01
0.08 0.15 0.08 0.03 0.00 0.21
0.01 0.02 0.02 0.04 0.03 0.04
0.08 -0.02 0.01 0.17 0.03 0.16
0.01 0.02 0.03 0.06 0.03 0.05
0.01 0.02 0.02 0.05 0.03 0.04

Z
0.06 0.05 0.04 0.08 0.04
0.60 0.61 0.46 0.89 0.47
0.20 0.17 0.16 0.29 0.16
0.56 0.47 0.44 0.82 0.42
0.25 0.21 0.20 0.36 0.20
0.21 0.18 0.17 0.30 0.17"""


def test_what_rounding_could_do_to_the_rest_is_no_slip_where_cells_follow() -> None:
    """Weights of 0.01 leave half of their number to rounding: "a product left out" would fit 14 cells of Z as well."""
    scaled, values = (np.loadtxt(text.splitlines()) for text in (SCALED, VALUES))
    key = tmat.attention(scores=2 * scaled, V=values, d_k=4, project=False)
    step = mark(Answers.of_text(f"scaled\n{SCALED}\n\n{SMALL}"), key)["Z"]
    assert step.count(Verdict.FOLLOWS) > 10
    assert not step.findings
