from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError, TmatError
from tmat.marking.answers import Answers
from tmat.reading.answers import read_answers_text
from tmat.reading.sources import read_matrix

Q = [["3.80", "4"], ["2.55", "1.86"]]


@pytest.mark.parametrize(
    "text",
    [
        "Q\n3.80 4\n2.55 1.86\n",
        "\ufeffQ\r\n3.80 4\r\n2.55 1.86\r\n",
        "Q:\n3.80, 4\n2.55, 1.86",
        "Q =\n3.80\t4\n2.55\t1.86",
        "Q = 3.80 4; 2.55 1.86",
        "Q: 3.80 4; 2.55 1.86",
        "Q = [[3.80, 4], [2.55, 1.86]]",
        "Q =\n[[3.80 4 ]\n [2.55 1.86]]",
        "Q = [\n3.80 4\n2.55 1.86\n]",
        "## Q\n\n3.80 4\n2.55 1.86",
        "### **Q**\n3.80 4\n2.55 1.86",
        "**Q**\n\n3.80 4\n2.55 1.86",
        "Q (2x2)\n3.80 4\n2.55 1.86",
        "Q (2 × 2):\n3.80 4\n2.55 1.86",
        "Q 2x2\n3.80 4\n2.55 1.86",
        "# my homework\n\nQ   # the queries\n# first\n3.80 4  # a row\n2.55 1.86\n",
        "Q\n⎡ 3.80 4    ⎤\n⎣ 2.55 1.86 ⎦\n",
        "Q\n3.80 4\n2.55 1.86\n---\n",
        "Q\n| 3.80 | 4 |\n| 2.55 | 1.86 |\n",
        "Q\n\n| 1 | 2 |\n|---|---|\n| **3.80** | 4 |\n| 2.55 | 1.86 |\n",
        "Q\n3.80\u00a04\n2.55\u00a01.86\n",
    ],
)
def test_the_ways_people_type_a_matrix(text: str) -> None:
    [typed] = read_answers_text(text)
    assert typed.name == "Q"
    assert typed.texts == Q
    assert typed.matrix.values.tolist() == [[3.8, 4.0], [2.55, 1.86]]


@pytest.mark.parametrize(
    ("text", "rows", "cols"),
    [
        ("Q\nWhen 3.80 4\nyou 2.55 1.86", ("When", "you"), ("1", "2")),
        ("Q\nWhen: 3.80 4\nyou: 2.55 1.86", ("When", "you"), ("1", "2")),
        ("Q\nWhen, 3.80, 4\nyou, 2.55, 1.86", ("When", "you"), ("1", "2")),
        ("Q\na b\n3.80 4\n2.55 1.86", ("1", "2"), ("a", "b")),
        ("Q\n a b\nWhen 3.80 4\nyou 2.55 1.86", ("When", "you"), ("a", "b")),
        ("Q\n a b\n1 3.80 4\n2 2.55 1.86", ("1", "2"), ("a", "b")),
        ("## Q\n\n| | 1 | 2 |\n|---|---|---|\n| 1 | 3.80 | 4 |\n| 2 | 2.55 | 1.86 |", ("1", "2"), ("1", "2")),
        (
            "## Q\n\n| | a | b |\n|---|--:|:-:|\n| When | 3.80 | 4 |\n| a\\|b | 2.55 | 1.86 |",
            ("When", "a|b"),
            ("a", "b"),
        ),
    ],
)
def test_labels(text: str, rows: tuple[str, ...], cols: tuple[str, ...]) -> None:
    [typed] = read_answers_text(text)
    assert typed.texts == Q
    assert (typed.matrix.rows, typed.matrix.cols) == (rows, cols)


def test_several_matrices_and_where_they_begin() -> None:
    found = read_answers_text("Q\n1 2\n\nK\n3\n4\nV\n5\n\n\n# end\nscores = 6 7\n")
    assert [(typed.name, typed.line, typed.texts) for typed in found] == [
        ("Q", 1, [["1", "2"]]),
        ("K", 4, [["3"], ["4"]]),
        ("V", 7, [["5"]]),
        ("scores", 12, [["6", "7"]]),
    ]
    assert found[1].matrix.origin == "the answers, line 4"


def test_rows_without_a_name() -> None:
    [typed] = read_answers_text("1 2\n3 4\n")
    assert (typed.name, typed.texts) == ("", [["1", "2"], ["3", "4"]])
    assert read_answers_text("") == []
    assert read_answers_text("# nothing yet\n\n") == []


@pytest.mark.parametrize("blank", ["_", "___", "?", "-", "—", "…", "..."])
def test_cells_left_blank(blank: str) -> None:
    [typed] = read_answers_text(f"Q\nWhen 1 {blank}\nyou {blank} −4\n")
    assert typed.texts == [["1", blank], [blank, "−4"]]
    assert np.array_equal(typed.matrix.values, [[1, math.nan], [math.nan, -4]], equal_nan=True)
    assert typed.blanks == [(0, 1), (1, 0)]


def test_blank_cells_of_tables() -> None:
    [table] = read_answers_text("Q\n| | a | b |\n|---|---|---|\n| When | | |\n| you | 1 | |\n")
    assert table.texts == [["", ""], ["1", ""]]
    assert table.blanks == [(0, 0), (0, 1), (1, 1)]
    [commas] = read_answers_text("Q\n1,,3\n")
    assert commas.texts == [["1", "", "3"]]


