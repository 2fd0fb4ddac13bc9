"""NPY and NPZ, as numpy itself reads them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tmat.errors import InputError
from tmat.reading.sources import matrices_of_data
from tmat.rendering import rendered
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Array, Matrix, Stage, Worksheet


def sheet(*values: Array) -> Worksheet:
    return Worksheet(
        [Stage("attention", "attention", given={f"M{n}": Matrix.of("", own) for n, own in enumerate(values)})]
    )


def loaded(data: bytes) -> dict[str, Array]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return dict(archive)


shapes = arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5)


@given(st.sampled_from([np.float64, np.float32]).flatmap(lambda dtype: arrays.arrays(dtype, shapes)))
def test_every_bit_comes_back(values: Array) -> None:
    [data] = rendered([sheet(values, values.T)], "npz", Look(), "x.npz").values()
    back = loaded(data)
    assert back["M0"].dtype == values.dtype
    assert back["M0"].tobytes() == values.tobytes()
    assert back["M1"].tobytes() == values.T.tobytes()
    read = matrices_of_data(data, ".npz", "x.npz")
    assert read["M0"].values.astype(values.dtype).tobytes() == values.tobytes() or np.isnan(values).any()


def test_names_are_bare_in_one_stage_and_placed_in_several() -> None:
    one = sheet(np.ones((1, 1)))
    two = Worksheet([*one.stages, Stage("ffn", "ffn", given=one.stages[0].given)])
    assert list(loaded(rendered([one], "npz", Look(), "x")["x"])) == ["M0"]
    assert list(loaded(rendered([two], "npz", Look(), "x")["x"])) == ["attention.M0", "ffn.M0"]
    assert list(loaded(rendered([one, two], "npz", Look(), "x")["x"])) == ["1.M0", "2.attention.M0", "2.ffn.M0"]


def test_the_same_numbers_make_the_same_bytes() -> None:
    made = [rendered([sheet(np.ones((3, 2)))], "npz", Look(), "x")["x"] for _ in range(2)]
    assert made[0] == made[1]


def test_one_matrix_is_an_npy() -> None:
    [data] = rendered([sheet(np.array([[0.1, -0.0]]), np.ones((1, 1)))], "npy", Look(only=("M0",)), "x.npy").values()
    assert np.load(io.BytesIO(data)).tobytes() == np.array([[0.1, -0.0]]).tobytes()


def test_digits_round_what_is_written() -> None:
    [data] = rendered([sheet(np.array([[2.675]]))], "npy", Look(digits=2), "x.npy").values()
    assert np.load(io.BytesIO(data)).tolist() == [[2.68]]


def test_nothing_to_write_is_an_error() -> None:
    with pytest.raises(InputError, match="no matrix to write as npz"):
        rendered([Worksheet()], "npz", Look(), "x.npz")
