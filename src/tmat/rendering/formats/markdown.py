"""Worksheets in Markdown: GitHub's tables, mathematics between dollars.

What comes from outside cannot mark up anything: words of letters and digits stand as they are, others as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from tmat.numbers import format_number
from tmat.operations.printing.markdown import MARKDOWN, MARKDOWN_LINE
from tmat.rendering.format import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, begun, formula_in
from tmat.rendering.worked import Worked
from tmat.rendering.writer import Writer
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import pad, visible, width
from tmat.workings import Working

_PLAIN = re.compile(r"[^\W_](?:[\w '’-]*[^\W_])?")
_TELLING = re.compile(r"[\\`*\[\]<>&|~$#!@]|(?<![^\W_])_|_(?![^\W_])")
_LEADING = re.compile(r"^(\d+)([.)])|^([-+=:])")


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    r"""The worksheets as Markdown.

    >>> sheet = Worksheet([Stage("s", "s", given={"X": Matrix.of("X", [[1, 2]], rows=["a|b"])})])
    >>> print(document([sheet]), end="")
    # s
    <BLANKLINE>
    ### X
    <BLANKLINE>
    1×2
    <BLANKLINE>
    |        |   1 |   2 |
    |:-------|----:|----:|
    | `a\|b` |   1 |   2 |
    """
    return "\n\n".join(_Markdown(look).pieces(sheets)) + "\n"


class _Markdown(Writer):
    room = Room(40, 24)
    most = 200
    notation = MARKDOWN
    mark = "#"  # of a stage's title
    folds = False  # the matrices of a stage, on pages of a whole article

    def worksheet(self, number: int) -> Iterator[str]:
        if number > 1:
            yield "---"
        if number:
            self.mark = "##"
            yield f"# Worksheet {number}"

    def cover(self, cover: Cover) -> Iterator[str]:
        self.mark, self.folds = "##", True
        yield f"# {escaped(cover.name)}: {escaped(cover.title)}"
        yield f"{escaped(begun(cover.summary))}."
        yield from self.said(cover.count)
        for own in cover.tables:
            yield f"## {escaped(begun(own.title))}"
            if own.caption:
                yield escaped(own.caption)
            sides = "".join("r" if own.has_numbers(n) else "l" for n in range(len(own.head)))
            yield table(own.head, [[escaped(text, in_table=True) for text in row] for row in own.rows], sides)

    def script(self, script: str) -> Iterator[str]:
        yield from ("## By pipes", f"```sh\n{script}```")

    def held(self, stage: Stage) -> Stage:
        """With its places' numbers for labels that mathematics in Markdown cannot hold."""

        def own(matrix: Matrix) -> Matrix:
            return replace(matrix, rows=_held(matrix.rows), cols=_held(matrix.cols))

        given = {name: own(matrix) for name, matrix in stage.given.items()}
        return replace(stage, given=given, steps=[replace(step, result=own(step.result)) for step in stage.steps])

    def title(self, section: Section) -> str:
        return f"{self.mark} {escaped(begun(section.title) if section.remarks.title else section.title)}"

    def sentence(self, words: Sequence[str], left: int) -> str:
        more = f" … ({len(words) + left} words)" if left else ""
        return f"**Tokens:** {' '.join(map(label, words))}{more}"

    def notes(self, notes: Sequence[str]) -> str:
        return " · ".join(map(escaped, notes))

    def said(self, said: Sequence[Said]) -> Iterator[str]:
        if said:
            yield "\n".join(f"{' ' * (one.indent // 2 * 2)}- {escaped(one.text)}" for one in said)

    def verdicts(self, said: Sequence[Said]) -> Iterator[str]:
        yield "\n>\n".join(f"> {escaped(one.text)}" for one in said)

    def matrices(self, section: Section, worked: Worked) -> Iterator[str]:
        names = escape(visible(", ".join(shown.name for shown in section.shown)))
        if self.folds and names:
            yield f"<details>\n<summary>{names}</summary>"
        yield from super().matrices(section, worked)
        if self.folds and names:
            yield "</details>"

    def matrix(self, shown: Shown) -> Iterator[str]:
        number = f"{shown.number} · " if shown.number else ""
        yield f"### {number}{escaped(shown.name)}"
        yield " — ".join(part for part in (_formula(shown), escaped(shown.told)) if part)
        if not shown.matrix.values.size:
            return
        if shown.letters:
            yield self.symbols(shown.letters)
        if shown.kind:
            yield "As printed, what is not right in bold:"
        yield _cells(shown)
        if shown.right is not None:
            yield "Right:"
            yield _cells(shown.right)
        if shown.summary:
            yield escaped(shown.summary)

    def symbols(self, letters: Sequence[Sequence[str]]) -> str:
        rows = [[escaped(text, in_table=True) for text in row] for row in letters]
        return table([""] * len(letters[0]), rows, "l" * len(letters[0]))

    def working(self, working: Working) -> str:
        lines = [f"{working.cell} {working.head}", *map(str, working.lines)]
        return "\n".join(f"- {mathematics(line)}" for line in lines)

    def vocabulary(self, words: Sequence[tuple[int, str]], left: int) -> Iterator[str]:
        yield table(["id", "word"], [[str(n), label(word, in_table=True)] for n, word in words], "rl")
        if left:
            yield f"… {left:,} more words"

    def likeliest(self, after: str, words: Sequence[tuple[str, float]]) -> Iterator[str]:
        yield f"After {label(after)}:"
        rows = [[label(word, in_table=True), format_number(chance, 4)] for word, chance in words]
        yield table(["word", "probability"], rows, "lr")


