from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError, TmatError
from tmat.reading.inline import read_inline
from tmat.reading.number_text import LONGEST_NUMBER, number
from tmat.reading.sources import read_matrix


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 2; 3 4", [[1, 2], [3, 4]]),
        ("1 2\n3 4\n", [[1, 2], [3, 4]]),
        ("1, 2; 3, 4", [[1, 2], [3, 4]]),
        ("1,2,3;4,5,6;", [[1, 2, 3], [4, 5, 6]]),
        ("1\t2\r\n3\t4", [[1, 2], [3, 4]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ('[[1, "-Infinity"]]', [[1, -math.inf]]),
        ("[1, 2]", [[1, 2]]),
        ("[1 2; 3 4]", [[1, 2], [3, 4]]),
        ("[[1. 2.]\n [3. 4.]]", [[1, 2], [3, 4]]),
        ("7", [[7]]),
        ("1;2", [[1], [2]]),
        ("-inf −∞ +inf ∞ −3 – 4".replace("– 4", "–4"), [[-math.inf, -math.inf, math.inf, math.inf, -3, -4]]),
        ("1e-3 .5 2. +1E2 -0", [[0.001, 0.5, 2, 100, 0]]),
        ("1/2 −5/4 67 %; 1.5×10⁻³ ½ ０．５", [[0.5, -1.25, 0.67], [0.0015, 0.5, 0.5]]),
        ("tensor([[1., 2.], [3., 4.]], grad_fn=<AddBackward0>)", [[1, 2], [3, 4]]),
        ("matrix(c(1, 3, 2, 4), nrow=2)", [[1, 2], [3, 4]]),
        ("0,5\t0,25", [[0.5, 0.25]]),
    ],
)
def test_what_spells_a_matrix(text: str, values: list[list[float]]) -> None:
    assert read_inline(text).values.tolist() == values


def test_nan_is_a_number() -> None:
    assert np.isnan(read_inline("nan NaN").values).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no numbers\n  in the command line: ''\n  write rows as \"1 2; 3 4\""),
        ("1 2; 3 x", "'x' where a number is due\n  row 2, cell 2 of '1 2; 3 x'"),
        ("1 2; 3", "rows of different lengths\n  in '1 2; 3': row 2 has 1 number, row 1 has 2"),
        ("3,14 2,71", "'3,14': a decimal comma, or two cells?"),
        (
            "0,5;0,25",
            "'0,5': a decimal comma, or two cells?\n  in the command line, line 1\n"
            "  decimal commas make it 1×2, commas between cells 2×2\n  write 0.5 for one number",
        ),
        ("3,14, 2,71", "'3,14': a decimal comma, or two cells?"),
        ("1/0", "'1/0' divides by 0\n  row 1, cell 1 of '1/0'"),
        ("1,234\t2", "'1,234': a decimal comma, or thousands?"),
        (
            "1_000",
            "'1_000' where a number is due\n  row 1, cell 1 of '1_000'\n  write thousands without a sign between: 1000",
        ),
        ("1e999", "'1e999' is beyond what a 64-bit float can hold"),
        ("1,,2", "an empty cell where a number is due\n  row 1, cell 2 of '1,,2'"),
        ("1 _", "'_' is a cell not filled in"),
        ("1 \x1b[31m", r"'\x1b[31m' where a number is due"),
        ("[1, 2", "the JSON stops before its end"),
        ("[[1, 2], [3]]", "$[1] has 1 number"),
        ("[[1, null]]", "$[0][1] is null"),
    ],
)
def test_what_does_not(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_inline(text)
    assert message in str(error.value)


def test_pythons_spellings_are_no_numbers() -> None:
    for text in ("1_0", "0x10", "1e", "e5", ".", "-", "--1", "1 0", "infinite"):
        assert number(text) is None


def test_a_number_of_a_billion_digits_is_not_even_looked_at() -> None:
    with pytest.raises(InputError, match=f"a number of 100000 characters(.|\n)*at most {LONGEST_NUMBER} are read"):
        read_inline("1" * 100_000)


@given(st.lists(st.lists(st.floats(), min_size=2, max_size=2), min_size=1, max_size=4))
def test_what_python_prints_reads_back(rows: list[list[float]]) -> None:
    text = "; ".join(" ".join(map(repr, row)) for row in rows)
    assert np.array_equal(read_inline(text).values, np.array(rows), equal_nan=True)


@given(st.one_of(st.text(max_size=20), st.text(alphabet="0123456789.,;-+e [] \n\t_?|infa∞−", max_size=25)))
def test_nothing_but_our_own_errors(text: str) -> None:
    try:
        matrix = read_inline(text)
    except TmatError as error:
        assert str(error)
    else:
        assert matrix.values.size


def test_a_mistyped_number_is_at_fault_and_no_file() -> None:
    for text in ("1.O 2", "0..5 1"):
        with pytest.raises(InputError, match="where a number is due"):
            read_matrix("X", text)


def test_a_mask_of_words_is_read() -> None:
    assert read_matrix("mask", "True False; True True").values.tolist() == [[1, 0], [1, 1]]
