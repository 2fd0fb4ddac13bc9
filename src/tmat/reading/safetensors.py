"""The .safetensors of Hugging Face: eight bytes of length, a header in JSON, then the numbers of each tensor side by side."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

from tmat.errors import InputError
from tmat.reading.tensors import BFLOAT16, Tensor, decoded, loads_not, sized, sizes
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
    return {name: _tensor(stream, name, header[name], start, size - start, origin) for name in names}


def _tensor(stream: BinaryIO, name: str, said: Any, start: int, size: int, origin: str) -> Tensor:
    where = f"{origin}:{visible(name, 60)}"
    try:
        kind, shape, (begin, end) = str(said["dtype"]), sizes(said["shape"]), sizes(said["data_offsets"])
    except (ValueError, LookupError, TypeError):
        raise _damaged(where, "its header says no type, shape and place") from None
    own = _KINDS.get(kind)
    if own is None:
        return Tensor(shape, where, partial(loads_not, kind, where))
    needed = math.prod(shape) * (2 if own == BFLOAT16 else np.dtype(own).itemsize)
    if begin > end or end > size or end - begin != needed:
        raise _damaged(where, f"{sized(shape)} numbers take {needed} bytes, its header says {begin} to {end} of {size}")
    return Tensor(shape, where, partial(_load, stream, start + begin, needed, own, shape, where))


def _load(stream: BinaryIO, at: int, needed: int, kind: str, shape: tuple[int, ...], where: str) -> NDArray[np.float64]:
    try:
        stream.seek(at)
        data = stream.read(needed)
    except (OSError, MemoryError) as error:
        raise _damaged(where, visible(str(error), 120)) from None
    if len(data) < needed:
        raise _damaged(where, f"{needed - len(data)} bytes are missing")
    return decoded(data, kind).reshape(shape)


def _damaged(origin: str, why: str) -> InputError:
    return InputError(f"{origin} is no .safetensors that can be read", why, mend="was the file cut short?")