def _cells(shown: Shown) -> str:
    """The numbers in a table with their labels; of a step as printed those in bold that are not right."""
    head = ["", *(label(shown.col_label(col), in_table=True) for col in shown.cols)]
    bold = shown.wrong if shown.kind == "printed" else ()
    rows = [
        [label(shown.row_label(i), in_table=True)]
        + [f"**{text}**" if (i, j) in bold else text for j, text in zip(shown.cols, cells, strict=True)]
        for i, cells in zip(shown.rows, shown.cells, strict=True)
    ]
    return table(head, rows, "l" + "r" * len(shown.cols))


def _formula(shown: Shown) -> str:
    if shown.step is None:
        return ""
    formula = formula_in(shown.step, MARKDOWN_LINE)
    told = f"{shown.step.name} {shown.step.op} {' '.join(shown.step.of)}"
    if formula is None or not told.isascii() or not re.fullmatch(r"[\w. -]*", told):
        return escaped(shown.formula)
    return mathematics(formula)


def mathematics(latex: str) -> str:
    r"""LaTeX between dollars, as GitHub and pandoc read it; a blank keeps an index from being taken for emphasis.

    >>> print(mathematics(r"Q_{1} K_{1}^{\top}"), mathematics(r"{W_{Q}}_{1,:}"))
    $Q_{1} K_{1}^{\top}$ ${W_{Q}}_ {1,:}$
    """
    if re.search(r"[<>&$*~`]", latex):  # in a name from elsewhere: between ticks nothing marks up, as GitHub has it
        return f"$`{latex}`$"
    apart = re.sub(r"(?<![^\W_])_", "_ ", latex)
    return f"${apart}$"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], aligns: str) -> str:
    """A table in GitHub's form, its columns lined up in the source as well."""
    widths = [max(3, *(width(row[n]) for row in (head, *rows))) for n in range(len(head))]
    rule = [
        ":" + "-" * (wide + 1) if side == "l" else "-" * (wide + 1) + ":"
        for wide, side in zip(widths, aligns, strict=True)
    ]
    lines = [_row(head, widths, aligns), f"|{'|'.join(rule)}|", *(_row(row, widths, aligns) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str], widths: Sequence[int], aligns: str) -> str:
    sides = {"l": "left", "r": "right"}
    return f"| {' | '.join(pad(c, w, sides[side]) for c, w, side in zip(cells, widths, aligns, strict=True))} |"


def label(text: str, *, in_table: bool = False) -> str:
    r"""A word from outside: as it is, or as code where anything in it could be taken for markup.

    >>> print(label("thrones"), label("<b>"), label("`"), label("|", in_table=True))
    thrones `<b>` `` ` `` `\|`
    """
    shown = visible(text)
    if _PLAIN.fullmatch(shown) or shown in ("", "⋮", "⋯"):
        return shown
    if in_table:
        shown = shown.replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    gap = " " if len(fence) > 1 or (shown[0] == shown[-1] == " " and shown.strip()) else ""
    return f"{fence}{gap}{shown}{gap}{fence}"


def escaped(text: str, *, in_table: bool = False) -> str:
    r"""A line of text with nothing in it that marks up.

    >>> print(escaped("- a*b, d_k and <i>"))
    \- a\*b, d_k and \<i\>
    """
    shown = _TELLING.sub(r"\\\g<0>", visible(text))
    if in_table:  # where no line begins
        return shown
    return _LEADING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", shown)


def _held(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        text if _PLAIN.fullmatch(text) and "_" not in text else str(n) for n, text in enumerate(labels, start=1)
    )


FORMAT = Format((".md", ".markdown"), text_of(document), working=True, pages=True)
