"""Files out: whole or as they were, none that a person protected, none that is read by the same command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, TypeAlias

from tmat.errors import InputError, OutputError
from tmat.interrupts import tidied

STANDARD_INPUT = "/dev/stdin"  # the file that it comes from, where it is one

Content: TypeAlias = "bytes | Callable[[BinaryIO], object]"
"""Bytes, or what writes itself into the file it is given."""


def refuse_inputs(output: str | None, inputs: Iterable[str]) -> None:
    """Say no where the output would replace a file that the command reads."""
    if output is None or not os.path.exists(output):
        return
    for path in inputs:
        if os.path.exists(path) and os.path.samefile(path, output):
            raise InputError(
                f"{output} is read by this command, and would be replaced",
                "an input is never written over",
                mend="give the output a name of its own",
            )


def write_file(path: str, content: Content) -> None:
    """Write beside and rename: a file is whole or as it was."""
    _refuse_protected(path)
    if os.path.exists(path) and not os.path.isfile(path):
        _write_through(path, content)
        return
    with _said(path), tidied(), _ending_tidily():
        target = os.path.realpath(path)  # a link stays one
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
    """Write one file, or several into one folder: all of them are there, or none.

    The folder may be new; the one that it stands in must be there.
    """
    if len(files) == 1:
        [(path, content)] = files.items()
        write_file(path, content)
        return
    folder = os.path.dirname(next(iter(files)))
    for path in files:
        _refuse_protected(path)
    with _said(folder or next(iter(files))), tidied(), _ending_tidily():
        target = os.path.realpath(folder)
        beside = _beside(target)
        try:
            os.mkdir(beside)
            for path, content in files.items():
                with open(os.path.join(beside, os.path.basename(path)), "xb") as file:
                    file.write(content)
            if os.path.isdir(target):  # every file is whole by now: what is left is to rename them
                for name in os.listdir(beside):
                    _replace(os.path.join(beside, name), os.path.join(target, name))
                os.rmdir(beside)
            else:
                os.rename(beside, target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def _beside(target: str) -> str:
    """A name beside the target, known before anything is there: an interrupt in between leaves nothing behind."""
    return os.path.join(os.path.dirname(target), f".tmat-{os.urandom(8).hex()}")


def _replace(beside: str, target: str) -> None:
    """Put a whole file in the target's place; who may read it stays as it was."""
    if os.path.exists(target):
        os.chmod(beside, os.stat(target).st_mode & 0o777)
    os.replace(beside, target)


def _refuse_protected(path: str) -> None:
    """Say no to a folder, and to a file that nobody may write: renaming over it would ask no one."""
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}", "it is a folder", mend="give the name of a file in it")
    if os.path.isfile(path) and (not os.stat(path).st_mode & 0o222 or not os.access(path, os.W_OK)):
        raise OutputError(
            f"cannot write {path}", "it is read-only", mend=f"give another name, or allow it: chmod u+w {path}"
        )


@contextmanager
def _said(path: str) -> Iterator[None]:
    """What the system says no to, in our form."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None
    except UnicodeEncodeError:
        raise OutputError(f"cannot write {path}", "this system has no such name") from None


class _ToldToEndError(BaseException):
    """The system says: end now."""


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Told to end while a file is written, take away what is half written first, then end as told."""
    import signal

    told = 0

    def tell(number: int, _: object) -> None:
        nonlocal told
        told = number
        raise _ToldToEndError

    ending = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:  # one that is ignored, as nohup has it, stays ignored
        before = {
            number: signal.signal(number, tell) for number in ending if signal.getsignal(number) is not signal.SIG_IGN
        }
    except ValueError:  # not the main thread, which alone is told
        yield
        return
    try:
        yield
    except BaseException:  # what was broken off may complain on its own
        if told:
            signal.signal(told, signal.SIG_DFL)
            os.kill(os.getpid(), told)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_through(path: str, content: Content) -> None:
    """A device or a pipe by name (/dev/stdout): nothing to rename there."""
    with _said(path), open(path, "wb") as file:
        _fill(file, content)


def _fill(file: BinaryIO, content: Content) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content)
