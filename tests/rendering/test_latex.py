"""LaTeX: what it says, and that it compiles."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tmat
from tmat.rendering.formats.latex import document, fragment
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

PROGRAMS = ("pdflatex", "xelatex")


@cache
def sheet() -> Worksheet:
    x = Matrix.of("X", np.arange(12.0).reshape(4, 3) / 8 - 0.5, rows=["When", "you", "100%", "of_it"])
    made = tmat.attention(x, heads=2, d_k=2, mask="causal", seed=1)
    return tmat.ffn(tmat.addnorm(tmat.posenc(made)), seed=2)


def cells(text: str, start: str) -> list[list[str]]:
    """The numbers of the first bmatrix after a text."""
    body = text[text.index(start) :].partition(r"\begin{bmatrix}")[2].partition(r"\end{bmatrix}")[0]
    plain = re.sub(r"\\phantom\{[^}]*\}", "", re.sub(r"\\tmathead\{.*?\}\{(.*?)\}(?= &| \\\\|\n)", r"\1", body))
    return [[cell.strip() for cell in row.split("&")] for row in plain.strip().split(r"\\")]


def compiled(program: str, text: str, folder: Path) -> str:
    """What the program says of a document that it must take."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    (folder / "sheet.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-2000:]
    return said


def test_a_step_is_its_formula_and_a_bmatrix_of_its_numbers() -> None:
    text = document([sheet()])
    shown = cells(text, r"\mathrm{scaled}_{1} = \mathrm{scores}_{1} / \sqrt{2}")
    assert [[float(cell) for cell in row] for row in shown] == np.round(sheet().stages[0]["scaled1"].values, 4).tolist()
    assert r"-\infty" in cells(text, r"\mathrm{masked}_{1} =")[0]


def test_the_working_of_the_first_cell_or_of_those_asked_for() -> None:
    assert document([sheet()]).count(r"\begin{aligned}") == sum(len(stage.steps) for stage in sheet().stages)
    assert document([sheet()], Look(work=("weights1[you]",))).count(r"\begin{aligned}") == 4


def test_numbers_of_a_column_are_equally_wide() -> None:
    text = document([Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[-0.5, 10], [2.25, 1.5]])})])])
    assert cells(text, "X =") == [["-0.50", "10.00"], ["2.25", "1.50"]]
    assert r"\phantom{-}2.25" in text
    assert r"\phantom{0}1.50" in text


def test_more_columns_than_amsmath_takes_are_announced() -> None:
    wide = Worksheet([Stage("s", "s", given={"X": Matrix.of("X", np.ones((2, 13)))})])
    assert r"\setcounter{MaxMatrixCols}{13}" in document([wide])
    assert "MaxMatrixCols" not in document(
        [Worksheet([Stage("s", "s", given={"X": Matrix.of("X", np.ones((2, 10)))})])]
    )


def test_a_fragment_has_no_preamble_and_says_what_it_needs() -> None:
    text = fragment([sheet()])
    assert "documentclass" not in text
    assert text.startswith("% in the preamble: ")


def test_a_blank_cell_is_a_line_to_write_on() -> None:
    stage = Stage("s", "s", given={"X": Matrix.of("X", [[2.0]]), "W": Matrix.of("W", [[3.5]])})
    stage.steps.append(Step(Matrix.of("Q", [[np.nan]]), "matmul", ("X", "W")))
    text = document([Worksheet([stage])])
    assert "Q = X W = \\begin{bmatrix}\n\\underline{" in text
    assert "aligned" not in text


def wide_and_high() -> Worksheet:
    given = {
        "A": Matrix.of("A", np.ones((90, 30)) / 3),
        "注": Matrix.of("注", [[1e-30, -np.inf, np.nan]], cols=["当", "é", "Ω"]),
    }
    return Worksheet([Stage("s", "s", notes=("ε = 1e-5 · √2 → ≈",), given=given)])


@pytest.mark.parametrize("program", PROGRAMS)
def test_documents_compile_and_stay_on_the_page(program: str, tmp_path: Path) -> None:
    said = compiled(program, document([sheet(), wide_and_high()], Look(full=True)), tmp_path)
    assert "Overfull" not in said


def test_a_character_that_no_font_has_is_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for fonts in ("CJK_FONTS", "OTHER_FONTS"):
        monkeypatch.setattr(f"tmat.rendering.formats.latex.characters.{fonts}", ("No Such Font",))
    x = Matrix.of("X", np.eye(2), rows=["当", "✓"])
    said = compiled("xelatex", document([tmat.attention(x, weights=False)]), tmp_path)
    assert "Missing character" not in said + (tmp_path / "sheet.log").read_text("utf-8", "replace")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_fragment_compiles_in_a_document_of_ones_own(program: str, tmp_path: Path) -> None:
    body = fragment([sheet()])
    compiled(
        program,
        "\\documentclass{article}\\usepackage{amsmath,graphicx}\\begin{document}\n" + body + body + "\\end{document}\n",
        tmp_path,
    )


def test_a_fragment_of_workings_is_their_lines_and_nothing_else() -> None:
    made = tmat.attention([[1.0, 2.0]], W_Q=[[3.0], [0.5]], W_K=[[1.0], [1.0]], W_V=[[1.0], [1.0]])
    told = fragment([made], Look(work=("Q[1,1]",), fragment=True))
    assert told.splitlines() == [
        r"\[\begin{aligned}",
        r"Q[\text{q1}] &= \sum_{k} X[k] \cdot W_{Q}[k] \\",
        r"&= x_{1} w_{1} + x_{2} w_{2} \\",
        r"&= 1 \cdot 3.0 + 2 \cdot 0.5 \\",
        r"&= 3 + 1 \\",
        r"&= 4",
        r"\end{aligned}\]",
    ]
    assert told.endswith("\n")
    assert fragment([made], Look(work=("Q", "scores"), fragment=True)).count(r"\begin{aligned}") == 2
