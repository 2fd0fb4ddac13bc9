"""The thrones article, marked as a submission: what its arithmetic shows comes out, step by step."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from tmat.articles.keys import key_of
from tmat.marking import Answer, Answers, Report, Verdict, explain, mark
from tmat.marking.findings import Note, Remark
from tmat.marking.key import KeySheet
from tmat.marking.reports.words import sentence
from tmat.reading.answers import TypedMatrix, read_answers_text
from tmat.reading.pasted import Pasted
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.posenc import posenc


@cache
def article() -> dict[str, TypedMatrix]:
    text = (files("tmat.articles") / "data" / "thrones.txt").read_text(encoding="utf-8")
    return {typed.name: typed for typed in read_answers_text(text, "thrones")}


def numbers(name: str) -> np.ndarray:
    return article()[name].matrix.values


def printed(**names: str) -> Answers:
    found = []
    for step, name in names.items():
        values, texts = numbers(name), article()[name].texts
        if name.endswith("_columns"):
            values, texts = values.T, [list(row) for row in zip(*texts, strict=True)]
        found.append(Answer(step, values, texts))
    return Answers(found, "thrones")


@cache
def the_attention(**how: object) -> Report:
    weights = {name: numbers(name) for name in ("W_Q", "W_K", "W_V", "W_O")}
    key = attention(numbers("X"), d_k=6, **weights, **how)  # type: ignore[arg-type]
    return mark(printed(Q="Q", K="K", V="V", scores="scores", scaled="scaled", Z="Z", output="attention_output"), key)


def test_positions_from_the_articles_own_rule() -> None:
    report = mark(printed(PE="PE_columns", X="EP_columns"), posenc(numbers("E_columns").T, exponent="column"))
    step = report["PE"]
    assert [finding.names for finding in step.findings] == [("sin-for-cos",)]
    assert {i for i, _ in step.findings[0].cells} == {1, 3, 4}
    assert all(j % 2 == 1 for _, j in step.findings[0].cells)
    assert step.count(Verdict.WRONG) == 0
    assert report["X"].right + report["X"].count(Verdict.FOLLOWS) == 36


def test_positions_from_the_papers_rule() -> None:
    step = mark(printed(PE="PE_columns"), posenc(numbers("E_columns").T))["PE"]
    assert [finding.names[0] for finding in step.findings] == ["exponent-2i", "exponent-2i+sin-for-cos"]
    assert {i for i, _ in step.findings[1].cells} == {1, 3, 4}
    assert step.count(Verdict.WRONG) == 0


def test_the_values_are_the_queries() -> None:
    step = the_attention()["V"]
    assert step.verdict is Verdict.SLIP and step.right == 0
    assert step.findings[0].names == ("another-matrix",)
    assert sentence(step.findings[0]) == "every number is Q's: V was made with W_Q, or Q was copied"
    assert len(step.findings[0].cells) == 24


def test_scores_rounded_before_they_are_scaled() -> None:
    report = the_attention()
    assert [report[name].verdict for name in ("Q", "K", "scores")] == [Verdict.RIGHT] * 3
    step = report["scaled"]
    assert step.verdict is Verdict.CLOSE and step.count(Verdict.CLOSE) == 36
    assert sentence(step.findings[0]) == "scores rounded to 2 decimals before this step"


def test_nothing_in_the_attention_stays_unexplained() -> None:
    report = the_attention()
    assert report["weights"].verdict is Verdict.MISSING
    assert sum(step.count(Verdict.WRONG) for step in report.steps) == 0
    assert (
        sentence(report["Z"].findings[0]) == "scaled rounded to 2 decimals and weights to 4 decimals before this step"
    )
    assert sentence(report["output"].findings[0]) == "Z rounded to 2 decimals before this step"


def test_with_the_articles_roundings_only_the_values_are_wrong() -> None:
    rounding = "Q=2,K=2,V=2,scores=4,scores.used=2,scaled.used=2,weights=4,Z=6,Z.used=2,output=2"
    report = the_attention(round=rounding)
    words = {step.name: step.verdict.word for step in report.steps}
    assert words == {
        "Q": "right", "K": "right", "V": "slip", "scores": "right", "scaled": "right", "weights": "missing",
        "Z": "follows", "output": "follows",
    }  # fmt: skip


def test_the_geometric_mean_in_a_step_that_is_not_printed() -> None:
    key = addnorm(numbers("attention_output"), residual=numbers("X"), epsilon=1e-4, epsilon_in="deviation")
    step = mark(printed(normalized="addnorm1"), key)["normalized"]
    assert step.findings[0].names[0] == "geometric-mean"
    assert sentence(step.findings[0]).startswith("in mean: the geometric mean of each row was taken")
    assert step.count(Verdict.SLIP) == 36


def test_the_deviation_of_two_rows_at_once() -> None:
    key = addnorm(numbers("ffn"), residual=numbers("addnorm1"), epsilon=1e-4, epsilon_in="deviation")
    report = mark(printed(sum="sum2", mean="mean2", std="std2", normalized="addnorm2"), key)
    assert [step.verdict.word for step in report.steps] == ["right", "right", "slip", "follows"]
    finding = report["std"].findings[0]
    assert finding.names == ("deviation-of-two-rows+sample-for-population",)
    assert sentence(finding) == "the sample deviation of two rows at once was taken: each with the one after it"
    assert finding.sure and len(finding.cells) == 6


def test_the_masked_heads() -> None:
    key = attention(numbers("masked_input"), weights=False, scale=False, mask="causal")
    first = mark(printed(scores="masked_A1", masked="masked_A1_masked"), key)
    assert first["scores"].findings[0].names == ("another-matrix-transposed",)
    assert first["masked"].findings[0].names[0] == "operand-transposed+zero-for-infinity"
    second = mark(printed(scores="masked_A2", masked="masked_A2_masked"), key)
    assert second["scores"].findings[0].names == ("another-matrix",)
    assert second["masked"].findings[0].names[0] == "wrong-triangle+zero-for-infinity"
    for report in (first, second):
        assert report["scores"].count(Verdict.WRONG) == report["masked"].count(Verdict.WRONG) == 0


def test_probabilities_that_are_no_softmax() -> None:
    step = explain(
        "softmax", {"logits": numbers("logits_shown")}, printed=numbers("probabilities_shown"),
        texts=article()["probabilities_shown"].texts, name="probabilities",
    )  # fmt: skip
    assert step.verdict is Verdict.WRONG
    assert [finding.kind for finding in step.findings] == ["property"]
    assert sentence(step.findings[0]) == (
        "this is no softmax of logits: a larger number has a smaller share, and equal numbers have different shares"
    )


def page(*names: str) -> str:
    return "".join("\n".join([name, *map(" ".join, article()[name].texts)]) + "\n\n" for name in names)


def own_and_all() -> Report:
    """All of the article's own numbers, its probabilities among them, which are no softmax of its logits.

    No slip is looked for here: by the corrected chain that takes seconds for numbers that are right as printed.
    """
    sheet, names = key_of("thrones")
    report = mark(Answers.of_pasted(Pasted([*article().values()]), "article").called(names), sheet, slips=False)
    assert report.remarks == [Note(Remark.AS_PRINTED)] and report.unknown == []
    assert report.wrong_cells == 0 and sum(step.right for step in report.steps) > 400
    return report


def test_the_article_is_right_as_printed_and_as_corrected() -> None:
    """X = E + PE of the page, whose PE is not as it should be and is not handed in; the corrected worksheet's own X."""
    sheet, names = key_of("thrones")
    assert isinstance(sheet, KeySheet) and sheet.printed is not None
    own = mark(page("E_columns", "EP_columns", "Q", "K", "scores"), sheet, names=names)
    assert own.remarks == [Note(Remark.AS_PRINTED)] and own.first_wrong is None
    assert {s.name for s in own.steps if s.verdict is Verdict.RIGHT} >= {"E", "X", "Q", "K", "scores"}
    [drawn] = [step for step in own_and_all().steps if step.name == "probabilities"]
    assert drawn.right == drawn.size == 5
    mended = mark(Answers.of_worksheet(Worksheet(sheet.stages)), sheet)
    assert mended.remarks == [Note(Remark.AS_CORRECTED)] and mended.all_right


def test_an_article_with_the_same_numbers_as_printed_and_as_corrected_says_neither() -> None:
    key, _ = key_of("journey")
    assert isinstance(key, KeySheet)
    first = key.stages[0].steps[0]
    report = mark({f"{key.stages[0].id}.{first.name}": first.values.round(2)}, key)
    assert {one.remark for one in report.remarks}.isdisjoint({Remark.AS_PRINTED, Remark.AS_CORRECTED})
