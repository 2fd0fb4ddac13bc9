"""Named matrices in any text that people paste: lines into items, items into blocks of rows, blocks into matrices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tmat.errors import InputError, fold
from tmat.reading.blocks import Block, TypedMatrix, typed_matrix
from tmat.reading.gathering import Gatherer
from tmat.reading.gutters import without_gutter
from tmat.reading.lines import Lines
from tmat.reading.markup import without_markup
from tmat.reading.naming import as_heading, is_known, name_of, stage_of
from tmat.reading.rows import Problem, Words, bracketed_lines, rows_alike
from tmat.reading.text_rows import is_pipe_rule
from tmat.visible import visible

__all__ = ["Pasted", "Problem", "read_pasted"]

Headings = Mapping[str, bool]
NO_HEADINGS: Headings = MappingProxyType({})
_CHANCES = re.compile(r"after \S+", re.IGNORECASE)  # the likeliest words, beside the matrix of all
_LONG = 1_000_000
_MOST = 2000  # problems that are told: a text with more is no page of matrices
_BOOK = 20_000  # lines of words in a row: as many as a book has, read in half a second


@dataclass(slots=True)
class Pasted:
    """What a text holds: the matrices, and what could not be read."""

    found: list[TypedMatrix] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def lost(self) -> list[Problem]:
        """The problems that cost a number."""
        return [problem for problem in self.problems if problem.lost]


def read_pasted(
    text: str, origin: str = "the text", *, commas: bool = False, headings: Headings = NO_HEADINGS
) -> Pasted:
    """The matrices of a text in any of the forms that people paste, in its order, and what could not be read.

    ``commas`` says that commas part cells, as they do in a .csv: none of them is a decimal one. ``headings``, as
    `as_heading` has them, part a page as those of stages do, or end it where they are False; what cannot be read above
    the first is no matrix.

    >>> found = read_pasted("A = np.array([[0.5, 1],\\n   [2, 1/8]])\\n\\nZ\\ncat: 1 2\\nsat: 3 4").found
    >>> [(one.name, one.matrix.values.tolist()) for one in found]
    [('A', [[0.5, 1.0], [2.0, 0.125]]), ('Z', [[1.0, 2.0], [3.0, 4.0]])]
    """
    if len(text) > _LONG and 1000 * sum(map(text.count, "0123456789")) < len(text):
        error = InputError(f"{origin} has {len(text)} characters and hardly a digit", "expected rows of numbers")
        return Pasted(problems=[Problem(error, "", 1)])
    plain = without_markup(text.removeprefix("\ufeff"))
    lines = plain.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = without_gutter(lines) or lines
    page = plain.prose or any(map(is_pipe_rule, lines))
    reader, gatherer, collector = Lines(origin, decimal=not commas), Gatherer(origin), _Collector(origin, headings)
    places = None if not plain.lines else [plain.lines[min(n, len(plain.lines) - 1)] for n in range(len(lines))]
    n = 0
    while n < len(lines):
        rows = gatherer.open_rows if reader.statement is None else []
        if rows and (more := rows_alike(lines, n, places, rows[-1])):
            rows += more
            n += len(more)
            continue
        if reader.statement is not None and (within := reader.statement.brackets.takes_rows()) is not None:
            inside = bracketed_lines(lines, n)
            within.take_rows(inside, n + 1 if places is None else places[n])
            n += len(inside)
            if n == len(lines):
                break
        reader.prose = page and not gatherer.opened
        line = n + 1 if places is None else places[n]
        for item in reader.take(lines[n], line):
            collector.take(gatherer.take(item))
            if isinstance(item, Words) and (
                stage := collector.stage_in(item, first=not (n and lines[n - 1].startswith("# ")))
            ):
                if item.kind == "remark" or stage in headings:  # else it may be the name of the matrix below
                    collector.take(gatherer.finish())
                collector.enter(stage)
        if collector.ended:
            break
        if gatherer.block is not None and len(gatherer.block.above) > _BOOK:
            what, where = f"{_BOOK} lines of words in a row", f"in {origin}, line {line}"
            collector.problems.append(("", Problem(InputError(what, where, "expected rows of numbers"), "", line)))
            return collector.done()
        if len(collector.problems) > _MOST:
            break
        n += 1
    for item in reader.end():
        collector.take(gatherer.take(item))
    collector.take(gatherer.finish())
    return collector.done()


class _Collector:
    """Collects blocks as matrices, each once: a page may show the same operand again.

    On a page of several stages, names that occur in more than one get their stage's id.
    """

    def __init__(self, origin: str, headings: Headings) -> None:
        self.origin, self.headings = origin, headings
        self.stage = ""  # whose heading came last
        self.ended = False  # what follows is no matrix
        self.found: list[tuple[str, TypedMatrix]] = []  # each with its stage
        self.seen: dict[tuple[str, str], TypedMatrix] = {}
        self.problems: list[tuple[str, Problem]] = []

    def stage_in(self, item: Words, *, first: bool) -> str:
        """What a line says that is one of the headings, ``first`` of several remarks, or a stage's name; else nothing."""
        heading = as_heading(" ".join(item.words)) if self.headings and first else ""
        if heading in self.headings:
            return heading
        name = name_of(item.text.rpartition("· ")[2])  # layer 2 of 6 · ffn-2
        return name if stage_of(name) and self.stage not in self.headings else ""

    def enter(self, stage: str) -> None:
        """What follows is of this stage."""
        if stage in self.headings:
            self.ended = not self.headings[stage]
            if self.stage not in self.headings:
                self.problems = []
        self.stage = stage

    def done(self) -> Pasted:
        counts = Counter(fold(matrix.name) for _, matrix in self.found)
        named = [
            replace(matrix, name=f"{stage}.{matrix.name}")
            if stage in self.headings or (stage and counts[fold(matrix.name)] > 1)
            else matrix
            for stage, matrix in self.found
        ]
        read = {(stage, fold(matrix.name)) for stage, matrix in self.found if matrix.name}  # below what could not be
        return Pasted(named, [each for stage, each in self.problems if (stage, fold(each.name)) not in read])

    def take(self, made: Iterable[Block | Problem]) -> None:
        for each in made:
            if self.stage in self.headings and not is_known(each.name or ""):
                continue  # a table or sentence beside the matrices of a page
            if isinstance(each, Problem):
                self.problems.append((self.stage, each))
                continue
            try:
                matrix = typed_matrix(each, self.origin)
                if each.result and self.found:
                    stage, before = self.found.pop()  # Q = [[1/2]] and in the next line = [[0.5]]
                    del self.seen[stage, fold(before.name)]
                    matrix = replace(matrix, name=before.name)
                self._collect(matrix, under=each.under)
            except InputError as error:
                if (not each.name or each.name == self.stage) and stage_of(self.stage) == "vocab":
                    continue  # the table of a vocabulary
                self.problems.append((self.stage, Problem(error, each.name or "", each.line)))

    def _collect(self, matrix: TypedMatrix, *, under: bool) -> None:
        if stage_of(self.stage) == "decode" and _CHANCES.fullmatch(matrix.name) and matrix.matrix.values.shape[1] == 1:
            return
        last = self.found[-1][1] if self.found and not matrix.name else None
        if last is not None and matrix.equals(last):
            return  # what a program prints again of the assignment before it
        if last is not None and under and last.name:
            self.found.pop()
            what = f"rows without a name right under '{visible(last.name, 60)}'"
            where = f"in {self.origin}, lines {last.line} and {matrix.line}"
            mend = "put all rows in one bracket, or a name over each matrix"
            raise InputError(what, where, "one matrix, or two?", mend=mend)
        twin = self.seen.setdefault((self.stage, fold(matrix.name)), matrix)
        if twin is matrix:
            self.found.append((self.stage, matrix))
        elif twin.texts != matrix.texts and not matrix.equals(twin):
            self.found = [pair for pair in self.found if pair[1] is not twin]  # which of the two is meant, is not known
            shown = visible(matrix.name, 60)
            raise InputError(
                f"'{shown}' is given twice" if shown else "two blocks of rows without a name",
                f"in {self.origin}, lines {twin.line} and {matrix.line}", mend=None if shown else "put a name over each",
            )  # fmt: skip
