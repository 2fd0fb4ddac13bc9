from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.errors import InputError, LimitError, TmatError
from tmat.reading.arrays import read_npy
from tmat.reading.sources import matrices_of_data
from tmat.sheet.worksheet import Batch, Matrix


def npy(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def read_npz(stream: io.BytesIO, origin: str, name: str | None = None) -> dict[str, Matrix]:
    return matrices_of_data(stream.getvalue(), ".npz", origin, name)


def header(description: str) -> bytes:
    text = description.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def npy_error(data: bytes) -> TmatError:
    with pytest.raises(TmatError) as error:
        read_npy(io.BytesIO(data), "x.npy")
    return error.value


def npz_error(data: bytes) -> TmatError:
    with pytest.raises(TmatError) as error:
        read_npz(io.BytesIO(data), "x.npz")
    return error.value


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", ">f8", "i8", "u1", "<i2", "?", np.longdouble])
@pytest.mark.parametrize("order", ["C", "F"])
def test_real_numbers_of_any_type_become_float64(dtype: Any, order: Any) -> None:
    array = np.array([[0, 1, 2], [3, 4, 5]], dtype=dtype, order=order)
    matrix = read_npy(io.BytesIO(npy(array)), "x.npy")
    assert matrix.values.dtype == np.float64
    assert np.array_equal(matrix.values, array.astype(np.float64))


def test_fewer_dimensions_are_a_row() -> None:
    assert read_npy(io.BytesIO(npy(np.arange(3))), "x").values.tolist() == [[0, 1, 2]]
    assert read_npy(io.BytesIO(npy(np.float32(3))), "x").values.tolist() == [[3]]
    assert read_npy(io.BytesIO(npy(np.zeros((0, 3)))), "x").values.shape == (0, 3)


@given(st.lists(st.floats(width=64), min_size=1, max_size=6))
def test_bits_are_kept(numbers: list[float]) -> None:
    array = np.array([numbers])
    assert read_npz(io.BytesIO(npz(Q=array)), "x")["Q"].values.tobytes() == array.tobytes()


def test_all_or_one_of_several() -> None:
    data = npz(W_Q=np.eye(2), b=np.ones(3))
    assert list(read_npz(io.BytesIO(data), "x.npz")) == ["W_Q", "b"]
    [(name, matrix)] = read_npz(io.BytesIO(data), "x.npz", "wq").items()
    assert name == "W_Q"
    assert matrix.origin == "x.npz:W_Q"
    with pytest.raises(InputError) as error:
        read_npz(io.BytesIO(data), "x.npz", "W_V")
    assert str(error.value).startswith("no matrix 'W_V' in x.npz\n  it has W_Q, b")


class Bomb:
    def __reduce__(self) -> Any:
        return (exec, ("raise SystemExit('unpickled')",))


def test_a_pickle_is_never_loaded() -> None:
    import pickle

    array = np.array([Bomb()], dtype=object)
    for data in (npy(array, allow_pickle=True), pickle.dumps(Bomb())):
        text = str(npy_error(data))
        assert "a pickle can run any program, and is never loaded" in text
    assert "x.npz:a holds pickled Python objects" in str(npz_error(npz(a=array)))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((1, 2), complex), "x.npy holds complex numbers\n  expected real numbers"),
        (np.array(["a"]), "x.npy holds words"),
        (np.array([b"a"]), "x.npy holds words"),
        (np.zeros(2, [("a", "f8")]), "x.npy holds records"),
        (np.zeros(2, "M8[s]"), "x.npy holds datetime64[s]"),
    ],
)
def test_what_is_no_matrix(array: Any, message: str) -> None:
    assert message in str(npy_error(npy(array)))


def test_a_dimension_too_many_is_dropped_or_asks_which() -> None:
    one = read_npy(io.BytesIO(npy(np.arange(6.0).reshape(2, 1, 3))), "x.npy")
    assert (one.values.tolist(), one.origin) == ([[0, 1, 2], [3, 4, 5]], "x.npy; a dimension of 1 is dropped")
    batch = read_npy(io.BytesIO(npy(np.arange(12.0).reshape(2, 2, 3))), "x.npy")
    assert isinstance(batch, Batch)
    assert batch.nth(2).values.tolist() == [[6, 7, 8], [9, 10, 11]]
    with pytest.raises(InputError) as error:
        _ = batch.values
    assert str(error.value) == (
        "x.npy has 3 dimensions (2×2×3)\n  a matrix has rows and columns: two\n  choose one of the 2: batch=1"
    )


def test_a_type_named_as_numpy_no_longer_does() -> None:
    old = header("{'descr': '|a4', 'fortran_order': False, 'shape': (1, 1)}")
    assert "x.npy holds words" in str(npy_error(old + b"1.50"))


