"""Worksheets in LaTeX: a document that pdflatex, xelatex and lualatex take, or a fragment for a document of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.numbers import format_number
from tmat.operations.printing.latex import LATEX, LATEX_LINE, latex_text
from tmat.rendering.format import Format, text_of
from tmat.rendering.formats.latex.characters import declared, scripts, set_apart
from tmat.rendering.formats.latex.matrix import matrix, symbols
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, begun, formula_in, sections
from tmat.rendering.worked import Places, Worked, asked
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Worksheet, on_pages
from tmat.visible import visible
from tmat.width import width
from tmat.workings import aligned

ROOM = Room(36, 12)
WIDE = 80  # characters of an equation that fits a line
WORDS = 300  # of a vocabulary
SHORT = 16  # characters of a table's cell that is not folded
COLUMNS = 10  # of a matrix that amsmath takes without being told

MACROS = r"""% what is wider or higher than the page is scaled down to it
\providecommand{\tmatfit}[1]{\begingroup\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>\linewidth\sbox0{\resizebox{\linewidth}{!}{\usebox0}}\fi
  \ifdim\dimexpr\ht0+\dp0\relax>.85\textheight\sbox0{\resizebox*{!}{.85\textheight}{\usebox0}}\fi
  \usebox0\endgroup}
% a column's label above its first number
\providecommand{\tmathead}[2]{\begingroup\sbox0{$#2$}\sbox2{\scriptsize #1}%
  \ifdim\wd2>\wd0\sbox0{\hbox to\wd2{\hss\usebox0\hss}}\else\sbox2{\hbox to\wd0{\hss\usebox2\hss}}\fi
  \rlap{\raisebox{2.5ex}[0pt][0pt]{\usebox2}}\usebox0\endgroup}"""

COLOURS = {
    "right": ".10,.50,.22",
    "follows": ".54,.38,0",
    "slip": ".54,.23,.73",
    "wrong": ".81,.13,.18",
    "caption": ".4,.4,.4",
}
"""Of what is said, by its role; without the package color all is black."""

REMARKED = "\n".join(
    (
        "% what is said of a step, in the colour of its role",
        r"\providecommand{\textcolor}[3][]{#3}",
        *(rf"\providecommand{{\tmat{role}}}[1]{{\textcolor[rgb]{{{rgb}}}{{#1}}}}" for role, rgb in COLOURS.items()),
    )
)

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=22mm]{geometry}
\usepackage{amsmath,graphicx,color,iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage{lmodern}\else\usepackage{fontspec}\fi"""

NEEDS = r"% in the preamble: \usepackage{amsmath,graphicx}"


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """A document that compiles as it is; other scripts than Latin want xelatex or lualatex, and fonts that have them."""
    look = look or Look()
    body = _body(sheets, look)
    found = scripts(body)
    opening, closing = (r"\begin{tmatcjk}", r"\end{tmatcjk}") if found.cjk else ("", "")
    parts = (
        PREAMBLE,
        declared(found),
        MACROS,
        _remarked(sheets),
        r"\begin{document}",
        opening,
        body,
        closing,
        r"\end{document}",
    )
    return "\n".join(part for part in parts if part) + "\n"


def fragment(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    r"""The body alone, for \input in a document that has amsmath and graphicx.

    >>> fragment([Worksheet()]).splitlines()[0]
    '% in the preamble: \\usepackage{amsmath,graphicx}'
    """
    body = _body(sheets, look or Look())
    told = r"\providecommand{\tmatscript}[1]{\text{#1}}" if r"\tmatscript{" in body else ""
    cjk = r"\providecommand{\tmathan}[1]{\text{#1}}" if r"\tmathan{" in body else ""
    return "\n".join(part for part in (NEEDS, MACROS, _remarked(sheets), told, cjk, body) if part) + "\n"


def _remarked(sheets: Sequence[Worksheet]) -> str:
    told = any(sheet.cover or any(stage.remarks for stage in sheet) for sheet in on_pages(sheets))
    return REMARKED if told else ""


def _body(sheets: Sequence[Worksheet], look: Look) -> str:
    sheets = on_pages(sheets)
    cover = sheets[0].cover if sheets else None
    lines: list[str] = list(_opening(cover)) if cover else []
    widest = COLUMNS
    for number, sheet in enumerate(sheets, start=1):
        if len(sheets) > 1 and cover is None:
            lines += [*([r"\clearpage"] if number > 1 else []), rf"\section*{{Worksheet {number}}}"]
        places = asked(sheet, look)
        for section in sections(sheet, look, ROOM):
            widest = max(widest, *(len(shown.cols) for shown in section.shown), 0)
            lines += _section(section, look, places)
    counter = [rf"\setcounter{{MaxMatrixCols}}{{{widest}}}"] if widest > COLUMNS else []
    return set_apart("\n".join([*counter, *lines]))


def _section(section: Section, look: Look, places: Places) -> Iterator[str]:
    yield rf"\subsection*{{{text(section.title)}}}"
    if section.sentence:
        words = " ".join(text(word) for word in section.sentence[:WORDS])
        more = rf" \ldots{{}} ({len(section.sentence)} words)" if len(section.sentence) > WORDS else ""
        yield rf"\noindent\textit{{{words}{more}}}" + "\n"
    if section.notes:
        yield r"\noindent{\small " + r" \textperiodcentered{} ".join(text(note) for note in section.notes) + "\\par}"
    worked = Worked(section.stage, look, places, LATEX)
    yield from _sentences(section.remarks.introduction)
    for shown in section.shown:
        yield from _shown(shown, worked)
    yield from _words(section, look)
    for said in section.remarks.end:
        yield from _sentences(said)


def _shown(shown: Shown, worked: Worked) -> Iterator[str]:
    told = ", ".join(text(part) for part in (shown.shapes, shown.rounding) if part)
    number = rf"\textbf{{{shown.number}}}" if shown.number else "given"
    air = r"\vspace{1ex}" if shown.has_cols else ""  # for the columns' labels
    yield rf"\par\medskip\noindent {number}\hfill{{\small {told}}}\nopagebreak{air}"
    equation, whole = _equation(shown), matrix(shown)
    if shown.right is not None:
        whole += rf" \quad \text{{right:}}\quad {matrix(shown.right)}"
    if shown.letters:
        yield rf"\[\tmatfit{{{symbols(shown.letters)}}}\]"
    if shown.right is not None or _characters(shown) > WIDE:
        yield rf"\[\tmatfit{{{equation} =}}\]"
        yield rf"\[\tmatfit{{{whole}}}\]"
    else:
        yield rf"\[\tmatfit{{{equation} = {whole}}}\]"
    if shown.summary:
        yield rf"\noindent{{\small {text(shown.summary)}\par}}"
    for working in worked.of(shown.name):
        yield rf"\[\tmatfit{{{aligned(working)}}}\]"
    for remark in shown.remarks:
        if remark.letters:
            yield rf"\[\tmatfit{{{symbols(remark.letters)}}}\]"
        yield from _sentences(remark.said)


def _opening(cover: Cover) -> Iterator[str]:
    """The title, what the document is about, the count, and what is told of all of it in tables."""
    yield rf"\section*{{{text(cover.title)}}}"
    yield rf"\noindent {text(begun(cover.summary))}." + "\n"
    yield from _sentences(cover.count)
    for own in cover.tables:
        yield rf"\subsection*{{{text(begun(own.title))}}}"
        yield from _sentences([Said(own.caption, "caption")] if own.caption else [])
        columns = _columns([max(map(len, column)) for column in zip(own.head, *own.rows, strict=True)])
        rows = [" & ".join(rf"\raggedright {text(cell)}" for cell in row) + r"\tabularnewline" for row in own.rows]
        head = " & ".join(rf"\textit{{{text(name)}}}" for name in own.head) + r"\tabularnewline"
        yield rf"{{\footnotesize\sloppy\setlength{{\tabcolsep}}{{3pt}}\noindent\begin{{tabular}}{{@{{}}{columns}@{{}}}}"
        yield "\n".join((head, r"\hline", *rows, r"\end{tabular}\par}"))


def _columns(longest: Sequence[int]) -> str:
    """Of a table: short ones as wide as they are, the others share what is left of the line."""
    short = sum(count for count in longest if count <= SHORT)
    long = sum(min(count, 60) for count in longest if count > SHORT)
    left = 0.94 - 0.0125 * short
    return "".join(
        "l" if count <= SHORT else rf"p{{{left * min(count, 60) / long:.3f}\linewidth}}" for count in longest
    )


def _sentences(said: Sequence[Said]) -> Iterator[str]:
    for one in said:
        told = rf"\tmat{one.role}{{{text(one.text)}}}" if one.role in COLOURS else text(one.text)
        yield rf"\par\noindent\hangindent=2em{{\small\hspace*{{{one.indent / 2:g}em}}{told}\par}}"


def _equation(shown: Shown) -> str:
    if shown.step is None:
        return LATEX.name(visible(shown.name))
    formula = formula_in(shown.step, LATEX_LINE)
    return formula if formula is not None else rf"\text{{{text(shown.formula)}}}"


def _characters(shown: Shown) -> int:
    """About how long the equation is."""
    labels = max((width(visible(shown.row_label(row))) for row in shown.rows), default=0) if shown.has_rows else 0
    heads = [width(visible(shown.col_label(col))) if shown.has_cols else 0 for col in shown.cols]
    columns = [max(map(len, column)) for column in zip(*shown.cells, strict=True)]
    cells = sum(max(own, head) + 2 for own, head in zip(columns, heads, strict=False))
    return len(shown.formula) + 3 + labels + cells


def _words(section: Section, look: Look) -> Iterator[str]:
    vocabulary = section.vocabulary
    if vocabulary is not None:
        seen = vocabulary.words if look.full else vocabulary.words[:WORDS]
        pairs = [rf"\mbox{{{n}~{text(word)}}}" for n, word in enumerate(seen, start=vocabulary.first_id)]
        more = rf" \ldots{{}} {len(vocabulary.words) - len(seen)} more" if len(seen) < len(vocabulary.words) else ""
        yield r"\par\medskip\noindent " + ",\n".join(pairs) + more
    for after, words in section.likeliest:
        rows = [rf"{text(word)} & {format_number(chance, 4)} \\" for word, chance in words]
        yield "\n".join(
            (
                rf"\par\medskip\noindent after {text(after)}:\quad",
                r"\begin{tabular}[t]{@{}lr@{}}",
                *rows,
                r"\end{tabular}",
            )
        )


def text(told: str) -> str:
    r"""A text from outside: nothing in it is a command, nothing moves the line.

    >>> print(text("50% of {\\it x}"), text("a\nb"))
    50\% of \{\textbackslash{}it x\} a\textbackslash{}nb
    """
    return latex_text(visible(told))


def _asked(sheets: Sequence[Worksheet], look: Look) -> str:
    return fragment(sheets, look) if look.fragment else document(sheets, look)


FORMAT = Format((".tex",), text_of(_asked), working=True, pages=True)
