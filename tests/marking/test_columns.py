"""Pages with a token in each column are marked on their side where that is said, and where it is not it is suggested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tmat
from tmat.marking import Answers, mark
from tmat.marking.findings import Remark
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.stages.attention import attention

X = [[0.2, 0.9, 0.4, 0.7], [0.5, 0.1, 0.8, 0.3], [0.6, 0.4, 0.2, 0.9]]
KEY = attention(Matrix.of("X", X, rows=["you", "win", "again"]), d_k=2, seed=3, round=2)


def on_its_side(sheet: Worksheet, *, labels: bool = False) -> str:
    """Its steps as text, a token in each column."""
    blocks = []
    for step in sheet.stages[0].steps:
        matrix = step.result
        rows = [" ".join(f"{x:.2f}" for x in row) for row in matrix.values.T]
        if labels:
            rows = [f"{label} {row}" for label, row in zip(matrix.cols, rows, strict=True)]
            rows.insert(0, " ".join(matrix.rows))
        blocks.append("\n".join([step.name, *rows]))
    return "\n\n".join(blocks) + "\n"


@pytest.mark.parametrize("labels", [False, True])
def test_text_with_several_matrices_is_all_right(labels: bool) -> None:
    assert mark(on_its_side(KEY, labels=labels), KEY, columns=True).all_right
    assert not mark(on_its_side(KEY, labels=labels), KEY).all_right


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "npz"])
def test_files_of_every_kind_are(suffix: str, tmp_path: Path) -> None:
    turned = {step.name: Matrix.of(step.name, step.values.T) for step in KEY.stages[0].steps}
    path = tmp_path / f"page.{suffix}"
    if suffix == "csv":
        blocks = [f"{name}\n" + "\n".join(",".join(map(str, row)) for row in m.values) for name, m in turned.items()]
        path.write_text("\n\n".join(blocks) + "\n")
    elif suffix == "npz":
        np.savez(path, **{name: matrix.values for name, matrix in turned.items()})
    else:
        tmat.write(Worksheet([Stage("attention", "attention", given=turned, output="output")]), path)
    answers = Answers.read(path)
    report = mark(answers, KEY, columns=True, atol=0.006 if suffix == "npz" else None)
    assert [step.name for step in report.steps if step.right < step.size] == []


def test_a_slip_on_such_a_page_has_its_name() -> None:
    """The slip is put in with tokens in rows; the page shows it on its side."""
    wrong = Worksheet([KEY.stages[0]])
    page = Answers.of_text(on_its_side(wrong))
    due = KEY["attention"]["scores"].values
    for place, answer in enumerate(page.matrices):
        if answer.name == "scaled":
            page.matrices[place] = Answers.of({"scaled": due.T}).matrices[0]
    report = mark(page, KEY, columns=True)
    assert report.first_wrong is not None and report.first_wrong.name == "scaled"
    assert report["scaled"].findings[0].names[0] == "scale-left-out"
    assert not [one for one in report.remarks if one.remark is Remark.UPRIGHT]


def test_a_heading_that_says_transposed_turns_a_matrix_of_such_a_page_back() -> None:
    [scores] = [step for step in KEY.stages[0].steps if step.name == "scores"]
    rows = "\n".join(" ".join(f"{x:.2f}" for x in row) for row in scores.values)
    assert mark(f"scores.T\n{rows}\n", KEY, columns=True)["scores"].right == 9


def test_it_is_suggested_where_all_stand_on_their_side() -> None:
    assert [one.remark for one in mark(on_its_side(KEY), KEY).remarks] == [Remark.ON_ITS_SIDE]
    text = on_its_side(KEY).replace("0.", "1.")  # wrong besides
    assert mark(text, KEY).remarks[0].remark is Remark.ON_ITS_SIDE
    upright = Answers.of_worksheet(KEY, given=False)
    assert mark(upright, KEY, columns=True).remarks[0].remark is Remark.UPRIGHT


def test_square_matrices_are_told_by_their_numbers() -> None:
    square = attention(np.random.RandomState(1).rand(3, 3).round(2), d_k=3, seed=4, round=2)
    assert mark(on_its_side(square), square).remarks[0].remark is Remark.ON_ITS_SIDE
    assert mark(on_its_side(square), square, columns=True).all_right


def test_one_matrix_on_its_side_is_a_slip_and_no_such_page() -> None:
    right = {step.name: step.values for step in KEY.stages[0].steps}
    report = mark({**right, "Q": right["Q"].T}, KEY)
    assert report.remarks == [] and report["Q"].findings[0].names == ("transposed",)
    alone = mark({"Q": right["Q"].T}, KEY)
    assert alone.remarks == []
