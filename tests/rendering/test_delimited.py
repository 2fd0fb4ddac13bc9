"""CSV and TSV: what is written reads back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rendering.nasty import WORDS

from tmat.errors import InputError
from tmat.reading.delimited import read_delimited
from tmat.rendering import rendered
from tmat.rendering.formats.csv import to_text
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

numbers = st.one_of(
    st.floats(allow_nan=False),
    st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308, np.inf, -np.inf, np.nan, 0.1 + 0.2]),
)
words = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=4),
)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    values = np.array([draw(numbers) for _ in range(height * width)]).reshape(height, width)
    rows = [draw(words) for _ in range(height)]
    return Matrix.of("Q", values, rows, [draw(words) for _ in range(width)])


@given(matrices(), st.sampled_from([",", "\t"]))
def test_reads_back_to_the_same_bits_and_words(matrix: Matrix, delimiter: str) -> None:
    back = read_delimited(to_text(matrix, delimiter), "x.csv", delimiter)
    assert back.rows == matrix.rows
    assert back.cols == matrix.cols
    np.testing.assert_array_equal(back.values, matrix.values)
    finite = np.isfinite(matrix.values)
    assert back.values[finite].tobytes() == matrix.values[finite].tobytes()


def test_labels_that_only_count_read_back_as_labels() -> None:
    matrix = Matrix.of("X", [[1.5, 2], [3, 4]])
    back = read_delimited(to_text(matrix), "x.csv")
    assert (back.rows, back.cols, back.values.tolist()) == (matrix.rows, matrix.cols, matrix.values.tolist())


def sheet() -> Worksheet:
    x, q = Matrix.of("X", [[1.0]]), Matrix.of("Q", [[1 / 3]])
    return Worksheet(
        [Stage("attention", "attention", given={"X": x}, steps=[Step(q, "matmul", ("X", "X"))], output="Q")]
    )


def test_one_matrix_is_a_file_and_several_a_folder() -> None:
    assert list(rendered([sheet()], "csv", Look(only=("Q",)), "out/q.csv")) == ["out/q.csv"]
    assert list(rendered([sheet()], "tsv", Look(), "out/q.tsv")) == ["out/q/X.tsv", "out/q/Q.tsv"]
    two = Worksheet([*sheet().stages, Stage("ffn", "ffn", given=sheet().stages[0].given)])
    assert list(rendered([two], "csv", Look(), "q.csv")) == ["q/attention.X.csv", "q/attention.Q.csv", "q/ffn.X.csv"]
    assert list(rendered([sheet(), sheet()], "csv", Look(only=("Q",)), "q.csv")) == ["q/1.Q.csv", "q/2.Q.csv"]


def test_several_matrices_do_not_go_to_one_stream() -> None:
    with pytest.raises(InputError) as caught:
        rendered([sheet()], "csv", Look())
    assert str(caught.value) == (
        "csv holds one matrix, and here are 2\n  they are X, Q\n"
        "  choose one with keep, or write a folder of files with write(sheet, 'FOLDER.csv')"
    )


def test_nothing_to_write_is_an_error() -> None:
    with pytest.raises(InputError, match="no matrix to write as csv"):
        rendered([Worksheet(tokens=("a",))], "csv", Look(), "a.csv")


def test_digits_and_blank_cells() -> None:
    assert to_text(Matrix.of("Q", [[2 / 3, -np.inf]]), digits=2) == ",1,2\n1,0.67,−∞\n"
    assert to_text(Matrix.of("Q", [[np.nan, np.nan]]), blank=True) == ",1,2\n1,,\n"
