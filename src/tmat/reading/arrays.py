"""NumPy's .npy and .npz files, checked before anything is allocated. Pickled objects are never loaded."""

from __future__ import annotations

import ast
import math
import re
import warnings
import zipfile
from dataclasses import dataclass
from functools import partial
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, LimitError
from tmat.reading.tensors import BFLOAT16, LARGEST, Tensor, decoded, gigabytes, refuse_large, refuse_type, sized
from tmat.reading.zips import DAMAGED
from tmat.sheet.worksheet import Matrix
from tmat.visible import visible

_DENSE_RATIO, _DENSE_SIZE = 200, 2**28  # a file that unpacks to more than 256 MiB at over 200:1 is a bomb
_FLOATS = ("f2", "f4", "f8", "f12", "f16")  # the last two are what C calls long double
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


def read_npz(stream: BinaryIO, origin: str) -> dict[str, Tensor]:
    """The arrays of an .npz file by name, read lazily while the stream is open."""
    try:
        archive = zipfile.ZipFile(stream)
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    except _DAMAGED as error:
        raise InputError(
            f"{origin} is no .npz that can be read", visible(str(error), 120), "expected a zip of .npy files"
        ) from None
    if not members:
        raise InputError(f"{origin} holds no arrays", "expected a zip of .npy files, as numpy.savez writes it")
    unpacking = _Unpacking(archive, origin)
    found: dict[str, Tensor] = {}
    for info in members:
        name = info.filename.removesuffix(".npy")
        if name in found:
            raise InputError(f"'{visible(name, 60)}' is there twice", f"in {origin}", "expected each array once")
        where = f"{origin}:{visible(name, 60)}"
        found[name] = Tensor(unpacking.shape(info), where, partial(unpacking.array, info, where))
    return found


@dataclass(slots=True)
class _Unpacking:
    """A zip of arrays, and how much has been unpacked of it."""

    archive: zipfile.ZipFile
    origin: str
    size: int = 0
    packed: int = 0

    def shape(self, info: zipfile.ZipInfo) -> tuple[int, ...]:
        """The shape in an array's header; () where it cannot be read, which reading the array then explains."""
        try:
            with self.archive.open(info) as member:
                return _header(member, self.origin)[0]
        except InputError:
            return ()
        except _DAMAGED:
            return ()

    def array(self, info: zipfile.ZipInfo, where: str) -> NDArray[np.float64]:
        self.size += info.file_size
        self.packed += info.compress_size
        if self.size > LARGEST or (self.size > _DENSE_SIZE and self.size > _DENSE_RATIO * self.packed):
            raise LimitError(
                f"{self.origin} unpacks to {gigabytes(self.size)} from {gigabytes(self.packed)}",
                f"at most {gigabytes(LARGEST)} are read, and no more than {_DENSE_RATIO} times the packed size",
            )
        try:
            with self.archive.open(info) as member:
                return _array(member, info.file_size, where)
        except _DAMAGED as error:
            raise InputError(f"{where} is damaged", visible(str(error), 120)) from None


def _array(stream: IO[bytes], size: int, origin: str) -> NDArray[np.float64]:
    try:
        shape, fortran, kind, header = _header(stream, origin)
    except _DAMAGED as error:
        raise InputError(f"{origin} is damaged", visible(str(error), 120)) from None
    count = math.prod(shape)
    claimed = count * (2 if kind == BFLOAT16 else np.dtype(kind).itemsize)
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
        return np.array(decoded(data, kind).reshape(shape, order="F" if fortran else "C"), order="C")
    except _DAMAGED as error:
        raise InputError(f"{origin} is damaged", visible(str(error), 120)) from None


def _header(stream: IO[bytes], origin: str) -> tuple[tuple[int, ...], bool, str, int]:
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


def _described(text: bytes, origin: str) -> tuple[tuple[int, ...], bool, str]:
    try:
        with warnings.catch_warnings():
            # A damaged header may read as dubious Python, an old one name a type as NumPy no longer does.
            warnings.simplefilter("ignore")
            described = ast.literal_eval(text.decode("utf-8"))
            kind = _kind(described["descr"], origin)
        shape, fortran = described["shape"], described["fortran_order"]
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("the shape is no tuple of whole numbers")
    except _DAMAGED:
        raise InputError(f"{origin} has a header that says no type and shape", visible(repr(text[:80]), 100)) from None
    return shape, bool(fortran), kind


def _kind(said: object, origin: str) -> str:
    """The type of an array's numbers, by its name in the header; InputError for what is no real number."""
    if said == "<V2":  # ml_dtypes saves bfloat16 so; bytes without a type are |V2
        return BFLOAT16
    if isinstance(said, str) and re.fullmatch(r"[<>|=]?[VfW][0-9]{1,3}", said) and said.lstrip("<>|=") not in _FLOATS:
        refuse_type(said, origin)
    dtype: np.dtype[np.generic] = np.lib.format.descr_to_dtype(said)  # type: ignore[arg-type]
    if dtype.hasobject:
        raise InputError(
            f"{origin} holds pickled Python objects",
            "a pickle can run any program, and is never loaded",
            mend="save it as numbers: numpy.save(file, array.astype(float))",
        )
    if dtype.kind not in "fiub":
        kind = {"c": "complex numbers", "U": "words", "S": "words", "V": "records"}.get(dtype.kind, str(dtype))
        raise InputError(f"{origin} holds {kind}", "expected real numbers (float, integer or bool)")
    return dtype.str
