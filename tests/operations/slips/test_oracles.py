"""Every slip against its oracle: the numbers it yields, and its name when they are marked."""

from __future__ import annotations

from importlib import import_module

import pytest
from tests.operations.slips.oracle import ORACLES, check_marking, check_numbers, registered

from tmat.modules import modules_in
from tmat.operations.slips import Slip

for _module in modules_in(__file__):
    if not _module.startswith("test_"):
        import_module(f"tests.operations.slips.{_module}")  # each registers the oracles of its slips

SLIPS = list(registered())


def test_every_slip_has_an_oracle_and_every_oracle_a_slip() -> None:
    assert {(op, slip.name) for op, slip in SLIPS} == set(ORACLES)


def test_every_oracle_is_asked_on_two_shapes() -> None:
    once = {key for key, told in ORACLES.items() if len({case.shapes for case in told.cases()}) < 2}
    assert not once


@pytest.mark.parametrize(("op", "slip"), SLIPS, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_slip_yields_the_numbers_of_its_sentence(op: str, slip: Slip) -> None:
    check_numbers(op, slip)


@pytest.mark.parametrize(("op", "slip"), SLIPS, ids=lambda value: value if isinstance(value, str) else value.name)
def test_marking_names_a_slip_first(op: str, slip: Slip) -> None:
    check_marking(op, slip)
