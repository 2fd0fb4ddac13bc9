"""The slips of a single cell: the numbers that they make, and their names when they are marked."""

from __future__ import annotations

import numpy as np
import pytest
from tests.operations.slips.cells import CASES, NAMES, expected
from tests.operations.slips.oracle import Case, check_cell, printed


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.shapes}")
@pytest.mark.parametrize("decimals", [2, 4])
def test_a_cell_goes_wrong_in_these_ways_and_no_other(case: Case, decimals: int) -> None:
    for i, j in np.ndindex(case.right().shape):
        check_cell(case, i, j, decimals, expected(case, i, j, decimals))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_marking_names_what_went_wrong_in_a_cell(name: str) -> None:
    tried = []
    for case in CASES:
        right = printed(case.right())
        for i, j in np.ndindex(right.shape):
            for value in expected(case, i, j, 4).get(name, []):
                wrong = right.copy()
                wrong[i, j] = printed(np.array(value))
                tried.append(case.named(wrong))
                if tried[-1][:1] == (name,):
                    return
    pytest.fail(f"called {tried}")


def test_every_name_is_expected_somewhere() -> None:
    found = {name for case in CASES for i, j in np.ndindex(case.right().shape) for name in expected(case, i, j, 4)}
    assert found == NAMES
