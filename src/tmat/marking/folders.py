"""Finds the submissions in files and folders as learning systems deliver them; lists what is not marked, with the reason."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tmat.errors import InputError, fold
from tmat.marking.answers import READABLE
from tmat.visible import visible

_NO_TEXT = dict.fromkeys(
    (".pdf", ".png", ".jpg", ".jpeg", ".gif", ".heic", ".webp", ".tif", ".tiff", ".bmp"),
    "its numbers cannot be read from it",
)
ARCHIVES = dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"), "an archive: unpack it first")
REASONS = {**_NO_TEXT, **ARCHIVES}

# Moodle: Li Wei_8054321_assignsubmission_file_answers.txt, one file or a folder; Canvas: weili_LATE_1234_56789_answers.txt
_DELIVERED = (
    re.compile(r"(?P<student>(?P<name>.+?)_\d+)_assignsubmission_[a-z]+_.*", re.DOTALL),
    re.compile(r"(?P<student>(?P<name>[^_]+)(?:_LATE)?_\d+)_\d+_.+", re.DOTALL),
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student handed in: the name it goes by in reports, its files, and what the student may be called."""

    name: str
    files: tuple[Path, ...]
    students: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that is not marked, and why; ``of`` is the submission that it belongs to, where it does."""

    path: str
    why: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The submissions in their order, and what is not marked."""

    submissions: list[Submission]
    left_out: list[LeftOut]


def submissions(paths: Iterable[str | Path], known: Collection[str] = (), matrices: Collection[str] = ()) -> HandedIn:
    """The submissions that are meant: a file is one, and a folder stands for those in it.

    A folder of two or more files that are all called as ``matrices`` of the key, and of nothing else, is one submission,
    as is what a program wrote as a folder of CSV files and is named by: four.csv for the folder four.

    In a folder, files that share a name up to their suffix are one student's, and so are those that Moodle or Canvas
    names by one; a folder inside is a student with all that is in it, or holds nothing but folders of students. Where the
    students are ``known``, each by the `student_name`, a folder of a student's name is theirs, and one of files of
    theirs is a group.

    Errors: a path without a name, a folder that cannot be listed or holds no submissions.
    """
    found: list[Submission] = []
    left_out: list[LeftOut] = []
    for each in paths:
        path = Path(each)
        if each == "":  # which Path takes for the folder we are in
            raise InputError("a submission without a name", mend="name files of answers")
        written = _written(path)
        path = written or path
        if not os.path.isdir(path):  # a path that cannot be looked at is a file that cannot be read
            found.append(_student(path))
            continue
        own = written is not None or _is_known(path.name, known) or _is_sheet(path, known, matrices)
        inside, others = _in_folder(path, known) if own else _of_class(path, known)
        if not inside:
            why = [f"{one.path}: {one.why}" for one in others[:5]]
            raise InputError(
                f"no submissions in the folder {path}",
                *(why or ["it is empty"]),
                mend="put a file or a folder a student there",
            )
        found += inside
        left_out += others
    return HandedIn(found, left_out)


def _written(path: Path) -> Path | None:
    """The folder that a format of one matrix a file was written to."""
    folder, suffix = os.path.splitext(path)
    several = suffix.lower() in (".csv", ".tsv") and not os.path.lexists(path) and os.path.isdir(folder)
    return Path(folder) if several else None


def _is_sheet(folder: Path, known: Collection[str], matrices: Collection[str]) -> bool:
    """Whether a folder holds a matrix a file, and no student's name."""
    files, folders, _ = _entries(folder)
    called = {path.stem for path in files}
    return (
        len(called) > 1
        and not folders
        and all(name in matrices or fold(name) in matrices for name in called)
        and not any(_is_known(name, known) for name in called)
    )


