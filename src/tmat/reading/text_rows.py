"""Splitting a line into cells at spaces, tabs, commas, semicolons or bars."""

from __future__ import annotations

import re

from tmat.reading.naming import bare
from tmat.reading.number_text import LONGEST_NUMBER, is_blank, is_meant_as_number, number, why_not

TIGHT = re.compile(r"[0-9],[0-9]")
_SEPARATOR = re.compile(r"\s*,\s*|\s+")
_TWO_COMMAS = re.compile(r",\s*,")  # with an empty cell between
_PIPE_RULE = re.compile(r"\|?(?:\s*(?::?-{2,}:?|:-+:?|-+:)\s*(?:\||$))+|\|?(?:-\|)+-?")  # | - | is a blank
_BOX = re.compile(r"[\s|+:=\-─━═│┃║┄┈┆┌┐└┘├┤┬┴┼╞╡╪╭╮╰╯┏┓┗┛┡┩╇┳┻╋╔╗╚╝╠╣╦╩╬┠┨┯┷┿╟╢╫╤╧╒╕╘╛]+")


def is_cell(text: str) -> bool:
    """Whether a text fills a cell: a number, or a mark that says it is left blank."""
    return number(text) is not None or is_blank(text)


def is_misspelt(text: str) -> bool:
    """Whether a text is a misspelt number: taken for a row's label, it would be lost silently.

    >>> [is_misspelt(text) for text in ("1e400", "1.O", "0..5", "2nd", "When", "1")]
    [True, True, True, False, False, False]
    """
    word = text[:1].isalpha() and text[0] not in "oO"  # O.5
    if word or number(text) is not None or len(text) > LONGEST_NUMBER:
        return False
    return why_not(text)[1] is not None or is_meant_as_number(text)


def split_cells(text: str) -> list[list[str]]:
    """The rows of a line whose commas part cells.

    >>> split_cells("1, 2, 3"), split_cells("When 0.5 _"), split_cells("1,2;3,4;")
    ([['1', '2', '3']], [['When', '0.5', '_']], [['1', '2'], ['3', '4']])
    """
    rows = []
    for piece in text.split(";"):
        row = piece.strip(", \t") if "\t" not in piece else piece.strip()
        tabbed = [cell.strip() for cell in row.split("\t")]
        if len(tabbed) > 1 and not any(re.search(r"\s", cell) for cell in tabbed[1:]):
            rows.append(tabbed)
        elif row:
            rows.append(_SEPARATOR.split(row) if _TWO_COMMAS.search(row) else row.replace(",", " ").split())
    return rows


def cells_of_commas(text: str) -> list[list[str]]:
    """The row of a line whose commas are decimal: tabs, semicolons, commas with a space, or spaces part its cells.

    >>> cells_of_commas("0,5; -1,25; 3"), cells_of_commas("0,5 -1,25")
    ([['0,5', '-1,25', '3']], [['0,5', '-1,25']])
    """
    text = text.strip().rstrip(";").strip()
    if "\t" in text:
        return [[cell.strip() for cell in text.split("\t")]]
    if ";" in text:
        return [[cell.strip() for cell in text.split(";")]]
    return [re.split(r",?\s+", text) if ", " in text else text.split()]


def is_pipe_row(line: str) -> bool:
    """Whether a line is a row of a Markdown table.

    >>> is_pipe_row("| When | 1 |"), is_pipe_row("1 2")
    (True, False)
    """
    return line.lstrip().startswith("|") or " | " in line or line.rstrip().endswith(" |")


def pipe_cells(line: str) -> list[str]:
    r"""The cells of a Markdown row; an escaped pipe is a pipe.

    >>> pipe_cells(r"| a\|b | **1** | |")
    ['a|b', '1', '']
    """
    inner = line.strip().removeprefix("|").removesuffix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    found = [bare(cell.strip().replace("\\|", "|")) for cell in cells]
    filled = [cell for cell in found if cell]
    numbers = [words for words in map(str.split, filled) if len(words) > 1 and all(map(is_cell, words))]
    if len(numbers) == 1 and not any(is_cell(cell) for cell in filled if len(cell.split()) == 1):
        return [*(cell for cell in filled if cell.split() != numbers[0]), *numbers[0]]  # one cell holds the whole row
    return found


def is_pipe_rule(line: str) -> bool:
    """Whether a line is the rule under a Markdown table's head.

    >>> [is_pipe_rule(line) for line in ("|---|:--:|", "|-|-|", "| - | 1 |", "| - | - |")]
    [True, True, False, False]
    """
    return "-" in line and _PIPE_RULE.fullmatch(line.strip()) is not None


def is_box_rule(line: str) -> bool:
    """Whether a line only draws a table's frame.

    >>> is_box_rule("+------+----+"), is_box_rule("├─────┼────┤"), is_box_rule("- -")
    (True, True, False)
    """
    if _BOX.fullmatch(line) is None or not any(sign in line for sign in ("--", "──", "══", "━━", "==")):
        return False
    return any(sign in line for sign in "|+┌├└╞┼╭╰┏┡┗╔╠╚─━═")
