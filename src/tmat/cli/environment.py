"""The environment of a command: its streams and their kinds. In a test, ``stdin=b"…"`` is a pipe."""

from __future__ import annotations

import errno
import io
import os
import re
import select
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Literal, TextIO

Kind = Literal["terminal", "pipe", "file", "none"]


@dataclass(eq=False, repr=False)
class Environment:
    """Binary streams, whether each is a terminal, and the environment variables."""

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO
    stdin_kind: Kind
    stdout_tty: bool = False
    stderr_tty: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    stdout_piped: bool = False

    @classmethod
    def system(cls) -> Environment:
        """The environment of this process."""
        if sys.stdout is None:  # closed by the parent process: writing must fail, not be lost
            sys.stdout = io.TextIOWrapper(_Closed(), write_through=True)
        for name in ("stdout", "stderr"):
            setattr(sys, name, _unbroken(getattr(sys, name)))
        stdin = getattr(sys.stdin, "buffer", None) or io.BytesIO()
        stdout = getattr(sys.stdout, "buffer", None) or io.BytesIO()
        stderr = getattr(sys.stderr, "buffer", None) or io.BytesIO()
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        terminals, piped = (_is_terminal(1), _is_terminal(2)), _kind(1) == "pipe"
        return cls(stdin, stdout, stderr, _kind(0), *terminals, os.environ, encoding, piped)

    @classmethod
    def piped(cls, stdin: bytes | None = None, **rest: object) -> Environment:
        """For tests: stdin is a pipe with these bytes, or not connected; output is captured."""
        kind: Kind = "none" if stdin is None else "pipe"
        return cls(io.BytesIO(stdin or b""), io.BytesIO(), io.BytesIO(), kind, **rest)  # type: ignore[arg-type]

    def written_to(self, page: BinaryIO) -> Environment:
        """A copy that writes to ``page`` as to a file: no terminal, no pager, no colour."""
        plain = {name: value for name, value in self.variables.items() if not name.endswith(("_COLOR", "_FORCE"))}
        return replace(self, stdout=page, stdout_tty=False, stdout_piped=False, encoding="utf-8", variables=plain)

    @property
    def output(self) -> str:
        """The captured standard output."""
        assert isinstance(self.stdout, io.BytesIO)
        return self.stdout.getvalue().decode()

    @property
    def errors(self) -> str:
        """The captured standard error."""
        assert isinstance(self.stderr, io.BytesIO)
        return self.stderr.getvalue().decode()

    @property
    def columns(self) -> int | None:
        """The width of the terminal or of COLUMNS; None if output is no terminal and COLUMNS is not set.

        For a pipe to a pager, standard error knows the width.
        """
        paged = self.stdout_piped and self.stderr_tty
        return self._columns(2 if paged else 1, self.stdout_tty or paged)

    def _columns(self, descriptor: int, terminal: bool) -> int | None:
        value = self.variables.get("COLUMNS", "")
        if value.isdecimal() and len(value) < 10 and int(value) > 0:
            return int(value)
        if not terminal:
            return None
        try:
            return os.get_terminal_size(descriptor).columns or 80
        except (OSError, ValueError):
            return 80

    @property
    def rows(self) -> int | None:
        """The height of the terminal or LINES; None if output is no terminal."""
        value = self.variables.get("LINES", "")
        if value.isdecimal() and len(value) < 10 and int(value) > 0:
            return int(value)
        try:
            return os.get_terminal_size(1).lines or None if self.stdout_tty else None
        except (OSError, ValueError):
            return None

    @property
    def coloured(self) -> bool:
        """Whether output is coloured: on a terminal, or if variables force it."""
        if self.stdout_tty or self.variables.get("FORCE_COLOR"):
            return True
        return self.variables.get("CLICOLOR_FORCE", "0") not in ("", "0")

    @contextmanager
    def printing(self) -> Iterator[None]:
        """Send what is printed meanwhile, such as Typer's help, to this standard output."""
        if self.stdout is getattr(sys.stdout, "buffer", None):
            yield
            return
        page = io.StringIO()
        try:
            with redirect_stdout(page):
                yield
        finally:
            if page.getvalue():
                self.write(page.getvalue())

    def write(self, data: bytes | str) -> None:
        """Write text or bytes; on a terminal, control characters are escaped."""
        if self.stdout_tty:
            data = _escaped(data)
        self.stdout.write(data if isinstance(data, bytes) else encoded(data, self.encoding))
        self.stdout.flush()

    def say(self, text: str) -> None:
        """Write a line to standard error."""
        try:
            self.stderr.write(encoded(text + "\n", self.encoding))
            self.stderr.flush()
        except OSError:  # standard error is closed; the exit code remains
            pass

    def complain(self, text: str) -> None:
        """Write an error to standard error, wrapped to the terminal's width."""
        self.say(_wrapped(text, self._columns(2, True) or 80, 4) if self.stderr_tty else text)

    def hint(self, text: str) -> None:
        """Write a dim line to standard error, if both outputs are terminals."""
        if self.stderr_tty and self.stdout_tty:
            text = _wrapped(text, self.columns or 80)
            plain = "NO_COLOR" in self.variables or self.variables.get("TERM") == "dumb"
            self.say(text if plain else f"\x1b[2m{text}\x1b[0m")


