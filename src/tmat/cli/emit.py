"""What goes out: tables to a terminal, a worksheet in JSON elsewhere, a file by its suffix, the working where asked."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tmat.cli.environment import Environment
from tmat.cli.options import Common, split_names
from tmat.errors import InputError, meant
from tmat.outputs import STANDARD_INPUT, refuse_inputs, write_file, write_files

if TYPE_CHECKING:
    from tmat.rendering.layout import Look
    from tmat.sheet.worksheet import Worksheet


class Emitter:
    """Writes each worksheet as it is done, or all of them into one file at the end."""

    def __init__(self, env: Environment, common: Common, read: Sequence[str] = ()) -> None:
        self.env = env
        self.read = read  # files that the command reads besides matrices and weights
        self.common = common
        self.format = self._format()
        self._waiting: list[Worksheet] = []
        self._paged = b""
        self._pictured: list[tuple[Worksheet, Worksheet]] = []
        self._refuse()

    def _refuse(self) -> None:
        """Say no to what would be passed over in silence, before anything is worked out."""
        from tmat.rendering import format_named, known_formats

        for path in (self.common.output, self.common.plot):
            if path is not None:
                refuse_inputs(path, self._read())
        if (self.common.work or self.common.trace) and not format_named(self.format).working:
            option = "--work" if self.common.work else "--trace"
            raise InputError(
                f"{option} does not go with {self.format}",
                f"working is shown by {', '.join(name for name in known_formats() if format_named(name).working)}",
                mend="leave the format out, or choose one of these",
            )
        for option, said, needs, given in (
            ("--work-steps", self.common.work_steps, "--work", self.common.work),
            ("--depth", self.common.depth, "--trace", self.common.trace),
        ):
            if said is not None and not given:
                raise InputError(f"{option} does nothing without {needs}", mend=f"add {needs} and a cell")
        if self.common.position is not None and self.format != "table":
            raise InputError(
                f"--position does not go with {self.format}", "its working is a table", mend="try -f table"
            )
        if self.common.fragment and self.format != "latex":
            raise InputError(
                f"--fragment does not go with {self.format}", "it is for LaTeX", mend="try -o sheet.tex --fragment"
            )
        if self.common.plot is not None:
            from tmat.experiment.plot import check_plot

            check_plot(self.common.plot)

    def _read(self) -> list[str]:
        """The files that the command reads."""
        matrices = [part.partition("=")[2] if "=" in part else part for part in self.common.matrix or ()]
        sources = [*matrices, *(self.common.weights or ())]
        standard = [STANDARD_INPUT] * (self.env.stdin_kind == "file")
        return [*sources, *(source.rpartition(":")[0] for source in sources), *self.read, *standard]

    def _format(self) -> str:
        from tmat.rendering import format_of_suffix, known_formats

        asked = self.common.format
        if asked is not None:
            known = known_formats()
            if asked not in known:
                raise InputError(
                    f"--format {asked} is not known", f"expected one of {', '.join(known)}", mend=meant(asked, known)
                )
            return asked
        if self.common.work or self.common.trace or self.common.position is not None:
            return "table" if self.common.output is None else format_of_suffix(self.common.output)
        if self.common.output is not None:
            return format_of_suffix(self.common.output)
        return "table" if self.env.stdout_tty else "json"

    def add(self, sheet: Worksheet, before: Worksheet) -> None:
        """One worksheet is done; ``before`` is what came in, so that a table shows only what is new."""
        if self.common.plot is not None:
            self._pictured.append((sheet, before))  # it is written once its picture is: both or neither
        else:
            self._write(sheet, before)

    def _write(self, sheet: Worksheet, before: Worksheet) -> None:
        if self.common.output is not None and self.format == "table":
            page = io.BytesIO()  # what would be on standard output, were that no terminal
            self._print(sheet, before, self.env.written_to(page))
            self._paged += page.getvalue()
        elif self.common.output is not None or self.format not in ("json", "table"):
            self._waiting.append(sheet)
        elif self.format == "json":
            from tmat.rendering.formats.json import dumps

            self.env.write(dumps(sheet))
        elif self.common.step and not (self.common.work or self.common.trace):
            from tmat.cli.walking import walk

            walk([sheet], self.common, self.env, self.look())
        else:
            self._print(sheet, before, self.env)

    def _print(self, sheet: Worksheet, before: Worksheet, env: Environment) -> None:
        """A table or a working."""
        from tmat.cli.terminal import print_tables, print_working

        if self.common.work or self.common.trace:
            print_working(sheet, before, self.common, env)
        else:
            print_tables(sheet, before, self.common, env, self.look())

    def close(self) -> None:
        """Write what waited for the end."""
        if self._pictured and self.common.plot is not None:
            import warnings

            from tmat.rendering.plot import plotted

            kind = os.path.splitext(self.common.plot)[1].lower().lstrip(".")
            with warnings.catch_warnings(record=True) as found:
                warnings.simplefilter("always", UserWarning)
                write_file(self.common.plot, plotted([sheet for sheet, _ in self._pictured], self.look(), kind))
            for each in found:
                self.env.complain(f"{self.common.plot}: {each.message}")
            self.env.hint(f"wrote {self.common.plot}")
            for sheet, before in self._pictured:
                self._write(sheet, before)
        if self._paged and self.common.output is not None:
            write_file(self.common.output, self._paged)
            self.env.hint(f"wrote {self.common.output}")
        if not self._waiting:
            return
        from tmat.rendering import format_named, rendered

        stream = format_named(self.format).stream
        if stream is not None and self.common.output is not None:
            write_file(self.common.output, lambda file: stream(file, self._waiting, self.look()))
            self.env.hint(f"wrote {self.common.output}")
            return
        files = rendered(self._waiting, self.format, self.look(), name=self.common.output)
        if self.common.output is None:
            self.env.write(b"".join(files.values()))
            return
        for path in files:  # of a folder of files
            refuse_inputs(path, self._read())
        write_files(files)
        self.env.hint(f"wrote {_told(list(files), self.common.output)}")

    def look(self) -> Look:
        """How matrices are to look, as the options say."""
        from tmat.rendering.layout import Look

        common = self.common
        work = tuple("" if cell == "*" else cell for cell in common.work) if common.work else None
        return Look(
            digits=common.digits, heat=common.heat, full=common.full or None, only=tuple(split_names(common.only)) or None,
            top=common.top, width=common.width, work=work, fragment=common.fragment,
        )  # fmt: skip


def _told(paths: Sequence[str], asked: str) -> str:
    """What was written: a file, or a folder with how many, and the name that reads it again.

    >>> _told(["out/x/X.csv", "out/x/Q.csv"], "out/x.csv")
    'the folder out/x of 2 files, X.csv Q.csv; out/x.csv reads them again'
    """
    if len(paths) == 1:
        return paths[0]
    names = " ".join(os.path.basename(path) for path in paths[:6]) + (" …" if len(paths) > 6 else "")
    return f"the folder {os.path.dirname(paths[0])} of {len(paths)} files, {names}; {asked} reads them again"