def test_numbers_that_are_words() -> None:
    [typed] = read_answers_text("masked\n1 -inf\n1 −∞\nInfinity nan\n")
    assert np.array_equal(typed.matrix.values, [[1, -math.inf], [1, -math.inf], [math.inf, math.nan]], equal_nan=True)
    assert typed.blanks == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Q\n1 2\n3\n", "Q: rows of different lengths\n  in a.txt, line 3 has 1 number, line 2 has 2"),
        ("Q\n1 two\n", "'two' where a number is due\n  in a.txt, line 2, column 3"),
        (
            "Q\n1 2\nyou 3\n",
            "'you' where a number is due\n  in a.txt, line 3, column 1\n  the rows above it have no label",
        ),
        ("Q\nWhen 1\n2 3\n", "a row without a label\n  in a.txt, line 3"),
        ("Q\n3,14 2,71\n", "'3,14': a decimal comma, or two cells?\n  in a.txt, line 2"),
        ("mean\n3,14\n2,71\n", "write 3.14 for one number, '3 14' for two"),
        ("Q\n3,14;2,71\n", "'3,14': a decimal comma, or two cells?"),
        ("Q\n1,234\t5,678\n", "'1,234': a decimal comma, or thousands?\n  in a.txt, line 2\n  write 1.234, or 1234"),
        ("Q\n1 1/0\n", "'1/0' divides by 0\n  in a.txt, line 2, column 3"),
        ("Q\n≈0.66x 0.34\n≈0.20x 0.80\n", "'0.66x' where a number is due\n  in a.txt, line 2, column 2"),
        ("Q\n1.O 2\n2.O 3\n", "'1.O' where a number is due\n  in a.txt, line 2, column 1"),
        ("Q\n0..5 2\n0..7 3\n", "'0..5' where a number is due\n  in a.txt, line 2, column 1"),
        ("Q\n1 1e999\n", "'1e999' is beyond what a 64-bit float can hold"),
        ("Q\n", "'Q' is followed by no rows\n  in a.txt, line 1"),
        ("Name: Li Wei\n\nQ\n1 2\n", "'Name: Li Wei' is followed by no rows\n  in a.txt, line 1"),
        ("My homework\n\nQ\n1 2\n", "'My homework' is followed by no rows"),
        ("I think that Q is 12 or so\n", "begin remarks with #"),
        ("Q\n1 2\n\nq\n3 4\n", "'q' is given twice\n  in a.txt, lines 1 and 4"),
        ("1 2\n\n3 4\n", "two blocks of rows without a name\n  in a.txt, lines 1 and 3\n  put a name over each"),
        ("Q\na b c d\n1 2\n3 4\n", "Q has 2 columns but 4 column labels\n  in a.txt, line 1"),
        ("Q\n| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 |\n", "Q has 2 columns but 4 column labels"),
        ("\x1b[2J\n", r"'\x1b[2J' is followed by no rows"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_answers_text(text, "a.txt")
    assert message in str(error.value)


numbers_as_typed = st.one_of(
    st.integers(-999, 999).map(str),
    st.decimals(-99, 99, places=3).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z](?:[A-Za-z0-9_.]{0,5}[A-Za-z0-9_])?", fullmatch=True).filter(
            lambda name: name.lower() not in ("inf", "nan", "infinity", "na", "n.a", "none", "null", "true", "false")
        ),
        st.integers(1, 4).flatmap(
            lambda width: st.lists(st.lists(numbers_as_typed, min_size=width, max_size=width), min_size=1, max_size=4)
        ),
        max_size=3,
    ).filter(lambda found: len({name.replace("_", "").lower() for name in found}) == len(found)),
    st.sampled_from([" ", "  ", "\t", ", "]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_typed_numbers_come_back_as_typed(matrices: dict[str, list[list[str]]], gap: str, end: str) -> None:
    text = end.join(line for name, rows in matrices.items() for line in (name, *(gap.join(row) for row in rows), ""))
    found = read_answers_text(text)
    assert {typed.name: typed.texts for typed in found} == matrices
    for typed in found:
        assert typed.matrix.values.tolist() == [[float(cell) for cell in row] for row in typed.texts]


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "Q",
                    "K",
                    " ",
                    "\n",
                    "\n",
                    "1",
                    "2.5",
                    "-",
                    "_",
                    "|",
                    "---",
                    "#",
                    "##",
                    ":",
                    "=",
                    ",",
                    ";",
                    "[",
                    "]",
                    "\t",
                ]
            ),
            max_size=25,
        ).map("".join),
    )
)
def test_nothing_but_our_own_errors(text: str) -> None:
    try:
        found = read_answers_text(text)
    except TmatError as error:
        assert str(error)
    else:
        assert all(typed.matrix.values.shape == np.shape(typed.texts) for typed in found)


def test_a_name_given_twice_with_other_numbers_is_read_by_neither(tmp_path: Path) -> None:
    for text in ("Q = [[1, 2]]\nK = [[3, 4]]\nQ = [[5, 6]]\n", '{"Q": [[1, 2]], "K": [[3, 4]], "Q": [[5, 6]]}'):
        path = tmp_path / "a.txt"
        path.write_text(text, "utf-8")
        answers = Answers.read(path)
        assert [one.name for one in answers] == ["K"]
        assert [one.name for one in answers.unread] == ["Q"]
        with pytest.raises(InputError, match="twice"):
            read_matrix("Q", str(path))


def test_a_telephone_number_below_the_rows_is_no_answer() -> None:
    answers = Answers.of_text("Hi,\nmy weights:\n0.5 0.5\n0.25 0.75\n-- \nBob\nTel. 030 1234567\n")
    assert [(one.name, one.values.tolist()) for one in answers] == [("weights", [[0.5, 0.5], [0.25, 0.75]])]
