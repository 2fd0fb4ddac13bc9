"""The way back of every stage and of stacks against torch's autograd in float64: hundreds of forward passes drawn at random."""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest
from tests.oracles.load import cases
from tests.oracles.torch_cases import calls, run, sums

import tmat
from tmat.sheet.worksheet import Worksheet

KNOWN = list(cases("gradients"))
CALLS = list(calls(len(KNOWN)))
PARTS = 7
"""One of so many is looked at, of every kind some; all with TMAT_ORACLES=all."""


def gradient(sheet: Worksheet, told: str) -> np.ndarray:
    """The gradient of a stage's matrix: with the stage before where several stages have the name."""
    stage, _, name = told.partition("/")
    way = sheet["backward"]
    own = f"{stage}.d{name}"
    return way[own if own in way else f"d{name}"].values


@pytest.mark.parametrize("part", range(PARTS if os.environ.get("TMAT_ORACLES") == "all" else 1))
def test_gradients_are_those_of_autograd(part: int) -> None:
    for case, told in list(zip(KNOWN, CALLS, strict=True))[part::PARTS]:
        sheet, slope = run(told)
        last = sheet.stages[-1]
        given = {} if slope is None else {f"d{last.output}": slope}
        twice = sum(last.output in stage for stage in sheet.stages) > 1
        given = {f"{last.id}.{name}" if twice else name: values for name, values in given.items()}
        back = tmat.backward(sheet, matrices=given)
        if slope is None:
            assert sheet["loss"]["loss"].values[0, 0] == pytest.approx(case["value"], rel=1e-12)
        for name, due in zip(case["names"], case["sums"], strict=True):
            found = gradient(back, name)
            scale = max(1.0, float(np.abs(found).max()))
            np.testing.assert_allclose(
                np.array(sums(found)) / scale, due / scale, rtol=0, atol=1e-11, err_msg=f"{told} {name}"
            )


def test_the_cases_are_many_and_of_every_kind() -> None:
    stages = Counter(name for told in CALLS for name, _ in told)
    assert len(CALLS) == 300
    assert set(stages) == {"embed", "posenc", "attention", "addnorm", "ffn", "encode", "decode", "loss"}
    assert min(stages.values()) > 30
