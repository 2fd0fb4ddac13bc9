"""A large matrix that several stages are given stands in the JSON once, and reads back as one array."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from tests.sheet.schema import schema

from tmat.errors import InputError
from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import SHARED, dumps
from tmat.sheet.worksheet import Matrix, Stage, Worksheet

SIDE = int(SHARED**0.5)


def sheet(*matrices: Matrix) -> Worksheet:
    return Worksheet([Stage(f"s.{n}", "ffn", given={m.name: m}) for n, m in enumerate(matrices)])


def given(written: bytes) -> list[dict[str, Any]]:
    return [next(iter(stage["given"].values())) for stage in json.loads(written)["stages"]]


@pytest.fixture
def table() -> Matrix:
    return Matrix.of("W_E", np.random.default_rng(1).normal(size=(SIDE, SIDE)), origin="a file")


def test_it_is_written_once_and_read_back_bit_for_bit(table: Matrix) -> None:
    written = dumps(sheet(table, replace(table, name="W.out", origin=""), replace(table, values=table.values.copy())))
    first, *others = given(written)
    assert "values" in first
    assert others == [{"same": ["s.0", "W_E"]}, {"same": ["s.0", "W_E"], "origin": "a file"}]
    Draft202012Validator(schema()).validate(json.loads(written))
    back = [next(iter(stage.given.values())) for stage in loads(written)]
    assert [(m.name, m.origin) for m in back] == [("W_E", "a file"), ("W.out", ""), ("W_E", "a file")]
    for m in back:
        assert m.values is back[0].values
        assert m.values.tobytes() == table.values.tobytes()
        assert (m.rows, m.cols) == (table.rows, table.cols)
    assert dumps(loads(written)) == written


def test_what_differs_in_anything_is_written_in_full(table: Matrix) -> None:
    zero, minus = (np.zeros((SIDE, SIDE)) for _ in range(2))
    minus[0, 0] = -0.0
    for one, other in (
        (table, replace(table, cols=table.cols[::-1])),
        (table, replace(table, values=table.values.astype(np.float32))),
        (table, replace(table, values=table.values.reshape(1, -1), rows=("1",), cols=("x",) * SIDE**2)),
        (replace(table, values=zero), replace(table, values=minus)),
        (Matrix.of("b", np.ones((1, SHARED - 1))), Matrix.of("b", np.ones((1, SHARED - 1)))),
    ):
        assert all("values" in matrix for matrix in given(dumps(sheet(one, other))))


def test_two_of_one_stage_are_written_in_full(table: Matrix) -> None:
    stage = Stage("a", "ffn", given={"A": table, "B": table})
    assert all("values" in m for m in json.loads(dumps(Worksheet([stage])))["stages"][0]["given"].values())


@pytest.mark.parametrize("said", [["s.1", "W_E"], ["s.2", "W_E"], ["s.0", "X"], ["s.0"], [], ["s.0", "W_E", "W_E"]])
def test_a_reference_to_nothing_earlier_is_an_error(table: Matrix, said: list[str]) -> None:
    value = json.loads(dumps(sheet(table, table)))
    value["stages"][1]["given"]["W_E"]["same"] = said
    with pytest.raises(InputError, match=r"\$\.stages\[1\]\.given\.W_E\.same"):
        loads(json.dumps(value).encode())
