"""Many submissions, by one key or each by its own, on any executor; one that cannot be read or marked costs no other."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Unpack

from tmat.errors import InputError, TmatError, fold
from tmat.marking.answers import READABLE, Answer, Answers, Called, Unread, file_data, headings_of
from tmat.marking.folders import ARCHIVES, Submission, called_among, student_name, submissions
from tmat.marking.key import Key, own_names
from tmat.marking.options import Choices, Options
from tmat.marking.spreading import spread
from tmat.marking.submission import mark_submission
from tmat.marking.verdicts import Report
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible

WORTH_A_POOL = 48
"""Submissions from which on more processes are worth starting."""

LARGEST_CHUNK = 32
MOST_BYTES = 1 << 20
"""How many submissions, and about how many bytes of them, are sent at once to be marked."""

MOST_LINES = 100_000
LINES_A_NUMBER = 100
"""More lines no file of answers has: a notebook saved as a page brings 15,000 of its own, JSON may give a number a line."""

Keys = Mapping[str, Worksheet]
"""Keys by the student's name."""


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
    paths: Iterable[str | Path | Submission],
    key: Worksheet | Keys,
    *,
    names: Mapping[str, Called] | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    **choices: Unpack[Choices],
) -> Iterator[Marked]:
    """The marking of each submission in turn, in the order given; a folder stands for the submissions in it.

    ``key`` is the one for all, or a mapping with the key of each student by their name: that of their file or folder.
    ``names`` says what the answers call the key's steps, where they have names of their own; ``choices``
    are those of `tmat.marking.mark_answers.mark`. They are marked on the ``executor``, whichever of
    concurrent.futures's kind, else in ``jobs`` processes (one for each processor where it is not said) where there
    are many. ``progress(done, of)`` is called after each. One that cannot be read or marked is a Failure.

    Errors: a key without steps.
    """
    known = () if isinstance(key, Worksheet) else set(map(student_name, key))
    matrices = {*own_names(key), *(names or ())} if isinstance(key, Worksheet) else ()
    found: list[Submission] = []
    for path in paths:
        found += [path] if isinstance(path, Submission) else submissions([path], known, matrices).submissions
    if isinstance(key, Worksheet) and not Key(key).steps:
        mark_submission(Answers(), Key(key), Options())  # says what is wrong with the key
    mark = partial(mark_each, options=Options(**choices, whole=len(found) > 1), names=names or {})
    handed = _handed_in(found, key)
    processes = min(jobs or os.cpu_count() or 1, max(len(found) // (WORTH_A_POOL // 2), 1))
    if executor is None and processes < 2:
        results = (one for each in handed for one in mark([each]))
    else:
        most = max(min(len(found) // (processes * 8), LARGEST_CHUNK), 1)
        results = (one for part in spread(_chunks(handed, most), mark, _lost, executor, processes) for one in part)
    for done, marked in enumerate(results, start=1):
        if progress is not None:
            progress(done, len(found))
        yield marked


# -- what is sent to be marked


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission as it travels: what its files hold, or why one could not be read, and its key."""

    origin: str
    files: tuple[tuple[str, bytes | TmatError], ...]
    key: bytes

    @property
    def size(self) -> int:
        return sum(len(data) for _, data in self.files if isinstance(data, bytes))


def _handed_in(found: Iterable[Submission], key: Worksheet | Keys) -> Iterator[Handed | Failure]:
    packed = pickle.dumps(key) if isinstance(key, Worksheet) else b""
    known = {} if isinstance(key, Worksheet) else {student_name(name): name for name in key}
    for submission in found:
        if isinstance(key, Worksheet):
            yield Handed(submission.name, _files(submission), packed)
            continue
        own = called_among(submission, known)
        if own is None:
            yield Failure(submission.name, "there is no key for it", (f"expected one named {submission.students[0]}",))
            continue
        try:
            packed = pickle.dumps(key[own])
        except TmatError as error:
            yield _failure(submission.name, error)
        else:
            yield Handed(submission.name, _files(submission), packed)


def _files(submission: Submission) -> tuple[tuple[str, bytes | TmatError], ...]:
    return tuple((visible(str(path)), _data(path)) for path in submission.files)


def _data(path: Path) -> bytes | TmatError:
    try:
        return file_data(path)
    except TmatError as error:
        return error


def _lost(handed: Handed | Failure) -> Marked:
    if isinstance(handed, Failure):
        return handed
    return Failure(
        handed.origin, "the process that marked it was ended from outside", ("it may have run out of memory",)
    )


def _chunks(handed: Iterable[Handed | Failure], most: int) -> Iterator[Sequence[Handed | Failure]]:
    chunk: list[Handed | Failure] = []
    size = 0
    for each in handed:
        chunk.append(each)
        size += each.size if isinstance(each, Handed) else 0
        if len(chunk) >= most or size > MOST_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


# -- marked, wherever that is


def mark_each(chunk: Sequence[Handed | Failure], *, options: Options, names: Mapping[str, Called]) -> list[Marked]:
    """The marking of each in turn."""
    return [each if isinstance(each, Failure) else _marked(each, options, names) for each in chunk]


@lru_cache(2)
def _ready(packed: bytes) -> Key:
    """The key, made ready once for all the submissions of a class."""
    return Key(pickle.loads(packed))


def _marked(handed: Handed, options: Options, names: Mapping[str, Called]) -> Marked:
    try:
        key = _ready(handed.key)
        return mark_submission(_answers(handed, key, names).called(names), key, options)
    except TmatError as error:
        return _failure(handed.origin, error)
    except Exception as error:  # the others must still be marked
        return _failure(handed.origin, InputError("it could not be marked", f"{type(error).__name__}: {error}"))


def _failure(origin: str, error: TmatError) -> Failure:
    """A failure whose texts cannot steer a terminal, whatever the file is called and holds."""
    mend = error.mend and visible(error.mend)
    return Failure(origin, visible(error.what), tuple(map(visible, error.details)), mend)


def _answers(handed: Handed, key: Key, names: Mapping[str, Called]) -> Answers:
    """The answers of all files of a submission; a file that cannot be read costs no other."""
    headings = headings_of(names)
    read: list[Answers] = []
    failed: list[Unread] = []
    for path, data in handed.files:
        try:
            if isinstance(data, TmatError):
                raise data
            _refuse_archives(data, path)
            refuse_endless(data, key, path)
            read.append(_named(Answers.of_file(data, path, headings), Path(path).stem, key, names))
        except InputError as error:
            failed.append(Unread(path, error))
    if not read:
        if len(failed) == 1:
            raise failed[0].error
        mends = dict.fromkeys(each.error.mend for each in failed if each.error.mend)
        raise InputError(
            f"no file of {handed.origin} can be read", *(each.error.what for each in failed), mend="; ".join(mends)
        )
    if len(read) == 1 and not failed:
        read[0].origin = handed.origin
        return read[0]
    matrices, twice = _together(read, key)
    return Answers(matrices, handed.origin, [*(one for each in read for one in each.unread), *failed, *twice])


def _named(answers: Answers, file: str, key: Key, names: Mapping[str, Called]) -> Answers:
    """A matrix without a name, alone in its file, goes by the file's where that is one of the key's, or means one."""
    known = file in key.own_names or fold(file) in names
    if len(answers) == 1 and not answers.matrices[0].name and known:
        answers.matrices[0] = replace(answers.matrices[0], name=file)
    return answers


def _refuse_archives(data: bytes, path: str) -> None:
    """Say no to what would be taken for an .npz, which is a zip as well."""
    suffix = Path(path).suffix.lower()
    if suffix in ARCHIVES or (suffix not in READABLE and data.startswith(b"PK\x03\x04")):
        raise InputError(f"{path} is an archive", "what is in it is not looked at", mend="unpack it first")


def refuse_endless(data: bytes, key: Key, origin: str) -> None:
    """Say no to far more lines than answers to the key could have, before hours go by over them."""
    cells = sum(matrix.values.size for matrix in key.matrices)
    lines = data.count(b"\n")
    if lines > MOST_LINES + LINES_A_NUMBER * cells:
        raise InputError(
            f"{origin} has {lines:,} lines, and the key {cells:,} numbers",
            "these cannot be answers to it",
            mend="hand in the matrices alone",
        )


def _together(read: Sequence[Answers], key: Key) -> tuple[list[Answer], list[Unread]]:
    """The matrices of several files: of those with one name as many as the key has of it, the first ones."""
    room = Counter(fold(matrix.name) for matrix in key.matrices)
    before: dict[tuple[str | None, str], list[Answer]] = {}
    kept: list[Answer] = []
    twice: list[Unread] = []
    for answers in read:
        for answer in answers:
            name = fold(answer.name)
            same = before.setdefault((answer.stage, name), [])
            if len(same) < (1 if answer.stage else max(room[name], 1)):
                same.append(answer)
                kept.append(answer)
            elif not any(one.values.tobytes() == answer.values.tobytes() for one in same):
                what = f"a second {answer.name}, with other numbers than the first"
                twice.append(Unread(answer.name, InputError(what, answer.where or answers.origin)))
    return kept, twice
