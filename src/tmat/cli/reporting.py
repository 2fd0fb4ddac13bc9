"""How reports of `tmat check` are written: as lines for people, or in a form for programs."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.terminal import put
from tmat.errors import InputError, meant
from tmat.marking.many import Failure, Marked
from tmat.marking.reports.data import to_csv, to_json
from tmat.marking.reports.gradescope import to_gradescope
from tmat.marking.reports.junit import to_junit
from tmat.marking.reports.summary import summary
from tmat.marking.reports.table import last_line, rows
from tmat.marking.reports.words import note, unknown
from tmat.marking.verdicts import Report, StepReport, Verdict
from tmat.outputs import write_file
from tmat.rendering.styled import Line, Span, to_text
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible
from tmat.width import pad, width
from tmat.workings.cell import Workings
from tmat.workings.lines import wrapped

FORMATS = ("table", "json", "junit", "gradescope", "csv")
SUFFIXES = {".json": "json", ".xml": "junit", ".csv": "csv", ".txt": "table"}
ROLES = {
    Verdict.RIGHT: "right", Verdict.FOLLOWS: "follows", Verdict.SLIP: "slip", Verdict.CLOSE: "follows",
    Verdict.MISSING: "caption",
}  # fmt: skip
MOST_FAILURES = 5  # that are told one by one on standard error
MOST_SLIPS = 10  # in the summary of a class


def format_of(format: str | None, output: str | None) -> str:
    """The form that was asked for, or that the file's name asks for."""
    chosen = format or (SUFFIXES.get(os.path.splitext(output)[1].lower(), "") if output else "table")
    if chosen not in FORMATS:
        said = f"--format {format}" if format else f"the format of {output}"
        raise InputError(
            f"{said} is not known",
            f"expected one of {', '.join(FORMATS)}",
            mend=meant(chosen, FORMATS) or "say it: --format json",
        )
    return chosen


def say_failures(results: Sequence[Marked], env: Environment) -> None:
    """What could not be marked is said on standard error too: a script that keeps only the report must not miss it."""
    failures = [one for one in results if isinstance(one, Failure)]
    if failures:
        told = [f"  {visible(one.origin)}: {visible(one.what)}" for one in failures[:MOST_FAILURES]]
        more = [f"  and {len(failures) - MOST_FAILURES} more"] if len(failures) > MOST_FAILURES else []
        env.say("\n".join([f"tmat check: {len(failures)} of {len(results)} could not be marked", *told, *more]))


@dataclass(slots=True)
class Reporter:
    """Writes reports to a file or to standard output."""

    env: Environment
    format: str
    output: str | None = None
    width: int | None = None
    _: KW_ONLY
    reveal: bool = False
    work: bool = False
    each: bool = False
    key: Worksheet | None = None

    def write(self, results: Sequence[Marked]) -> None:
        """All reports, to the file or to standard output."""
        if not results:
            raise InputError("check has nothing to mark", mend="name files of answers")
        if self.format != "table":
            data = self._data(results)
        else:
            lines = [_harmless(line) for line in self._lines(results)]
            if self.output is None:
                put(lines, self.env, Common(width=self.width))
                return
            data = to_text(lines).encode()
        if self.output is None:
            self.env.write(data)
        else:
            write_file(self.output, data)

    def _data(self, results: Sequence[Marked]) -> bytes:
        if self.format == "json":
            return to_json(results, reveal=self.reveal)
        if self.format == "csv":
            return to_csv(results).encode()
        if self.format == "junit":
            return to_junit(results).encode()
        if len(results) != 1:
            raise InputError("Gradescope takes one submission at a time", f"{len(results)} were marked")
        return to_gradescope(results[0])

    # -- lines for people

    def _lines(self, results: Sequence[Marked]) -> list[Line]:
        if len(results) == 1 and isinstance(results[0], Report):
            lines = self._table(results[0])
            self.env.hint("\n " + last_line(results[0]))
            return lines
        return self._class(results)

    def _table(self, report: Report) -> list[Line]:
        """A line a step: its name, how many of how many, what there is to say; below it, what was asked for."""
        found = [
            (row, step)
            for row, step in zip(rows(report, reveal=self.reveal), report.steps, strict=True)
            if _worth_a_line(step)
        ]
        wide = max((width(row.name) for row, _ in found), default=0)
        counted = max((width(row.count) for row, _ in found), default=0)
        indent = wide + counted + 5
        lines: list[Line] = [(Span(text, "wrong"),) for one in report.remarks for text in self._folded(note(one), 0)]
        for row, step in found:
            role = ROLES.get(row.verdict, "wrong")
            said = [text for sentence in row.said for text in self._folded(sentence, indent)]
            head: Line = (Span(pad(row.name, wide)), Span("  "), Span(pad(row.count, counted, "right"), role))
            lines.append((*head, Span("   "), Span(said[0], role)) if said else head)
            lines += [(Span(" " * indent), Span(text, role)) for text in said[1:]]
            lines += [(Span(" " * indent), Span(text, "right")) for text in row.revealed]
            if self.work and step is report.first_wrong:
                lines += [(Span(" " * indent + text, "caption"),) for text in self._working(step)]
        return [*lines, *((Span(unknown(name), "wrong"),) for name in report.unknown)]

    def _folded(self, text: str, indent: int) -> list[str]:
        columns = self.width or self.env.columns
        if columns is None or columns - indent < 20:
            return [text]
        return textwrap.wrap(text, columns - indent, break_long_words=False, break_on_hyphens=False) or [text]

    def _working(self, step: StepReport) -> list[str]:
        """The working of the first cell that is wrong."""
        if self.key is None or step.first_wrong is None:
            return []
        columns = self.width or self.env.columns
        lines = Workings(self.key[step.stage], fold=8).cell(step.name, *step.first_wrong)
        return wrapped(lines, columns and max(columns - 30, 40))

    def _class(self, results: Sequence[Marked]) -> list[Line]:
        """Many submissions: a line each, or a table each, and what the class got wrong."""
        wide = max(width(result.origin) for result in results)
        lines: list[Line] = []
        for result in results:
            name = Span(pad(result.origin, wide))
            if isinstance(result, Failure):
                lines.append((name, Span("  "), Span(f"could not be marked: {result.what}", "wrong")))
                lines += [(Span(" " * (wide + 2) + text, "wrong"),) for text in result.details]
            elif self.each:
                lines += [(Span(result.origin, "heading"),), *self._table(result), ()]
            else:
                lines.append((name, Span("  "), Span(last_line(result), "right" if result.all_right else "wrong")))
        return [*lines, *_summary(results)]


def _summary(results: Sequence[Marked]) -> list[Line]:
    whole = summary(results)
    mean = f", {whole.mean:g} of {whole.points:g} points on average" if whole.mean is not None else ""
    failed = f", {len(whole.failed)} could not be marked" if whole.failed else ""
    lines: list[Line] = [
        (),
        (Span(f"{whole.submissions} submissions, {whole.all_right} all right{mean}{failed}", "heading"),),
    ]
    for step, _, count, said in whole.slips()[:MOST_SLIPS]:
        lines.append((Span(f"  {count:>4} × ", "caption"), Span(step, "label"), Span(f"   {said}")))
    return lines


def _worth_a_line(step: StepReport) -> bool:
    """Given matrices that are as the key has them are not worth a line."""
    return not (step.given and step.verdict in (Verdict.RIGHT, Verdict.MISSING))


def _harmless(line: Line) -> Line:
    """The line without what would steer a terminal: names of steps and files come from anybody."""
    return tuple(span._replace(text=visible(span.text)) for span in line)
