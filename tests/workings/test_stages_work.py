"""Every cell that an attention stage computes has working that comes to the stage's own number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.operations.reading import calculated

from tmat.stages.attention import attention
from tmat.workings import Workings, cells, trace

WAYS: list[dict[str, Any]] = [
    {},
    {"heads": 2, "mask": "causal"},
    {"heads": 2, "separate": True, "bias": "all", "dropout": 0.5, "temperature": 2.0},
    {"score": "additive", "mask": "causal", "renormalize": True},
    {"valid": 0},
    {"round": "2"},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_cell_of_attention(way: dict[str, Any]) -> None:
    x = np.random.default_rng(0).integers(0, 100, (3, 4)) / 100
    sheet = attention(x.tolist(), **way)
    made = Workings(sheet.stages[-1], digits=12)
    count = 0
    for _, name, i, j in cells(sheet):
        told = made.cell(name, i, j)
        assert "the worksheet has" not in str(told)
        shown = [line for line in told.lines if line.part in ("numbers", "result")] or [told.head]
        for line in shown:
            if "no weight to give" in str(told) and line.part == "numbers":
                assert told.value == 0.0  # 0 / 0, which a calculator refuses
            elif "[" not in line.text and "→" not in line.text:
                allowed = 0.005 if way.get("round") and line.part == "numbers" else 1e-8
                assert calculated(line.text) == pytest.approx(told.value, abs=allowed + 1e-10), str(told)
        count += 1
    assert count == sum(step.values.size for step in sheet.stages[-1].steps) > 50


def test_the_output_leads_back_to_what_was_given() -> None:
    sheet = attention([[0.5, 0.25], [1.0, 0.0]], heads=2, mask="causal")
    root = trace(sheet, "attention", "output", 1, 0, 20)
    ends = [node for node in root if not node.children and not node.above]
    assert ends and all(node.origin for node in ends)
    assert {"X", "W_Q", "W_K", "W_V", "W_O", "mask"} == {node.name for node in ends}
