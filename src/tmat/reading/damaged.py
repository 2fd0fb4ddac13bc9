"""What Python raises for a damaged zip: each way of packing has errors of its own."""

from __future__ import annotations

import struct
import zlib
from zipfile import BadZipFile

try:
    from lzma import LZMAError
except ImportError:  # a Python built without it cannot unpack such a zip in the first place
    LZMAError = RuntimeError  # type: ignore[assignment,misc]

DAMAGED: tuple[type[Exception], ...] = (
    BadZipFile, LZMAError, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, OverflowError, ValueError,
)  # fmt: skip
