"""Ctrl-C: the program ends at once and says nothing, but for the moments when something has to be put in order first."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
_in_order = 0


def end_when_interrupted() -> None:
    """From now on an interrupt ends the process, unless whoever started it wants interrupts ignored.

    Python would raise KeyboardInterrupt wherever it is: in the middle of loading a library written in C, too, and not
    all of them survive that.
    """
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
        signal.signal(signal.SIGINT, _interrupted)


@contextmanager
def tidied() -> Iterator[None]:
    """Within this, an interrupt is a KeyboardInterrupt: what is open here is closed, what is half written taken away."""
    global _in_order
    _in_order += 1
    try:
        yield
    finally:
        _in_order -= 1


def _interrupted(*_: object) -> None:
    if _in_order:
        raise KeyboardInterrupt
    os._exit(INTERRUPTED)
