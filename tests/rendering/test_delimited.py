"""CSV and TSV: what is written reads back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rendering.nasty import WORDS

import tmat
from tmat.errors import InputError
from tmat.reading.delimited import read_delimited
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import BLANK, Matrix, Stage, Step, Worksheet

PLAIN = Look()
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


def written(matrix: Matrix, look: Look = PLAIN, format: str = "csv") -> str:
    """A file with one matrix, given to a stage."""
    [data] = rendered([Worksheet([Stage("s", "s", given={matrix.name: matrix})])], format, look, "").values()
    return data.decode()


@given(matrices(), st.sampled_from([("csv", ","), ("tsv", "\t")]))
def test_reads_back_to_the_same_bits_and_words(matrix: Matrix, kind: tuple[str, str]) -> None:
    format, delimiter = kind
    back = read_delimited(written(matrix, format=format), "x.csv", delimiter)
    assert back.rows == matrix.rows
    assert back.cols == matrix.cols
    np.testing.assert_array_equal(back.values, matrix.values)
    finite = np.isfinite(matrix.values)
    assert back.values[finite].tobytes() == matrix.values[finite].tobytes()


def test_labels_that_only_count_read_back_as_labels() -> None:
    matrix = Matrix.of("X", [[1.5, 2], [3, 4]])
    back = read_delimited(written(matrix), "x.csv")
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
    assert written(Matrix.of("Q", [[2 / 3, -np.inf]]), Look(digits=2)) == ",1,2\n1,0.67,-inf\n"
    assert written(Matrix.of("Q", [[np.nan, np.nan]], origin=BLANK)) == ",1,2\n1,,\n"


@pytest.mark.parametrize(("format", "mark"), [("csv", ","), ("tsv", "\t")])
def test_what_is_no_finite_number_is_spelled_as_programs_read_it(format: str, mark: str) -> None:
    held = Matrix.of("M", [[-np.inf, np.inf, np.nan, -0.5]])
    [written] = rendered([Worksheet([Stage("s", "s", given={"M": held})])], format, Look()).values()
    assert written.decode().splitlines()[1] == mark.join(["1", "-inf", "inf", "nan", "-0.5"])
    rows = csv.reader(written.decode().splitlines(), delimiter=mark)
    np.testing.assert_array_equal([float(cell) for cell in list(rows)[1][1:]], held.values[0])


def test_a_vocabulary_is_its_words_and_their_ids() -> None:
    made = tmat.vocab("I drink, and I know", special=["<pad>"], first_id=0)
    [written] = rendered([made], "csv", Look(), "v.csv").values()
    assert list(csv.reader(written.decode().splitlines())) == [
        ["word", "id"], ["<pad>", "0"], ["I", "1"], ["drink", "2"], ["and", "3"], ["know", "4"]
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_several_matrices_read_back_by_the_name_they_were_written_by(suffix: str, tmp_path: Path) -> None:
    made = tmat.attention([[1.0, 2.0], [0.5, 1 / 3]], mask="causal", seed=1)
    path = tmp_path / f"x.{suffix}"
    tmat.write(made, path)
    assert not path.exists()
    back = tmat.read(path).stages[0]
    assert {name: back[name] for name in back.names()} == {n: made.stages[0][n] for n in made.stages[0].names()}
    assert tmat.read_matrices(f"{path}:masked") == {"masked": made.stages[0]["masked"]}
    assert tmat.read_weights(str(path))["W_Q"] == made.stages[0]["W_Q"]
    with pytest.raises(InputError) as caught:
        tmat.read_matrices(f"{path}:maskt")
    assert str(caught.value).splitlines()[0] == f"no matrix 'maskt' in {tmp_path / 'x'}"
    for own in (tmp_path / "x").iterdir():
        own.unlink()
    with pytest.raises(InputError) as caught:
        tmat.read(path)
    assert str(caught.value) == f"the folder {tmp_path / 'x'} has no .{suffix} files"
