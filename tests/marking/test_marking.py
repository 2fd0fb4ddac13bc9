"""Verdicts, names, follow-through, points: what marking promises."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.marking.by_hand import WAYS, worked

from tmat.errors import InputError
from tmat.marking import Answers, StepReport, Verdict, mark
from tmat.marking.findings import Note, Remark
from tmat.marking.reports.data import as_dict
from tmat.marking.reports.words import note, sentence, unknown
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn

X = np.array([[0.79, 1.6, 0.96], [1.22, 0.17, 0.06], [0.92, 1.51, 0.27], [0.26, 0.74, 0.66]])


def key(**how: object) -> Worksheet:
    return attention(X, d_k=2, seed=4, **how)  # type: ignore[arg-type]


def told(step: StepReport) -> list[str]:
    return [note(one) for one in step.notes]


def right(sheet: Worksheet, decimals: int = 2) -> dict[str, np.ndarray]:
    return worked(sheet.stages[0], WAYS["at each step"], decimals)


def test_names_forgive_case_underscores_and_the_books_words() -> None:
    sheet = key()
    shown = right(sheet)
    own = {
        "query": shown["Q"], "k": shown["K"], "VALUES": shown["V"], "Attention_Scores": shown["scores"],
        "attention.scaled": shown["scaled"], "attention weights": shown["weights"], "z": shown["Z"],
        "Output": shown["output"],
    }  # fmt: skip
    assert mark(Answers.of(own), sheet).all_right


def test_a_name_that_is_near_and_of_the_right_shape_is_taken_and_said() -> None:
    sheet = key()
    shown = right(sheet)
    shown["scroes"] = shown.pop("scores")
    report = mark(Answers.of(shown, "li.txt"), sheet)
    assert report.all_right and told(report["scores"]) == ["handed in as scroes"]


def test_what_is_called_as_the_step_comes_before_what_may_mean_it() -> None:
    sheet = key()
    shown = right(sheet)
    report = mark(Answers.of({"attention": shown["weights"], "Z": shown["Z"]}, "li.txt"), sheet)
    assert report["Z"].verdict is report["weights"].verdict is Verdict.RIGHT
    report = mark(Answers.of({"Z": shown["Z"], "context": shown["Z"]}, "li.txt"), sheet)
    assert report["Z"].verdict is Verdict.RIGHT
    report = mark(Answers.of({"Z": shown["Z"], "z": shown["Z"]}, "li.txt"), sheet)
    assert [unknown(name) for name in report.unknown] == ["not read: 'z' is answered already, by 'Z'"]


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    sheet = key()
    shown = right(sheet)
    shown["scroes"] = shown.pop("scores")[:2]
    report = mark(Answers.of(shown, "li.txt"), sheet)
    assert [unknown(name) for name in report.unknown] == ["the key has no step 'scroes': did you mean scores?"]
    assert report["scores"].verdict is Verdict.MISSING
    assert report.exit_code == 1
    shown["scores2"] = right(sheet)["scores"]  # another head's
    assert mark(Answers.of(shown), sheet)["scores"].verdict is Verdict.MISSING


WORDS = ["cat", "sat", "mat", "mad"]


def test_labelled_rows_are_read_by_their_labels() -> None:
    sheet = attention(Matrix.of("X", X, WORDS), d_k=2, seed=4, round=2)
    lines = [
        f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, sheet["attention"]["Q"].values, strict=True)
    ]
    for order in ([3, 1, 0, 2], [2, 3, 1, 0]):
        report = mark("\n".join(["Q", *(lines[n] for n in order)]) + "\n", sheet)
        assert report["Q"].verdict is Verdict.RIGHT
    step = mark(f"Q\n{lines[2]}\n", sheet)["Q"]
    assert step.verdict is Verdict.MISSING and step.cells[2].tolist() == [0, 0] and told(step) == ["6 left blank"]
    numbers = lines[2].split(" ", 1)[1]
    for alone in (f"Q[mat] = {numbers}", f"Q[mat]: {numbers}", f"Q[mat] = [{numbers.replace(' ', ', ')}]"):
        step = mark(alone + "\n", sheet)["Q"]
        assert step.cells[2].tolist() == [0, 0] and told(step) == ["6 left blank"], alone
    head = "      mad cat mat sat"
    scores = sheet["attention"]["scores"].values[:, [3, 0, 2, 1]]
    rows = [f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, scores, strict=True)]
    assert mark("\n".join(["scores", head, *rows]) + "\n", sheet)["scores"].verdict is Verdict.RIGHT
    swapped = [
        f"{word} {line.split(' ', 1)[1]}" for word, line in zip([WORDS[n] for n in (1, 0, 2, 3)], lines, strict=True)
    ]
    assert mark("\n".join(["Q", *swapped]) + "\n", sheet)["Q"].right == 4


@pytest.mark.parametrize("heading", ["Q.T", "Qᵀ", "Q^T"])
def test_a_heading_may_say_that_a_matrix_stands_on_its_side(heading: str) -> None:
    sheet = key(round=2)
    values = sheet["attention"]["Q"].values.T
    text = "\n".join([heading, *(" ".join(map(str, row)) for row in values)]) + "\n"
    report = mark(text, sheet)
    assert report["Q"].verdict is Verdict.RIGHT and report.unknown == []


def test_missing_steps_are_missing_and_not_wrong() -> None:
    sheet = key()
    report = mark(Answers.of({"Q": right(sheet)["Q"]}), sheet)
    words = [step.verdict.word for step in report.steps]
    assert words == ["right"] + ["missing"] * 7
    assert report.first_wrong is None and report.exit_code == 1


def test_blank_cells_are_missing() -> None:
    sheet = key()
    shown = right(sheet)
    shown["Q"][1, 0] = np.nan
    step = mark(Answers.of(shown), sheet)["Q"]
    assert step.verdict is Verdict.MISSING and step.right == step.size - 1
    assert told(step) == ["1 left blank"]


def test_a_column_typed_as_a_row_is_a_column() -> None:
    sheet = addnorm(X, residual=X, seed=1)
    shown = right(sheet)
    shown["mean"] = shown["mean"].T
    assert mark(Answers.of(shown), sheet).all_right


def test_another_shape_is_said_with_both_sizes() -> None:
    sheet = key()
    shown = right(sheet)
    shown["scores"] = shown["scores"][:3]
    step = mark(Answers.of(shown), sheet)["scores"]
    assert step.verdict is Verdict.SHAPE
    assert told(step) == ["scores is 3×4, 4×4 is due"]


def test_a_matrix_on_its_side_is_named() -> None:
    sheet = key()
    shown = right(sheet)
    shown["Q"] = shown["Q"].T
    step = mark(Answers.of(shown), sheet)["Q"]
    assert step.verdict is Verdict.SLIP
    assert sentence(step.findings[0]) == "Q is transposed: its rows stand as columns"


def test_nothing_follows_from_what_was_no_attempt() -> None:
    sheet = key(project=False)
    given = sheet["attention"].given
    ones = np.ones((4, 2))
    q, k = X @ given["W_Q"].values, ones
    scores = q @ k.T
    own = {"Q": q.round(3), "K": ones, "scores": scores.round(3)}
    report = mark(Answers.of(own), sheet)
    assert told(report["K"])[-1] == "no attempt: nothing that follows from it is counted"
    assert report["scores"].count(Verdict.FOLLOWS) == 0
    assert Note(Remark.ON_NO_ATTEMPT, ("K",)) in report["scores"].notes
    assert "built on K, which was no attempt" in told(report["scores"])
    tried = {"Q": q.round(3), "K": (X @ given["W_K"].values * 3 + 1).round(3)}
    tried["scores"] = (tried["Q"] @ tried["K"].T).round(3)
    assert mark(Answers.of(tried), sheet)["scores"].verdict is Verdict.FOLLOWS


def test_a_given_matrix_copied_wrong_is_said_and_carried_on() -> None:
    sheet = key(project=False)
    given = sheet["attention"].given
    x = X.copy()
    x[2, 1] = 1.15
    own = {"X": x, **{n: (x @ given[f"W_{n}"].values).round(3) for n in "QKV"}}
    report = mark(Answers.of(own), sheet)
    assert report["X"].verdict is Verdict.WRONG
    assert told(report["X"]) == ["X is given: it was not copied as it stands"]
    assert report["Q"].verdict is Verdict.FOLLOWS and report["Q"].right == 6
    assert report.exit_code == 1


def test_follow_through_goes_from_stage_to_stage() -> None:
    first = key()
    both = ffn(addnorm(first), d_ff=4, seed=2)
    assert [stage.id for stage in both] == ["attention", "addnorm", "ffn"]
    output = first["attention"]["output"].values.copy()
    output[1:] += 1.0
    output[2] -= 0.3
    total = output + X
    answers = Answers.of(
        {"attention.output": output.round(4), "sum": total.round(4), "mean": total.mean(axis=1)[:, None].round(4)}
    )
    report = mark(answers, both)
    assert report["sum"].verdict is Verdict.FOLLOWS and report["mean"].verdict is Verdict.FOLLOWS


def test_points_are_shared_out_by_cells_and_rounded_once() -> None:
    sheet = key()
    shown = right(sheet)
    shown["V"] = shown["Q"].copy()
    stage = sheet["attention"]
    shown["Z"] = (shown["weights"] @ shown["V"]).round(2)
    shown["output"] = (shown["Z"] @ stage.given["W_O"].values).round(2)
    points = {"V": 1, "scores": 2, "Z": 4}
    full = mark(Answers.of(shown), sheet, points=points)
    half = mark(Answers.of(shown), sheet, points=points, follow="half")
    none = mark(Answers.of(shown), sheet, points=points, follow="none")
    assert (full.points, full.earned, half.earned, none.earned) == (7.0, 6.0, 4.0, 2.0)
    thirds = dict.fromkeys(("Q", "K", "scores"), 1 / 3)
    assert mark(Answers.of(shown), sheet, points=thirds).earned == 1.0


def test_steps_without_points_do_not_bear_on_all_right() -> None:
    sheet = key()
    shown = right(sheet)
    report = mark(Answers.of({"Z": shown["Z"]}), sheet, points={"Z": 4})
    assert report.all_right and report.exit_code == 0 and report.earned == 4.0


def test_points_for_a_step_that_is_not_there() -> None:
    sheet = key()
    with pytest.raises(InputError) as error:
        mark(Answers.of(right(sheet)), sheet, points={"scroes": 1})
    assert str(error.value).splitlines()[0] == "points: the key has no step 'scroes'"
    assert str(error.value).endswith("did you mean scores?")


def test_choices_that_make_no_sense() -> None:
    for choices, said in (
        ({"follow": "double"}, "follow='double' is not known"),
        ({"atol": -1.0}, "atol=-1 does not fit"),
        ({"points": {"Z": -1.0}}, "Z cannot be worth -1 points"),
    ):
        with pytest.raises(InputError, match=said):
            mark(Answers.of(right(key())), key(), **choices)  # type: ignore[arg-type]


def test_tolerances_override_the_precision_claimed() -> None:
    sheet = key()
    off = {"Q": sheet["attention"]["Q"].values + 0.004}
    assert mark(Answers.of(off), sheet)["Q"].right == 0
    assert mark(Answers.of(off), sheet, atol=0.005)["Q"].verdict is Verdict.RIGHT
    assert mark(Answers.of({"Q": right(sheet)["Q"]}), sheet, rtol=1e-9)["Q"].verdict is not Verdict.RIGHT


def test_nothing_to_mark_is_an_error_and_never_all_right() -> None:
    with pytest.raises(InputError, match=r"no answers in li\.txt"):
        mark(Answers([], "li.txt"), key())
    with pytest.raises(InputError, match="the key has no steps to mark by"):
        mark(Answers.of({"Q": X}), Worksheet())
    report = mark(Answers.of({"nonsense": X}), key())
    assert report.exit_code == 1 and not report.all_right


def test_an_infinity_is_only_right_where_it_is_due() -> None:
    sheet = key(mask="causal")
    shown = right(sheet)
    shown["masked"][0, 1] = 0.0
    step = mark(Answers.of(shown), sheet)["masked"]
    assert step.right == step.size - 1
    shown["masked"][0, 1] = -np.inf
    assert mark(Answers.of(shown), sheet)["masked"].verdict is Verdict.RIGHT


def test_a_report_as_data_gives_nothing_away_unless_asked() -> None:
    sheet = key()
    shown = right(sheet)
    shown["scaled"] = shown["scores"] / 2
    report = mark(Answers.of(shown), sheet)
    hidden, open_ = as_dict(report), as_dict(report, reveal=True)
    assert "values" not in hidden["steps"][4] and "values" in open_["steps"][4]
    assert hidden["first_wrong"] == "scaled"
    assert hidden["steps"][4]["findings"][0]["names"][0] == "divided-by-d-k"
    assert hidden["steps"][4]["findings"][0]["cells"][0] == [1, 1]


def test_one_matrix_that_cannot_be_read_costs_that_matrix_alone() -> None:
    sheet = key()
    shown = {name: values.tolist() for name, values in right(sheet).items()}
    shown["K"] = [[1.0, 2.0], [3.0]]
    shown["V"][0][0] = "abc"
    report = mark(Answers.of_bytes(json.dumps(shown).encode(), "li.json"), sheet)
    assert [step.name for step in report.steps if step.verdict is not Verdict.RIGHT] == ["K", "V"]
    assert [one.name for one in report.unknown] == ["K", "V"] and report.exit_code == 1
    assert unknown(report.unknown[1]).startswith("not read: ")
    text = "Q\n1 2\n\nK\n1 zz\n\nV\n1 2\n"
    assert [one.why for one in mark(text, sheet).unknown] == ["'zz' where a number is due"]
