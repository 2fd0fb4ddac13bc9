"""Opening and decoding files, with errors that say why one cannot be read."""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from tmat.errors import InputError, LimitError, nearest
from tmat.reading.json_text import refuse_other_encodings
from tmat.visible import visible

_SOURCES = 'expected numbers ("1 2; 3 4"), a file, or - for standard input'
LARGEST = 2**31
"""Bytes of text or JSON that are read from one file."""


def open_file(path: str) -> BinaryIO:
    """The file at a path, open for reading; an error that says why not, with near names where there is none."""
    shown = visible(path, 200)
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise InputError(f"{shown} is a folder", mend="name a file in it") from None
    except PermissionError:
        if os.path.isdir(path):
            raise InputError(f"{shown} is a folder", mend="name a file in it") from None
        raise InputError(f"cannot read {shown}", "permission denied") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read {shown}", visible(reason, 120).lower()) from None


def _missing(path: str) -> InputError:
    if not path.strip():
        return InputError("no numbers and no file's name", mend=_SOURCES)
    folder, name = os.path.split(path)
    try:
        names = sorted(os.listdir(folder or "."))[:5000]
    except (OSError, ValueError):
        return InputError(f"no file {visible(path, 200)}", f"nor a folder {visible(folder, 200)}", mend=_SOURCES)
    near = nearest(name, names)
    mend = f"did you mean {' or '.join(visible(os.path.join(folder, other)) for other in near)}?" if near else _SOURCES
    return InputError(f"no file {visible(path, 200)}", mend=mend)


def read_bytes(stream: BinaryIO, origin: str) -> bytes:
    """All that a stream holds, up to the limit; an error where it holds nothing."""
    try:
        data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read {origin}", visible(reason, 120).lower()) from None
    except MemoryError:
        raise LimitError(f"{origin} does not fit in memory") from None
    if not data:
        raise InputError(f"{origin} is empty", "expected numbers")
    if len(data) > LARGEST:
        raise LimitError(f"{origin} holds more than {LARGEST / 2**30:g} GiB", mend="pass large matrices as .npz")
    return data


def as_text(data: bytes, origin: str) -> str:
    """The bytes as text: UTF-8, UTF-16 and UTF-32 by their mark, else GBK or the Western code page, as the bytes tell."""
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            try:
                return data.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError:
                raise InputError(f"{origin} is no {encoding} text", "though it begins as one does") from None
    if b"\0" in data:
        wide = _without_mark(data)
        if wide is not None:
            return wide
        raise InputError(f"{origin} is no text", f"byte {data.index(0)} is 0", mend="give it the suffix of its format")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    beyond_ascii = re.findall(rb"[\x80-\xff]+", data)
    pairs = all(len(run) % 2 == 0 and run[0] >= 0xA1 for run in beyond_ascii)  # as GBK has them
    for encoding in ("gb18030", "cp1252") if pairs else ("cp1252",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    refuse_other_encodings(data, origin)
    raise InputError(f"{origin} is no text in UTF-8", mend="save it as UTF-8")


_MARKED = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of the beginning is 0."""
    head = data[:200]
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(head) > 3 and zeros.count(0) > 0.7 * len(zeros) and others.count(0) == 0:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None
