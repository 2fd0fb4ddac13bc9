"""Writing the reports of `tmat check`: lines for people, a page a student, or a format for programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.submissions import Work
from tmat.cli.terminal import put
from tmat.errors import InputError, meant
from tmat.marking.findings import Note, Remark
from tmat.marking.folders import LeftOut
from tmat.marking.many import Failure, Marked
from tmat.marking.reports.data import json_parts, to_csv
from tmat.marking.reports.feedback import PAGES, file_names, page
from tmat.marking.reports.gradescope import to_gradescope
from tmat.marking.reports.junit import to_junit
from tmat.marking.reports.summary import Summary
from tmat.marking.reports.table import last_line, rows, worth_a_line
from tmat.marking.reports.words import note, reading, unknown
from tmat.marking.verdicts import Report, StepReport, Verdict
from tmat.outputs import write_file, write_files
from tmat.rendering.styled import EMPTY, Line, Span, columns, folded, space, to_text, trimmed, words
from tmat.sheet.worksheet import Worksheet
from tmat.visible import pad, visible, width
from tmat.workings.cell import Workings
from tmat.workings.lines import wrapped

FORMATS = ("table", "json", "junit", "gradescope", "csv", *PAGES)
SUFFIXES = {".json": "json", ".xml": "junit", ".csv": "csv", ".txt": "table", ".html": "html", ".md": "markdown"}
LISTING = ("table", "json")
"""The formats that list what was not marked."""
HOW = {Remark.ON_ITS_SIDE: ": --columns marks it so", Remark.UPRIGHT: ": it is marked without --columns"}
"""The options that remarks on a whole submission suggest."""
ROLES = {
    Verdict.RIGHT: "right", Verdict.FOLLOWS: "follows", Verdict.SLIP: "slip", Verdict.CLOSE: "follows",
    Verdict.MISSING: "caption",
}  # fmt: skip
MOST_FAILURES = 5  # that are listed on standard error
LONGEST_NAME = 60  # the most columns of names of submissions
NARROW = 20  # columns; text in fewer is hard to read
MOST_UNREAD = 2  # unread matrices listed of each submission of a class
MOST_SLIPS = 10  # in the summary of a class


def form_of(format: str | None, output: str | None) -> str:
    """The format: --format, else that of the file's suffix; for a folder one of pages."""
    pages = output is not None and _is_folder(output)
    by_name = "html" if pages else SUFFIXES.get(os.path.splitext(output)[1].lower(), "") if output else "table"
    chosen = format or by_name
    if chosen not in FORMATS:
        what = f"--format {format}" if format else f"the format of {output}"
        raise InputError(
            f"{what} is not known",
            f"expected one of {', '.join(FORMATS)}",
            mend=meant(chosen, FORMATS) or "say it: --format json",
        )
    if pages and chosen not in PAGES:
        raise InputError(
            f"{output} is a folder, which is for a page a student", f"expected one of {', '.join(PAGES)}, not {chosen}",
            mend="give a file, or leave --format out",
        )  # fmt: skip
    return chosen


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


