"""Ctrl-C: the program ends at once and prints nothing, but where files must be closed or removed first."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
_tidying = 0


def end_when_interrupted() -> None:
    """Make an interrupt end the process, unless its parent ignores interrupts.

    Python would raise KeyboardInterrupt anywhere, even while a library written in C is loading, and some crash then.
    """
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
        signal.signal(signal.SIGINT, _interrupted)


@contextmanager
def tidied() -> Iterator[None]:
    """Within this, an interrupt raises KeyboardInterrupt, so that open files are closed and partial ones removed."""
    global _tidying
    _tidying += 1
    try:
        yield
    finally:
        _tidying -= 1


def _interrupted(*_: object) -> None:
    if _tidying:
        raise KeyboardInterrupt
    os._exit(INTERRUPTED)
