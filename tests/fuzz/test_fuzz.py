"""Fuzzing in small: some inputs of each kind, the same ones each time; tests/fuzz/run.py does it in full."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.judging import KINDS, judged
from tests.fuzz.lines import options

INPUTS = 600
ONES_THAT_FAILED = (18, 446, 7394, 16554, 31735, 49112, 63356, 115835, 140135)
"""Inputs of a full run that once got no answer, or none of ours."""


@pytest.mark.parametrize("part", range(6))
def test_any_input_is_answered(part: int, tmp_path: Path) -> None:
    size = INPUTS // 6
    codes = set()
    for number in range(part * size, (part + 1) * size):
        _, code, complaint = judged(number, tmp_path)
        assert complaint == "", f"python tests/fuzz/run.py --show --inputs 1 --from {number}"
        codes.add(code)
    assert {0, 2} <= codes


@pytest.mark.parametrize("number", ONES_THAT_FAILED)
def test_what_once_failed(number: int, tmp_path: Path) -> None:
    assert judged(number, tmp_path)[2] == ""


def test_every_command_and_reader_has_its_turn() -> None:
    assert {"attention", "check", "show", "vocab"} <= set(options())
    assert {
        "inline",
        "text",
        "pasted",
        "csv",
        "tsv",
        "json",
        "npy",
        "npz",
        "xlsx",
        "worksheet",
        "safetensors",
        "torch",
        "line",
    } == set(KINDS)
