"""Worksheets in LaTeX: a document for pdflatex, xelatex or lualatex, or a fragment to \\input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.numbers import format_number
from tmat.operations.printing.latex import LATEX, LATEX_LINE, latex_text
from tmat.rendering.formats import Format, text_of
from tmat.rendering.formats.latex.characters import declared, scripts, set_apart
from tmat.rendering.formats.latex.matrix import matrix, symbols
from tmat.rendering.layout.look import Look
from tmat.rendering.page import Room, Section, Shown, capitalized, formula_in
from tmat.rendering.writer import Worked, Writer, requested_cells
from tmat.sheet.remarks import Cover, Said
from tmat.sheet.worksheet import Worksheet, on_pages
from tmat.visible import visible
from tmat.workings import Working, aligned

WIDE = 80  # characters of an equation that fits a line
SHORT = 16  # characters of a table's cell that are not wrapped
COLUMNS = 10  # of a matrix, the most that amsmath allows by default

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
"""The colours of remarks, by role; without the package color all are black."""

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
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage{lmodern}\else\usepackage{fontspec}\fi
\setlength{\jot}{6pt}"""

NEEDS = r"% in the preamble: \usepackage{amsmath,graphicx}"


def document(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    """A complete document; scripts other than Latin need xelatex or lualatex, and fonts that have them."""
    body = _Latex(look).body(sheets)
    used = scripts(body)
    opening, closing = (r"\begin{tmatcjk}", r"\end{tmatcjk}") if used.cjk else ("", "")
    parts = (MACROS, _remarked(sheets), r"\begin{document}", opening, body, closing, r"\end{document}")
    return _lines(PREAMBLE, declared(used), *parts)


def fragment(sheets: Sequence[Worksheet], look: Look | None = None) -> str:
    r"""The body only, for \input in a document that has amsmath and graphicx.

    >>> fragment([Worksheet()]).splitlines()[0]
    '% in the preamble: \\usepackage{amsmath,graphicx}'
    """
    if look is not None and look.work is not None:
        return workings(sheets, look)
    body = _Latex(look).body(sheets)
    scripts_used = [
        rf"\providecommand{{\{name}}}[1]{{\text{{#1}}}}" for name in ("tmatscript", "tmathan") if rf"\{name}{{" in body
    ]
    return _lines(NEEDS, MACROS, _remarked(sheets), *scripts_used, body)


def workings(sheets: Sequence[Worksheet], look: Look) -> str:
    r"""Only the requested workings, each in its own display; they need amsmath."""
    displays = []
    for sheet in on_pages(sheets):
        places = requested_cells(sheet, look) or {}
        for stage in sheet:
            worked = Worked(stage, look, places, LATEX)
            displays += [working for name in places.get(stage.id, {}) for working in worked.of(name)]
    return "".join(rf"\[{set_apart(aligned(working))}\]" + "\n" for working in displays)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part) + "\n"


def _remarked(sheets: Sequence[Worksheet]) -> str:
    any_remarks = any(sheet.cover or any(stage.remarks for stage in sheet) for sheet in on_pages(sheets))
    return REMARKED if any_remarks else ""


