"""Work spread over an executor of concurrent.futures; where a process of it dies, what it had is done again elsewhere."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from tmat.interrupts import tidied

PATIENCE = 10.0
"""Seconds after which an executor that owes a result is asked whether it still takes work."""

AHEAD = 256
"""Chunks that an executor of unknown size has before the first of them is waited for."""

Work = TypeVar("Work")
Result = TypeVar("Result")
Doing = Callable[[Sequence[Work]], list[Result]]


def spread(
    chunks: Iterable[Sequence[Work]],
    do: Doing[Work, Result],
    lost: Callable[[Work], Result],
    executor: Executor | None,
    processes: int,
) -> Iterator[list[Result]]:
    """What ``do`` makes of each chunk, in their order, on the executor, or in so many processes of our own.

    A chunk that comes to nothing there is done again apart, one by one; ``lost`` says what becomes of a work that
    ends its process even then.
    """
    ahead = AHEAD if executor else 2 * processes + 2  # enough that none has to wait
    waiting: deque[tuple[Sequence[Work], Future[list[Result]] | None]] = deque()
    with nullcontext() if executor else tidied():
        pool = executor or _processes(processes)
        try:
            for chunk in chunks:
                sent = _sent(pool, do, chunk)
                # a broken pool: the chunks that it had are done apart, the others in a new one
                if sent is None and not executor:
                    pool = _processes(processes)
                    sent = _sent(pool, do, chunk)
                waiting.append((chunk, sent))
                if len(waiting) > ahead:
                    yield _result(pool, *waiting.popleft(), do, lost)
            while waiting:
                yield _result(pool, *waiting.popleft(), do, lost)
        except BaseException:
            if not executor:
                pool.shutdown(wait=False, cancel_futures=True)
            raise
        if not executor:
            pool.shutdown()


def _sent(pool: Executor, do: Doing[Work, Result], chunk: Sequence[Work]) -> Future[list[Result]] | None:
    """The chunk on its way, or None where the executor takes no more."""
    try:
        with _interrupts_held():
            return pool.submit(do, chunk)
    except Exception:  # each kind of executor has an error of its own for it
        return None


def _result(
    pool: Executor,
    chunk: Sequence[Work],
    sent: Future[list[Result]] | None,
    do: Doing[Work, Result],
    lost: Callable[[Work], Result],
) -> list[Result]:
    while sent is not None:
        try:
            return sent.result(PATIENCE)
        except Exception:  # of a worker that died or a cluster that is gone; the work's own is raised again below
            if sent.done() or _sent(pool, do, ()) is None:  # a Dask client that is closed may never settle a future
                break
    return list(_apart(chunk, do, lost))


def _apart(chunk: Sequence[Work], do: Doing[Work, Result], lost: Callable[[Work], Result]) -> Iterator[Result]:
    """One by one in another process, a new one where a work has ended it."""
    left = deque(chunk)
    while left:
        with _processes(1) as pool:
            try:
                while left:
                    yield from _sent_surely(pool, do, left[0])
                    left.popleft()
            except BrokenExecutor:
                yield lost(left.popleft())


def _sent_surely(pool: Executor, do: Doing[Work, Result], work: Work) -> list[Result]:
    with _interrupts_held():
        sent = pool.submit(do, [work])
    return sent.result()


# -- processes of our own


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, initializer=_begin)


def _begin() -> None:
    """The parent handles an interrupt, and this process ends when the parent has ended, even if that was killed."""
    from signal import SIG_IGN, SIGINT, signal
    from threading import Thread

    signal(SIGINT, SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """SIGINT is blocked meanwhile: Ctrl-C goes to all processes at once, and those started here must not see it."""
    if sys.platform == "win32":  # pragma: no cover - signals cannot be blocked there
        yield
        return
    from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask

    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)
