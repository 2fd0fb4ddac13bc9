"""What tmat writes it reads: names, labels, −∞ and numbers, in every format of text, of worksheets that are drawn."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.cli.running import tmat as run

import tmat
from tmat.errors import fold
from tmat.reading.delimited import read_delimited
from tmat.reading.pasted import read_pasted
from tmat.rendering import rendered
from tmat.rendering.formats.json import dumps
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage

WORDS = ["When", "you", "thrones", "权力", "don't", "[CLS]", "##ing", "q1", "A", "e", "<end>", "a&b", "50%", "x_y"]
FORMATS = ["text", "markdown", "latex", "html", "typst", "table"]


def drawn_sheet(seed: int) -> tmat.Worksheet:
    random = Random(seed)
    height, width = random.randint(1, 4), random.choice([1, 2, 4])
    words = random.sample(WORDS, height) if random.random() < 0.7 else None
    x = np.random.default_rng(seed).normal(size=(height, width)).round(random.choice([1, 2, 3]))
    return tmat.attention(
        Matrix.of("X", x, rows=words),
        seed=seed,
        d_k=2,
        mask="causal" if seed % 2 else None,
        round=2 if seed % 3 else None,
        heads=2 if width == 4 and seed % 5 else 1,
    )


def written(sheet: tmat.Worksheet, format: str) -> str:
    if format == "table":
        return run("show --format table --digits 4 --width 100", dumps(sheet)).output
    [data] = rendered([sheet], format, Look(digits=4)).values()
    return data.decode("utf-8")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("seed", range(12))
def test_a_drawn_worksheet_comes_back(seed: int, format: str) -> None:
    sheet = drawn_sheet(seed)
    pasted = read_pasted(written(sheet, format), "out")
    back = {fold(one.name): one.matrix for one in pasted.found}
    stage = sheet.stages[0]
    for name in stage.names():
        found, due = back[fold(name)], stage[name]
        assert np.allclose(found.values, due.values, rtol=0, atol=5.1e-5), name
        if not (format == "table" and name == "mask"):  # a mask stands inside a line, without its labels
            assert found.rows == due.rows, name


@pytest.mark.parametrize("seed", range(12))
def test_a_table_of_commas_comes_back(seed: int) -> None:
    due = drawn_sheet(seed).stages[0]["X"]
    [data] = rendered([tmat.Worksheet([Stage("s", "s", given={"X": due})])], "csv", Look()).values()
    found = read_delimited(data.decode("utf-8"), "x.csv")
    assert np.array_equal(found.values, due.values)
    assert found.rows == due.rows