class _Latex(Writer):
    room = Room(36, 12)
    most = 300
    notation = LATEX
    widest = COLUMNS  # of the matrices so far

    def body(self, sheets: Sequence[Worksheet]) -> str:
        lines = list(self.pieces(sheets))
        counter = [rf"\setcounter{{MaxMatrixCols}}{{{self.widest}}}"] if self.widest > COLUMNS else []
        return set_apart("\n".join([*counter, *lines]))

    def worksheet(self, number: int) -> Iterator[str]:
        if number > 1:
            yield r"\clearpage"
        if number:
            yield rf"\section*{{Worksheet {number}}}"

    def cover(self, cover: Cover) -> Iterator[str]:
        yield rf"\section*{{{text(cover.title)}}}"
        yield rf"\noindent {text(capitalized(cover.summary))}." + "\n"
        yield from self.remarks(cover.count)
        for table in cover.tables:
            yield rf"\subsection*{{{text(capitalized(table.title))}}}"
            yield from self.remarks([Said(table.caption, "caption")] if table.caption else [])
            columns = _columns([max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)])
            rows = [
                " & ".join(rf"\raggedright {text(cell)}" for cell in row) + r"\tabularnewline" for row in table.rows
            ]
            head = " & ".join(rf"\textit{{{text(name)}}}" for name in table.head) + r"\tabularnewline"
            yield rf"{{\footnotesize\sloppy\setlength{{\tabcolsep}}{{3pt}}\noindent\begin{{tabular}}{{@{{}}{columns}@{{}}}}"
            yield "\n".join((head, r"\hline", *rows, r"\end{tabular}\par}"))

    def title(self, section: Section) -> str:
        return rf"\subsection*{{{text(section.title)}}}"

    def sentence(self, words: Sequence[str], left: int) -> str:
        more = rf" \ldots{{}} ({len(words) + left} words)" if left else ""
        return rf"\noindent\textit{{{' '.join(map(text, words))}{more}}}" + "\n"

    def notes(self, notes: Sequence[str]) -> str:
        return r"\noindent{\small " + r" \textperiodcentered{} ".join(map(text, notes)) + "\\par}"

    def remarks(self, said: Sequence[Said]) -> Iterator[str]:
        for remark in said:
            coloured = rf"\tmat{remark.role}{{{text(remark.text)}}}" if remark.role in COLOURS else text(remark.text)
            yield rf"\par\noindent\hangindent=2em{{\small\hspace*{{{remark.indent / 2:g}em}}{coloured}\par}}"

    def matrix(self, shown: Shown) -> Iterator[str]:
        self.widest = max(self.widest, len(shown.cols))
        number = rf"\textbf{{{shown.number}}}" if shown.number else "given"
        air = r"\vspace{1ex}" if shown.has_cols else ""  # room for the columns' labels
        yield rf"\par\medskip\noindent {number}\hfill{{\small {text(shown.details)}}}\nopagebreak{air}"
        equation, whole = _equation(shown), matrix(shown)
        if shown.letters:
            yield self.symbols(shown.letters)
        if shown.right is not None:
            whole += rf" \quad \text{{right:}}\quad {matrix(shown.right)}"
        if shown.right is not None or shown.characters > WIDE:
            yield _fit(f"{equation} =", r"\postdisplaypenalty=10000 ")  # no page ends here
            yield _fit(whole)
        else:
            yield _fit(f"{equation} = {whole}")
        if shown.summary:
            yield rf"\noindent{{\small {text(shown.summary)}\par}}"

    def symbols(self, letters: Sequence[Sequence[str]]) -> str:
        return _fit(symbols(letters))

    def working(self, working: Working) -> str:
        return _fit(aligned(working))

    def vocabulary(self, words: Sequence[tuple[int, str]], left: int) -> Iterator[str]:
        pairs = ",\n".join(rf"\mbox{{{n}~{text(word)}}}" for n, word in words)
        yield r"\par\medskip\noindent " + pairs + (rf" \ldots{{}} {left} more" if left else "")

    def likeliest(self, after: str, words: Sequence[tuple[str, float]]) -> Iterator[str]:
        yield rf"\par\medskip\noindent after {text(after)}:\quad"
        yield r"\begin{tabular}[t]{@{}lr@{}}"
        yield from (rf"{text(word)} & {format_number(chance, 4)} \\" for word, chance in words)
        yield r"\end{tabular}"


def _fit(formula: str, end: str = "") -> str:
    """A formula as a display, scaled down to the line."""
    return rf"\[\tmatfit{{{formula}}}{end}\]"


def _columns(longest: Sequence[int]) -> str:
    """The column specification of a table: short columns have their own width, the others share the rest of the line."""
    short = sum(count for count in longest if count <= SHORT)
    long = sum(min(count, 60) for count in longest if count > SHORT)
    left = 0.94 - 0.0125 * short
    return "".join(
        "l" if count <= SHORT else rf"p{{{left * min(count, 60) / long:.3f}\linewidth}}" for count in longest
    )


def _equation(shown: Shown) -> str:
    if shown.step is None:
        return LATEX.name(visible(shown.name))
    formula = formula_in(shown.step, LATEX_LINE)
    return formula if formula is not None else rf"\text{{{text(shown.formula)}}}"


def text(raw: str) -> str:
    r"""Text from outside, its commands and control characters escaped.

    >>> print(text("50% of {\\it x}"), text("a\nb"))
    50\% of \{\textbackslash{}it x\} a\textbackslash{}nb
    """
    return latex_text(visible(raw))


def _document_or_fragment(sheets: Sequence[Worksheet], look: Look) -> str:
    return fragment(sheets, look) if look.fragment else document(sheets, look)


FORMAT = Format((".tex",), text_of(_document_or_fragment), working=True, pages=True)
