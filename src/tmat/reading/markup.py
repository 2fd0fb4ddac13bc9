"""Removing markup: LaTeX, HTML, Typst, wikis, YAML lists and drawn brackets become plain rows and Markdown tables."""

from __future__ import annotations

import re

from tmat.reading.list_text import LISTS, without_lists
from tmat.reading.plain_lines import Plain
from tmat.reading.wiki_text import WIKI, without_wiki

_LATEX = re.compile(
    r"\\begin\s*\{|\\(?:[bpvVB]?matrix|frac|[td]frac|sqrt|left|cdot|times|mathbf|mathrm|infty|alpha)\b|\\\\\s*$|&.*\\\\",
    re.MULTILINE,
)
_RULE = re.compile(r"(?m)^ {0,3}\|?[ :]*-{2,}[ :]*\|")
_MATRIX = re.compile(r"matrix\b|\{array\}|\{tabular")
_HTML = re.compile(r"<(?:table|td|tr|html|math|pre|th|body)\b", re.IGNORECASE)
_BBCODE = re.compile(r"\[(/?(?:table|tr|td|th|b|i|u))\b[^\]\n]{0,60}\]", re.IGNORECASE)
_BARS_OR_MARKS = re.compile(r"(?m)^\s*(?:\{\||[|^\-*])")
_TYPST = re.compile(r"(?m)^\s*#(?:set|let|equation|table|figure|text|emph|heading|block|fit)\b|#table\(")
_DRAWN = re.compile(r"[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠]|(?m:^ ?[0-9]+   \S.*→ [0-9]+×[0-9]+)")

LONGEST = 4_000_000
"""Characters in which LaTeX, Typst and drawn brackets are looked for; longer texts are data."""


def without_markup(text: str) -> Plain:
    """The text as plain lines and Markdown tables, whatever its markup.

    >>> print(without_markup("$A = \\\\begin{bmatrix} 1 & \\\\frac{1}{2} \\\\\\\\ 3 & 4 \\\\end{bmatrix}$").text)
    A = [[1, 1/2],
    [3, 4]]
    """
    if len(text) > LONGEST and not _HTML.search(text):
        return Plain(text)
    if "[/td]" in text:
        text = _BBCODE.sub(r"<\1>", text)
    if "<" in text and _HTML.search(text):
        from tmat.reading.html_text import without_tags

        return without_tags(text)
    if "#" in text and _TYPST.search(text):
        from tmat.reading.typst_text import without_typst

        return without_typst(text)
    markdown = _RULE.search(text) and not _MATRIX.search(text)  # its formulas hold no numbers of its tables
    if "\\" in text and not markdown and _LATEX.search(text):
        from tmat.reading.latex_text import without_latex

        return without_latex(text)
    if _BARS_OR_MARKS.search(text):
        if "|" in text and WIKI.search(text):
            return without_wiki(text)
        if LISTS.search(text):
            return without_lists(text)
    if not text.isascii() and _DRAWN.search(text):
        from tmat.reading.drawn import without_brackets

        return without_brackets(text)
    return Plain(text)
