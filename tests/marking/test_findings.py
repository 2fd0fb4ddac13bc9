"""Findings as data: which mistake, where, how sure, from which numbers; and `mark` with answers in every form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.marking.by_hand import WAYS, typed, worked
from tests.marking.reported import to_json

from tmat.errors import InputError
from tmat.marking import Answers, Certainty, Report, StepReport, Verdict, mark
from tmat.marking.findings import Extent, Finding, Kind, Mistake, Numbers, Source
from tmat.marking.reports.data import as_dict
from tmat.marking.reports.words import extent_of, sentence, where
from tmat.rendering import rendered
from tmat.rendering.layout.look import Look
from tmat.sheet.worksheet import Worksheet
from tmat.stages.attention import attention

X = np.array([[0.79, 1.6, 0.96], [1.22, 0.17, 0.06], [0.92, 1.51, 0.27]])


def key() -> Worksheet:
    return attention(X, d_k=2, seed=4, project=False)


def answers(**changed: np.ndarray) -> dict[str, np.ndarray]:
    return {**worked(key().stages[0], WAYS["at each step"], 2), **changed}


def test_a_finding_says_what_where_and_how_sure() -> None:
    right = answers()
    finding = mark(answers(scaled=(right["scores"] / 2).round(2)), key())["scaled"].findings[0]
    (mistake,) = finding.mistakes
    assert (finding.kind, finding.certainty, finding.extent) == (Kind.SLIP, Certainty.SURE, Extent.MATRIX)
    assert (mistake.name, mistake.result, mistake.operands) == ("divided-by-d-k", "scaled", ("scores",))
    assert finding.made_from == (Source("attention", "scores", Numbers.RIGHT),)
    assert sentence(finding) == "divided by 2 itself, not by its root (or by √2 twice)"


def test_one_row_is_a_row() -> None:
    right = answers()
    values = right["weights"].copy()
    values[1] = right["scaled"][1]
    step = mark(answers(weights=values), key())["weights"]
    (finding,) = step.findings
    assert finding.extent is Extent.ROWS
    assert where(step, finding.cells) == "in row 2"


@pytest.mark.parametrize(
    ("cells", "extent", "told"),
    [
        ([], Extent.MATRIX, ""),
        ([(i, j) for i in range(3) for j in range(2)], Extent.MATRIX, ""),
        ([(2, 0), (2, 1)], Extent.ROWS, "in row 3"),
        ([(0, 1), (1, 1), (2, 1)], Extent.COLUMNS, "in column 2"),
        ([(0, 1), (2, 0)], Extent.CELLS, "at [1, 2], [3, 1]"),
    ],
)
def test_cells_as_people_point_at_them(cells: list[tuple[int, int]], extent: Extent, told: str) -> None:
    step = StepReport("attention", "Q", "Q", "matmul", Verdict.WRONG, np.zeros((3, 2), dtype=np.int8))
    assert extent_of(cells, 3, 2)[0] is extent
    assert where(step, cells) == told


def test_a_mistake_with_the_writers_own_wrong_numbers_names_them() -> None:
    """Q is wrong by no rule; scores follow from it, and a slip in scaled starts from those."""
    right = answers()
    q = right["Q"] + np.array([[0.31, -0.47], [0.83, 0.29], [-0.53, 0.67]])
    scores = (q @ right["K"].T).round(2)
    report = mark(answers(Q=q, scores=scores, scaled=(scores / 2).round(2)), key())
    assert report["scores"].follows_from == ("Q",)
    finding = report["scaled"].findings[0]
    assert finding.names[0] == "divided-by-d-k"
    assert finding.made_from == (Source("attention", "scores", Numbers.OWN),)


def test_perhaps_is_no_part_of_what_happened() -> None:
    mistake = Mistake(
        "sign", "the sign of {result} is wrong in {row}", "look again", "Z", ("V",), details={"row": "{0}"}
    )
    sure = Finding(Kind.SLIP, (mistake,), ((0, 0),))
    unsure = Finding(Kind.SLIP, (mistake,), ((0, 0),), Certainty.PERHAPS)
    assert (sentence(sure), sentence(unsure)) == (
        "the sign of Z is wrong in V", "perhaps the sign of Z is wrong in V",
    )  # fmt: skip


def test_names_with_braces_are_names() -> None:
    mistake = Mistake("copied", "{other} was copied", "", "Z", details={"other": "W{"})
    assert sentence(Finding(Kind.SLIP, (mistake,), ())) == "W{ was copied"


def test_two_mistakes_one_after_the_other() -> None:
    first = Mistake("operand-transposed", "{operand} transposed first", "", "Z", details={"operand": "K"})
    both = Mistake("sign", "the sign is wrong", "", "Z", first=first, within="Q")
    finding = Finding(Kind.SLIP, (both,), ())
    assert finding.names == ("operand-transposed+sign",)
    assert both.parts == ("operand-transposed", "sign")
    assert sentence(finding) == "in Q: K transposed first, and the sign is wrong"


def test_the_data_in_json() -> None:
    right = answers()
    values = right["V"].copy()
    values[0] = right["Q"][0]
    report = mark(answers(V=values, scaled=(right["scores"] / 2).round(2)), key())
    steps = {step["step"]: step for step in json.loads(to_json([report]))["steps"]}
    finding = steps["scaled"]["findings"][0]
    assert finding["scope"] == "matrix"
    assert finding["made_from"] == [{"stage": "attention", "step": "scores", "numbers": "right"}]
    assert finding["mistakes"][0] == {
        "name": "divided-by-d-k", "step": "scaled", "of": ["scores"], "within": None, "first": None,
        "details": finding["mistakes"][0]["details"],
    }  # fmt: skip
    assert steps["Z"]["follows_from"] == [] and steps["V"]["findings"] != []
    assert where(report["V"], ((0, 0), (0, 1))) == "in row 1"


# -- answers in every form


def verdicts(report: Report) -> list[str]:
    return [step.verdict.word for step in report.steps if step.op != "given"]


def test_answers_in_every_form_are_marked_alike(tmp_path: Path) -> None:
    sheet, shown = key(), answers()
    text = typed(shown, 2)
    path = tmp_path / "li.txt"
    path.write_text(text, "utf-8")
    expected = ["right"] * len(sheet.stages[0].steps)
    as_json = rendered([sheet], "json", Look())[""].decode()
    for form in (path, str(path), text, shown, Answers.of(shown), sheet, as_json + "\n"):
        assert verdicts(mark(form, sheet)) == expected, type(form)
    assert mark(str(path), sheet).origin == str(path)


def test_a_worksheet_without_a_key_is_held_against_itself() -> None:
    sheet = key()
    assert mark(sheet).all_right
    sheet.stages[0].steps[0].result.values[0, 0] += 1.0
    report = mark(sheet)
    assert report.steps[0].verdict is not Verdict.RIGHT
    assert as_dict(report)["first_wrong"] == "Q"
    with pytest.raises(InputError, match="there is no key to mark by"):
        mark(answers())
