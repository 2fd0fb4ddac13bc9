"""NumPy's files: .npy and .npz, checked before anything is allocated; what is pickled is never loaded."""

from __future__ import annotations

import ast
import math
import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, LimitError
from tmat.reading.choosing import choose
from tmat.reading.damaged import DAMAGED
from tmat.reading.tensors import LARGEST, gigabytes, refuse_large, sized
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

_DENSE_RATIO, _DENSE_SIZE = 200, 2**28  # a file that unpacks to more than 256 MiB at over 200:1 is a bomb
_DAMAGED: tuple[type[Exception], ...] = (
    *DAMAGED, MemoryError, RecursionError, KeyError, IndexError, TypeError, SyntaxError, AttributeError,
)  # fmt: skip


def read_npy(stream: BinaryIO, origin: str) -> Matrix:
    """The matrix of an .npy file, as float64: two dimensions, one (a row), or none (one number).

    Raises InputError for what holds no real numbers or is damaged, LimitError for a size beyond 2 GiB.
    """
    start = stream.tell()
    size = stream.seek(0, 2) - start
    stream.seek(start)
    return Matrix.of("", _array(stream, size, origin), origin=origin)


def read_npz(stream: BinaryIO, origin: str, only: str | None = None) -> dict[str, Matrix]:
    """The matrices of an .npz file by name, or the one that is asked for."""
    try:
        with zipfile.ZipFile(stream) as archive:
            return dict(_members(archive, origin, only))
    except (InputError, LimitError):
        raise
    except _DAMAGED as error:
        raise InputError(
            f"{origin} is no .npz that can be read", visible(str(error), 120), "expected a zip of .npy files"
        ) from None


def _members(archive: zipfile.ZipFile, origin: str, only: str | None) -> Iterator[tuple[str, Matrix]]:
    infos: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.filename.endswith(".npy"):
            name = info.filename.removesuffix(".npy")
            if name in infos:
                raise InputError(f"'{visible(name, 60)}' is there twice", f"in {origin}", "expected each array once")
            infos[name] = info
    if not infos:
        raise InputError(f"{origin} holds no arrays", "expected a zip of .npy files, as numpy.savez writes it")
    if only is not None:
        key = choose(only, infos, origin)
        infos = {key: infos[key]}
    total = sum(info.file_size for info in infos.values())
    packed = sum(info.compress_size for info in infos.values())
    if total > LARGEST or (total > _DENSE_SIZE and total > _DENSE_RATIO * packed):
        raise LimitError(
            f"{origin} unpacks to {gigabytes(total)} from {gigabytes(packed)}",
            f"at most {gigabytes(LARGEST)} are read, and no more than {_DENSE_RATIO} times the packed size",
        )
    for name, info in infos.items():
        where = f"{origin}:{visible(name, 60)}"
        with archive.open(info) as member:
            yield name, Matrix.of(name, _array(member, info.file_size, where), origin=where)


def _array(stream: IO[bytes], size: int, origin: str) -> NDArray[np.float64]:
    try:
        shape, fortran, dtype, header = _header(stream, origin)
    except _DAMAGED as error:
        raise InputError(f"{origin} is damaged", visible(str(error), 120)) from None
    _check(shape, dtype, origin)
    count = math.prod(shape)
    claimed = count * dtype.itemsize
    refuse_large(shape, origin)
    if claimed > size - header:
        raise InputError(
            f"{origin} claims {sized(shape)} numbers but is too short for them",
            f"expected {claimed} bytes after the header, found {max(0, size - header)}",
            mend="was the file cut short?",
        )
    try:
        data = stream.read(claimed)
        if len(data) < claimed:
            raise EOFError(f"{claimed - len(data)} bytes are missing")
        if stream.read(1):
            raise InputError(
                f"{origin} goes on after its {sized(shape) or '1'} numbers",
                "expected one array",
                mend="save several with numpy.savez, as an .npz",
            )
        array = np.frombuffer(data, dtype, count).reshape(shape, order="F" if fortran else "C")
        with np.errstate(over="ignore"):
            return np.array(np.atleast_2d(array), dtype=np.float64, order="C")
    except _DAMAGED as error:
        raise InputError(f"{origin} is damaged", visible(str(error), 120)) from None


def _header(stream: IO[bytes], origin: str) -> tuple[tuple[int, ...], bool, np.dtype[np.generic], int]:
    """Shape, order and type, and how many bytes the header takes."""
    magic = stream.read(6)
    if magic[:1] == b"\x80":
        raise InputError(f"{origin} is a Python pickle", "a pickle can run any program, and is never loaded",
                         mend="save the array with numpy.save")  # fmt: skip
    version = stream.read(2)
    if magic != b"\x93NUMPY" or len(version) != 2:
        raise InputError(
            f"{origin} is no .npy file", f"it begins with the bytes {(magic + version).hex(' ') or 'none'}"
        )
    width = 2 if version[0] == 1 else 4
    if version[0] not in (1, 2, 3):
        raise InputError(f"{origin} is an .npy of version {version[0]}.{version[1]}", "expected 1, 2 or 3")
    length = int.from_bytes(stream.read(width), "little")
    if length > 10_000:
        raise InputError(f"{origin} has a header of {length} bytes", "expected at most 10000")
    return *_described(stream.read(length), origin), 8 + width + length


def _described(text: bytes, origin: str) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    try:
        with warnings.catch_warnings():
            # A damaged header may read as dubious Python, an old one name a type as NumPy no longer does.
            warnings.simplefilter("ignore")
            described = ast.literal_eval(text.decode("utf-8"))
            dtype: np.dtype[np.generic] = np.lib.format.descr_to_dtype(described["descr"])
        shape, fortran = described["shape"], described["fortran_order"]
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("the shape is no tuple of whole numbers")
    except _DAMAGED:
        raise InputError(f"{origin} has a header that says no type and shape", visible(repr(text[:80]), 100)) from None
    return shape, bool(fortran), dtype


def _check(shape: tuple[int, ...], dtype: np.dtype[np.generic], origin: str) -> None:
    if dtype.hasobject:
        raise InputError(
            f"{origin} holds pickled Python objects",
            "a pickle can run any program, and is never loaded",
            mend="save it as numbers: numpy.save(file, array.astype(float))",
        )
    if dtype.kind not in "fiub":
        kind = {"c": "complex numbers", "U": "words", "S": "words", "V": "records"}.get(dtype.kind, str(dtype))
        raise InputError(f"{origin} holds {kind}", "expected real numbers (float, integer or bool)")
