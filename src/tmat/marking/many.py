"""Many submissions against one key, on all processors; a file that cannot be read is reported and the rest are marked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from tmat.errors import InputError, LimitError, TmatError
from tmat.interrupts import tidied
from tmat.marking.answers import Answers, Called
from tmat.marking.key import Key
from tmat.marking.options import Choices, Options
from tmat.marking.submission import mark_submission
from tmat.marking.verdicts import Report
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible

WORTH_A_POOL = 48
"""Submissions from which on more processes are worth starting."""

SUFFIXES = (
    ".txt",
    ".text",
    ".md",
    ".json",
    ".npz",
    ".csv",
    ".tsv",
    ".xlsx",
    ".tex",
    ".html",
    ".ipynb",
    ".docx",
    ".py",
    ".pdf",
    ".png",
    ".jpg",
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A submission that could not be marked, and why."""

    origin: str
    what: str
    details: tuple[str, ...] = ()
    mend: str | None = None

    exit_code = 2

    def __str__(self) -> str:
        return str(InputError(self.what, *self.details, mend=self.mend))


Marked = Report | Failure


def mark_many(
    paths: Iterable[str | Path],
    key: Worksheet,
    *,
    names: Mapping[str, Called] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    **choices: Unpack[Choices],
) -> Iterator[Marked]:
    """The marking of each file in turn, in the order given; a folder stands for the files in it.

    ``names`` says what the answers call the key's steps, where they have names of their own; ``choices``
    are those of `tmat.marking.mark_answers.mark`.
    ``jobs`` processes (all processors where it is not said) are used where there are many files.
    ``progress(done, of)`` is called after each. A file that cannot be read or marked is a Failure.

    Errors: a key without steps.
    """
    files = submissions(paths)
    options = Options(**choices)
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
    """Whether it is a file, or a link to one that is gone, which is reported as unreadable."""
    return os.path.isfile(path) or not os.path.exists(path)


def _serially(files: list[Path], key: Worksheet, options: Options, names: Mapping[str, Called]) -> Iterator[Marked]:
    ready = Key(key)
    for path in files:
        yield _marked(path, ready, options, names)


def _marked(path: Path, key: Key, options: Options, names: Mapping[str, Called]) -> Marked:
    try:
        return mark_submission(Answers.read(path).called(names), key, options)
    except TmatError as error:
        return _failure(path, error.what, error.details, error.mend)
    except Exception as error:  # the other files must still be marked
        return _failure(path, "it could not be marked", (f"{type(error).__name__}: {error}",), None)


def _failure(path: Path, what: str, details: tuple[str, ...], mend: str | None) -> Failure:
    """A failure whose texts cannot steer a terminal, whatever the file is called and holds."""
    return Failure(visible(str(path)), visible(what), tuple(map(visible, details)), mend and visible(mend))


# -- in other processes: the key is sent once, when a process starts

_key: Key | None = None
_options = Options()
_names: Mapping[str, Called] = {}


def _start(key: Worksheet, options: Options, names: Mapping[str, Called]) -> None:
    from signal import SIG_IGN, SIGINT, signal
    from threading import Thread

    global _key, _options, _names
    signal(SIGINT, SIG_IGN)  # the parent process handles it, and ends this one
    Thread(target=_end_with_parent, daemon=True).start()
    _key, _options, _names = Key(key), options, names


def _end_with_parent() -> None:
    """End this process when its parent has ended, even if that was killed."""
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


def _one(path: Path) -> Marked:
    assert _key is not None
    return _marked(path, _key, _options, _names)


def _together(
    files: list[Path], key: Worksheet, options: Options, names: Mapping[str, Called], processes: int
) -> Iterator[Marked]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    if not Key(key).steps:
        mark_submission(Answers(), Key(key), options)  # says what is wrong with the key
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
