"""A sample of the slips with wrong numbers: their tests fail. The script tries all of them."""

from __future__ import annotations

import pytest
from tests.mutate_slips import noticed, unnoticed
from tests.operations.slips.oracle import check_numbers
from tests.operations.slips.test_oracles import SLIPS

from tmat.operations.slips import Slip

SAMPLE = SLIPS[::23]


@pytest.mark.parametrize(("op", "slip"), SAMPLE, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_slip_with_wrong_numbers_is_missed(op: str, slip: Slip) -> None:
    assert list(unnoticed(op, slip)) == []
    check_numbers(op, slip)  # the right slip is back in its place


def test_what_no_test_looks_at_is_not_noticed() -> None:
    op, slip = SLIPS[0]
    assert not noticed(op, slip, checks=[lambda op, slip: None])
