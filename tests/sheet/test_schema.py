"""docs/worksheet.schema.json is what the types say, and what the program writes fits it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from tests.sheet.schema import schema

from tmat import attention, embed, vocab
from tmat.rendering.formats.json import dumps

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


@pytest.mark.parametrize(
    "broken", ['{"stages": []}', '{"tmat": 1, "stages": [{"id": "x"}]}', '{"tmat": 1, "stages": 3}']
)
def test_what_is_no_worksheet_does_not(broken: str) -> None:
    assert not Draft202012Validator(schema()).is_valid(json.loads(broken))
