"""One typed line into cells: spaces, tabs, commas, Markdown's pipes, brackets and all."""

from __future__ import annotations

import re

from tmat.errors import InputError
from tmat.reading.number_text import DECIMAL_COMMA_MEND, LONGEST_NUMBER, is_blank, is_decimal_comma, number, why_not
from tmat.visible import visible

# The brackets that tables on a terminal are drawn with.
DRAWN = str.maketrans("⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠│┃║", " " * 15)
_SEPARATOR = re.compile(r"\s*,\s*|\s+")
_ODD_SPACE = re.compile(r"[^\S\t]")
_ROW_END = re.compile(r"[;\]]")
_PIPE_RULE = re.compile(r"\s*\|?(?:\s*(?::?-{2,}:?|:-+:?|-+:)\s*(?:\||$))+\s*")
_TIGHT = re.compile(r"[0-9],[0-9]")


def row_texts(line: str) -> list[str]:
    """The rows of a line: one, or several where ; or brackets part them.

    >>> row_texts("[[1, 2], [3, 4]]"), row_texts("1 2; 3 4;"), row_texts("When 1 2")
    (['1, 2', '3, 4'], ['1 2', '3 4'], ['When 1 2'])
    """
    spaced = _ODD_SPACE.sub(" ", line.translate(DRAWN))
    pieces = (piece.strip("[, \t") for piece in _ROW_END.split(spaced))
    return [piece for piece in pieces if piece]


def is_cell(text: str) -> bool:
    """Whether a text fills a cell: a number, or a mark that says it is left blank."""
    return number(text) is not None or is_blank(text)


def is_misspelt(text: str) -> bool:
    """Whether a text is a number that is only written wrong: taken for a row's label, it would be lost in silence.

    >>> [is_misspelt(text) for text in ("1e400", "1/2", "50%", "2nd", "When", "1")]
    [True, True, True, False, False, False]
    """
    return number(text) is None and len(text) <= LONGEST_NUMBER and why_not(text)[1] is not None


def split_row(text: str, where: str) -> list[str]:
    """The cells of one row, parted by commas, tabs or spaces; the first may be a word that labels the row.

    A single 3,14 is an error: it may be one number or two.

    >>> split_row("1, 2, 3", "x"), split_row("When 0.5 _", "x"), split_row("1,2,3", "x")
    (['1', '2', '3'], ['When', '0.5', '_'], ['1', '2', '3'])
    """
    if "\t" in text:
        tabbed = [cell.strip() for cell in text.split("\t")]
        if not any(re.search(r"\s", cell) for cell in tabbed[1:]):
            for cell in tabbed:
                _refuse_decimal_comma(cell, where)
            return tabbed
    words = text.split()
    numbers = text if is_cell(words[0].split(",")[0]) else text.partition(words[0])[2].strip()
    if _TIGHT.search(numbers):
        if re.search(r"\s", numbers):
            culprit = next((word for word in numbers.split() if _TIGHT.search(word)), numbers).strip(",")
            raise InputError(
                f"'{visible(culprit, 40)}': a decimal comma, or two cells?",
                where,
                "the row parts its cells by spaces as well",
                mend=DECIMAL_COMMA_MEND,
            )
        if is_decimal_comma(numbers):
            whole, _, decimals = numbers.rpartition(",")
            raise InputError(
                f"'{visible(numbers, 40)}': a decimal comma, or two cells?",
                where,
                mend=f"write {whole}.{decimals} for one number, '{whole} {decimals}' for two",
            )
    return _SEPARATOR.split(text)


def _refuse_decimal_comma(cell: str, where: str) -> None:
    if is_decimal_comma(cell):
        what, mend = why_not(cell)
        raise InputError(what, where, mend=mend)


def is_pipe_row(line: str) -> bool:
    """Whether a line is a row of a Markdown table.

    >>> is_pipe_row("| When | 1 |"), is_pipe_row("1 2")
    (True, False)
    """
    return line.lstrip().startswith("|") or " | " in line


def pipe_cells(line: str) -> list[str]:
    r"""The cells of a Markdown row; an escaped pipe is a pipe.

    >>> pipe_cells(r"| a\|b | **1** | |")
    ['a|b', '1', '']
    """
    inner = line.strip().removeprefix("|").removesuffix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    return [bare(cell.strip().replace("\\|", "|")) for cell in cells]


def is_pipe_rule(line: str) -> bool:
    """Whether a line is the rule under a Markdown table's head.

    >>> is_pipe_rule("|---|:--:|"), is_pipe_rule("| - | 1 |")
    (True, False)
    """
    return "-" in line and _PIPE_RULE.fullmatch(line) is not None


def bare(text: str) -> str:
    """A word without the marks that Markdown sets it in.

    >>> bare("**Q**"), bare("`W_Q`"), bare("$K$"), bare("*")
    ('Q', 'W_Q', 'K', '*')
    """
    for mark in ("**", "__", "`", "$", "*"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            inner = text[len(mark) : -len(mark)].strip()
            if inner.strip("_"):
                return inner
    return text
