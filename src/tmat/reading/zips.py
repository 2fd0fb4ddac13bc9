"""Zip files: which kind one is, and what Python raises for a damaged one (each compression has errors of its own)."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from typing import IO
from zipfile import BadZipFile, ZipFile

DAMAGED: tuple[type[Exception], ...] = (
    BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, OverflowError, ValueError,
)  # fmt: skip
with suppress(ImportError):  # a Python built without it cannot unpack such a zip in the first place
    from lzma import LZMAError

    DAMAGED = (*DAMAGED, LZMAError)

_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGED, LookupError, TypeError, AttributeError, MemoryError)
_MEMBERS = {"data.pkl": "torch", "xl/workbook.xml": "xlsx", "word/document.xml": "docx"}


def kind_of_zip(stream: IO[bytes]) -> str:
    """torch, xlsx or docx by the member that only these have; else npz."""
    try:
        names = ZipFile(stream).namelist()
    except _UNREADABLE:
        return "npz"
    finally:
        stream.seek(0)
    names += [name.rpartition("/")[2] for name in names]
    return next((kind for member, kind in _MEMBERS.items() if member in names), "npz")
