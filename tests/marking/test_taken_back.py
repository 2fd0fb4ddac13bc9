"""What a worksheet prints, marking takes back: every stage of a stack, in every format that answers come in."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import tmat
from tmat.articles import EXAMPLES, load
from tmat.articles.keys import key_of
from tmat.articles.running import run
from tmat.marking import Answers, mark
from tmat.marking.many import Handed, mark_each
from tmat.marking.options import Options
from tmat.marking.verdicts import Report, Verdict
from tmat.rendering import format_of_suffix, rendered
from tmat.rendering.layout.look import Look
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn

SUFFIXES = ("txt", "md", "json", "npz", "html", "typ", "xlsx", "tex")
X = np.array([[0.79, 1.6, 0.96, 0.2], [1.22, 0.17, 0.06, 0.4], [0.92, 1.51, 0.27, 0.1]])


def stack(kind: str) -> Worksheet:
    if kind == "attention, addnorm, ffn, addnorm":
        return addnorm(ffn(addnorm(attention(X, d_k=2, seed=3)), d_ff=3, seed=3))
    if kind == "two layers":
        return encode(X, layers=2, heads=2, d_ff=3, seed=3)
    same = np.eye(2)
    return attention(matrices={"Q": same, "K": same, "V": [[1.0, 2.0], [3.0, 4.0]]})


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "xlsx", "json", "npz"])
@pytest.mark.parametrize("kind", ["attention, addnorm, ffn, addnorm", "two layers", "Q = K"])
def test_what_is_printed_is_all_right(kind: str, suffix: str, tmp_path: Path) -> None:
    key = stack(kind)
    path = tmp_path / f"page.{suffix}"
    tmat.write(key, path)
    report = mark(Answers.read(path), key)
    assert report.all_right and report.unknown == []
    assert report.earned == report.points == sum(not step.given for step in report.steps)


def test_equal_matrices_that_are_given_together_are_two() -> None:
    """Q = K = I, scores = I: softmax of 1/√2 and 0 is 0.6698 and 0.3302; Z as worked by hand."""
    key = stack("Q = K")
    text = "Q\n1 0\n0 1\n\nK\n1 0\n0 1\n\nV\n1 2\n3 4\n\nZ\n1.6605 2.6605\n2.3395 3.3395\n"
    report = mark(text, key)
    assert report.unknown == [] and report["Z"].right == 4
    wrong = mark(text.replace("K\n1 0", "K\n2 0"), key)
    assert [step.name for step in wrong.steps if step.given and step.right < step.size] == ["K"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_of_an_example_is_all_right_in_every_form(name: str) -> None:
    """Of several worksheets each is marked by the key's of its heading, or of its number where a form has none.

    Each example in half of the forms by turns, as a page takes a while to draw.
    """
    key, names = key_of(name)
    sheets = tmat.example(name)
    for suffix in sorted((*SUFFIXES, "csv"))[list(EXAMPLES).index(name) % 2 :: 2]:
        files = rendered(sheets, format_of_suffix(f"page.{suffix}"), Look(), f"page.{suffix}")
        handed = Handed("page", tuple(files.items()), pickle.dumps(key))
        [report] = mark_each([handed], options=Options(whole=True, slips=False), names=names)
        assert isinstance(report, Report), f"{suffix}: {report}"
        assert report.all_right and report.unknown == [] and report.earned == report.points, suffix


def test_a_worksheet_more_than_the_key_has_is_told_unless_it_is_the_same(tmp_path: Path) -> None:
    key, other = attention(X, d_k=2, seed=3), attention(X, d_k=2, seed=4)
    for sheets, told in (([key, key], 0), ([key, other], 8)):
        [data] = rendered(sheets, "json", Look(), "two.json").values()
        report = mark(data.decode(), key)
        assert [step.right for step in report.steps if not step.given] == [
            step.values.size for step in key["attention"].steps
        ]
        assert len(report.unknown) == told


def test_the_corrected_page_of_an_example_is_all_right_too() -> None:
    key, names = key_of("causal")
    [page] = rendered(tmat.example("causal", corrected=True), "markdown", Look(), "page.md").values()
    report = mark(page.decode(), key, names=names)
    assert report.all_right and report.unknown == []


def test_what_is_wrong_under_a_heading_is_said_of_its_worksheet() -> None:
    """What was made from the right number before it is right."""
    key, names = key_of("seven-versions")
    [text] = rendered(tmat.example("seven-versions"), "text", Look(), "page.txt").values()
    page = text.decode().replace("query 1.5 0.5   1.0", "query 1.5 0.5   1.2")
    report = mark(page, key, names=names)
    assert [(step.label, step.first_wrong) for step in report.steps if step.verdict is not Verdict.RIGHT] == [
        ("attention-3.scaled", (0, 2))
    ]


@pytest.mark.parametrize("name", ["thrones", "weighted-sum", "causal", "seven-versions", "journey"])
def test_every_worksheet_of_an_example_is_all_right_in_whatever_form(name: str, tmp_path: Path) -> None:
    """Each in a format or two by turns; pages with a working show formulas besides, which are no answers."""
    sheets = [sheet for part in run(load(name), corrected=False) for sheet in part.sheets]
    for n, key in enumerate(sheets):
        for suffix in {SUFFIXES[n % 8], SUFFIXES[(n + 5 * (len(sheets) < 8)) % 8]}:
            path = tmp_path / f"{n}.{suffix}"
            tmat.write(key, path)
            report = mark(Answers.read(path), key)
            assert report.all_right and report.earned == report.points, path.name


@pytest.mark.parametrize("suffix", ["tex", "typ"])
def test_a_working_is_no_answer_and_a_heading_says_whose_a_matrix_is(suffix: str, tmp_path: Path) -> None:
    key = addnorm(addnorm(attention(X, d_k=2, seed=3, mask="causal")), add_residual=False)
    path = tmp_path / f"page.{suffix}"
    tmat.write(key, path)
    report = mark(Answers.read(path), key)
    assert report.all_right and report.unknown == []
    assert [step.label for step in report.steps if step.name == "mean"] == ["addnorm.mean", "addnorm-2.mean"]
