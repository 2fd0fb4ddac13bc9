"""Hugging Face's .safetensors: eight bytes of length, a JSON header, then the numbers of each tensor.

And ``read_tensors``, which recognises any file of tensors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.reading.files import open_file
from tmat.reading.tensors import BFLOAT16, Tensor, decoded, refuse_type, sized, sizes, widened
from tmat.visible import visible

_KINDS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": BFLOAT16, "BOOL": "?",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip
_LONGEST = 1 << 24  # bytes of a header: 100,000 tensors have 12 MB


def looks_safe(head: bytes) -> bool:
    """Whether a file begins as a .safetensors does: a length, and the bracket of its header."""
    return head[8:9] == b"{" and head[5:8] == b"\0\0\0"


def read_safetensors(stream: BinaryIO, origin: str) -> dict[str, Tensor]:
    """The tensors of a file by name; their numbers are read while the stream is open.

    Raises InputError for a header that lies: sizes that do not fit the bytes, bytes beyond the end.
    """
    found: dict[str, Tensor] = {}
    for name, it in _places(stream, origin):
        load = partial(_load, stream, it) if it.kind else partial(refuse_type, it.type, it.where)
        found[name] = Tensor(it.shape, it.where, load)
    return found


def map_safetensors(path: str) -> dict[str, Tensor]:
    """The tensors of a memory-mapped file: only what is used is read from the disk.

    Errors: as ``read_safetensors``.
    """
    with open_file(path) as stream:
        found = dict(_places(stream, visible(path, 200)))
        mapped = np.memmap(stream, dtype=np.uint8, mode="r")
    return {name: _mapped(it, mapped) for name, it in found.items()}


class _Place(NamedTuple):
    """Where a tensor's numbers lie; ``kind`` is NumPy's name of their type, None where it is not read."""

    shape: tuple[int, ...]
    where: str
    type: str
    kind: str | None
    at: int = 0
    needed: int = 0


def _places(stream: BinaryIO, origin: str) -> Iterator[tuple[str, _Place]]:
    size = stream.seek(0, 2)
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if size < 8 or length > min(size - 8, _LONGEST):
        raise _damaged(origin, f"its header would take {length} bytes, and the file has {size}")
    try:
        header = orjson.loads(stream.read(length))
    except ValueError as error:
        raise _damaged(origin, f"its header is no JSON: {visible(str(error), 100)}") from None
    if not isinstance(header, dict):
        raise _damaged(origin, "its header is no object of names")
    start, names = 8 + length, [name for name in header if name != "__metadata__"]
    if not names:
        raise InputError(f"{origin} holds no tensors", "expected a name, a size and numbers for each")
    for name in names:
        yield name, _place(name, header[name], start, size - start, origin)


def _place(name: str, said: Any, start: int, size: int, origin: str) -> _Place:
    where = f"{origin}:{visible(name, 60)}"
    try:
        kind, shape, (begin, end) = str(said["dtype"]), sizes(said["shape"]), sizes(said["data_offsets"])
    except (ValueError, LookupError, TypeError):
        raise _damaged(where, "its header says no type, shape and place") from None
    own = _KINDS.get(kind)
    if own is None:
        return _Place(shape, where, kind, None)
    needed = math.prod(shape) * (2 if own == BFLOAT16 else np.dtype(own).itemsize)
    if begin > end or end > size or end - begin != needed:
        raise _damaged(where, f"{sized(shape)} numbers take {needed} bytes, its header says {begin} to {end} of {size}")
    return _Place(shape, where, kind, own, start + begin, needed)


def _load(stream: BinaryIO, it: _Place) -> NDArray[np.float64]:
    try:
        stream.seek(it.at)
        data = stream.read(it.needed)
    except (OSError, MemoryError) as error:
        raise _damaged(it.where, visible(str(error), 120)) from None
    if len(data) < it.needed:
        raise _damaged(it.where, f"{it.needed - len(data)} bytes are missing")
    return decoded(data, it.kind or "").reshape(it.shape)


def _mapped(it: _Place, mapped: NDArray[np.uint8]) -> Tensor:
    if it.kind is None:
        return Tensor(it.shape, it.where, partial(refuse_type, it.type, it.where))
    kind = it.kind
    stored = mapped[it.at : it.at + it.needed]

    def rows(numbers: Sequence[int] | None = None) -> NDArray[np.float64]:
        whole = np.frombuffer(stored, "<u2" if kind == BFLOAT16 else kind).reshape(it.shape)
        return widened(whole if numbers is None else whole[list(numbers)], kind)

    return Tensor(it.shape, it.where, rows, rows)


def _damaged(origin: str, why: str) -> InputError:
    return InputError(f"{origin} is no .safetensors that can be read", why, mend="was the file cut short?")


_OTHERS = (".npy", ".xlsx", ".xlsm")


def read_tensors(stream: BinaryIO, suffix: str, origin: str) -> dict[str, Tensor] | None:
    """The tensors of an .npz, a .safetensors or a torch file, none of them read yet; None for other files."""
    if suffix in _OTHERS:
        return None
    try:
        head = stream.read(9)
        stream.seek(0)
    except OSError:
        return None  # whoever reads all of it says why that cannot be
    if suffix == ".safetensors" or looks_safe(head):
        return read_safetensors(stream, origin)
    # With zipfile, which matrices typed or in JSON need not wait for.
    if suffix == ".npz" or head.startswith(b"PK\x03\x04"):
        from tmat.reading.arrays import read_npz
        from tmat.reading.torch_file import read_torch
        from tmat.reading.zips import kind_of_zip

        kind = "npz" if suffix == ".npz" else kind_of_zip(stream)
        return read_npz(stream, origin) if kind == "npz" else read_torch(stream, origin) if kind == "torch" else None
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):  # the protocols 2 to 5
        from tmat.reading.torch_file import old_pickle

        raise old_pickle(origin)
    return None
