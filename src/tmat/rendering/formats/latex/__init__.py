"""Worksheets in LaTeX: a document that pdflatex, xelatex and lualatex take, or a fragment for a document of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.numbers import format_number
from tmat.operations.printing.latex import LATEX, LATEX_LINE, latex_text
from tmat.rendering.format import Format, text_of
from tmat.rendering.formats.latex.characters import declared, scripts, set_apart
from tmat.rendering.formats.latex.matrix import matrix
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, formula_in, sections
from tmat.rendering.worked import Places, Worked, asked
from tmat.sheet.worksheet import Worksheet
from tmat.visible import visible
from tmat.width import width
from tmat.workings import aligned

ROOM = Room(36, 12)
WIDE = 80  # characters of an equation that fits a line
WORDS = 300  # of a vocabulary
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

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=22mm]{geometry}
\usepackage{amsmath,graphicx,iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage{lmodern}\else\usepackage{fontspec}\fi"""

NEEDS = r"% in the preamble: \usepackage{amsmath,graphicx}"


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """A document that compiles as it is; other scripts than Latin want xelatex or lualatex, and fonts that have them."""
    look = look or Look()
    body = _body(sheets, look)
    found = scripts(body)
    opening, closing = (r"\begin{tmatcjk}", r"\end{tmatcjk}") if found.cjk else ("", "")
    parts = (PREAMBLE, declared(found), MACROS, r"\begin{document}", opening, body, closing, r"\end{document}")
    return "\n".join(part for part in parts if part) + "\n"


def fragment(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    r"""The body alone, for \input in a document that has amsmath and graphicx.

    >>> fragment([Worksheet()]).splitlines()[0]
    '% in the preamble: \\usepackage{amsmath,graphicx}'
    """
    body = _body(sheets, look or Look())
    told = r"\providecommand{\tmatscript}[1]{\text{#1}}" if r"\tmatscript{" in body else ""
    cjk = r"\providecommand{\tmathan}[1]{\text{#1}}" if r"\tmathan{" in body else ""
    return "\n".join(part for part in (NEEDS, MACROS, told, cjk, body) if part) + "\n"


def _body(sheets: Sequence[Worksheet], look: Look) -> str:
    lines: list[str] = []
    widest = COLUMNS
    for number, sheet in enumerate(sheets, start=1):
        if len(sheets) > 1:
            lines += [*([r"\clearpage"] if number > 1 else []), rf"\section*{{Worksheet {number}}}"]
        places = asked(sheet, look)
        for section in sections(sheet, look, ROOM):
            widest = max(widest, *(len(shown.cols) for shown in section.shown), 0)
            lines += _section(section, look, places)
    counter = [rf"\setcounter{{MaxMatrixCols}}{{{widest}}}"] if widest > COLUMNS else []
    return set_apart("\n".join([*counter, *lines]))


def _section(section: Section, look: Look, places: Places) -> Iterator[str]:
    yield rf"\subsection*{{{text(section.stage.id)}}}"
    if section.sentence:
        words = " ".join(text(word) for word in section.sentence[:WORDS])
        more = rf" \ldots{{}} ({len(section.sentence)} words)" if len(section.sentence) > WORDS else ""
        yield rf"\noindent\textit{{{words}{more}}}" + "\n"
    if section.notes:
        yield r"\noindent{\small " + r" \textperiodcentered{} ".join(text(note) for note in section.notes) + "\\par}"
    worked = Worked(section.stage, look, places, LATEX)
    for shown in section.shown:
        yield from _shown(shown, worked)
    yield from _words(section, look)


def _shown(shown: Shown, worked: Worked) -> Iterator[str]:
    told = ", ".join(text(part) for part in (shown.shapes, shown.rounding) if part)
    number = rf"\textbf{{{shown.number}}}" if shown.number else "given"
    air = r"\vspace{1ex}" if shown.has_cols else ""  # for the columns' labels
    yield rf"\par\medskip\noindent {number}\hfill{{\small {told}}}\nopagebreak{air}"
    equation, whole = _equation(shown), matrix(shown)
    if _characters(shown) > WIDE:
        yield rf"\[\tmatfit{{{equation} =}}\]"
        yield rf"\[\tmatfit{{{whole}}}\]"
    else:
        yield rf"\[\tmatfit{{{equation} = {whole}}}\]"
    if shown.summary:
        yield rf"\noindent{{\small {text(shown.summary)}\par}}"
    for working in worked.of(shown.name):
        yield rf"\[\tmatfit{{{aligned(working)}}}\]"


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


FORMAT = Format((".tex",), text_of(_asked), working=True)
