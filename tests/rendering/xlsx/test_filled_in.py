"""Workbooks to be filled in, and what cannot be one."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.rendering.xlsx.cells import (
    attention,
    dumped,
    formulas,
    part,
)

from tmat.cli.showing import emptied
from tmat.errors import InputError, LimitError, MissingExtra
from tmat.marking import Answers, mark
from tmat.reading.xlsx import read_xlsx
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

pytest.importorskip("xlsxwriter")

# -- to be filled in


def test_a_sheet_to_fill_in_has_no_formulas_and_reads_back(tmp_path: Path) -> None:
    sheet = attention()
    data = dumped(emptied(sheet, ["scores", "weights"]))
    assert formulas(data) == []
    found = {one.matrix.name: one.matrix for one in read_xlsx(data, "it")}
    assert np.isnan(found["scores"].values).all()
    assert found["scores"].values.shape == (3, 3)
    np.testing.assert_array_equal(found["Q"].values, sheet["attention"]["Q"].values)
    filled_in = fill(data, "scores", sheet["attention"]["scores"].values)
    filled_in = fill(filled_in, "weights", np.round(sheet["attention"]["weights"].values, 3) + np.eye(3)[::-1] * 0.25)
    (tmp_path / "answers.xlsx").write_bytes(filled_in)
    report = mark(Answers.read(tmp_path / "answers.xlsx"), sheet)
    verdicts = {step.name: step.verdict.word for step in report.steps}
    assert verdicts["scores"] == "right"
    assert verdicts["weights"] not in ("right", "missing")
    assert verdicts["Q"] == "right"


def fill(data: bytes, name: str, numbers: np.ndarray) -> bytes:
    """Type numbers into the cells of a matrix, as a spreadsheet program would store them."""
    (one,) = (one for one in read_xlsx(data, "it") if one.matrix.name == name)
    first = int(one.where.rpartition(" ")[2])
    text = part(data, "xl/worksheets/sheet1.xml")
    for (i, j), number in np.ndenumerate(numbers):
        place = f"{'BCDEFG'[j]}{first + i}"
        text, count = re.subn(rf'<c r="{place}"([^>]*)/>', rf'<c r="{place}"\1><v>{float(number)!r}</v></c>', text)
        assert count == 1
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            new.writestr(item, text if item.filename == "xl/worksheets/sheet1.xml" else old.read(item))
    return made.getvalue()


# -- what cannot be


@pytest.mark.usefixtures("from_an_index")
def test_without_xlsxwriter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(
        MissingExtra,
        match=r"a spreadsheet needs the extra 'xlsx'\n  it is not installed here\n  try: pip install \"tmat\[xlsx\]\"",
    ):
        dumped(attention())


def test_nothing_to_write() -> None:
    with pytest.raises(InputError, match=r"no stage to write as xlsx\n  the worksheet has none\n  try format='json'"):
        dumped(Worksheet())


def test_too_many_columns_rows_and_numbers() -> None:
    def one(height: int, width: int) -> Worksheet:
        return Worksheet([Stage("s", "s", given={"W": Matrix.of("W", np.zeros((height, width)))})])

    with pytest.raises(
        LimitError, match=r"s does not fit on a sheet\n  W has 16,383 columns\n  a sheet has at most 16,384"
    ):
        dumped(one(1, 16_383))
    with pytest.raises(LimitError, match=r"it takes 1,048,577 rows\n  a sheet has at most 1,048,576 rows"):
        dumped(one(1_048_574, 1))
    with pytest.raises(LimitError, match=r"it has 1,000,001 numbers\n  a sheet has at most 1,000,000 of them"):
        dumped(one(1_000_001, 1))


def test_too_many_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmat.rendering.formats.xlsx.formulas.MOST_TERMS", 23)
    with pytest.raises(
        LimitError, match=r"Q is too large for formulas\n  it has 3×2 cells of up to 4 terms.*; 23 is the most"
    ) as caught:
        dumped(attention())
    assert caught.value.exit_code == 3


def test_an_empty_matrix() -> None:
    given = {"A": Matrix.of("A", np.zeros((0, 3))), "B": Matrix.of("B", np.zeros((2, 0)))}
    step = Step(Matrix.of("C", np.zeros((0, 3))), "softmax", ("A",))
    data = dumped(Worksheet([Stage("s", "s", given=given, steps=[step])]), look=Look(heat=True))
    assert read_xlsx(data, "it") == []