def student_name(name: str) -> str:
    """A student's name as names are compared: macOS writes é in two signs, and capitals are anybody's."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def called_among(submission: Submission, names: Mapping[str, str]) -> str | None:
    """Which of the names, each by its `student_name`, is that of whoever handed it in."""
    return next((names[name] for name in map(student_name, submission.students) if name in names), None)


def _of_class(folder: Path, known: Collection[str]) -> tuple[list[Submission], list[LeftOut]]:
    files, folders, left_out = _entries(folder)
    groups: dict[tuple[str, ...], list[Path]] = {}
    for path in files:
        groups.setdefault(_students(path.name) or (path.stem,), []).append(path)
    found = [_grouped(folder, students, own, left_out) for students, own in groups.items()]
    for inner in folders:
        more, others = _in_folder(inner, known)
        found += more
        left_out += others
    return sorted(found, key=lambda one: one.files[0]), left_out


def _in_folder(folder: Path, known: Collection[str]) -> tuple[list[Submission], list[LeftOut]]:
    """The submission that a folder in a folder is; several where it holds nothing but folders, or files of several students."""
    files, folders, left_out = _entries(folder)
    if not files and not folders:
        return [], [*left_out, LeftOut(_shown(folder), "an empty folder")]
    if not files or _is_group(folder, files, known):
        return _of_class(folder, known)
    for inner in folders:
        left_out += _below(inner, files)
    students = (*(_students(folder.name) or (folder.name,)), *_above(folder))
    return [_grouped(folder.parent, students, sorted(files), left_out, folder)], left_out


def _is_group(folder: Path, files: Sequence[Path], known: Collection[str]) -> bool:
    """Whether files are of several students, by what a learning system calls them or by the names that are known."""
    delivered = {_students(path.name) for path in files} - {()}
    theirs = not _is_known(folder.name, known) and any(_is_known(path.name, known) for path in files)
    return len(delivered) > 1 or theirs


def _is_known(name: str, known: Collection[str]) -> bool:
    """Whether a file or folder has the name of a student that is known."""
    return any(student_name(each) in known for each in (name, Path(name).stem, *_students(name)))


def _below(folder: Path, files: list[Path]) -> list[LeftOut]:
    """Add all the files below a folder; what is left out."""
    own, folders, left_out = _entries(folder)
    files += own
    for inner in folders:
        left_out += _below(inner, files)
    return left_out


def _above(folder: Path) -> tuple[str, ...]:
    """The folder around: ana/attempt1 is Ana's."""
    return _students(folder.parent.name) or (folder.parent.name,)


def _grouped(
    folder: Path, students: tuple[str, ...], files: list[Path], left_out: list[LeftOut], whole: Path | None = None
) -> Submission:
    """A student's submission; files of kinds that hold no text are left out, unless there are no others."""
    read = [path for path in files if path.suffix.lower() in READABLE] or files
    if whole is None and len(read) == 1:
        one = _student(read[0])
    else:
        one = Submission(_shown(whole or folder / students[0]), tuple(read), students)
    left_out += [LeftOut(_shown(path), _why(path), one.name) for path in files if path not in read]
    return one


def _student(path: Path) -> Submission:
    return Submission(_shown(path), (path,), _students(path.name) or (path.stem,))


def _students(name: str) -> tuple[str, ...]:
    """What a learning system's name of a file says who handed it in: with their number, and without."""
    for delivered in _DELIVERED:
        said = delivered.fullmatch(name)
        if said is not None:
            return said["student"].replace("_LATE_", "_"), said["name"]
    return ()


def _entries(folder: Path) -> tuple[list[Path], list[Path], list[LeftOut]]:
    """The files and folders in a folder, by name, and what belongs to no student."""
    try:
        listed = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"cannot read the folder {folder}", f"{error.strerror or error}".lower()) from None
    files: list[Path] = []
    folders: list[Path] = []
    left_out: list[LeftOut] = []
    for path in listed:
        why = _why_skipped(path)
        if why:
            left_out.append(LeftOut(_shown(path), why))
        else:
            (folders if os.path.isdir(path) else files).append(path)
    return files, folders, left_out


def _why_skipped(path: Path) -> str:
    """Why a file or folder is skipped, or "" where it may be a student's."""
    if path.name.startswith("."):
        return "hidden"
    if path.name.startswith("~$"):
        return "the lock of a document that was open"
    if path.name == "__MACOSX" or path.name.lower() in ("thumbs.db", "desktop.ini"):
        return "a file of the system, not of a student"
    if os.path.isdir(path):
        return "a link to a folder" if os.path.islink(path) else ""
    # a link to what is gone is a file that cannot be read
    return "" if os.path.isfile(path) or not os.path.exists(path) else "no file"


def _why(path: Path) -> str:
    suffix = path.suffix.lower()
    return REASONS.get(suffix, f"files ending in {visible(suffix)} are not read")


def _shown(path: Path) -> str:
    return visible(str(path))
