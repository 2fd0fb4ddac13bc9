"""Files whole or not at all, and worksheets from and into them: what ``tmat show`` and ``-o`` do, for Python.

>>> from tmat.stages.attention import attention
>>> print(show(attention([[1.0, 2.0]], weights=False), only=["scores"]).splitlines()[2])
 1   scores = X·Xᵀ              → 1×1
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from tmat.errors import InputError, OutputError
from tmat.interrupts import tidied

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Worksheet


def read(path: str) -> Worksheet:
    """The worksheet of a JSON file, or the matrices of any other kind of file as one.

    Errors: a file that cannot be read, or that has several worksheets.
    """
    from tmat.reading.documents import read_documents
    from tmat.reading.files import open_file
    from tmat.reading.sources import read_matrices
    from tmat.sheet.worksheet import Stage, Worksheet

    if path.lower().endswith(".json"):
        with open_file(path) as stream:
            found = list(read_documents(stream, path))
        if len(found) != 1:
            raise InputError(f"{path} has {len(found)} worksheets", "expected one")
        named = found[0]
    else:
        named = read_matrices(path)
    if isinstance(named, Worksheet):
        return named
    given = {name or "A": matrix.renamed(name or "A") for name, matrix in named.items()}
    return Worksheet([Stage("matrices", "matrices", given=given, output=next(iter(given), ""))])


def write(sheet: Worksheet, path: str, **look: Any) -> None:
    """The worksheet in a file, in the format that its suffix asks for; ``look`` as in ``show``."""
    from tmat.rendering import format_of_suffix, rendered
    from tmat.rendering.layout import Look

    for name, data in rendered([sheet], format_of_suffix(path), Look(**look), name=path).items():
        write_file(name, data)


def show(sheet: Worksheet, *, stages: Sequence[str] = (), only: Sequence[str] = (), **look: Any) -> str:
    """The tables of a worksheet as text: of these stages, of these matrices, or all of it."""
    from tmat.rendering.layout import Look, render
    from tmat.rendering.styled import to_text
    from tmat.sheet.selecting import chosen

    sheet = chosen(sheet, only) if only else sheet
    return to_text(render(sheet, width=None, look=Look(**look), stages=[sheet[id] for id in stages] or sheet.stages))


def write_file(path: str, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Write beside and rename: a file is whole or as it was. What is large writes itself into the file it is given."""
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}", "it is a folder", mend="give the name of a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        _write_through(path, content)
        return
    try:
        target = os.path.realpath(path)  # a link stays one
        # Its name is known before it is there: an interrupt in between leaves nothing behind.
        beside = os.path.join(os.path.dirname(target), f".tmat-{os.urandom(8).hex()}")
        with tidied(), _ending_tidily():
            try:
                with open(beside, "xb") as file:
                    _fill(file, content)
                if os.path.exists(target):  # who may read it stays as it was
                    os.chmod(beside, os.stat(target).st_mode & 0o777)
                os.replace(beside, target)
            except BaseException:
                if os.path.exists(beside):
                    os.unlink(beside)
                raise
    except OSError as error:
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None


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


def _write_through(path: str, content: bytes | Callable[[BinaryIO], object]) -> None:
    """A device or a pipe by name (/dev/stdout): nothing to rename there."""
    try:
        with open(path, "wb") as file:
            _fill(file, content)
    except OSError as error:
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None


def _fill(file: BinaryIO, content: bytes | Callable[[BinaryIO], object]) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content)