def _wrapped(text: str, room: int, indent: int = 0) -> str:
    """Wide lines wrapped between words, not within one, so that paths and commands can be copied.

    >>> print(_wrapped("tmat: no such file: a\\n  there is b.csv", 16, 4))
    tmat: no such
        file: a
      there is b.csv
    """
    from tmat.visible import width

    rows: list[str] = []
    for line in text.split("\n"):
        rows.append("")
        below = " " * (indent or len(line) - len(line.lstrip()))
        for n, word in enumerate(_phrases(line)):
            if n and rows[-1].strip() and width(rows[-1]) + 1 + width(word) > room:
                rows.append(below + word)
            else:
                rows[-1] += f" {word}" if n else word
    return "\n".join(rows)


def _phrases(line: str) -> list[str]:
    """The words of a line that are kept together: an option with its value, a pipe with its command, a dot after a word.

    >>> _phrases("try -m X=2 · | tmat show")
    ['try', '-m X=2 ·', '| tmat', 'show']
    """
    return [found.replace("\0", " ") for found in KEPT.sub("\0", line).split(" ")]


KEPT = re.compile(r"(?<= -\w) (?=\S)|(?<= \|) (?=\S)|(?<=\S) (?=·( |$))")


class _Closed(io.BytesIO):
    """A stream on which writing fails."""

    def write(self, data: object, /) -> int:
        raise OSError(errno.EBADF, "standard output is closed")


class _Complete(io.RawIOBase):
    """A descriptor to which everything is written: one write may take only a part, and a full pipe nothing for now."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        left = memoryview(data).cast("B")  # type: ignore[arg-type]
        size = len(left)
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])
        return size


def _unbroken(stream: TextIO | None) -> TextIO | None:
    """The stream, or one that writes everything: unbuffered streams (python -u) and non-blocking pipes may write a part."""
    try:
        assert stream is not None
        raw, descriptor = stream.buffer, stream.fileno()
        if not isinstance(raw, io.RawIOBase) and os.get_blocking(descriptor):
            return stream
    except (AssertionError, AttributeError, OSError, ValueError):  # closed, or captured by a test
        return stream
    buffer = io.BufferedWriter(_Complete(descriptor))
    return io.TextIOWrapper(buffer, stream.encoding, stream.errors, newline="\n", write_through=True)


def _escaped(data: bytes | str) -> str:
    from tmat.visible import visible

    text = data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")
    return "\n".join("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))


def encoded(text: str, encoding: str) -> bytes:
    """Text in an encoding; if that lacks a character, all our signs are spelled out."""
    try:
        return text.encode(encoding)
    except LookupError:  # for an unknown encoding, ASCII
        encoding = "ascii"
    except UnicodeEncodeError:
        pass
    from tmat.visible import PLAIN, typed  # seldom needed

    spelled = "".join(PLAIN.get(character, character) for character in typed(text))
    return spelled.encode(encoding, "backslashreplace")


def _kind(descriptor: int) -> Kind:
    try:
        mode = os.fstat(descriptor).st_mode
        if os.isatty(descriptor):
            return "terminal"
    except (OSError, ValueError):
        return "none"
    if stat.S_ISREG(mode):
        return "file"
    return "pipe" if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else "none"


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except (OSError, ValueError):
        return False
