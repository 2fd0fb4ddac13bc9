"""What the lines of a text can be: words, rows, values, marks between them, and what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from tmat.errors import InputError
from tmat.reading.rows import Row
from tmat.reading.statements import Valued


@dataclass(slots=True)
class Words:
    """A line without a row: a name, the columns' labels, or prose."""

    line: int
    said: str
    words: list[str]
    ends: bool = False  # in a colon or an equals sign
    indented: bool = False
    kind: str = "words"  # or heading, remark, shown; rows and columns are labels in a comment


@dataclass(slots=True)
class Mark:
    """A line that says how others go together: blank, rule, head, columns, series, spoilt, passed."""

    line: int
    kind: str


@dataclass(slots=True)
class Wrong:
    """A line that cannot be read, and of which matrix it is; None is the one under way."""

    line: int
    error: InputError
    name: str | None = None


Item = Words | Row | Valued | Mark | Wrong
