"""What goes out: tables to a terminal, a worksheet in JSON elsewhere, a file by its suffix, the working where asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.errors import InputError, OutputError, nearest

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.worksheet import Worksheet


class Emitter:
    """Writes each worksheet as it is done, or all of them into one file at the end."""

    def __init__(self, env: Environment, common: Common) -> None:
        self.env = env
        self.common = common
        self.format = self._format()
        self._waiting: list[Worksheet] = []

    def _format(self) -> str:
        from tmat.rendering import format_of_suffix, known_formats

        asked = self.common.format
        if asked is not None:
            known = known_formats()
            if asked not in known:
                near = nearest(asked, known)
                raise InputError(
                    f"--format {asked} is not known",
                    f"expected one of {', '.join(known)}",
                    mend=f"did you mean {near[0]}?" if near else None,
                )
            return asked
        if self.common.work or self.common.trace:
            return "table" if self.common.output is None else format_of_suffix(self.common.output)
        if self.common.output is not None:
            return format_of_suffix(self.common.output)
        return "table" if self.env.stdout_tty else "json"

    def add(self, sheet: Worksheet, before: Worksheet) -> None:
        """One worksheet is done; ``before`` is what came in, so that a table shows only what is new."""
        if self.common.output is not None or self.format not in ("json", "table"):
            self._waiting.append(sheet)
        elif self.common.work or self.common.trace:
            self._working(sheet, before)
        elif self.format == "json":
            from tmat.rendering.worksheet_json import dumps

            self.env.write(dumps(sheet))
        else:
            self._table(sheet, before)

    def close(self) -> None:
        """Write what waited for the end."""
        if not self._waiting:
            return
        from tmat.rendering import rendered

        files = rendered(self._waiting, self.format, self.look(), name=self.common.output)
        if self.common.output is None:
            self.env.write(b"".join(files.values()))
            return
        for path, data in files.items():
            write_file(path, data)
        names = list(files)
        self.env.hint(f"wrote {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else ""))

    def look(self) -> Look:
        """How matrices are to look, as the options say."""
        from tmat.rendering.layout import Look

        return Look(digits=self.common.digits, heat=self.common.heat, full=self.common.full)

    def _table(self, sheet: Worksheet, before: Worksheet) -> None:
        if self.common.step:
            from tmat.cli.walking import walk

            walk(sheet, self.common, self.env, self.look())
            return
        from tmat.cli.terminal import print_tables

        print_tables(sheet, before, self.common, self.env, self.look())

    def _working(self, sheet: Worksheet, before: Worksheet) -> None:
        from tmat.cli.terminal import print_working

        print_working(sheet, before, self.common, self.env)


def write_file(path: str, data: bytes) -> None:
    """Write beside and rename: a file is whole or as it was."""
    import tempfile

    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}", "it is a folder", mend="give the name of a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        _write_through(path, data)
        return
    beside = None
    try:
        os.makedirs(folder, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=".tmat-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(beside, 0o666 & ~umask)
        os.replace(beside, path)
    except OSError as error:
        if beside is not None and os.path.exists(beside):
            os.unlink(beside)
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None
    except BaseException:
        if beside is not None and os.path.exists(beside):
            os.unlink(beside)
        raise


def _write_through(path: str, data: bytes) -> None:
    """A device or a pipe by name (/dev/stdout): nothing to rename there."""
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise OutputError(f"cannot write {path}", f"{error.strerror or error}".lower()) from None
