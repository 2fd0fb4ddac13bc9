from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError, TmatError
from tmat.reading.delimited import read_delimited

PLAIN = ("1", "2")


@pytest.mark.parametrize(
    ("text", "values", "rows", "cols"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]], PLAIN, PLAIN),
        ("1, 2\n3, 4", [[1, 2], [3, 4]], PLAIN, PLAIN),
        ("\ufeff1,2\r\n\r\n# note, with 2 words\r\n3,4\r\n", [[1, 2], [3, 4]], PLAIN, PLAIN),
        ("a,b\n1,2\n3,4\n", [[1, 2], [3, 4]], PLAIN, ("a", "b")),
        ("When,1,2\nyou,3,4\n", [[1, 2], [3, 4]], ("When", "you"), PLAIN),
        (",a,b\nWhen,1,2\nyou,3,4\n", [[1, 2], [3, 4]], ("When", "you"), ("a", "b")),
        ("word,a,b\nWhen,1,2\nyou,3,4\n", [[1, 2], [3, 4]], ("When", "you"), ("a", "b")),
        ("a,b\nWhen,1,2\nyou,3,4\n", [[1, 2], [3, 4]], ("When", "you"), ("a", "b")),
        (",1,2\n1,5,6\n2,7,8\n", [[5, 6], [7, 8]], PLAIN, PLAIN),
        (',p1,p2\nnan,1,2\n"a, ""b""\nc",3,4\n', [[1, 2], [3, 4]], ("nan", 'a, "b"\nc'), ("p1", "p2")),
        ('"1","-2.5"\n3,−4\n', [[1, -2.5], [3, -4]], PLAIN, PLAIN),
        ("True,False\nTRUE,true\n", [[1, 0], [1, 1]], PLAIN, PLAIN),
        ("1.5;2\n3;4\n", [[1.5, 2], [3, 4]], PLAIN, PLAIN),
        ("1\t2\n3\t4\n", [[1, 2], [3, 4]], PLAIN, PLAIN),
        ("3,14;2,71\n1,0;2,5\n", [[3.14, 2.71], [1, 2.5]], PLAIN, PLAIN),
        ('"3,14","2,71"\n"0,5","1"\n', [[3.14, 2.71], [0.5, 1]], PLAIN, PLAIN),
        ('a,b\n"1.234,5",2\n3,50%\n', [[1234.5, 2], [3, 0.5]], PLAIN, ("a", "b")),
        ("1 2\n3 4\n", [[1, 2], [3, 4]], PLAIN, PLAIN),
        ('"#",1,2\nyou,3,4\n', [[1, 2], [3, 4]], ("#", "you"), PLAIN),
        ("?,1,2\nyou,3,4\n", [[1, 2], [3, 4]], ("?", "you"), PLAIN),
        (',a\n"1,234",1\n"0,5",2\n', [[1], [2]], ("1,234", "0,5"), ("a",)),
    ],
)
def test_tables_with_and_without_labels(
    text: str, values: list[list[float]], rows: tuple[str, ...], cols: tuple[str, ...]
) -> None:
    matrix = read_delimited(text, "x.csv")
    assert matrix.values.tolist() == values
    assert matrix.rows == rows
    assert matrix.cols == cols


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"1,234","5,678"\n', "'1,234': a decimal comma, or thousands?\n  in x.csv, line 1\n  write 1.234, or 1234"),
        ("1,234;5\n6;7\n", "'1,234': a decimal comma, or thousands?"),
        ("1,2\n# note\n3\n", "rows of different lengths\n  in x.csv, line 3 has 1 number, line 1 has 2"),
        ("1,2\n3,x\n", "'x' where a number is due\n  in x.csv, line 2, column 2"),
        ("When,1,2\nyou,3,x\n", "'x' where a number is due\n  in x.csv, line 2, column 3"),
        ("1,x\n3,4\n", "'x' where a number is due\n  in x.csv, line 1, column 2\n  the rest of the row is numbers"),
        ("1,,3\n4,5,6\n", "an empty cell where a number is due\n  in x.csv, line 1, column 2"),
        ("a,b,c\n1,2\n", "2 columns but 3 column labels\n  in x.csv, line 1"),
        ('1,"2\n3,4\n', "malformed CSV: unexpected end of data\n  in x.csv, line 1"),
        ("", "x.csv holds no numbers"),
        ("# only\n\n", "x.csv holds no numbers"),
        ("a,b\n", "'b' where a number is due"),
        ("a\nb\n", "'b' is followed by no numbers"),
        ("(0.5),1\n2,3\n", "'(0.5)': 0.5, or a minus as in accounts?\n  in x.csv, line 1"),
        ("1,\x1b[31m\n2,3", r"'\x1b[31m'"),
    ],
)
def test_errors_name_line_and_column(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_delimited(text, "x.csv")
    assert message in str(error.value)


words = (
    st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=5)
    .map(str.strip)
    .filter(bool)
)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.tuples(
            st.lists(words, min_size=width, max_size=width),
            st.lists(st.tuples(words, st.lists(st.floats(), min_size=width, max_size=width)), min_size=1, max_size=4),
        )
    ),
    st.sampled_from(",\t"),
)
def test_a_labelled_table_with_an_empty_corner_reads_back(
    table: tuple[list[str], list[tuple[str, list[float]]]], delimiter: str
) -> None:
    cols, rows = table
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["", *cols])
    writer.writerows([label, *map(repr, numbers)] for label, numbers in rows)
    matrix = read_delimited(text.getvalue(), "x", delimiter)
    assert matrix.cols == tuple(cols)
    assert matrix.rows == tuple(label for label, _ in rows)
    assert np.array_equal(matrix.values, [numbers for _, numbers in rows], equal_nan=True)


@given(st.one_of(st.text(max_size=30), st.text(alphabet='01.,;-" \n\r\t#ab', max_size=30)))
def test_nothing_but_our_own_errors(text: str) -> None:
    try:
        matrix = read_delimited(text, "x.csv")
    except TmatError as error:
        assert str(error)
    else:
        assert matrix.values.size
