"""Marking from the command line: where answers and keys come from, and how a report is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tmat.cli.environment import Environment
from tmat.errors import InputError, nearest
from tmat.progress import working

if TYPE_CHECKING:
    from tmat.marking.answers import Answers, Called
    from tmat.marking.many import Marked
    from tmat.marking.options import Options
    from tmat.marking.verdicts import Report, StepReport
    from tmat.rendering.styled import Line
    from tmat.sheet.worksheet import Worksheet

FORMATS = ("table", "json", "junit", "gradescope", "csv")
SUFFIXES = {".json": "json", ".xml": "junit", ".csv": "csv", ".txt": "table"}
ROLES = {"right": "right", "follows": "follows", "slip": "slip", "close": "follows", "missing": "caption"}


def key_sheet(key: str, env: Environment) -> tuple[Worksheet, Mapping[str, Called]]:
    """The worksheet to mark by, of a file, of standard input, or of a worked example, and that article's own names."""
    from tmat.reading import read_documents
    from tmat.reading.files import open_file
    from tmat.sheet.worksheet import Worksheet

    if key.startswith("example:"):
        from tmat.articles.keys import key_of

        return key_of(key.removeprefix("example:"))
    if key == "-":
        documents = list(read_documents(env.stdin))
    else:
        with open_file(key) as stream:
            documents = list(read_documents(stream, key))
    origin = "standard input" if key == "-" else key
    if len(documents) != 1 or not isinstance(documents[0], Worksheet):
        found = (
            "nothing" if not documents else "bare matrices" if len(documents) == 1 else f"{len(documents)} documents"
        )
        raise InputError(
            f"{origin} is no key",
            f"expected one worksheet in JSON, found {found}",
            mend="make one with any stage: tmat attention --d-k 6 -o key.json",
        )
    return documents[0], {}


def marked(
    paths: Sequence[str],
    key: Worksheet | None,
    names: Mapping[str, Called],
    options: Options,
    env: Environment,
    jobs: int | None,
    key_name: str | None,
) -> Iterator[Marked]:
    """Each submission's marking, or why it could not be marked."""
    from tmat.marking import mark, mark_many

    if paths and key is not None:
        from tmat.marking.many import submissions

        files = submissions(paths)
        with working("marking", len(files)) as step:
            found = list(mark_many(files, key, options, names=names, jobs=jobs, progress=lambda done, of: step(done)))
        if len(paths) == 1 and len(found) == 1 and not os.path.isdir(paths[0]):
            _raise_failure(found[0])
        yield from found
        return
    if key is not None:
        if key_name == "-":
            raise InputError("the key came on standard input, and no answers were named", mend="name a file of answers")
        yield mark(key, _from_standard_input(env).called(names), options)
        return
    yield from _held_against_themselves(paths, options, env)


def _raise_failure(one: Marked) -> None:
    """A single file that cannot be read is an error like any other."""
    from tmat.marking.many import Failure

    if isinstance(one, Failure):
        raise InputError(one.what, *one.details, mend=one.mend)


def _from_standard_input(env: Environment) -> Answers:
    from tmat.marking.answers import Answers
    from tmat.reading.files import as_text, read_bytes

    if env.stdin_kind not in ("pipe", "file"):
        raise InputError("check has no answers", "none were named", mend="tmat check answers.txt --key key.json")
    data = read_bytes(env.stdin, "standard input")
    if data.lstrip()[:1] in (b"{", b"["):
        return _of_json(data)
    return Answers.of_text(as_text(data, "standard input"), "standard input")


def _of_json(data: bytes) -> Answers:
    import io

    from tmat.marking.answers import Answers
    from tmat.reading import read_documents
    from tmat.sheet.worksheet import Worksheet

    found = Answers(origin="standard input")
    for document in read_documents(io.BytesIO(data)):
        whole = isinstance(document, Worksheet)
        found.matrices += (Answers.of_worksheet(document) if whole else Answers.of(document)).matrices  # type: ignore[arg-type]
    return found


