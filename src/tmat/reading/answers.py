"""Matrices as people type and paste them: all of a text, or an error for the first that cannot be read."""

from __future__ import annotations

from tmat.reading.blocks import TypedMatrix
from tmat.reading.pasted import read_pasted

__all__ = ["TypedMatrix", "read_answers_text"]


def read_answers_text(text: str, origin: str = "the answers") -> list[TypedMatrix]:
    """The matrices of a text as people type it, in its order.

    A name may stand as ``Q``, ``Q:``, ``Q =``, ``## Q`` or ``Q (6x4)``; rows are numbers parted by spaces, tabs or
    commas, or rows of a Markdown table; a first word labels the row, a line of words the columns; ``_`` or ``?`` is a
    cell left blank; ``#`` begins a comment. Rows without a name are a matrix named "". What programs print and what
    people write in code, LaTeX, HTML or Typst is read as well: docs/reading.md has every form.

    Raises InputError with the line for what is none of these.

    >>> [q] = read_answers_text("Q (2x2)\\nWhen 3.80 _  # so far\\nyou 2.55 1.86")
    >>> q.name, q.texts, q.matrix.rows, q.blanks
    ('Q', [['3.80', '_'], ['2.55', '1.86']], ('When', 'you'), [(0, 1)])
    """
    pasted = read_pasted(text, origin)
    if pasted.problems:
        raise pasted.problems[0].error
    return pasted.found
