"""Marking a long worksheet takes time by its length, and what flowed into a stage is still known for what it is."""

from __future__ import annotations

import numpy as np
import pytest

import tmat.marking.key
from tmat import encode
from tmat.errors import fold
from tmat.marking.key import Key
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet


def test_a_given_matrix_is_compared_with_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    content = tmat.marking.key._content

    def counted(values: np.ndarray) -> object:
        nonlocal looked_at
        looked_at += 1
        return content(values)

    monkeypatch.setattr(tmat.marking.key, "_content", counted)
    sheet = encode(np.eye(2, 4), layers=6, seed=1)
    Key(sheet)
    assert looked_at <= 2 * sum(len(stage.names()) for stage in sheet)


def test_what_flowed_stands_once_and_each_step_finds_its_operands() -> None:
    sheet = encode(np.eye(2, 4), layers=3, seed=1, round="3")
    key = Key(sheet)
    for later in (matrix for matrix in key.matrices if matrix.given):
        earlier = key.matrices[: later.index]
        assert not any(np.array_equal(key.taken(one, one.values), later.values, equal_nan=True) for one in earlier)
    found = iter(key.steps)
    for stage in sheet:
        for step, matrix in zip(stage.steps, found, strict=False):
            operands = [key.matrices[n] for n in matrix.of or ()]
            assert len(operands) == len(step.of)
            for name, operand in zip(step.of, operands, strict=True):
                np.testing.assert_array_equal(key.taken(operand, operand.values), stage.operand(name).values)


def test_minus_zero_and_nan_flow_as_any_number_does() -> None:
    first = Stage("a", "ffn", steps=[Step(Matrix.of("X", [[-0.0, np.nan, np.inf]]), "identity", ())])
    other = Stage("b", "ffn", given={"Y": Matrix.of("Y", [[0.0, -np.nan, np.inf]])})
    assert [fold(m.name) for m in Key(Worksheet([first, other])).matrices] == ["x"]
