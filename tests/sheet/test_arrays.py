"""Numbers as other libraries hold them, given to the library's functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix

NUMBERS = [[1.5, -2.0], [3.0, 0.25]]


class Tensor:
    """What torch shows of itself: numbers only after detach and cpu, and none of a type that NumPy lacks."""

    def __init__(self, values: Any, *, ready: bool = False, lacking: bool = False) -> None:
        self.values, self.ready, self.lacking = np.asarray(values, np.float32), ready, lacking

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return Tensor(self.values, ready=True, lacking=self.lacking)

    def float(self) -> Tensor:
        return Tensor(self.values, ready=self.ready)

    def numpy(self) -> Any:
        if self.lacking or not self.ready:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values


class OnlyDLPack:
    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __dlpack__(self, **how: Any) -> Any:
        return self.values.__dlpack__(**how)

    def __dlpack_device__(self) -> Any:
        return self.values.__dlpack_device__()


class Frame:
    """What pandas shows of a table."""

    def __init__(self, values: Any, index: Any, columns: Any) -> None:
        self.values, self.index, self.columns = values, index, columns

    def to_numpy(self) -> Any:
        return np.array(self.values)


@pytest.mark.parametrize(
    "values", [Tensor(NUMBERS), Tensor(NUMBERS, lacking=True), OnlyDLPack(NUMBERS), np.array(NUMBERS, "f2"), NUMBERS]
)
def test_arrays_of_every_library(values: Any) -> None:
    assert Matrix.of("X", values).values.tolist() == NUMBERS


def test_a_type_of_fewer_bits_is_kept() -> None:
    assert Matrix.of("X", np.array(NUMBERS, np.float32)).values.dtype == np.float32
    assert Matrix.of("X", Tensor(NUMBERS)).values.dtype == np.float32


def test_the_labels_of_a_table_are_the_matrixs() -> None:
    frame = Matrix.of("X", Frame(NUMBERS, ["When", "you"], ["a", "b"]))
    assert (frame.rows, frame.cols, frame.values.tolist()) == (("When", "you"), ("a", "b"), NUMBERS)
    counted = Matrix.of("X", Frame(NUMBERS, range(2), range(2)))
    assert (counted.rows, counted.cols) == (("1", "2"), ("1", "2"))


def test_a_first_column_of_words_is_the_rows_labels() -> None:
    values = np.array([["When", 1.5], ["you", 3.0]], dtype=object)
    frame = Matrix.of("X", Frame(values, range(2), ["word", "a"]))
    assert (frame.rows, frame.cols, frame.values.tolist()) == (("When", "you"), ("a",), [[1.5], [3.0]])


@pytest.mark.parametrize("values", [np.array([[1 + 2j]]), np.array([["2020-01-01"]], "M8[D]"), object(), "1 2"])
def test_what_holds_no_real_numbers(values: Any) -> None:
    with pytest.raises(InputError, match="X is no matrix"):
        Matrix.of("X", values)


@pytest.mark.parametrize("shape", [(1, 2, 2), (2, 1, 2), (2, 2, 1), (1, 1, 2, 2)])
def test_a_dimension_of_one_is_dropped_with_a_word(shape: tuple[int, ...]) -> None:
    found = Matrix.of("X", np.reshape(NUMBERS, shape))
    assert found.values.tolist() == NUMBERS
    assert found.origin.endswith("dimension of 1 is dropped")


def test_the_nth_of_a_batch() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    for n in (1, 2):
        stage = tmat.attention(x, batch=n, weights=False)["attention"]
        assert np.array_equal(stage["X"].values, x[n - 1])
        alone = tmat.attention(x[n - 1], weights=False)["attention"]
        assert np.array_equal(stage["weights"].values, alone["weights"].values)
    with pytest.raises(InputError, match="choose one of the 2: batch=1"):
        tmat.attention(x, weights=False)
    with pytest.raises(InputError, match="batch=3 does not fit X"):
        tmat.attention(x, batch=3, weights=False)


def test_rows_that_are_tensors_and_cells_that_are_masked() -> None:
    assert Matrix.of("X", [Tensor(row) for row in NUMBERS]).values.tolist() == NUMBERS
    hidden = np.ma.masked_array(NUMBERS, [[False, True], [False, False]])
    assert np.isnan(Matrix.of("X", hidden).values).tolist() == [[False, True], [False, False]]
