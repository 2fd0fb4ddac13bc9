"""Typst: what it says, and that it compiles."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, sample
from tests.rendering.nasty import MARK, nasty

import tmat
from tmat.operations import REGISTRY
from tmat.operations.printing.labels import Labels
from tmat.operations.printing.numbers import Numbers
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.symbols import Symbols
from tmat.operations.printing.typst import TYPST
from tmat.rendering.formats.typst import document
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet


@cache
def sheet() -> Worksheet:
    """All seven stages."""
    words = tmat.vocab("I drink and I know things")
    made = tmat.posenc(tmat.embed(words, text="I know things", d_model=4, seed=1))
    made = tmat.attention(made, heads=2, d_k=2, mask="causal", seed=1)
    return tmat.decode(
        tmat.ffn(tmat.addnorm(made, epsilon=1e-12), activation="gelu-tanh", seed=2), max_tokens=1, seed=3
    )


def compiled(text: str, folder: Path) -> Path:
    """The document's file, after the compiler has taken it."""
    typst = pytest.importorskip("typst", reason="the package typst compiles Typst; it is not installed")
    path = folder / "sheet.typ"
    path.write_text(text, encoding="utf-8")
    assert typst.compile(str(path), format="pdf").startswith(b"%PDF")
    return path


def headings(path: Path) -> list[str]:
    import typst

    found = json.loads(typst.query(str(path), "heading"))
    return [own["body"].get("text", "") for own in found]


def cells(text: str, start: str) -> list[list[str]]:
    """The cells of the first matrix after a text."""
    body = text[text.index(start) :].partition("  (\n")[2].partition("\n  ),")[0]
    return [re.findall(r"\[(.*?)\](?:,|\))", line) for line in body.splitlines()]


def test_a_step_is_its_formula_and_a_matrix_of_its_numbers() -> None:
    text = document([sheet()])
    shown = cells(text, r'#equation($"scaled"_(1) = "scores"_(1) \/ sqrt(2) = $')
    told = [[float(cell.strip("$")) for cell in row] for row in shown]
    assert told == np.round(sheet()["attention"]["scaled1"].values, 4).tolist()
    assert cells(text, '"masked"_(1) =')[0][1:] == ["$-∞$", "$-∞$"]


def test_the_working_of_the_first_cell_or_of_those_asked_for() -> None:
    def workings(text: str) -> int:
        return len(re.findall(r"^(?:\$|#fit\(\$) ", text, re.MULTILINE))

    steps = sum(len(stage.steps) for stage in sheet().stages)
    assert workings(document([sheet()])) == steps
    asked = document([sheet()], Look(work=("weights1[I,I]",)))
    assert workings(asked) == 1
    assert r"a_(11)" not in asked and "frac(e^(" in asked


def test_blanks_and_cuts() -> None:
    wide = Matrix.of("X", np.ones((2, 40)))
    blank = Step(Matrix.of("Y", np.full((2, 1), np.nan)), "row_mean", ("X",))
    text = document([Worksheet([Stage("s", "s", given={"X": wide}, steps=[blank])])])
    assert "[$dots.c$]" in text
    assert text.count("#box(width: 2.5em") == 2


def test_every_stage_compiles(tmp_path: Path) -> None:
    path = compiled(document([sheet(), sheet()]), tmp_path)
    stages = [stage.id for stage in sheet().stages]
    assert headings(path) == ["Worksheet 1", *stages, "Worksheet 2", *stages]


def test_what_comes_from_outside_is_text(tmp_path: Path) -> None:
    path = compiled(document([nasty()]), tmp_path)
    assert headings(path) == ["vocab", MARK.replace("\n", "\\n")]


def test_every_formula_and_every_cell_compiles(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    lines = []
    for name, op in REGISTRY.items():
        for case in range(len(PARAMETERS.get(name, [{}]))):
            it = sample(name, rng, case, n=2, m=3, k=2, d=2, h=2)
            names = ("scores2", "layer1.W_K", 'a"b\\$#[', "gamma")[: len(it.arrays)]
            lines.append(f"${Matrices(TYPST).text(op.over(names, it.params))}$")
            cell = op.at(0, 0, *it.operands, **it.params)
            lines += [f"$ {printer.text(cell)} $" for printer in (Symbols(TYPST), Labels(TYPST), Numbers(TYPST))]
    compiled("\n\n".join(lines), tmp_path)
