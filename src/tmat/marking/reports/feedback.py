"""Feedback to hand back: a page a student, in HTML, Markdown or text, that gives no right number away unless it is to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from tmat.errors import InputError
from tmat.marking.key import Key
from tmat.marking.many import Failure, Marked
from tmat.marking.reports.table import Row, last_line, rows, worth_a_line
from tmat.marking.reports.words import on_the_whole
from tmat.marking.verdicts import Report, StepReport, Verdict
from tmat.rendering.formats.markdown import escaped, table
from tmat.sheet.worksheet import Worksheet
from tmat.visible import pad, visible, width
from tmat.workings.cell import Workings
from tmat.workings.lines import PARTS

TERMS = 8  # of a sum that a working shows
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Page:
    """What a student is told: the points, a row a step, the working of the first wrong cell, and what was not read."""

    title: str
    result: str
    rows: Sequence[Row] = ()
    working: Sequence[str] = ()
    notes: Sequence[str] = ()


def page(
    marked: Marked, title: str, *, key: Worksheet | None = None, reveal: bool = False, notes: Sequence[str] = ()
) -> Page:
    """The page of one submission; without the key there is no working on it."""
    if isinstance(marked, Failure):
        mend = [marked.mend] if marked.mend else []
        return Page(title, f"could not be marked: {marked.what}", notes=[*marked.details, *mend, *notes])
    told = zip(rows(marked, reveal=reveal), marked.steps, strict=True)
    return Page(
        title,
        last_line(marked),
        [row for row, step in told if worth_a_line(step)],
        _working(marked, key, reveal) if key is not None else (),
        [*on_the_whole(marked), *notes],
    )


def _working(report: Report, key: Worksheet, reveal: bool) -> Sequence[str]:
    """The working of the first wrong cell; without its result, and in symbols alone where its operands are not right yet."""
    step = report.first_wrong
    if step is None or step.first_wrong is None:
        return ()
    try:
        whole = Workings(key[step.stage], fold=TERMS).cell(step.name, *step.first_wrong)
    except InputError:  # an operation of another version
        return ()
    parts = PARTS if reveal else ("symbols", "numbers") if _has_operands(report, step, key) else ("symbols",)
    lines = [line for line in whole.lines if line.part in parts]
    if not reveal and whole.lines:  # a line of numbers may hold the result: that of max(0, 0.7)
        result = _numbers(whole.lines[-1].text)
        lines = [line for line in lines if line.part == "symbols" or not result & _numbers(line.text)]
    return [f"{whole.cell} {whole.head}", *(f"  {line}" for line in lines)]


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(re.sub(r"\(to .*?\)", "", text)))


def _has_operands(report: Report, step: StepReport, key: Worksheet) -> bool:
    """Whether the student has the right numbers of all that the step is made of."""
    ready = _ready(key)
    right = {(own.stage, own.name) for own in report.steps if own.verdict is Verdict.RIGHT}
    own = next(matrix for matrix in ready.steps if (matrix.stage, matrix.name) == (step.stage, step.name))
    operands = [ready.matrices[index] for index in own.of or ()]
    return all(matrix.given or (matrix.stage, matrix.name) in right for matrix in operands)


@lru_cache(1)
def _ready(key: Worksheet) -> Key:
    return Key(key)


# -- written out


def to_text(page: Page) -> str:
    """The page as text in columns."""
    wide = max((width(row.name) for row in page.rows), default=0)
    counted = max((len(row.count) for row in page.rows), default=0)
    table = []
    for row in page.rows:
        head = f"{pad(row.name, wide)}   {row.count.rjust(counted)}"
        said = [f"   {text}" for text in _said(row)] or [""]
        table += [(head if n == 0 else " " * width(head)) + text for n, text in enumerate(said)]
    blocks = [[page.title], [page.result], table, page.working, page.notes]
    return "\n\n".join("\n".join(visible(line).rstrip() for line in lines) for lines in blocks if lines) + "\n"


def to_markdown(page: Page) -> str:
    """The page as Markdown."""
    cells = [
        [escaped(row.name, in_table=True), row.count, row.points, "<br>".join(escaped(text, in_table=True) for text in _said(row))]
        for row in page.rows
    ]  # fmt: skip
    blocks = [f"# {escaped(page.title)}", escaped(page.result)]
    if cells:
        blocks.append(table(["step", "right", "points", ""], cells, "lrll"))
    if page.working:
        text = "\n".join(map(visible, page.working))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        blocks.append(f"{fence}text\n{text}\n{fence}")
    if page.notes:
        blocks.append("\n".join(f"- {escaped(note)}" for note in page.notes))
    return "\n\n".join(blocks) + "\n"


_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:50em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.3em 1em .3em 0;border-bottom:1px solid #8884}
td.count{text-align:right;white-space:nowrap}tr.wrong th::before{content:"✗ "}tr.right th::before{content:"✓ "}"""


def to_html(page: Page) -> str:
    """The page as HTML that lets nothing in from outside."""
    cells = "\n".join(
        f'<tr class="{_mark(row)}"><th scope="row">{_text(row.name)}</th><td class="count">{row.count}</td>'
        f"<td>{row.points}</td><td>{'<br>'.join(map(_text, _said(row)))}</td></tr>"
        for row in page.rows
    )
    steps = f"<table>\n{cells}\n</table>\n" if cells else ""
    working = f"<pre>{_text_lines(page.working)}</pre>\n" if page.working else ""
    notes = "<ul>" + "".join(f"<li>{_text(note)}</li>" for note in page.notes) + "</ul>\n" if page.notes else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(page.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{_text(page.title)}</h1>\n<p>{_text(page.result)}</p>\n{steps}{working}{notes}</body>\n</html>\n"
    )


PAGES: Mapping[str, tuple[str, Callable[[Page], str]]] = {
    "html": (".html", to_html),
    "markdown": (".md", to_markdown),
    "text": (".txt", to_text),
}
"""Each form of a page: its suffix, and what writes it."""


def _said(row: Row) -> tuple[str, ...]:
    return (*row.said, *(("the right numbers:", *row.revealed) if row.revealed else ()))


def _mark(row: Row) -> str:
    return "right" if row.verdict in (Verdict.RIGHT, Verdict.FOLLOWS) else "wrong"


def _text(text: str) -> str:
    return escape(visible(text))


def _text_lines(lines: Sequence[str]) -> str:
    return "\n".join(map(_text, lines))


def file_names(students: Sequence[str], suffix: str) -> list[str]:
    """A name of a file for each student, none twice, that every system takes.

    >>> file_names(["li.wei", "Li.Wei", "Zoë: 2?", "../.."], ".html")
    ['li.wei.html', 'Li.Wei-2.html', 'Zoë_ 2_.html', '_.html']
    """
    found: list[str] = []
    taken: set[str] = set()
    for student in students:
        stem = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', "_", student).strip(". ") or "student"
        while len(stem.encode("utf-8", "replace")) > 200:  # a name of a file may have 255 bytes
            stem = stem[:-1]
        name, count = stem, 1
        while name.casefold() in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name.casefold())
        found.append(name + suffix)
    return found