def _held_against_themselves(paths: Sequence[str], options: Options, env: Environment) -> Iterator[Report]:
    """Worksheets whose steps are each done again from their own operands."""
    from tmat.cli.showing import sheets_of
    from tmat.marking import mark_self
    from tmat.reading import read_documents
    from tmat.sheet.worksheet import Worksheet

    found = 0
    for path in paths:
        for sheet in sheets_of([path]):
            if not any(stage.steps for stage in sheet.stages):
                raise InputError(
                    f"{path} has no steps to hold against themselves",
                    "without --key, a worksheet is checked against its own operands",
                    mend="give the key: --key key.json",
                )
            found += 1
            yield mark_self(sheet, options, path)
    if paths:
        return
    if env.stdin_kind in ("pipe", "file"):
        for document in read_documents(env.stdin):
            if not isinstance(document, Worksheet):
                raise InputError(
                    "standard input has no steps", "bare matrices came", mend="give the key: --key key.json"
                )
            found += 1
            yield mark_self(document, options, "standard input")
    if not found:
        raise InputError(
            "check has nothing to mark", "no answers were named", mend="tmat check answers.txt --key key.json"
        )


def shown(line: Line) -> Line:
    """The line without what would steer a terminal: names of steps and files come from anybody."""
    from tmat.visible import visible

    return tuple(span._replace(text=visible(span.text)) for span in line)


def say_failures(results: Sequence[Marked], env: Environment) -> None:
    """What could not be marked is said on standard error too: a script that keeps only the report must not miss it."""
    from tmat.marking.many import Failure
    from tmat.visible import visible

    failures = [one for one in results if isinstance(one, Failure)]
    if failures:
        shown = [f"  {visible(one.origin)}: {visible(one.what)}" for one in failures[:5]]
        more = [f"  and {len(failures) - 5} more"] if len(failures) > 5 else []
        env.say("\n".join([f"tmat check: {len(failures)} of {len(results)} could not be marked", *shown, *more]))


