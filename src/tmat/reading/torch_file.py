"""What torch.save writes (.pt, .pth, .bin): a zip with a pickle of names and sizes, and the numbers beside it.

A pickle is a program. It is not unpickled here: its instructions are followed one by one, and the few calls that torch
writes for tensors only note what they would have made. Anything else is refused.
"""

from __future__ import annotations

import math
import pickletools
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tmat.errors import InputError, LimitError
from tmat.reading.tensors import BFLOAT16, Tensor, decoded, refuse_large, refuse_type, sized, sizes
from tmat.reading.zips import DAMAGED
from tmat.visible import visible

MEND = "save the weights alone: torch.save(model.state_dict(), …), as .safetensors, or with numpy.savez"
_MOST = 1 << 20  # tensors and what holds them


class Global(NamedTuple):
    """A function or class that the pickle names."""

    name: str


class Storage(NamedTuple):
    """The numbers of tensors: their type, the file in the zip, how many there are."""

    kind: str
    key: str
    length: int


class View(NamedTuple):
    """A tensor: where it begins in a storage, its size, and how far it is from one cell to the next."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]


_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_PLAIN = {"BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"}
_TAKES = {
    "EMPTY_DICT": 0, "EMPTY_LIST": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "SETITEM": 2, "APPEND": 1, "GLOBAL": 0,
    "STACK_GLOBAL": 2, "BINPERSID": 1, "REDUCE": 2, "NEWOBJ": 2, "BUILD": 1, "TUPLE": None, "SETITEMS": None, "APPENDS": None,
}  # fmt: skip
"""How many things of the stack an instruction takes; None: all down to the mark."""


def followed(data: bytes, origin: str) -> Any:
    """The object that the pickle describes, with a View for each tensor."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[Any, Any] = {}
    for op, said, _ in pickletools.genops(data):
        name = op.name
        if name == "STOP":
            return stack[-1]
        if name == "MARK":
            marks.append(len(stack))
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[said] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[said])
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _PLAIN:
            stack.append(said)
        elif name in _TAKES:
            takes = _TAKES[name]
            at = marks.pop() if takes is None else len(stack) - takes
            if not 0 <= at <= len(stack):
                raise IndexError("an instruction without its operands")
            items = stack[at:]
            del stack[at:]
            _do(name, items if name != "GLOBAL" else [said], stack, origin)
        elif name not in ("PROTO", "FRAME"):
            raise _refused(f"the instruction {name}", origin)
    raise EOFError("its description has no end")


def _do(name: str, items: list[Any], stack: list[Any], origin: str) -> None:
    """An instruction that takes things off the stack."""
    if name in ("EMPTY_DICT", "EMPTY_LIST"):
        stack.append({} if name == "EMPTY_DICT" else [])
    elif name.startswith("TUPLE"):
        stack.append(tuple(items))
    elif name.startswith("SETITEM"):
        if not all(isinstance(key, str | int) for key in items[::2]):
            raise ValueError("a name is neither a word nor a number")
        stack[-1].update(zip(items[::2], items[1::2], strict=True))
    elif name.startswith("APPEND"):
        stack[-1].extend(items)
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        if not all(isinstance(part, str) for part in items):
            raise ValueError("a function's name is no word")
        stack.append(Global(" ".join(items)))
    elif name == "BINPERSID":
        _, kind, key, _, length = items[0]
        if not isinstance(kind, Global) or not isinstance(key, str):
            raise ValueError("numbers without a place")
        stack.append(Storage(kind.name.rpartition(" ")[2], key, length))
    elif name in ("REDUCE", "NEWOBJ"):
        stack.append(_made(items[0], items[1], origin))
    elif not isinstance(stack[-1], dict):  # BUILD: what a dictionary has besides its items is passed over
        raise _refused("an object that is none of torch's", origin)


def _made(function: Any, arguments: Any, origin: str) -> Any:
    """What a call would make: a tensor, a parameter, an empty dictionary."""
    name = function.name if isinstance(function, Global) else "something unknown"
    if name == "torch._utils _rebuild_tensor_v2":
        storage, offset, shape, steps = arguments[:4]
        if not isinstance(storage, Storage):
            raise ValueError("a tensor without numbers")
        return View(storage, offset, tuple(shape), tuple(steps))
    if name == "torch._utils _rebuild_parameter":
        return arguments[0]
    if name == "collections OrderedDict" and arguments == ():
        return {}
    raise _refused(name.replace(" ", "."), origin)


def _refused(what: str, origin: str) -> InputError:
    return InputError(
        f"{origin} holds more than tensors: {visible(what, 60)}",
        "to make that would run a program, and nothing in such a file is run",
        mend=MEND,
    )


def views(saved: Any) -> Iterator[tuple[str, View]]:
    """The tensors by name; nested names are joined by points."""
    waiting: list[tuple[str, Any]] = [("", saved)]
    for _ in range(_MOST):
        if not waiting:
            return
        name, value = waiting.pop()
        if isinstance(value, View):
            yield name, value
        elif isinstance(value, dict | list) or type(value) is tuple:
            items = value.items() if isinstance(value, dict) else enumerate(value)
            stem = f"{name}." if name else ""
            inner = [(f"{stem}{key}", each) for key, each in items if isinstance(each, View | dict | list | tuple)]
            waiting += reversed(inner)
            if len(waiting) > _MOST or len(name) > 10_000:
                break
    raise ValueError("it holds too many names")


_KINDS = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": BFLOAT16, "BoolStorage": "?",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
}  # fmt: skip
_LONGEST = 1 << 21  # bytes of the pickle: 12,000 tensors have that; to follow the worst of it takes 8 s
_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGED, LookupError, TypeError, AttributeError, MemoryError)


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
    """The tensor of a view, checked to lie within its storage."""
    storage = view.storage
    shape, steps = sizes(view.shape), sizes(view.steps)
    offset, count = sizes((view.offset, storage.length))
    kind = _KINDS.get(storage.kind)
    if kind is None:
        return Tensor(shape, where, partial(refuse_type, storage.kind, where))
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
