"""docs/worksheet.schema.json is what the types say, and what the program writes fits it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from tests.sheet.schema import schema

from tmat import attention, embed, encode, vocab
from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import dumps
from tmat.sheet.names import chosen, layers

PAGE = Path(__file__).parents[2] / "docs" / "worksheet.schema.json"


def test_the_published_schema_is_the_types(request: pytest.FixtureRequest) -> None:
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--rewrite-docs"):
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text


def test_worksheets_fit_it() -> None:
    sheet = attention(embed(vocab("you win or you die"), "you win"), mask="causal", round="2,scores.used=1")
    single = attention(np.eye(2), dtype="float32")
    for written in (sheet, single):
        Draft202012Validator(schema()).validate(json.loads(dumps(written)))


def test_a_part_of_a_stack_says_which_layers_it_is_of() -> None:
    whole = encode(np.eye(4), layers=3, heads=2, seed=1)
    part = json.loads(dumps(chosen(whole, ["layer2.weights1", "layer3.weights1"])))
    Draft202012Validator(schema()).validate(part)
    assert [stage["params"]["layer"] for stage in part["stages"]] == [2, 3]
    assert [stage["params"]["layer_of"] for stage in part["stages"]] == [3, 3]
    assert list(layers(loads(json.dumps(part).encode()).stages).values()) == [(2, 3), (3, 3)]


@pytest.mark.parametrize(
    "broken", ['{"stages": []}', '{"tmat": 1, "stages": [{"id": "x"}]}', '{"tmat": 1, "stages": 3}']
)
def test_what_is_no_worksheet_does_not(broken: str) -> None:
    assert not Draft202012Validator(schema()).is_valid(json.loads(broken))
