"""Progress of long work: the library reports it to a watcher, and prints nothing itself.

>>> class Printing:
...     def begin(self, what, of): print(what, "of", of)
...     def step(self, done): print(done)
...     def end(self): print("done")
>>> with watched_by(Printing()), working("counting", 2) as step:
...     step(1)
...     step(2)
counting of 2
1
2
done
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Watcher(Protocol):
    """Receives the beginning of work (``of`` is its amount, where known), the amount done, and the end."""

    def begin(self, what: str, of: int | None) -> None: ...

    def step(self, done: int) -> None: ...

    def end(self) -> None: ...


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher | None) -> Iterator[None]:
    """Report work within this to the watcher."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


@contextmanager
def working(what: str, of: int | None) -> Iterator[Callable[[int], None]]:
    """A piece of work; call the yielded function with the amount done. Work inside work is not reported."""
    watcher = _watcher.get()
    if watcher is None:
        yield _nobody
        return
    token = _watcher.set(None)
    watcher.begin(what, of)
    try:
        yield watcher.step
    finally:
        watcher.end()
        _watcher.reset(token)


def _nobody(done: int) -> None:
    """The step of work without a watcher."""