class Reporter:
    """Writes reports as lines for people or in a form for programs."""

    def __init__(
        self, env: Environment, format: str | None, output: str | None, *, width: int | None, reveal: bool, work: bool, each: bool
    ) -> None:  # fmt: skip
        self.env, self.output, self.width = env, output, width
        self.reveal, self.work, self.each = reveal, work, each
        self.key: Worksheet | None = None
        self.format = format or (SUFFIXES.get(os.path.splitext(output)[1].lower(), "") if output else "table")
        if self.format not in FORMATS:
            near = nearest(self.format, FORMATS)
            said = f"--format {format}" if format else f"the format of {output}"
            raise InputError(
                f"{said} is not known",
                f"expected one of {', '.join(FORMATS)}",
                mend=f"did you mean {near[0]}?" if near else "say it: --format json",
            )

    def write(self, results: Sequence[Marked]) -> None:
        """All reports, to the file or to standard output."""
        if not results:
            raise InputError("check has nothing to mark", mend="name files of answers")
        if self.format == "table":
            lines = [shown(line) for line in self._lines(results)]
            if self.output is None:
                self._put(lines)
            else:
                from tmat.rendering.styled import to_text

                self._save(to_text(lines).encode())
            return
        data = self._data(results)
        if self.output is None:
            self.env.write(data)
        else:
            self._save(data)

    def _save(self, data: bytes) -> None:
        from tmat.cli.files import write_file

        assert self.output is not None
        write_file(self.output, data)

    def _put(self, lines: list[Line]) -> None:
        from tmat.cli.options import Common
        from tmat.cli.terminal import put

        put(lines, self.env, Common(width=self.width))

    def _data(self, results: Sequence[Marked]) -> bytes:
        if self.format == "json":
            from tmat.marking.reports.data import to_json

            return to_json(results, reveal=self.reveal)
        if self.format == "csv":
            from tmat.marking.reports.data import to_csv

            return to_csv(results).encode()
        if self.format == "junit":
            from tmat.marking.reports.junit import to_junit

            return to_junit(results).encode()
        from tmat.marking.reports.gradescope import to_gradescope

        if len(results) != 1:
            raise InputError("Gradescope takes one submission at a time", f"{len(results)} were marked")
        return to_gradescope(results[0])

    def _lines(self, results: Sequence[Marked]) -> list[Line]:
        from tmat.marking.reports.table import last_line
        from tmat.marking.verdicts import Report

        if len(results) == 1 and isinstance(results[0], Report):
            lines = self._table(results[0])
            self.env.hint("\n " + last_line(results[0]))
            return lines
        return self._class(results)

    def _table(self, report: Report) -> list[Line]:
        """A line a step: its name, how many of how many, what there is to say; below it, what was asked for."""
        from tmat.marking.reports.table import rows
        from tmat.rendering.styled import Span
        from tmat.width import pad, width

        found = [row for row, step in zip(rows(report, reveal=self.reveal), report.steps, strict=True) if _shown(step)]
        wide = max((width(row.name) for row in found), default=0)
        counted = max((width(row.count) for row in found), default=0)
        indent = wide + counted + 5
        lines: list[Line] = []
        first = report.first_wrong
        for row, step in zip(found, (s for s in report.steps if _shown(s)), strict=True):
            role = ROLES.get(row.verdict.word, "wrong")
            said = [text for sentence in row.said for text in self._folded(sentence, indent)]
            head: Line = (Span(pad(row.name, wide)), Span("  "), Span(pad(row.count, counted, "right"), role))
            lines.append((*head, Span("   "), Span(said[0], role)) if said else head)
            lines += [(Span(" " * indent), Span(text, role)) for text in said[1:]]
            lines += [(Span(" " * indent), Span(text, "right")) for text in row.revealed]
            if self.work and step is first:
                lines += [(Span(" " * indent + text, "caption"),) for text in self._working(step)]
        lines += [(Span(unknown.sentence, "wrong"),) for unknown in report.unknown]
        return lines

    def _folded(self, text: str, indent: int) -> list[str]:
        columns = self.width or self.env.columns
        if columns is None or columns - indent < 20:
            return [text]
        import textwrap

        return textwrap.wrap(text, columns - indent, break_long_words=False, break_on_hyphens=False) or [text]

    def _working(self, step: StepReport) -> list[str]:
        """The working of the first cell that is wrong."""
        if self.key is None or step.first_wrong is None:
            return []
        from tmat.workings.cell import Workings
        from tmat.workings.lines import wrapped

        stage = self.key[step.stage]
        columns = self.width or self.env.columns
        return wrapped(Workings(stage, fold=8).cell(step.name, *step.first_wrong), columns and max(columns - 30, 40))

    def _class(self, results: Sequence[Marked]) -> list[Line]:
        """Many submissions: a line each, or a table each, and what the class got wrong."""
        from tmat.marking.reports.table import last_line
        from tmat.marking.verdicts import Report
        from tmat.rendering.styled import Span
        from tmat.width import pad, width

        wide = max(width(result.origin) for result in results)
        lines: list[Line] = []
        for result in results:
            if not isinstance(result, Report):
                lines.append(
                    (Span(pad(result.origin, wide)), Span("  "), Span(f"could not be marked: {result.what}", "wrong"))
                )
                lines += [(Span(" " * (wide + 2) + text, "wrong"),) for text in result.details]
            elif self.each:
                lines += [(Span(result.origin, "heading"),), *self._table(result), ()]
            else:
                role = "right" if result.all_right else "wrong"
                lines.append((Span(pad(result.origin, wide)), Span("  "), Span(last_line(result), role)))
        return [*lines, *self._summary(results)]

    def _summary(self, results: Sequence[Marked]) -> list[Line]:
        from tmat.marking.reports.summary import summary
        from tmat.rendering.styled import Span

        whole = summary(results)
        mean = f", {whole.mean:g} of {whole.points:g} points on average" if whole.mean is not None else ""
        failed = f", {len(whole.failed)} could not be marked" if whole.failed else ""
        lines: list[Line] = [
            (),
            (Span(f"{whole.submissions} submissions, {whole.all_right} all right{mean}{failed}", "heading"),),
        ]
        for step, _, count, said in whole.slips()[:10]:
            lines.append((Span(f"  {count:>4} × ", "caption"), Span(step, "label"), Span(f"   {said}")))
        return lines


def _shown(step: StepReport) -> bool:
    """Given matrices that are as the key has them are not worth a line."""
    return not (step.op == "given" and step.verdict.word in ("right", "missing"))
