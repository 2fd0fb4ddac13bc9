"""Worksheets in Markdown: GitHub's tables, mathematics between dollars.

Text from outside cannot act as markup: words of letters and digits are written as they are, others as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from tmat.numbers import format_number
from tmat.operations.printing.markdown import MARKDOWN, MARKDOWN_LINE
from tmat.rendering.formats import Format, text_of
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, capitalized, formula_in
from tmat.rendering.writer import Worked, Writer
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import pad, visible, width
from tmat.workings import Working

_PLAIN = re.compile(r"[^\W_](?:[\w '’-]*[^\W_])?")
_MARKUP = re.compile(r"[\\`*\[\]<>&|~$#!@]|(?<![^\W_])_|_(?![^\W_])")
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
    mark = "#"  # before a stage's title
    folds = False  # whether the matrices of a stage are folded, as in a whole article

    def worksheet(self, number: int) -> Iterator[str]:
        if number > 1:
            yield "---"
        if number:
            self.mark = "##"
            yield f"# Worksheet {number}"

    def cover(self, cover: Cover) -> Iterator[str]:
        self.mark, self.folds = "##", True
        yield f"# {escaped(cover.name)}: {escaped(cover.title)}"
        yield f"{escaped(capitalized(cover.summary))}."
        yield from self.remarks(cover.count)
        for cover_table in cover.tables:
            yield f"## {escaped(capitalized(cover_table.title))}"
            if cover_table.caption:
                yield escaped(cover_table.caption)
            aligns = "".join("r" if cover_table.has_numbers(n) else "l" for n in range(len(cover_table.head)))
            yield table(
                cover_table.head, [[escaped(text, in_table=True) for text in row] for row in cover_table.rows], aligns
            )

    def script(self, script: str) -> Iterator[str]:
        yield from ("## By pipes", f"```sh\n{script}```")

    def relabelled(self, stage: Stage) -> Stage:
        """With numbers in place of the labels that mathematics in Markdown cannot hold."""

        def renumbered(matrix: Matrix) -> Matrix:
            return replace(matrix, rows=_numbered(matrix.rows), cols=_numbered(matrix.cols))

        given = {name: renumbered(matrix) for name, matrix in stage.given.items()}
        return replace(
            stage, given=given, steps=[replace(step, result=renumbered(step.result)) for step in stage.steps]
        )

    def title(self, section: Section) -> str:
        return f"{self.mark} {escaped(capitalized(section.title) if section.remarks.title else section.title)}"

    def sentence(self, words: Sequence[str], left: int) -> str:
        more = f" … ({len(words) + left} words)" if left else ""
        return f"**Tokens:** {' '.join(map(label, words))}{more}"

    def notes(self, notes: Sequence[str]) -> str:
        return " · ".join(map(escaped, notes))

    def remarks(self, said: Sequence[Said]) -> Iterator[str]:
        if said:
            yield "\n".join(f"{' ' * (remark.indent // 2 * 2)}- {escaped(remark.text)}" for remark in said)

    def verdicts(self, said: Sequence[Said]) -> Iterator[str]:
        yield "\n>\n".join(f"> {escaped(verdict.text)}" for verdict in said)

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
        yield " — ".join(part for part in (_formula(shown), escaped(shown.details)) if part)
        if not shown.matrix.values.size:
            return
        if shown.letters:
            yield self.symbols(shown.letters)
        if shown.kind:
            yield "As printed; what is not right is bold."
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
    """The numbers as a table with labels; wrong ones of a printed step are bold."""
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
    names = f"{shown.step.name} {shown.step.op} {' '.join(shown.step.of)}"
    if formula is None or not names.isascii() or not re.fullmatch(r"[\w. -]*", names):
        return escaped(shown.formula)
    return mathematics(formula)


def mathematics(latex: str) -> str:
    r"""LaTeX between dollars, as GitHub and pandoc read it; a blank after _ keeps an index from being read as emphasis.

    >>> print(mathematics(r"Q_{1} K_{1}^{\top}"), mathematics(r"{W_{Q}}_{1,:}"))
    $Q_{1} K_{1}^{\top}$ ${W_{Q}}_ {1,:}$
    """
    if re.search(r"[<>&$*~`]", latex):  # in a name from outside: GitHub reads no markup between $` and `$
        return f"$`{latex}`$"
    spaced = re.sub(r"(?<![^\W_])_", "_ ", latex)
    return f"${spaced}$"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], aligns: str) -> str:
    """A table in GitHub's form, its columns aligned in the source as well."""
    widths = [max(3, *(width(row[n]) for row in (head, *rows))) for n in range(len(head))]
    rule = [
        ":" + "-" * (most + 1) if align == "l" else "-" * (most + 1) + ":"
        for most, align in zip(widths, aligns, strict=True)
    ]
    lines = [_row(head, widths, aligns), f"|{'|'.join(rule)}|", *(_row(row, widths, aligns) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str], widths: Sequence[int], aligns: str) -> str:
    words = {"l": "left", "r": "right"}
    return f"| {' | '.join(pad(cell, most, words[align]) for cell, most, align in zip(cells, widths, aligns, strict=True))} |"


def label(text: str, *, in_table: bool = False) -> str:
    r"""A word from outside: as it is, or as code if anything in it could be read as markup.

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
    r"""A line of text, its markup characters escaped.

    >>> print(escaped("- a*b, d_k and <i>"))
    \- a\*b, d_k and \<i\>
    """
    shown = _MARKUP.sub(r"\\\g<0>", visible(text))
    if in_table:  # not at the beginning of a line
        return shown
    return _LEADING.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", shown)


def _numbered(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        text if _PLAIN.fullmatch(text) and "_" not in text else str(n) for n, text in enumerate(labels, start=1)
    )


FORMAT = Format((".md", ".markdown"), text_of(document), working=True, pages=True)
