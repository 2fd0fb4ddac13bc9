"""A matrix at a prompt: what it has in common with an array, told by NumPy and pandas themselves."""

from __future__ import annotations

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix

NUMBERS = np.arange(6.0).reshape(2, 3)
WORDS = ("When", "you", "play")


def matrix(rows: tuple[str, ...] = ("a", "b")) -> Matrix:
    return Matrix.of("Q", NUMBERS, rows=rows, cols=WORDS)


def test_shape_parts_and_transpose_are_those_of_the_array() -> None:
    m = matrix()
    assert (m.shape, len(m), bool(m)) == (NUMBERS.shape, 2, True)
    assert (m.T.shape, m.T.name, m.T.rows, m.T.cols) == ((3, 2), "Qᵀ", m.cols, m.rows)
    assert m == m.T.T and m.T.T.name == "Q"
    assert (m["b", "play"], m[1, 2], m[-1, -1]) == (5.0, 5.0, 5.0)
    np.testing.assert_array_equal(m["a"], NUMBERS[0])
    np.testing.assert_array_equal(m[:, "you"], NUMBERS[:, 1])
    np.testing.assert_array_equal(m[0:1, 1:], NUMBERS[0:1, 1:])
    np.testing.assert_array_equal(list(m), NUMBERS)


def test_numpy_takes_it_for_an_array() -> None:
    m = matrix()
    np.testing.assert_array_equal(np.asarray(m), NUMBERS)
    assert np.asarray(m) is m.values
    assert np.asarray(m, dtype=np.float32).dtype == np.float32
    copied = np.array(m)
    copied[0, 0] = 9
    assert m[0, 0] == 0
    np.testing.assert_array_equal(m @ NUMBERS.T, NUMBERS @ NUMBERS.T)
    np.testing.assert_array_equal(NUMBERS.T @ m, NUMBERS.T @ NUMBERS)
    np.testing.assert_array_equal(m == NUMBERS, np.ones((2, 3), dtype=bool))
    np.testing.assert_array_equal(m == NUMBERS, np.ones((2, 3), dtype=bool))
    np.testing.assert_array_equal(m == NUMBERS.tolist(), np.ones((2, 3), dtype=bool))


def test_pandas_takes_it_with_its_labels() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is for development only")
    np.testing.assert_array_equal(pandas.DataFrame(matrix()).to_numpy(), NUMBERS)
    frame = pandas.DataFrame(matrix(), matrix().rows, matrix().cols)
    assert frame.loc["b", "play"] == 5.0
    assert Matrix.of("Q", frame) == matrix()


def test_equal_are_numbers_and_labels_whatever_the_name() -> None:
    m = matrix()
    assert m == m.renamed("K") and hash(m) == hash(m.renamed("K"))
    assert m != matrix(rows=("a", "c"))
    assert m != Matrix.of("Q", NUMBERS + 1e-12, m.rows, m.cols)
    assert m != Matrix.of("Q", NUMBERS[:, :2])
    assert Matrix.of("Q", [[np.nan]]) == Matrix.of("Q", [[np.nan]])
    assert (m == "Q") is False


def test_worksheets_stages_and_steps_are_equal_where_all_in_them_is() -> None:
    made, again = (tmat.attention(matrix(), seed=1) for _ in range(2))
    other = tmat.attention(matrix(), seed=2)
    for one, two in ((made, again), (made["attention"], again["attention"])):
        assert one == two and hash(one) == hash(two)
    assert made["attention"].steps == again["attention"].steps
    assert made != other
    assert made["attention"].step("Q") != other["attention"].step("Q")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (("When", 0), "no row 'When'\n  the rows are a, b"),
        (("a", "plya"), "no column 'plya'\n  the columns are When, you, play\n  did you mean play?"),
        (5, "no part [5] of a matrix of 2×3\n  a row and a column are expected: labels, [\"When\", \"play\"], or numbers from 0, [0, 2]"),
        ((0, 1.5), "no part [0, 1.5] of a matrix of 2×3\n  a row and a column are expected: labels, [\"When\", \"play\"], or numbers from 0, [0, 2]"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_there(place: object, told: str) -> None:
    with pytest.raises(InputError) as caught:
        matrix()[place]
    assert str(caught.value) == told


def test_a_label_that_two_rows_have() -> None:
    with pytest.raises(InputError) as caught:
        matrix(rows=("the", "the"))["the"]
    assert str(caught.value) == "2 rows are called 'the'\n  counted from 0 they are 0, 1\n  choose one by its number"


def test_a_prompt_completes_names() -> None:
    sheet = tmat.attention(matrix())
    assert sheet._ipython_key_completions_() == ["attention"]
    assert sheet["attention"]._ipython_key_completions_()[:2] == ["X", "W_Q"]
    assert sheet["attention"]["X"]._ipython_key_completions_() == ["a", "b"]
