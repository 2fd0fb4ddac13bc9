"""Many submissions against one key: all processors, one unreadable file told and the rest marked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tmat.errors import InputError, LimitError, TmatError
from tmat.interrupts import tidied
from tmat.marking.answers import Answers, Called
from tmat.marking.key import Plan
from tmat.marking.options import Options
from tmat.marking.submission import mark
from tmat.marking.verdicts import Report
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible

WORTH_A_POOL = 48
"""Submissions from which on starting more processes pays."""

SUFFIXES = (".txt", ".text", ".md", ".json", ".npz", ".csv", ".tsv", ".xlsx")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A submission that could not be marked, and why."""

    origin: str
    what: str
    details: tuple[str, ...] = ()
    mend: str | None = None

    exit_code = 2

    def as_dict(self) -> dict[str, Any]:
        return {
            "submission": self.origin,
            "failed": True,
            "error": self.what,
            "details": list(self.details),
            "mend": self.mend,
        }

    def __str__(self) -> str:
        return str(InputError(self.what, *self.details, mend=self.mend))


Marked = Report | Failure


def mark_many(
    paths: Iterable[str | Path],
    key: Worksheet,
    options: Options | None = None,
    *,
    names: Mapping[str, Called] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Marked]:
    """The marking of each file in turn, in the order given; a folder stands for the files in it.

    ``names`` says what the answers call the key's steps, where they have names of their own.
    ``jobs`` processes (all processors where it is not said) are used where there are many files.
    ``progress(done, of)`` is called after each. A file that cannot be read or marked is a Failure.

    Errors: a key without steps.
    """
    files = submissions(paths)
    options = options or Options()
    processes = min(jobs or os.cpu_count() or 1, max(len(files) // (WORTH_A_POOL // 2), 1))
    found = (
        _serially(files, key, options, names or {})
        if processes < 2
        else _together(files, key, options, names or {}, processes)
    )
    for done, marked in enumerate(found, start=1):
        if progress is not None:
            progress(done, len(files))
        yield marked


def submissions(paths: Iterable[str | Path]) -> list[Path]:
    """The files meant: folders opened, in the order of their names."""
    files: list[Path] = []
    for each in paths:
        path = Path(each)
        if each == "":  # which Path takes for the folder we are in
            raise InputError("a submission without a name", mend="name files of answers")
        if os.path.isdir(path):  # a path that cannot be looked at is a file that cannot be read
            inside = sorted(p for p in _listed(path) if p.suffix.lower() in SUFFIXES and _handed_in(p))
            if not inside:
                raise InputError(
                    f"no submissions in the folder {path}", f"expected files ending in {', '.join(SUFFIXES)}"
                )
            files += inside
        else:
            files.append(path)
    return files


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise InputError(f"cannot read the folder {folder}", f"{error.strerror or error}".lower()) from None


def _handed_in(path: Path) -> bool:
    """Whether it is a file, or a link to one that is gone: that one is told, and not left out in silence."""
    return os.path.isfile(path) or not os.path.exists(path)


def _serially(files: list[Path], key: Worksheet, options: Options, names: Mapping[str, Called]) -> Iterator[Marked]:
    plan = Plan(key)
    for path in files:
        yield _marked(path, plan, options, names)


def _marked(path: Path, plan: Plan, options: Options, names: Mapping[str, Called]) -> Marked:
    try:
        return mark(plan, Answers.read(path).called(names), options)
    except TmatError as error:
        return _failure(path, error.what, error.details, error.mend)
    except Exception as error:  # one bad file must not cost the others their marks
        return _failure(path, "it could not be marked", (f"{type(error).__name__}: {error}",), None)


def _failure(path: Path, what: str, details: tuple[str, ...], mend: str | None) -> Failure:
    """What is shown of a file that may be called anything and hold anything."""
    return Failure(visible(str(path)), visible(what), tuple(map(visible, details)), mend and visible(mend))


# -- in other processes: the key is sent once, when a process starts

_plan: Plan | None = None
_options = Options()
_names: Mapping[str, Called] = {}


def _start(key: Worksheet, options: Options, names: Mapping[str, Called]) -> None:
    from signal import SIG_IGN, SIGINT, signal
    from threading import Thread

    global _plan, _options, _names
    signal(SIGINT, SIG_IGN)  # for whoever started this, who ends it
    Thread(target=_end_with_the_first, daemon=True).start()
    _plan, _options, _names = Plan(key), options, names


def _end_with_the_first() -> None:
    """Wait for no more work where nobody is left to give it: whoever started this was killed."""
    from multiprocessing import parent_process

    first = parent_process()
    assert first is not None
    first.join()
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """An interrupt waits meanwhile, and what is started never hears of it: Ctrl-C goes to all processes at once."""
    if sys.platform == "win32":  # pragma: no cover - where none can be held
        yield
        return
    from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask

    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _one(path: Path) -> Marked:
    assert _plan is not None
    return _marked(path, _plan, _options, _names)


def _together(
    files: list[Path], key: Worksheet, options: Options, names: Mapping[str, Called], processes: int
) -> Iterator[Marked]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    if not Plan(key).steps:
        mark(key, Answers())  # says what is wrong with the key
    chunk = max(min(len(files) // (processes * 8), 32), 1)
    with tidied(), ProcessPoolExecutor(processes, initializer=_start, initargs=(key, options, names)) as pool:
        with _interrupts_held():
            found = pool.map(_one, files, chunksize=chunk)
        try:
            yield from found
        except BrokenProcessPool:
            raise LimitError(
                "a process that marks was ended from outside", "it may have run out of memory", mend="try ‹jobs 1›"
            ) from None
