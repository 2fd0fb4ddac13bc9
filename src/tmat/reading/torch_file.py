"""What torch.save writes (.pt, .pth, .bin): a zip with a pickle of names and sizes, and the numbers beside it."""

from __future__ import annotations

import math
import warnings
import zipfile
from functools import partial
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, LimitError
from tmat.reading.damaged import DAMAGED
from tmat.reading.tensors import BFLOAT16, Tensor, decoded, loads_not, refuse_large, sized, sizes
from tmat.reading.torch_pickle import MEND, View, followed, views
from tmat.visible import visible

_KINDS = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": BFLOAT16, "BoolStorage": "?",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
}  # fmt: skip
_LONGEST = 1 << 21  # bytes of the pickle: 12,000 tensors have that; to follow the worst of it takes 8 s
_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGED, LookupError, TypeError, AttributeError, MemoryError)


def is_torch(stream: BinaryIO) -> bool:
    """Whether a zip is a file of torch's: it has a data.pkl."""
    try:
        return any(name.rpartition("/")[2] == "data.pkl" for name in zipfile.ZipFile(stream).namelist())
    except _UNREADABLE:
        return False
    finally:
        stream.seek(0)


def read_torch(stream: BinaryIO, origin: str) -> dict[str, Tensor]:
    """The tensors of a file by name; their numbers are read while the stream is open.

    Raises InputError for what is no such file, holds more than tensors, or lies about their sizes.
    """
    try:
        archive = zipfile.ZipFile(stream)
        root, description = _described(archive, origin)
        if f"{root}byteorder" in archive.namelist() and archive.open(f"{root}byteorder").read(9).strip() != b"little":
            raise InputError(f"{origin} has its numbers in big-endian order", "only little-endian is read", mend=MEND)
        tensors = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a damaged text may hold dubious escapes
            saved = followed(description, origin)
        for name, view in views(saved):
            tensors[name] = _tensor(archive, root, view, f"{origin}:{visible(name, 60)}" if name else origin)
    except (InputError, LimitError):
        raise
    except _UNREADABLE as error:
        raise InputError(f"{origin} is no torch file that can be read", visible(str(error), 120), mend=MEND) from None
    if not tensors:
        raise InputError(f"{origin} holds no tensors", mend=MEND)
    return tensors


def old_pickle(origin: str) -> InputError:
    """The error for a pickle that is no zip: what torch wrote before 1.6, or anything else."""
    return InputError(
        f"{origin} is a Python pickle", "a pickle can run any program, and is never loaded",
        mend="numbers: numpy.savez. Weights: torch.load(…, weights_only=True), and torch.save as torch 1.6 and later does it",
    )  # fmt: skip


def _described(archive: zipfile.ZipFile, origin: str) -> tuple[str, bytes]:
    """The folder in the zip, and the pickle in it."""
    found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == "data.pkl"]
    if len(found) != 1:
        raise InputError(
            f"{origin} holds no tensors", "expected what torch.save writes: a zip with a data.pkl", mend=MEND
        )
    if found[0].file_size > _LONGEST:
        raise LimitError(f"{origin} has {found[0].file_size} bytes of names and sizes", f"at most {_LONGEST} are read")
    return found[0].filename.removesuffix("data.pkl"), archive.open(found[0]).read(_LONGEST)


def _tensor(archive: zipfile.ZipFile, root: str, view: View, where: str) -> Tensor:
    """The tensor of a view that stays within its storage, where the storage is there whole."""
    storage = view.storage
    shape, steps = sizes(view.shape), sizes(view.steps)
    offset, count = sizes((view.offset, storage.length))
    kind = _KINDS.get(storage.kind)
    if kind is None:
        return Tensor(shape, where, partial(loads_not, storage.kind, where))
    last = offset + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
    info = archive.getinfo(f"{root}data/{storage.key}")
    width = 2 if kind == BFLOAT16 else np.dtype(kind).itemsize
    if (math.prod(shape) and last >= count) or count * width > info.file_size:
        raise ValueError(f"{where} claims {sized(shape)} numbers, and {info.file_size} bytes are there")
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{where} is packed, as torch never does")
    return Tensor(shape, where, partial(_load, archive, info, view, kind, width, last, where))


def _load(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, view: View, kind: str, width: int, last: int, where: str
) -> NDArray[np.float64]:
    if not math.prod(view.shape):
        return np.zeros(view.shape)
    count = last + 1 - view.offset
    refuse_large((count,), where)
    try:
        with archive.open(info) as member:
            member.seek(view.offset * width)
            data = member.read(count * width)
    except _UNREADABLE as error:
        raise InputError(f"{where} is damaged", visible(str(error), 120)) from None
    if len(data) < count * width:
        raise InputError(f"{where} is damaged", f"{count * width - len(data)} bytes are missing")
    flat = decoded(data, kind)
    return np.lib.stride_tricks.as_strided(
        flat, view.shape, [step * flat.itemsize for step in view.steps], writeable=False
    ).copy()
