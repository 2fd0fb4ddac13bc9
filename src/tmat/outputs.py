"""Writing files: each is complete or unchanged; no read-only file and no input of the command is overwritten."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, TypeAlias

from tmat.errors import InputError, OutputError
from tmat.interrupts import tidied

STANDARD_INPUT = "/dev/stdin"  # also where standard input is redirected from a file

Content: TypeAlias = "bytes | Callable[[BinaryIO], object]"
"""Bytes, or a function that writes them into the file."""


def refuse_inputs(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that would replace a file that the command reads."""
    if not os.path.exists(output):
        return
    for path in inputs:
        if os.path.exists(path) and os.path.samefile(path, output):
            raise InputError(
                f"{output} is read by this command, and would be replaced",
                "an input is never written over",
                mend="give the output a name of its own",
            )


def write_file(path: str, content: Content) -> None:
    """Write a temporary file in the same folder, then rename it: the file is complete or unchanged."""
    _refuse_protected(path)
    if os.path.exists(path) and not os.path.isfile(path):
        _write_through(path, content)
        return
    with _as_ours(path), tidied(), _ending_tidily():
        target = os.path.realpath(path)  # a symbolic link stays a link
        beside = _beside(target)
        try:
            with open(beside, "xb") as file:
                _fill(file, content)
            _replace(beside, target)
        except BaseException:
            if os.path.exists(beside):
                os.unlink(beside)
            raise


def write_files(files: Mapping[str, bytes]) -> None:
    """Write one file, or several in one folder: all of them or none.

    The folder may be new; its parent must exist.
    """
    if len(files) == 1:
        [(path, content)] = files.items()
        write_file(path, content)
        return
    folder = os.path.dirname(next(iter(files)))
    for path in files:
        _refuse_protected(path)
    with _as_ours(folder or next(iter(files))), tidied(), _ending_tidily():
        target = os.path.realpath(folder)
        beside = _beside(target)
        try:
            os.mkdir(beside)
            for path, content in files.items():
                with open(os.path.join(beside, os.path.basename(path)), "xb") as file:
                    file.write(content)
            if os.path.isdir(target):  # every file is complete: only renaming is left
                for name in os.listdir(beside):
                    _replace(os.path.join(beside, name), os.path.join(target, name))
                os.rmdir(beside)
            else:
                os.rename(beside, target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def _beside(target: str) -> str:
    """A temporary name in the target's folder, known before the file exists, so that an interrupt leaves nothing behind."""
    return os.path.join(os.path.dirname(target), f".tmat-{os.urandom(8).hex()}")


def _replace(beside: str, target: str) -> None:
    """Rename a complete file to the target, keeping the target's permissions."""
    if os.path.exists(target):
        os.chmod(beside, os.stat(target).st_mode & 0o777)
    os.replace(beside, target)


def _refuse_protected(path: str) -> None:
    """Refuse a folder, and a read-only file, which renaming would replace without asking."""
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}", "it is a folder", mend="give the name of a file in it")
    if os.path.isfile(path) and (not os.stat(path).st_mode & 0o222 or not os.access(path, os.W_OK)):
        raise OutputError(
            f"cannot write {path}", "it is read-only", mend=f"give another name, or allow it: chmod u+w {path}"
        )


@contextmanager
def _as_ours(path: str) -> Iterator[None]:
    """Turn the system's errors into OutputError."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None
    except UnicodeEncodeError:
        raise OutputError(f"cannot write {path}", "this system has no such name") from None


class _TerminatedError(BaseException):
    """A signal asks the process to end."""


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """On SIGTERM or SIGHUP, let the block remove its partial files, then end by the signal."""
    import signal

    received = 0

    def handle(number: int, _: object) -> None:
        nonlocal received
        received = number
        raise _TerminatedError

    ending = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:  # a signal that is ignored, as under nohup, stays ignored
        before = {
            number: signal.signal(number, handle) for number in ending if signal.getsignal(number) is not signal.SIG_IGN
        }
    except ValueError:  # signals reach the main thread alone, and this is another
        yield
        return
    try:
        yield
    except BaseException:  # the interrupted write may raise another error
        if received:
            signal.signal(received, signal.SIG_DFL)
            os.kill(os.getpid(), received)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_through(path: str, content: Content) -> None:
    """Write to a device or a named pipe (/dev/stdout), which cannot be renamed."""
    with _as_ours(path), open(path, "wb") as file:
        _fill(file, content)


def _fill(file: BinaryIO, content: Content) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content)
