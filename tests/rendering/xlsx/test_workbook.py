"""What stands in the workbook: numbers and formulas, operands beside their products, cells with names."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from tests.rendering.xlsx.cells import (
    RNG,
    X,
    attention,
    cells,
    corner,
    dumped,
    formulas,
    names,
    part,
    without_dollars,
)

import tmat
from tmat.cli.showing import emptied
from tmat.operations import REGISTRY
from tmat.reading.xlsx import read_xlsx
from tmat.rendering.formats.xlsx.filling import filled
from tmat.rendering.formats.xlsx.plan import planned
from tmat.rendering.formats.xlsx.tab import Beside, Placed
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet, on_pages

xlsxwriter = pytest.importorskip("xlsxwriter")

# -- numbers and formulas


def test_given_matrices_are_numbers_and_all_else_is_formulas() -> None:
    sheet = attention()
    data = dumped(sheet)
    stage = sheet["attention"]
    again = stage["X"].values.size * 2 + sum(stage[name].values.size for name in ("Q", "K", "weights", "V"))
    assert len(formulas(data)) == sum(step.values.size for step in stage.steps) + again
    found = {one.matrix.name: one for one in read_xlsx(data, "it")}
    assert list(found) == [
        "W_Q",
        "X",
        "Q",
        "W_K",
        "K",
        "W_V",
        "V",
        "scores",
        "scaled",
        "mask",
        "masked",
        "weights",
        "Z",
    ]
    stored = cells(data)
    for name, one in found.items():
        formula, value = stored[corner(sheet, name)]
        assert (formula is None) == (name in stage.given)
        assert value is not None and max(float(value), -np.inf) == pytest.approx(stage[name].values[0, 0])
        np.testing.assert_array_equal(one.matrix.values, stage[name].values)
        assert (one.matrix.rows, one.matrix.cols) == (stage[name].rows, stage[name].cols)
        assert one.stage == "attention"


def test_formulas_say_what_a_step_does() -> None:
    said = formulas(dumped(attention()))
    assert "SUMPRODUCT(MMULT($B16:$E16,H$9:H$12))" in said
    assert any(re.fullmatch(r"F\d+/SQRT\(d_k\)", text) for text in said)
    assert any(re.fullmatch(r"IF\(B\d+<>0,F\d+,-1E\+300\)", text) for text in said)


def test_a_rounded_step_and_one_taken_rounded() -> None:
    sheet = tmat.attention(X, d_k=2, d_v=2, seed=1, round="Q=2,K=1,scores.used=1")
    said = formulas(dumped(sheet))
    assert (
        sum(text.startswith("ROUND(ROUND(SUMPRODUCT(") and text.endswith(",decimals_Q+8),decimals_Q)") for text in said)
        == sheet["attention"]["Q"].values.size
    )
    assert any(re.fullmatch(r"ROUND\(ROUND\(F\d+,decimals\+8\),decimals\)/SQRT\(d_k\)", text) for text in said)


def test_what_flows_is_a_reference_to_the_sheet_before() -> None:
    sheet = tmat.addnorm(tmat.attention(X, d_k=2, seed=1, id="o'clock [1]", round="output.used=1"))
    data = dumped(sheet)
    assert names(data) == ["o'clock -1-", "addnorm"]
    said = formulas(data, 2)
    assert any(re.fullmatch(r"ROUND\(ROUND\(('o''clock -1-'!)F\d+,\1decimals\+8\),\1decimals\)", text) for text in said)
    residual = [text for text in said if re.fullmatch(r"'o''clock -1-'!B\d+", text)]
    assert residual == [f"'o''clock -1-'!B{row}" for row in (17, 18, 19)]  # X of the stage before


def test_what_does_not_flow_is_a_number() -> None:
    first = attention()
    other = Matrix("X", X + 1.0, tuple("abc"), tuple("1234"), "attention")  # says so, but its numbers are its own
    second = Stage("addnorm", "addnorm", given={"X": other})
    data = dumped(Worksheet([*first.stages, second]))
    assert formulas(data, 2) == []


def test_weights_used_for_every_word_stand_once() -> None:
    sheet = tmat.decode([[0.5, 0.25]], vocabulary=["you", "win"], max_tokens=2, seed=1)
    assert {stage.id.partition(".")[0] for stage in sheet} == {"decode-1", "decode-2"}
    data = dumped(sheet)
    again = names(data).index("decode-2.self-attention") + 1
    said = formulas(data, again)
    first, second = corner(sheet, "W_Q", "decode-1.self-attention"), corner(sheet, "W_Q", "decode-2.self-attention")
    assert f"'decode-1.self-attention'!{first}" in said
    assert cells(data, again)[second][0] == f"'decode-1.self-attention'!{first}"


def test_a_step_without_its_operands_is_numbers() -> None:
    from tmat.sheet.names import chosen

    data = dumped(chosen(attention(), ["weights", "Z"]))
    assert formulas(data) == []
    assert [one.matrix.name for one in read_xlsx(data, "it")] == ["weights", "Z"]


def test_an_operation_from_elsewhere_is_numbers() -> None:
    given = {"A": Matrix.of("A", [[1.0, 2.0]])}
    strange = Step(Matrix.of("B", [[3.0]]), "conjured", ("A",))
    misfit = Step(Matrix.of("C", [[3.0, 1.0, 2.0]]), "softmax", ("A",))
    wrong = Step(Matrix.of("D", [[3.0, 1.0]]), "divide", ("A",), {"from": 2})
    data = dumped(Worksheet([Stage("s", "s", given=given, steps=[strange, misfit, wrong])]))
    assert formulas(data) == []
    assert [one.matrix.values.tolist() for one in read_xlsx(data, "it")] == [[[1, 2]], [[3]], [[3, 1, 2]], [[3, 1]]]


def test_infinities() -> None:
    sheet = attention()
    data = dumped(sheet)
    assert '[&lt;-1E+299]"−∞"' in part(data, "xl/styles.xml").replace("&quot;", '"')
    (masked,) = (one for one in read_xlsx(data, "it") if one.matrix.name == "masked")
    assert np.isneginf(masked.matrix.values[0, 1])


def test_numbers_are_shown_with_the_decimals_of_a_table() -> None:
    data = dumped(tmat.attention(X, d_k=2, seed=1, round=3))
    styles = part(data, "xl/styles.xml")
    assert 'formatCode="0.000####_)_)"' in styles  # more of them where the rounding is changed
    assert 'formatCode="0.00_)_)"' in styles  # the given ones
    assert 'formatCode="0.0_)_)"' in part(dumped(attention(), look=Look(digits=1)), "xl/styles.xml")


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_formulas_filled_in_are_those_printed_one_by_one(name: str) -> None:
    from tests.operations.samples import sample

    from tmat.operations.expression import Cell
    from tmat.operations.printing.spreadsheet import Spreadsheet
    from tmat.reading.xlsx_cells import letters_of

    def address(cell: Cell) -> str:
        return f"{letters_of(cell.j + 30 * 'ABCD'.index(cell.operand.name))}{cell.i + 1}"

    it = sample(name, RNG, n=9, m=8)
    printer = Spreadsheet(address, lambda first, last: f"{address(first)}:{address(last)}")
    height, width = it.op(*it.arrays, **it.params).shape

    def one(i: int, j: int) -> str:
        return printer.text(it.op.at(i, j, *it.operands, **it.params))

    every = filled(height, width, one)
    assert every is None or [without_dollars(row) for row in every] == [
        [one(i, j) for j in range(width)] for i in range(height)
    ]
    if name in ("matmul", "linear", "matmul_transposed", "softmax", "additive_scores"):
        assert every is not None


# -- operands beside their products


def stands(sheet: Worksheet) -> tuple[dict[str, Placed], dict[str, Beside]]:
    (tab,) = planned(sheet, Look(), 1, 1)
    return tab.matrices, tab.beside


def test_operands_stand_beside_their_product_and_above_it() -> None:
    sheet = tmat.attention(X, d_k=2, d_v=2, mask="causal", seed=1)
    matrices, beside = stands(sheet)
    assert list(beside) == ["Q", "K", "V", "scores", "Z", "output"]
    for name, operands in beside.items():
        product, left, right = matrices[name], operands.left, operands.right
        assert left.top == product.top and left.height == product.height
        assert left.left + left.width + 2 == product.left  # the bracket and the labels between them
        assert right.left == product.left and right.width == product.width
        assert right.after < product.top
    assert {name for name, one in beside.items() if one.transposed} == {"scores"}
    first = [(beside["Q"].left, "X"), (beside["Q"].right, "W_Q"), (beside["Z"].right, "V")]
    assert [matrices[name] is placed for placed, name in first] == [True, True, False]
    assert all(matrices[name].left == matrices["scores"].left for name in ("scaled", "masked", "weights"))


def test_an_operand_stands_again_as_references() -> None:
    sheet = tmat.attention(X, d_k=2, d_v=2, seed=1)
    matrices, beside = stands(sheet)
    stored = cells(dumped(sheet))

    def at(placed: Placed, i: int, j: int) -> str:
        return str(xlsxwriter.utility.xl_rowcol_to_cell(*placed.place(i, j)))

    above, k = beside["scores"].right, matrices["K"]
    assert (above.height, above.width) == (2, 3)
    assert all(stored[at(above, i, j)][0] == at(k, j, i) for i in range(2) for j in range(3))
    assert all(stored[at(beside["K"].left, i, j)][0] == at(matrices["X"], i, j) for i in range(3) for j in range(4))
    found = read_xlsx(dumped(sheet), "it")
    assert sorted(one.matrix.name for one in found) == sorted(sheet["attention"].names())  # each read once


def test_products_that_have_no_room_or_are_of_one_matrix_stand_below() -> None:
    wide = np.ones((2, 12)), np.ones((12, 13))
    assert "Q" not in stands(tmat.attention(wide[0], W_Q=wide[1], W_K=wide[1], W_V=wide[1]))[1]
    bare = Matrix.of("X", X)
    squared = Step(Matrix.of("scores", X @ X.T), "matmul_transposed", ("X", "X"))
    sheet = Worksheet([Stage("s", "s", given={"X": bare}, steps=[squared])])
    assert stands(sheet)[1] == {}
    assert "SUMPRODUCT($B6:$E6,$B$6:$E$6)" in formulas(dumped(sheet))
    assert stands(emptied(attention(), ["scores"]))[1] == {}
    (page,) = on_pages(tmat.example("weighted-sum"))
    assert stands(page)[1] == {}  # verdicts stand below the matrices


def test_a_page_is_as_wide_as_the_sheet_and_ends_between_matrices() -> None:
    sheet = tmat.attention(np.ones((20, 6)), d_k=4, seed=1)
    text = part(dumped(sheet), "xl/worksheets/sheet1.xml")
    assert '<pageSetUpPr fitToPage="1"/>' in text
    assert re.search(r'<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>', text)
    (tab,) = planned(sheet, Look(), 1, 1)
    ends = [int(row) for row in re.findall(r'<brk id="(\d+)"', text)]
    assert ends and set(ends) <= set(tab.begins)
    narrow = part(dumped(tmat.addnorm(X, residual=X)), "xl/worksheets/sheet1.xml")
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="portrait"/>' in narrow


# -- numbers in cells with names


def named(data: bytes) -> dict[tuple[str, str], float]:
    """The numbers in cells with names, by sheet and name."""
    book = part(data, "xl/workbook.xml")
    found = {}
    for name, sheet, column, row in re.findall(
        r"<definedName name=\"([^\"]*)\" localSheetId=\"(\d+)\">[^<]*!\$([A-Z]+)\$(\d+)</definedName>", book
    ):
        if not name.startswith("_"):
            value = cells(data, int(sheet) + 1)[f"{column}{row}"]
            assert value[0] is None and value[1] is not None
            found[names(data)[int(sheet)], name] = float(value[1])
    return found


def test_what_can_be_set_stands_in_cells_with_names() -> None:
    sheet = tmat.addnorm(
        tmat.attention(X, d_k=3, temperature=2, seed=1, round=2), round="mean=4,std=4,sum=2", epsilon=0.5
    )
    data = dumped(sheet)
    assert named(data) == {
        ("attention", "decimals"): 2,
        ("attention", "d_k"): 3,
        ("attention", "temperature"): 2,
        ("addnorm", "decimals"): 4,
        ("addnorm", "decimals_sum"): 2,
        ("addnorm", "ε"): 0.5,
    }
    assert {one.matrix.name for one in read_xlsx(data, "it")} == {name for stage in sheet for name in stage.names()}


def test_captions_say_the_names_in_place_of_the_numbers() -> None:
    sheet = tmat.addnorm(tmat.attention(X, d_k=2, seed=1, round="Q=2,scores.used=1"), epsilon=0.5)
    text = re.sub(r"<[^>]*>", "", part(dumped(sheet), "xl/sharedStrings.xml"))
    for caption in (
        "Q = X·W_Q   3×4 · 4×2 → 3×2   rounded: decimals",
        "scores = Q·Kᵀ   3×2 · 2×3 → 3×3   exact; rounded for the next step: decimals_scores",
        "scaled = scores / √d_k   3×3 → 3×3   exact",
        "normalized = (sum − mean) / √(std² + ε)   3×4, 3×1, 3×1 → 3×4",
    ):
        assert caption in text


def test_names_only_where_a_formula_says_them() -> None:
    from tmat.sheet.names import chosen

    assert named(dumped(chosen(attention(), ["scaled"]))) == {}
    assert named(dumped(emptied(attention(), ["Z"]))) == {}
    stage = attention()["attention"]
    strange = [
        replace(step, result=step.result.renamed(f"=1 {step.name}"), decimals=n) for n, step in enumerate(stage.steps)
    ]
    data = dumped(Worksheet([replace(stage, steps=strange[:3], output="")]))
    assert sorted(name for _, name in named(data)) == ["decimals", "decimals__1_K", "decimals__1_V"]
