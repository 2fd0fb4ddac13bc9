"""Output of commands: tables on a terminal, JSON elsewhere, files by their suffix, workings if asked for."""

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
    """Writes each worksheet when it is computed, or all of them to a file at the end."""

    def __init__(self, env: Environment, common: Common, read: Sequence[str] = ()) -> None:
        self.env = env
        self.read = read  # files that the command reads, besides matrices and weights
        self.common = common
        self.format = self._format()
        self._pending: list[Worksheet] = []
        self._tables = b""
        self._plotted: list[tuple[Worksheet, Worksheet]] = []
        self._refuse()

    def _refuse(self) -> None:
        """Refuse options that would have no effect, before anything is computed."""
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
        for option, value, needs, needed in (
            ("--work-steps", self.common.work_steps, "--work", self.common.work),
            ("--depth", self.common.depth, "--trace", self.common.trace),
        ):
            if value is not None and not needed:
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

        format = self.common.format
        if format is not None:
            formats = known_formats()
            if format not in formats:
                raise InputError(
                    f"--format {format} is not known",
                    f"expected one of {', '.join(formats)}",
                    mend=meant(format, formats),
                )
            return format
        if self.common.work or self.common.trace or self.common.position is not None:
            return "table" if self.common.output is None else format_of_suffix(self.common.output)
        if self.common.output is not None:
            return format_of_suffix(self.common.output)
        return "table" if self.env.stdout_tty else "json"

    def add(self, sheet: Worksheet, before: Worksheet) -> None:
        """Write a worksheet; ``before`` is the one that came in, so that tables show only new stages."""
        if self.common.plot is not None:
            self._plotted.append((sheet, before))  # written after its picture, so that an error leaves neither
        else:
            self._write(sheet, before)

    def _write(self, sheet: Worksheet, before: Worksheet) -> None:
        if self.common.output is not None and self.format == "table":
            page = io.BytesIO()  # as on standard output that is no terminal
            self._print(sheet, before, self.env.written_to(page))
            self._tables += page.getvalue()
        elif self.common.output is not None or self.format not in ("json", "table"):
            self._pending.append(sheet)
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
        """Write what is written at the end: pictures and files."""
        if self._plotted and self.common.plot is not None:
            import warnings

            from tmat.rendering.plot import plotted

            kind = os.path.splitext(self.common.plot)[1].lower().lstrip(".")
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", UserWarning)
                write_file(self.common.plot, plotted([sheet for sheet, _ in self._plotted], self.look(), kind))
            for warning in warned:
                self.env.complain(f"{self.common.plot}: {warning.message}")
            self.env.hint(f"wrote {self.common.plot}")
            for sheet, before in self._plotted:
                self._write(sheet, before)
        if self._tables and self.common.output is not None:
            write_file(self.common.output, self._tables)
            self.env.hint(f"wrote {self.common.output}")
        if not self._pending:
            return
        from tmat.rendering import format_named, rendered

        stream = format_named(self.format).stream
        if stream is not None and self.common.output is not None:
            write_file(self.common.output, lambda file: stream(file, self._pending, self.look()))
            self.env.hint(f"wrote {self.common.output}")
            return
        files = rendered(self._pending, self.format, self.look(), self.common.output or "")
        if self.common.output is None:
            self.env.write(b"".join(files.values()))
            return
        for path in files:  # of a folder of files
            refuse_inputs(path, self._read())
        write_files(files)
        self.env.hint(f"wrote {_written(list(files), self.common.output)}")

    def look(self) -> Look:
        """The look that the options ask for."""
        from tmat.rendering.layout import Look

        common = self.common
        work = tuple("" if cell == "*" else cell for cell in common.work) if common.work else None
        return Look(
            digits=common.digits, heat=common.heat, full=common.full or None, only=tuple(split_names(common.only)) or None,
            top=common.top, width=common.width, work=work, fragment=common.fragment,
        )  # fmt: skip


def _written(paths: Sequence[str], output: str) -> str:
    """The written file, or the folder with its files and the name that reads them again.

    >>> _written(["out/x/X.csv", "out/x/Q.csv"], "out/x.csv")
    'the folder out/x of 2 files, X.csv Q.csv; out/x.csv reads them again'
    """
    if len(paths) == 1:
        return paths[0]
    names = " ".join(os.path.basename(path) for path in paths[:6]) + (" …" if len(paths) > 6 else "")
    return f"the folder {os.path.dirname(paths[0])} of {len(paths)} files, {names}; {output} reads them again"
