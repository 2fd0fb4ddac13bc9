"""Reports written out, and many submissions at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.marking.by_hand import WAYS, typed, worked
from tests.marking.reported import plain, summary, to_json

from tmat.errors import InputError
from tmat.marking import Answers, Certainty, Failure, Report, Verdict, mark, mark_many
from tmat.marking.reports.data import to_csv
from tmat.marking.reports.feedback import page, to_text
from tmat.marking.reports.gradescope import as_results, to_gradescope
from tmat.marking.reports.junit import to_junit
from tmat.marking.reports.table import rows
from tmat.sheet.worksheet import Worksheet
from tmat.stages.attention import attention

X = np.array([[0.79, 1.6, 0.96], [1.22, 0.17, 0.06], [0.92, 1.51, 0.27]])


def key() -> Worksheet:
    return attention(X, d_k=2, seed=4, project=False)


def answers(slip: str = "") -> dict[str, np.ndarray]:
    shown = worked(key().stages[0], WAYS["at each step"], 2)
    if slip == "V":
        shown["V"] = shown["Q"].copy()
    if slip == "scaled":
        shown["scaled"] = (shown["scores"] / 2).round(2)
    return shown


def report(slip: str = "", origin: str = "li.txt") -> Report:
    return mark(Answers.of(answers(slip), origin), key())


FAILURE = Failure("bad.txt", "cannot read bad.txt", ("line 3",), "save it as text")


def test_the_table_says_what_happened_and_what_to_do() -> None:
    assert plain(report("V")).splitlines() == [
        "Q         6 of 6   right",
        "K         6 of 6   right",
        "V         0 of 6   every number is Q's: V was made with W_Q, or Q was copied",
        "                   make V anew: X·W_V",
        "scores    9 of 9   right",
        "scaled    9 of 9   right",
        "weights   9 of 9   right",
        "Z         6 of 6   right",
        "first wrong: V; 6 of 7 points",
    ]


def test_the_right_values_stand_there_only_when_revealed() -> None:
    step = rows(report("scaled"))[4]
    assert step.name == "scaled" and step.revealed == ()
    shown = rows(report("scaled"), reveal=True)
    right = answers()["scaled"]
    assert [row.revealed for row in shown if row.name == "Q"] == [()]
    assert len(shown[4].revealed) == len(right)
    assert all(
        np.allclose([float(x) for x in line.split()], row, atol=0.02)
        for line, row in zip(shown[4].revealed, right, strict=True)
    )


def test_json_of_one_and_of_many() -> None:
    one = json.loads(to_json([report("V")]))
    assert one["submission"] == "li.txt" and one["all_right"] is False and one["first_wrong"] == "V"
    many = json.loads(to_json([report(), report("V"), FAILURE]))
    assert [entry.get("failed", False) for entry in many["submissions"]] == [False, False, True]
    assert many["summary"]["slips"][0]["slip"] == "another-matrix"


def test_csv_has_a_row_a_submission_and_no_formulas() -> None:
    text = to_csv([report(origin="=cmd()"), report("V"), FAILURE])
    lines = text.splitlines()
    steps = ",".join(f"{name},{name} points" for name in ("Q", "K", "V", "scores", "scaled", "weights", "Z"))
    assert lines[0] == f"submission,earned,points,all right,first wrong,what,read so,{steps}"
    assert lines[1].startswith("'=cmd(),7,7,yes,,,,right,")
    assert '"every number is Q\'s: V was made with W_Q, or Q was copied"' in lines[2]
    assert lines[3] == "bad.txt,,,no,,could not be marked: cannot read bad.txt" + 15 * ","
    [first, second, _] = csv.DictReader(text.splitlines())
    assert (second["V"], second["V points"], second["Z"], second["Z points"]) == ("slip", "0", "right", "1")
    assert sum(float(first[f"{name} points"]) for name in answers()) == float(first["earned"]) == 7


def test_a_slip_that_nobody_surely_made_is_a_perhaps_in_the_summary() -> None:
    unsure, sure = report("V"), report("V")
    for finding in unsure["V"].findings:
        finding.certainty = Certainty.PERHAPS
    [(_, _, count, said)] = summary([unsure, unsure]).slips()
    assert (count, said) == (2, "perhaps every number is Q's: V was made with W_Q, or Q was copied")
    [(_, _, count, said)] = summary([unsure, sure, unsure]).slips()
    assert (count, said) == (3, "every number is Q's: V was made with W_Q, or Q was copied")


def test_junit_counts_failures_errors_and_what_is_missing() -> None:
    incomplete = mark(Answers.of({"Q": answers()["Q"]}, "a\x00b.txt"), key())
    root = ElementTree.fromstring(to_junit([report("V"), incomplete, FAILURE]))
    counts = [(s.get("tests"), s.get("failures"), s.get("errors"), s.get("skipped")) for s in root]
    assert counts == [("7", "1", "0", "0"), ("7", "0", "0", "6"), ("1", "0", "1", "0")]
    failure = root.find(".//failure")
    assert failure is not None and failure.get("message") == "0 of 6 right"
    assert failure.text == "every number is Q's: V was made with W_Q, or Q was copied"


def test_how_a_matrix_was_read_stands_in_every_report() -> None:
    plainly = report()
    assert ElementTree.fromstring(to_junit([plainly])).find(".//system-out") is None
    sheet = attention(np.eye(2), W_Q=np.array([[0.5, 2], [3, 4.25]]), W_K=np.eye(2), W_V=np.eye(2), project=False)
    read = mark(Answers.of_text("Q\n0,5; 2\n3; 4,25\n", "li.txt"), sheet)
    said = "Q was read so: decimal commas read as points (li.txt, line 1)"
    assert read["Q"].verdict is Verdict.RIGHT and said in plain(read).splitlines()
    assert ElementTree.fromstring(to_junit([read])).findtext("testsuite/system-out") == said
    rows = list(csv.DictReader(to_csv([plainly, read, FAILURE]).splitlines()))
    assert [row["read so"] for row in rows] == ["", said, ""]
    assert said in json.loads(to_gradescope(read))["output"]


def test_what_was_not_read_and_what_is_doubted_stand_in_every_report() -> None:
    read = mark(Answers.of_text("V\n1 2\n3 x\n5 6\n\nQ\n1 2\n1 2\n1 2\n", "li.txt"), key())
    lost = "not read: 'x' where a number is due (li.txt, line 3"
    doubt = "no more is right here than chance would give"
    [row] = csv.DictReader(to_csv([read]).splitlines())
    for text in (plain(read), row["what"], json.loads(to_gradescope(read))["output"], to_text(page(read, "li"))):
        assert lost in text.replace("(in ", "(") and doubt in text


def test_gradescope_adds_up() -> None:
    results = json.loads(to_gradescope(report("V")))
    assert results["score"] == sum(test["score"] for test in results["tests"]) == 6.0
    third = results["tests"][2]
    assert (third["name"], third["status"], third["max_score"]) == ("V", "failed", 1.0)
    assert "make V anew: X·W_V" in third["output"]
    assert json.loads(to_gradescope(FAILURE))["score"] == 0.0


def test_the_summary_puts_the_commonest_slip_first() -> None:
    found = summary([report("V"), report("V"), report("scaled"), report(), FAILURE])
    assert (found.submissions, found.all_right, found.failed) == (5, 1, ["bad.txt"])
    assert [entry[:3] for entry in found.slips()] == [("V", "another-matrix", 2), ("scaled", "divided-by-d-k", 1)]
    assert found.steps["V"].slips.most_common(1) == [("another-matrix", 2)]


def handed_in(folder: Path, count: int) -> None:
    for n in range(count):
        text = typed(answers(("", "V", "scaled")[n % 3]), 2)
        (folder / f"s{n:03}.txt").write_text(text, encoding="utf-8")


def test_one_unreadable_file_is_told_and_the_rest_marked(tmp_path: Path) -> None:
    handed_in(tmp_path, 3)
    (tmp_path / "s001a.txt").write_text("Q\n1 2\n3 x\n", encoding="utf-8")
    (tmp_path / "s001b.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    done: list[tuple[int, int]] = []
    marked = list(mark_many([tmp_path], key(), progress=lambda n, of: done.append((n, of))))
    assert [isinstance(one, Failure) for one in marked] == [True, False, False, True, True, False]
    failures = [str(one) for one in marked if isinstance(one, Failure)]
    assert "empty.txt is empty\n" in failures[0]
    assert "s001a.txt, line 3" in failures[1]
    assert done == [(n, 6) for n in range(1, 7)]
    missing = next(iter(mark_many([tmp_path / "none.txt"], key())))
    assert isinstance(missing, Failure) and missing.what.startswith("cannot read ")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no submissions in the folder"):
        list(mark_many([tmp_path], key()))


@pytest.mark.parametrize(("follow", "passed"), [("full", True), ("half", False), ("none", False)])
def test_all_reports_agree_on_what_follows(follow: str, passed: bool) -> None:
    key = attention(np.array([[0.7, 0.2], [0.4, 0.9], [0.1, 0.3]]), d_k=2, seed=3, project=False, round=2)
    stage = key["attention"]
    shown = {step.name: step.values for step in stage.steps}
    shown["V"] = shown["Q"]
    shown["Z"] = (shown["weights"] @ shown["V"]).round(2)
    report = mark(Answers.of(shown), key, follow=follow)
    assert report["Z"].verdict is Verdict.FOLLOWS
    [test] = [one for one in as_results(report)["tests"] if one["name"] == "Z"]
    assert (test["status"] == "passed") is passed is (test["score"] == test["max_score"])
    assert test["output"].startswith("6 of 6 right")
    cases = {case.get("name"): case for case in ElementTree.fromstring(to_junit([report])).iter("testcase")}
    assert (cases["Z"].find("failure") is None) is passed
    assert "Z         6 of 6   follows from your V" in plain(report)
