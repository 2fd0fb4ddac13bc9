"""Spreadsheets read: as programs write them and as people make them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from tests.reading.books import MAIN, Rows, book, matrices, one, refused

from tmat.errors import InputError
from tmat.marking import Answers
from tmat.reading.sources import read_matrices, read_matrix
from tmat.reading.weights import read_weights
from tmat.reading.xlsx import read_xlsx

# -- as people make them


def test_names_and_numbers_alone() -> None:
    assert matrices([["Q"], [1, 2], [3, 4], [], ["K:"], [5]]) == {"Q": [[1, 2], [3, 4]], "K": [[5]]}


@pytest.mark.parametrize(
    "name",
    [
        "Q",
        " Q ",
        "Q:",
        "Q =",
        "Q (2x2)",
        "Q [2×2]",
        "Q = X·W_Q",
        "4   Q = X·W_Q   6×6 · 6×4 → 6×4",
        "Q   6×4   drawn: uniform",
    ],
)
def test_ways_to_write_a_name(name: str) -> None:
    assert matrices([[name], [1, 2], [3, 4]]) == {"Q": [[1, 2], [3, 4]]}


def test_labels_of_rows_and_columns() -> None:
    found = one([["Q"], [None, "q1", "q2"], ["When", 1, 2], ["you", 3, 4]]).matrix
    assert (found.rows, found.cols) == (("When", "you"), ("q1", "q2"))
    assert found.values.tolist() == [[1, 2], [3, 4]]
    assert found.origin == "hw.xlsx, sheet Sheet1"


def test_labels_that_only_count() -> None:
    assert matrices([["Q"], [None, "1", "2"], ["1", 1, 2], ["2", 3, 4]]) == {"Q": [[1, 2], [3, 4]]}


def test_one_column_with_its_label() -> None:
    assert matrices([["mean"], [None, "mean"], ["When", 1.5], ["you", 2.5]]) == {"mean": [[1.5], [2.5]]}


def test_a_heading_over_the_labels_of_the_rows() -> None:
    assert matrices([["Q"], ["word", "q1"], ["When", 1], ["you", 2]]) == {"Q": [[1], [2]]}


def test_numbers_as_text_and_blanks() -> None:
    found = one([["Q"], ["−0.36", "1.5", "-inf"], ["_", None, 3], [None, "?", "∞"]]).matrix.values
    np.testing.assert_array_equal(found, [[-0.36, 1.5, -np.inf], [np.nan, np.nan, 3], [np.nan, np.nan, np.inf]])


def test_rows_not_filled_in_are_rows() -> None:
    found = one([["Q"], [None, "q1", "q2"], ["When", None, None], ["you", 3, None]]).matrix
    np.testing.assert_array_equal(found.values, [[np.nan, np.nan], [3, np.nan]])


def test_what_stands_beside_is_left_out() -> None:
    rows: Rows = [["Q"], [None, "q1", "q2"], ["When", 1, 2, "a remark", 99], ["you", 3, 4, None, 98]]
    assert matrices(rows) == {"Q": [[1, 2], [3, 4]]}


TWO = {"Q": [[1, 2], [3, 4]], "K": [[5, 6], [7, 8]]}


@pytest.mark.parametrize(
    "rows",
    [
        [["Q", None, None, "K:"], [1, 2, None, 5, 6], [3, 4, None, 7, 8]],
        [["my homework"], [], [None, "Q (2×2)", None, None, "4  K = X·W_K"], [None, 1, 2, None, 5, 6], [None, 3, 4, None, 7, 8]],
        [["Q", None, None, "K"], [None, "a", "b", None, "a", "b"], ["When", 1, 2, None, 5, 6], ["you", 3, 4, None, 7, 8]],
        [["Q", None, "K"], [1, 2, 5, 6], [3, 4, 7, 8]],
        [["Q", None, None, "K", None, None, "in words"], [1, 2, None, 5, 6], [3, 4, None, 7, 8, None, "done on Monday"]],
        [["Q", 1, 2, None, "K", 5, 6], [None, 3, 4, None, None, 7, 8]],
        [["Q", 1, 2], [None, 3, 4], ["K", 5, 6], [None, 7, 8]],
    ],
)  # fmt: skip
def test_matrices_side_by_side_and_names_to_the_left(rows: Rows) -> None:
    assert matrices(rows) == TWO


def test_side_by_side_of_different_heights_and_below_others() -> None:
    rows: Rows = [["X"], [9], [], ["Q", None, "K"], [1, None, 5], [None, None, 7], ["V"], [2]]
    assert matrices(rows) == {"X": [[9]], "Q": [[1]], "V": [[2]], "K": [[5], [7]]}


def test_side_by_side_without_names_is_refused() -> None:
    with pytest.raises(InputError) as error:
        matrices([[1, 2, None, 5], [3, 4, None, 7]])
    assert str(error.value) == (
        "an empty column among the numbers\n  hw.xlsx, sheet Sheet1, cell C1\n"
        "  where matrices stand side by side, put a name above each"
    )


def test_sheets_name_what_has_no_name() -> None:
    found = read_xlsx(book({"Q": [[1, 2]], "K": [[3, 4]]}), "hw.xlsx")
    assert [(one.matrix.name, one.matrix.values.tolist()) for one in found] == [("Q", [[1, 2]]), ("K", [[3, 4]])]


def test_a_column_without_a_label_belongs_to_it() -> None:
    assert matrices([["Q"], [None, "q1"], ["When", 1, 2], ["you", 3, 4]]) == {"Q": [[1, 2], [3, 4]]}


def test_a_matrix_that_stands_elsewhere_on_the_sheet() -> None:
    assert matrices([[], [None, None, "Q"], [None, None, 1, 2], [None, None, 3, 4]]) == {"Q": [[1, 2], [3, 4]]}


def test_words_are_no_names() -> None:
    assert matrices([["my homework for Tuesday"], [], ["Q"], [1, 2]]) == {"Q": [[1, 2]]}
    assert matrices([["what I tried"], [7, 7], [], ["Q"], [1, 2]]) == {"Q": [[1, 2]]}
    assert matrices([["the answer, I hope"], [1, 2]]) == {"": [[1, 2]]}
    with pytest.raises(InputError) as caught:
        matrices([[1, 2], [], [3, 4]])
    assert str(caught.value) == (
        "the matrices in hw.xlsx have no names\n  hw.xlsx, sheet Sheet1, row 1: expected a name alone in the row above"
    )


def test_numbers_come_out_as_they_were_typed() -> None:
    # a spreadsheet program stores 1.1 with seventeen digits
    assert matrices([["Q"], ["<><v>1.1000000000000001</v>", "<><v>-1E+300</v>", "<><v>1E+300</v>"]]) == {
        "Q": [[1.1, -np.inf, np.inf]]
    }


def test_errors_of_formulas_are_blanks_and_texts_are_shown() -> None:
    found = one([["Q"], [1, '< t="e"><f>1/0</f><v>#DIV/0!</v>']]).matrix.values
    np.testing.assert_array_equal(found, [[1, np.nan]])
    for wrong, said in (
        ("half", "'half' where a number is due\n  hw.xlsx, sheet Sheet1, cell B2"),
        ("3,14", "'3,14' has a decimal comma\n  hw.xlsx, sheet Sheet1, cell B2\n  write decimals with a point: 3.14"),
        ("<><f>A1</f>", "a formula was never calculated\n  hw.xlsx, sheet Sheet1, cell B2\n  open the file in a"),
        ('< t="b"><v>1</v>', "'TRUE' where a number is due\n  hw.xlsx, sheet Sheet1, cell B2"),
    ):
        with pytest.raises(InputError) as caught:
            matrices([["Q"], [1, wrong, 2]])
        assert str(caught.value).startswith(said)


def test_a_formula_with_its_result_is_its_result() -> None:
    assert matrices([["Q"], ["<><f>1+1</f><v>2</v>", '< t="str"><f>"3"</f><v>3</v>']]) == {"Q": [[2, 3]]}


# -- in and out of the rest


def test_sources_and_answers(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(
        book({"attention": [["attention"], [], ["W_Q"], [1, 2], [], ["W_K.T"], [3], [4]], "two": [["W_O"], [5]]})
    )
    assert {name: m.values.tolist() for name, m in read_matrices(str(path)).items()} == {
        "W_Q": [[1, 2]], "W_K.T": [[3], [4]], "W_O": [[5]],
    }  # fmt: skip
    assert read_matrix("W", f"{path}:W_O").values.tolist() == [[5]]
    assert read_matrix("W", f"{path}:attention.W_Q").values.tolist() == [[1, 2]]
    assert read_weights(str(path))["W_K"].values.tolist() == [[3, 4]]
    answers = Answers.read(path)
    assert [(a.name, a.stage, a.where.rpartition(", ")[2]) for a in answers] == [
        ("W_Q", "attention", "row 4"), ("W_K.T", "attention", "row 7"), ("W_O", None, "row 2"),
    ]  # fmt: skip


def test_one_matrix_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(book({"Sheet1": [[1, 2], [3, 4]]}))
    assert read_matrix("X", str(path)).values.tolist() == [[1, 2], [3, 4]]


def test_a_spreadsheet_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(book({"Sheet1": [["Q"], [1, 2]]}))
    assert list(read_matrices(str(path))) == ["Q"]


def test_as_another_program_writes_it() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    for row in (["Q"], [None, "q1", "q2"], ["When", 3.88, 3.8], ["you", 2.55, -1e-7]):
        workbook.active.append(row)
    workbook.create_chartsheet("a chart")
    stream = io.BytesIO()
    workbook.save(stream)
    (found,) = read_xlsx(stream.getvalue(), "hw.xlsx")
    assert found.matrix.values.tolist() == [[3.88, 3.8], [2.55, -1e-7]]
    assert found.matrix.rows == ("When", "you")


def test_shared_texts_in_several_looks_and_other_places() -> None:
    strings = (
        f"<sst xmlns='{MAIN}'><si><r><t>4   </t></r><r><t>Q</t></r><r><t> = X</t></r></si>"
        "<si><t>权力</t><rPh sb='0' eb='1'><t>read aloud</t></rPh></si></sst>"
    )
    data = book(
        {"Sheet1": [['< t="s"><v>0</v>'], [None, '< t="s"><v>1</v>', "q2"], ["When", 1, 2]]},
        parts={"xl/sharedStrings.xml": strings},
    )
    (found,) = read_xlsx(data, "hw.xlsx")
    assert (found.matrix.name, found.matrix.cols) == ("Q", ("权力", "q2"))


STYLES = (
    f"<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='164' formatCode='[$-409]d-mmm;@'/>"
    "<numFmt numFmtId='165' formatCode='[Red]0.0 &quot;days&quot;'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>"
    "<xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='10'/></cellXfs></styleSheet>"
)


@pytest.mark.parametrize("style", [1, 2])
def test_a_date_is_no_number(style: int) -> None:
    """A spreadsheet program makes a day of 1/2, and 45293 of the day."""
    rows: Rows = [["Q"], [1, f'< s="{style}"><v>45293</v>'], [3, 4]]
    assert refused(book({"Sheet1": rows}, parts={"xl/styles.xml": STYLES})) == (
        "a date where a number is due\n  hw.xlsx, sheet Sheet1, cell B2\n"
        "  make it a number again, and type decimals: 0.5 for 1/2"
    )
    beside: Rows = [
        ["Handed in", f'< s="{style}"><v>45293</v>'],
        [],
        *([["Q"], [1, '< s="3"><v>2</v>', '< s="4"><v>3</v>']]),
    ]
    (found,) = read_xlsx(book({"Sheet1": beside}, parts={"xl/styles.xml": STYLES}), "hw.xlsx")
    assert found.matrix.values.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("text", "said"),
    [("1,5", "'1,5' has a decimal comma"), ("1e400", "'1e400' is beyond what a 64-bit float can hold")],
)
def test_numbers_written_wrong_are_no_labels(text: str, said: str) -> None:
    assert refused(book({"Sheet1": [["Q"], [text, "2"], [3, 4]]})).startswith(
        f"{said}\n  hw.xlsx, sheet Sheet1, cell A2\n"
    )
    assert matrices([["Q"], [None, text, "2"], ["a", 3, 4]]) == {"Q": [[3, 4]]}
