"""Right answers are never marked wrong, however they were rounded and whatever form they come in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.marking.by_hand import WAYS, typed, worked
from tests.marking.injected import sheet_of

from tmat.marking import Answers, Verdict, mark, mark_self
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention


def not_right(key: Worksheet, answers: Answers) -> list[str]:
    report = mark(answers, key)
    return [f"{s.label} {s.verdict.word}" for s in report.steps if s.verdict not in (Verdict.RIGHT, Verdict.MISSING)]


def test_a_hundred_attentions_at_two_decimals() -> None:
    """``python -m tests.marking.measure`` marks right sheets by the hundred, of all kinds."""
    r = np.random.RandomState(1)
    rejected = cells = 0
    for n in range(100):
        key = sheet_of("attention", r)
        shown = worked(key.stages[0], WAYS["at each step" if n % 2 else "at the end"], 2)
        report = mark(Answers.of(shown), key)
        rejected += sum(step.size - step.right for step in report.steps)
        cells += sum(step.size for step in report.steps)
        assert report.all_right and report.exit_code == 0
    assert rejected == 0 and cells > 12_500


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["causal", "heads", "addnorm", "sample", "outside", "ffn", "posenc"])
def test_other_sheets_and_ways_of_rounding(kind: str, way: str) -> None:
    r = np.random.RandomState(2)
    for _ in range(4):
        key = sheet_of(kind, r)
        for decimals in (1, 2, 4):
            assert not_right(key, Answers.of(worked(key.stages[0], WAYS[way], decimals))) == []


@pytest.mark.parametrize("way", ["at each step", "at the end"])
def test_steps_that_are_not_handed_in_are_done_in_between(way: str) -> None:
    r = np.random.RandomState(3)
    for _ in range(40):
        key = sheet_of("attention", r)
        shown = worked(key.stages[0], WAYS[way], 2)
        kept = {name: values for name, values in shown.items() if r.rand() < 0.6 or name == "output"}
        assert not_right(key, Answers.of(kept)) == []


def test_a_key_that_is_rounded_and_answers_that_are_not() -> None:
    r = np.random.RandomState(4)
    x = r.rand(5, 4).round(2)
    rounded = attention(x, d_k=4, seed=1, round=2)
    exact = attention(x, d_k=4, seed=1)
    assert not_right(rounded, Answers.of_worksheet(exact)) == []
    assert not_right(rounded, Answers.of(worked(exact.stages[0], WAYS["at the end"], 2))) == []
    assert not_right(exact, Answers.of_worksheet(rounded)) == []


@pytest.mark.parametrize("form", ["text", "markdown", "json", "worksheet", "npz"])
def test_every_form_of_answers(form: str, tmp_path: Path) -> None:
    r = np.random.RandomState(5)
    key = attention(r.rand(4, 4).round(2), d_k=4, mask="causal", seed=2)
    shown = worked(key.stages[0], WAYS["at each step"], 3)
    if form == "text":
        path = tmp_path / "answers.txt"
        path.write_text(typed(shown, 3), encoding="utf-8")
    elif form == "markdown":
        path = tmp_path / "answers.md"
        path.write_text(_markdown(shown), encoding="utf-8")
    elif form == "json":
        path = tmp_path / "answers.json"
        values = {
            k: [[str(x).replace("-inf", "-Infinity") if np.isinf(x) else x for x in row] for row in v.tolist()]
            for k, v in shown.items()
        }
        path.write_text(json.dumps(values), encoding="utf-8")
    elif form == "worksheet":
        path = tmp_path / "answers.json"
        path.write_bytes(dumps(key))
    else:
        path = tmp_path / "answers.npz"
        np.savez(path, **shown)
    report = mark(Answers.read(path), key)
    assert report.all_right
    assert [step.right for step in report.steps] == [step.size for step in report.steps]


def _markdown(shown: dict[str, np.ndarray]) -> str:
    parts = []
    for name, values in shown.items():
        width = values.shape[1]
        rows = ["| " + " | ".join(f"{x:.3f}".replace("-inf", "-∞") for x in row) + " |" for row in values]
        head = ["| " + " | ".join(f"c{n}" for n in range(width)) + " |", "|" + "---|" * width]
        parts.append("\n".join([f"## {name}", "", *head, *rows]))
    return "\n\n".join(parts) + "\n"


def test_a_worksheet_held_against_itself() -> None:
    sheet = addnorm(attention(np.arange(12.0).reshape(4, 3) / 7, d_k=2, seed=1, round=3))
    assert mark_self(sheet).all_right
    step = sheet["attention"].step("scaled")
    assert step is not None
    step.values[:] = step.values * 2
    report = mark_self(sheet)
    assert report.first_wrong is not None and report.first_wrong.label == "scaled"
    assert report["weights"].verdict is Verdict.RIGHT
