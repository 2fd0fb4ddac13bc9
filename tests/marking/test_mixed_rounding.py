"""Steps carried on otherwise one than the next: as written, with guard digits, in full, and some left out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.marking.handed_in import HABITS, any_sheet, leave_out, work

from tmat.marking import Verdict, mark


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
