"""Reports as text and as JSON, and of a class, for tests to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tmat.marking.many import Marked
from tmat.marking.reports.data import json_parts
from tmat.marking.reports.summary import Summary
from tmat.marking.reports.table import last_line, rows
from tmat.marking.reports.words import note, reading, unknown
from tmat.marking.verdicts import Report


def to_json(marked: Sequence[Marked]) -> bytes:
    """One report as an object; several as an object with their summary."""
    return b"".join(json_parts(marked, alone=len(marked) == 1))


def plain(report: Report, *, reveal: bool = False) -> str:
    """The table of a report as text in columns, and its last line."""
    table = rows(report, reveal=reveal)
    name = max((len(row.name) for row in table), default=0)
    count = max((len(row.count) for row in table), default=0)
    lines = [note(one) for one in report.remarks]
    for row in table:
        said = row.said or (row.verdict.word,)
        head = f"{row.name.ljust(name)}   {row.count.ljust(count)}   "
        lines += [(head if n == 0 else " " * len(head)) + text for n, text in enumerate((*said, *row.revealed))]
    lines += [unknown(name) for name in report.unknown] + [reading(one) for one in report.readings]
    return "\n".join([*(line.rstrip() for line in lines), last_line(report)])


def summary(marked: Iterable[Marked]) -> Summary:
    """The summary of a class."""
    whole = Summary()
    for one in marked:
        whole.add(one)
    return whole
