"""Limits of size, checked before memory is allocated, so that the user sees a LimitError and not a MemoryError."""

from __future__ import annotations

import math
import os
import sys
from functools import cache

from tmat.errors import LimitError

LABEL = 64
"""Estimated bytes of the label of a row or a column."""

MOST_HEADS = 4096
MOST_LAYERS = 1000
MOST_TOKENS = 512
"""The matrices that are kept grow with these numbers; more make no useful calculation."""

LARGEST_DOCUMENT = 2**31
"""Bytes of the largest JSON document that is read or written."""


@cache
def memory() -> int:
    """The bytes of memory that this machine has, or that this process may use where that is less."""
    return min(filter(None, (_of_machine(), _of_group())), default=1 << 33)


def _of_machine() -> int:
    if sys.platform == "win32":  # pragma: no cover - not where the tests run
        import ctypes

        state = (ctypes.c_uint64 * 8)(64)  # MEMORYSTATUSEX: its own length and the load, then the total
        return int(state[1]) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(state)) else 0
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return 0


def _of_group() -> int:
    """The memory limit of a container."""
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            text = file.read().strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0


def refuse_document(size: int, where: str) -> None:
    """Raise LimitError where a JSON document is too large."""
    if size > LARGEST_DOCUMENT:
        raise LimitError(
            f"a JSON document of more than {LARGEST_DOCUMENT / 2**30:g} GiB",
            where,
            mend="keep fewer matrices (‹keep›), or pass them as .npz",
        )


def refuse_size(name: str, height: int, width: int, *, itemsize: int = 8, mend: str | None = None) -> None:
    """Raise LimitError where one matrix with its labels is larger than memory."""
    needed = height * width * itemsize + (height + width) * LABEL
    if needed < 1 << 28:  # every machine has 256 MiB: no need to ask the system
        return
    if needed > memory():
        raise LimitError(
            f"{name} would be {counted(height)}×{counted(width)}",
            f"that takes {gigabytes(needed)}, and there are {gigabytes(memory())} of memory",
            mend=mend or "choose smaller sizes",
        )


def refuse_total(needed: int, largest: str) -> None:
    """Raise LimitError where matrices held at the same time are larger than memory; the largest is named."""
    if needed >= 1 << 28 and needed > memory():
        raise LimitError(
            f"the matrices take {gigabytes(needed)}, and there are {gigabytes(memory())} of memory",
            f"the largest is {largest}",
            mend="keep fewer of them: ‹keep output› holds no matrix of tokens by tokens; ‹dtype float32› halves them",
        )


def refuse_count(option: str, count: int, most: int) -> None:
    """Raise LimitError where an option is above its limit."""
    if count > most:
        raise LimitError(
            f"‹{option} {counted(count)}› is too many", f"at most {most} are computed", mend=f"try ‹{option} {most}›"
        )


def gigabytes(size: int) -> str:
    """A size in GiB, with few digits.

    >>> gigabytes(3 << 29), gigabytes(104 << 30), gigabytes(1 << 170)
    ('1.5 GiB', '104 GiB', '10^42 GiB')
    """
    return f"{size / 2**30:.2g} GiB" if size < 10 << 30 else f"{counted(size >> 30)} GiB"


def counted(number: int) -> str:
    """A count, or its order of magnitude where it is very large.

    >>> counted(1024), counted(10**20 + 1)
    ('1024', '10^20')
    """
    return str(number) if number < 10**15 else f"10^{int(math.log10(number))}"