def test_a_header_that_claims_too_much_allocates_nothing() -> None:
    claim = header("{'descr': '<f8', 'fortran_order': False, 'shape': (40000, 40000)}")
    error = npy_error(claim + bytes(800))
    assert isinstance(error, LimitError)
    assert "x.npy claims 40000×40000 numbers, 11.9 GiB" in str(error)
    short = header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000, 1000)}")
    text = str(npy_error(short + bytes(80)))
    assert "x.npy claims 1000×1000 numbers but is too short for them" in text
    assert "expected 8000000 bytes after the header, found 80" in text


@pytest.mark.parametrize(
    "description",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}",
        "{'descr': '<q9', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8'}",
        "__import__('os').abort()",
        "[" * 100,
        "'\\d'",
        "",
    ],
)
def test_a_header_that_says_nothing(description: str) -> None:
    assert "x.npy has a header that says no type and shape" in str(npy_error(header(description)))


def test_bfloat16_as_ml_dtypes_saves_it() -> None:
    numbers = np.array([[1.5, -3.25], [1000.0, 7.0]], "<f4")
    halves = (numbers.view("<u4") >> 16).astype("<u2").tobytes()
    data = header("{'descr': '<V2', 'fortran_order': True, 'shape': (2, 2), }") + halves
    assert read_npy(io.BytesIO(data), "x").values.tolist() == numbers.T.tolist()


@pytest.mark.parametrize("kind", ["|V2", "<V1", "<f1", "<W4"])
def test_a_type_that_numpy_lacks_is_named(kind: str) -> None:
    error = str(npy_error(header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': (2, 2), }}") + bytes(16)))
    assert error.startswith(f"x.npy holds numbers of a type that is not read: {kind}") and error.endswith(
        "save it as float32"
    )


def test_only_the_array_that_is_asked_for_is_read() -> None:
    data = bytearray(npz(Q=np.arange(100.0), K=np.ones(2)))
    data[300] ^= 0xFF
    assert read_npz(io.BytesIO(bytes(data)), "x.npz", "K")["K"].values.tolist() == [[1.0, 1.0]]


def test_other_files_by_that_name() -> None:
    assert "x.npy is no .npy file" in str(npy_error(b"1 2 3\n"))
    assert "x.npy is no .npy file" in str(npy_error(b""))
    assert "x.npy is an .npy of version 9.0" in str(npy_error(b"\x93NUMPY\x09\x00"))
    assert "x.npz is no .npz that can be read" in str(npz_error(b"1 2 3\n"))
    assert "x.npz is no .npz that can be read" in str(npz_error(npz(Q=np.eye(9))[:-30]))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert "x.npz holds no arrays" in str(npz_error(empty.getvalue()))


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Q.npy", b"\x93NUMPY")
    data = bytearray(stream.getvalue())
    at = data.rfind(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 3 * 2**30)
    error = npz_error(bytes(data))
    assert isinstance(error, LimitError)
    assert "x.npz unpacks to 3 GiB from" in str(error)
    data[at : at + 4] = struct.pack("<I", 2**29)
    assert "no more than 200 times the packed size" in str(npz_error(bytes(data)))


def test_compressed_zeros_are_no_bomb() -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, mask=np.zeros((500, 500)))
    assert read_npz(io.BytesIO(stream.getvalue()), "x")["mask"].size == "500×500"


def test_damage_is_reported() -> None:
    data = bytearray(npz(Q=np.arange(100.0)))
    data[300] ^= 0xFF
    assert "x.npz:Q is damaged" in str(npz_error(bytes(data)))


NPY = npy(np.arange(4.0).reshape(2, 2))
NPZ = npz(Q=np.arange(4.0).reshape(2, 2), K=np.ones(1))


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.integers(0, len(data)).map(lambda n: data[:n]),
        st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), min_size=1, max_size=4).map(
            lambda edits: _edited(data, edits)
        ),
        st.binary(max_size=30).map(lambda tail: data[:8] + tail),
    )


def _edited(data: bytes, edits: list[tuple[int, int]]) -> bytes:
    copy = bytearray(data)
    for at, byte in edits:
        copy[at] = byte
    return bytes(copy)


@given(st.one_of(st.binary(max_size=40), mutations(NPY)))
def test_npy_gives_nothing_but_our_own_errors(data: bytes) -> None:
    try:
        assert read_npy(io.BytesIO(data), "x").values.ndim == 2
    except TmatError as error:
        assert str(error)


@given(st.one_of(st.binary(max_size=40), mutations(NPZ)))
def test_npz_gives_nothing_but_our_own_errors(data: bytes) -> None:
    try:
        assert all(matrix.values.ndim == 2 for matrix in read_npz(io.BytesIO(data), "x").values())
    except TmatError as error:
        assert str(error)


def test_rows_without_a_cell_have_labels_and_are_counted() -> None:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (250_000_000, 0)})
    stream.seek(0)
    with pytest.raises(LimitError, match="250000000×0"):
        read_npy(stream, "x.npy")
