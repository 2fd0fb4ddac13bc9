"""Markdown, as a Markdown parser reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tmat
from tmat.numbers import round_half_away
from tmat.operations.formula import MatrixSymbol
from tmat.operations.printing.markdown import MARKDOWN_LINE
from tmat.operations.printing.printer import Matrices
from tmat.rendering.formats.markdown import document, label, mathematics
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

markdown_it = pytest.importorskip("markdown_it")


@cache
def sheet() -> Worksheet:
    x = Matrix.of("X", np.arange(12.0).reshape(4, 3) / 8 - 0.5, rows=["When", "you", "play", "当"])
    made = tmat.attention(x, heads=2, d_k=2, mask="causal", seed=1)
    return tmat.ffn(tmat.addnorm(made), seed=2)


def tables(text: str) -> list[list[list[str]]]:
    """The cells of every table, as a reader of the page sees them."""
    found: list[list[list[str]]] = []
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    for n, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open"):
            found[-1][-1].append("".join(child.content for child in tokens[n + 1].children))
    return found


def test_every_matrix_is_a_table_with_its_labels_and_numbers() -> None:
    text = document([sheet()])
    names = re.findall(r"^### (?:\d+ · )?(\S+)$", text, re.MULTILINE)
    found = tables(text)
    assert len(names) == len(found)
    matrices = {step.name: step.result for stage in sheet().stages for step in stage.steps}
    seen = dict(zip(names, found, strict=True))
    for name, matrix in matrices.items():
        table = seen[name]
        assert tuple(table[0][1:]) == matrix.cols
        assert tuple(row[0] for row in table[1:]) == matrix.rows
        numbers = np.array([[float(cell.replace("−∞", "-inf")) for cell in row[1:]] for row in table[1:]])
        np.testing.assert_array_equal(numbers, round_half_away(matrix.values, 4))


def test_mathematics_reaches_the_page_as_it_is_written() -> None:
    text = document([sheet()], Look(work=("weights1", "normalized", "Z1[play,1]")))
    tokens = markdown_it.MarkdownIt("commonmark").parse(text)
    shown = "\n".join(
        "".join(child.content for child in token.children)
        for token in tokens
        if token.type == "inline" and "$" in token.content
    )
    written = re.findall(r"\$[^$]+\$", re.sub(r"`[^`]*`", "", text))
    assert len(written) > 100
    assert [line for line in written if line not in shown] == []


def test_formulas_and_working_stand_with_their_step() -> None:
    text = document([sheet()])
    assert r"$\mathrm{scores1} = Q1 K1^{\top}$" in text or r"$\mathrm{scores_{1}} = Q_{1} K_{1}^{\top}$" in text
    assert r"\operatorname{softmax}" in text
    assert re.search(r"^- \$Q\[\\text\{When\}, \\text\{q1\}\] = \\sum_\{k\}", text, re.MULTILINE)


def test_only_chosen_cells_are_worked_when_some_are_named() -> None:
    text = document([sheet()], Look(work=("output[play,1]",), only=("output",)))
    assert "- $" in text
    assert text.count(r"\mathrm{output}[\text{play}") + text.count(r"\mathrm{output}[") >= 1
    assert r"\text{When}" not in text


def test_a_blank_sheet_gives_no_answer_away() -> None:
    empty = Matrix.of("Q", np.full((1, 2), np.nan))
    stage = Stage("s", "s", given={"X": Matrix.of("X", [[2.0]]), "W": Matrix.of("W", [[3.5, 1.25]])})
    stage.steps.append(Step(empty, "matmul", ("X", "W")))
    text = document([Worksheet([stage])])
    assert tables(text)[-1] == [["", "1", "2"], ["1", "", ""]]
    assert "7" not in text
    assert "2.5" not in text


def test_several_worksheets_are_one_document() -> None:
    text = document([sheet(), sheet()])
    assert re.findall(r"^# (.*)$", text, re.MULTILINE) == ["Worksheet 1", "Worksheet 2"]


@pytest.mark.parametrize(
    "word",
    [
        "plain",
        "don't",
        "a|b",
        "`",
        "``x",
        "<b>",
        "*a*",
        "_a_",
        "$x$",
        "a\\",
        "\\|",
        " ",
        "#1",
        "@you",
        "a  b",
        "https://e.example",
    ],
)
@pytest.mark.parametrize("in_table", [True, False])
def test_a_word_is_read_as_it_is(word: str, in_table: bool) -> None:
    written = label(word, in_table=in_table)
    text = f"| x | {written} |\n|---|---|\n" if in_table else f"x {written} y"
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "code_inline"}
    shown = "".join(child.content for child in children)
    assert shown.replace("  ", " ") == (f"x{word}" if in_table else f"x {word} y").replace("  ", " ")


def test_scripts_that_markdown_could_take_for_emphasis_are_rewritten() -> None:
    sum_of = Matrices(MARKDOWN_LINE).text(MatrixSymbol("ab1", 0) + MatrixSymbol("cd2", 1))
    assert mathematics(sum_of) == r"$\mathrm{ab_{1}} + \mathrm{cd_{2}}$"
    assert mathematics(r"{W_{Q}}_{1,:}") == r"${W_{Q}}_ {1,:}$"


def test_no_mathematics_of_a_whole_document_is_taken_for_markup() -> None:
    made = tmat.addnorm(tmat.attention(np.eye(3), heads=2, d_k=2, mask="causal", seed=1))
    text = document([made], Look(work=("Q1[1,1]", "weights2[2,1]", "output[1,1]", "attention.output[2,2]")))
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    lines = [token for token in tokens if token.type == "inline" and "$" in token.content]
    assert len(lines) > 25
    for line in lines:
        assert {child.type for child in line.children or ()} <= {"text", "softbreak"}, line.content
        shown = "".join(child.content or "\n" for child in line.children or ())
        for formula in re.findall(r"\$(.*?)\$", line.content):
            assert formula in shown  # as pandoc takes it: no blank inside the dollars, no digit after them
            assert formula == formula.strip()
        assert not re.search(r"\$\d", re.sub(r"\$[^$]*\$", "$", line.content))


def test_pandoc_reads_all_of_its_mathematics(tmp_path: Path) -> None:
    if shutil.which("pandoc") is None:
        pytest.skip("no pandoc here")
    made = tmat.attention(np.eye(3), heads=2, d_k=2, mask="causal", seed=1)
    made = tmat.backward(tmat.loss(made, target=["1", "2", "3"]), wrt=["W_Q"])
    chosen = tmat.decode(matrices={"logits": [[2.0, 1.0, 0.5]]}, top_k=2, top_p=0.8)
    (tmp_path / "page.md").write_text(document([made, chosen], Look(work=("",))), encoding="utf-8")
    for kind in ("gfm+tex_math_dollars", "markdown"):
        command = ["pandoc", "-f", kind, "-t", "html", "--mathml", "page.md"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "Could not convert" not in done.stderr
        assert done.stdout.count("<math") > 100