@dataclass(slots=True)
class Reporter:
    """Writes reports to a file, to a folder or to standard output."""

    env: Environment
    form: str
    output: str | None = None
    width: int | None = None
    reveal: bool = False
    work: bool = False
    each: bool = False
    exit_code: int = 0
    _end: str = ""
    _failures: list[Failure] = field(default_factory=list)

    def write(self, work: Work) -> None:
        """Write all reports as they are marked."""
        if not work.names:
            raise InputError("check has nothing to mark", mend="name files of answers")
        results = self._counted(work.results)
        if self.form in PAGES:
            self._pages(results, work)
        elif self.form == "table":
            lines = [_harmless(line) for line in self._lines(results, work)]
            if self.output is None:
                put(lines, self.env, Common(width=self.width))
            else:
                write_file(self.output, to_text(lines).encode())
            if self._end:
                self.env.hint(f"\n {self._end}")
        else:
            self._data(results, work)

    def say_failures(self, work: Work) -> None:
        """List what could not be marked on standard error too, for scripts that keep only the report."""
        if self._failures:
            lines = [f"  {visible(failure.origin)}: {visible(failure.what)}" for failure in self._failures]
            self._say(f"{len(lines)} of {len(work.names)} could not be marked", lines)
        if work.left_out and self.form not in LISTING:
            self._say("not marked", [f"  {failure.path}: {failure.why}" for failure in work.left_out])

    def _say(self, what: str, lines: Sequence[str]) -> None:
        more = [f"  and {len(lines) - MOST_FAILURES} more"] if len(lines) > MOST_FAILURES else []
        self.env.complain("\n".join([f"tmat check: {what}", *lines[:MOST_FAILURES], *more]))

    def _counted(self, results: Iterable[Marked]) -> Iterator[Marked]:
        for result in results:
            self.exit_code = max(self.exit_code, result.exit_code)
            if isinstance(result, Failure):
                self._failures.append(result)
            yield result

    # -- for programs

    def _data(self, results: Iterator[Marked], work: Work) -> None:
        if self.form == "csv":
            parts = iter([to_csv(results).encode()])
        elif self.form == "junit":
            parts = iter([to_junit(results).encode()])
        elif self.form == "json":
            parts = json_parts(results, alone=len(work.names) == 1, reveal=self.reveal, left_out=work.left_out)
        elif len(work.names) != 1:
            raise InputError("Gradescope takes one submission at a time", f"{len(work.names)} were to be marked")
        else:
            parts = iter([to_gradescope(next(results))])
        if self.output is None:
            self.env.write(b"".join(parts))
            return

        def fill(file: BinaryIO) -> None:
            for part in parts:
                file.write(part)

        write_file(self.output, fill)

    # -- to hand back

    def _pages(self, results: Iterator[Marked], work: Work) -> None:
        """A page for each submission, in a folder; a single one may go to a file or to standard output."""
        suffix, as_text = PAGES[self.form]
        notes: dict[str, list[str]] = {}
        for file in work.left_out:
            notes.setdefault(file.of, []).append(f"not read: {os.path.basename(file.path)} ({file.why})")
        pages = (
            as_text(
                page(
                    result,
                    student,
                    key=work.key(number) if isinstance(result, Report) else None,
                    reveal=self.reveal,
                    notes=notes.get(name, ()),
                )
            )
            for number, (result, student, name) in enumerate(zip(results, work.students, work.names, strict=True))
        )
        if self.output is not None and _is_folder(self.output):
            folder = self.output.rstrip("/" + os.sep) or self.output
            names = [os.path.join(folder, name) for name in file_names(work.students, suffix)]
            if len(names) == 1:
                os.makedirs(folder, exist_ok=True)
            write_files({name: text.encode() for name, text in zip(names, pages, strict=True)})
            self.env.hint(f"\n a page each for {len(names)} in {visible(self.output)}")
        elif len(work.names) != 1:
            raise InputError(
                f"{self.form} is a page a student, and {len(work.names)} were to be marked",
                mend="give a folder for them: -o feedback/",
            )
        elif self.output is None:
            self.env.write(next(pages))
        else:
            write_file(self.output, next(pages).encode())

    # -- lines for people

    def _lines(self, results: Iterator[Marked], work: Work) -> list[Line]:
        if len(work.names) > 1:
            return [*self._class(results, work), *_left_out(work.left_out)]
        result = next(results)
        if isinstance(result, Failure):
            return [*self._class(iter([result]), work), *_left_out(work.left_out)]
        self._end = last_line(result)
        return [*self._table(result, work.key(0)), *_left_out(work.left_out)]

    def _table(self, report: Report, key: Worksheet | None) -> list[Line]:
        """A line a step: name, right cells of all, sentence; below it right numbers and working, if asked for."""
        shown = [
            (row, step)
            for row, step in zip(rows(report, reveal=self.reveal), report.steps, strict=True)
            if worth_a_line(step)
        ]
        name_width = max((width(row.name) for row, _ in shown), default=0)
        count_width = max((width(row.count) for row, _ in shown), default=0)
        indent = name_width + count_width + 5
        lines = [line for remark in report.remarks for line in self._hung(EMPTY, _remark(remark), "wrong")]
        for row, step in shown:
            role = ROLES.get(row.verdict, "wrong")
            head: Line = (Span(pad(row.name, name_width)), Span("  "), Span(pad(row.count, count_width, "right"), role))
            if not row.said:
                lines.append(head)
            for n, sentence in enumerate(row.said):
                lines += self._hung(space(indent) if n else (*head, Span("   ")), sentence, role)
            right = self._aligned(row.revealed, indent)
            lines += [(Span(" " * indent), Span(text, "right")) if text else () for text in right]
            if self.work and step is report.first_wrong:
                lines += [(Span(" " * indent + text, "caption"),) for text in self._working(step, key)]
        lines += [(Span(unknown(name), "wrong"),) for name in report.unknown]
        return lines + [line for remark in report.readings for line in self._hung(EMPTY, reading(remark), "caption")]

    @property
    def _room(self) -> int | None:
        return self.width or self.env.columns

    def _hung(self, head: Line, text: str, role: str) -> list[Line]:
        """A text behind its head, wrapped and indented; below the head if there is too little room."""
        indent = columns(head)
        is_below = self._room is not None and self._room - indent < NARROW
        if is_below:
            indent = 4
        lines = folded(words(text, role), None if self._room is None else self._room - indent) or [EMPTY]
        indented = [(*space(indent), *line) for line in lines]
        return [*folded([trimmed(head)], self._room), *indented] if is_below else [(*head, *lines[0]), *indented[1:]]

    def _aligned(self, revealed: Sequence[str], indent: int) -> Iterator[str]:
        """The rows of right numbers in aligned columns; columns that do not fit follow below."""
        cells = list(zip(*(text.split(" ") for text in revealed), strict=True))
        widths = [max(map(len, column)) for column in cells]
        room = max((self._room or 1 << 20) - indent, *widths, 0)
        parts: list[list[int]] = []
        for n, column_width in enumerate(widths):
            if not parts or sum(widths[k] + 1 for k in parts[-1]) + column_width > room:
                parts.append([])
            parts[-1].append(n)
        for n, part in enumerate(parts):
            yield from [""] * bool(n)
            yield from (" ".join(cells[k][i].rjust(widths[k]) for k in part) for i in range(len(revealed)))

    def _working(self, step: StepReport, key: Worksheet | None) -> list[str]:
        """The working of the first wrong cell."""
        if key is None or step.first_wrong is None:
            return []
        lines = Workings(key[step.stage], fold=8).cell(step.name, *step.first_wrong)
        return wrapped(lines, self._room and max(self._room - 30, 40))

    def _class(self, results: Iterator[Marked], work: Work) -> Iterator[Line]:
        """Many submissions: a line or a table for each, and a summary of the class."""
        name_width = min(max(map(width, work.names)), LONGEST_NAME)
        summary = Summary()
        for number, result in enumerate(results):
            summary.add(result)
            head = (Span(pad(result.origin, name_width)), Span("  "))
            below = space(name_width + 2)
            if isinstance(result, Failure):
                yield from self._hung(head, f"could not be marked: {result.what}", "wrong")
                advice = (result.mend,) if result.mend else ()
                yield from (line for text in (*result.details, *advice) for line in self._hung(below, text, "wrong"))
            elif self.each:
                yield from [*self._hung(EMPTY, result.origin, "heading"), *self._table(result, work.key(number)), ()]
            else:
                yield from self._hung(head, last_line(result), "right" if result.all_right else "wrong")
                doubts = [*(_remark(each) for each in result.remarks if each.doubts), *_unread(result)]
                yield from (line for text in doubts for line in self._hung(below, text, "wrong"))
        yield from self._summary(summary)

    def _summary(self, summary: Summary) -> Iterator[Line]:
        mean = f", {summary.mean:g} of {summary.points:g} points on average" if summary.mean is not None else ""
        failed = f", {len(summary.failed)} could not be marked" if summary.failed else ""
        yield ()
        yield from self._hung(
            EMPTY, f"{summary.submissions} submissions, {summary.all_right} all right{mean}{failed}", "heading"
        )
        slips = summary.slips()[:MOST_SLIPS]
        step_width = max((width(step) for step, *_ in slips), default=0)
        for step, _, count, text in slips:
            head = (Span(f"  {count:>4} × ", "caption"), Span(pad(step, step_width), "label"), Span("   "))
            yield from self._hung(head, text, "")


def _remark(remark: Note) -> str:
    """A remark on a whole submission, with the option that would help."""
    return note(remark) + HOW.get(remark.remark, "")


def _unread(report: Report) -> Iterator[str]:
    """The first matrices that could not be read or paired, and how many more there are."""
    unread = [unknown(each) for each in report.unknown]
    yield from unread[:MOST_UNREAD]
    if len(unread) > MOST_UNREAD:
        yield f"and {len(unread) - MOST_UNREAD} more"


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[Line]:
    """The files that were not marked, with reasons."""
    if left_out:
        path_width = min(max(width(file.path) for file in left_out), LONGEST_NAME)
        yield ()
        yield (Span("not marked:", "heading"),)
        yield from ((Span(f"  {pad(file.path, path_width)}  "), Span(file.why, "caption")) for file in left_out)


def _harmless(line: Line) -> Line:
    """The line with control characters escaped: names of steps and files come from outside."""
    return tuple(span._replace(text=visible(span.text)) for span in line)
